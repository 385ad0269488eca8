# SPDX-License-Identifier: Apache-2.0
"""The words that docker and podman are given: written by hand from their manuals."""

from pathlib import Path

import pytest

from gpu_selftest_harness.engines.base import ALL, NONE, Request
from gpu_selftest_harness.engines.command_line import (BY_HAND, CDI, DOCKER, GPUS, PODMAN,
                                                       devices_of, run_words)
from gpu_selftest_harness.errors import Refused

A, B = "GPU-aaaa", "GPU-bbbb"


def request(**more):
    return Request(**{"name": "gst-1", "results": Path("/out/1"), "timeout_s": 60.0,
                      "image": "gpu-selftest:13.0", "digest": "sha256:12", **more})


OUT = Path("/out/1/x")
FULL = {"devices": (A, B), "capabilities": "compute,utility", "grace_s": 7.0,
        "environment": (("NCCL_DEBUG", "WARN"),), "labels": (("gpu-selftest.run", "r1"),),
        "arguments": ("--level", "full"), "options": ("--memory", "8g")}


def test_docker():
    assert run_words(DOCKER, request(**FULL), OUT, Path("/tmp/x/cid"), {"gpu-selftest.token": "t"}, GPUS,
                     ("--ulimit", "memlock=-1")) == [
        "run", "--name", "gst-1", "--cidfile", "/tmp/x/cid", "--pull", "never",
        "--label", "gpu-selftest.run=r1", "--label", "gpu-selftest.token=t", "--stop-timeout", "7",
        "--log-driver", "json-file", "--log-opt", "max-size=1m", "--log-opt", "max-file=1",
        "--read-only", "--tmpfs", "/tmp:size=64m,mode=1777", "--network", "none", "--cap-drop", "ALL",
        "--security-opt", "no-new-privileges", "--shm-size", "1g", "--volume", "/out/1/x:/results:Z",
        "--gpus", '"device=GPU-aaaa,GPU-bbbb"',
        "--env", "NVIDIA_DRIVER_CAPABILITIES=compute,utility", "--env", "NCCL_DEBUG=WARN",
        "--ulimit", "memlock=-1", "--memory", "8g", "sha256:12",
        "--level", "full", "--json", "/results/report.json"]


def test_podman():
    assert run_words(PODMAN, request(**FULL), OUT, Path("/tmp/x/cid"), {"gpu-selftest.token": "t"}, CDI,
                     ("--ulimit", "host")) == [
        "run", "--name", "gst-1", "--cidfile", "/tmp/x/cid", "--pull", "never",
        "--label", "gpu-selftest.run=r1", "--label", "gpu-selftest.token=t", "--stop-timeout", "7",
        "--log-driver", "k8s-file", "--log-opt", "max-size=1mb",
        "--read-only", "--tmpfs", "/tmp:size=64m,mode=1777", "--network", "none", "--cap-drop", "ALL",
        "--security-opt", "no-new-privileges", "--read-only-tmpfs=false", "--shm-size", "1g",
        "--volume", "/out/1/x:/results:Z",
        "--device", "nvidia.com/gpu=GPU-aaaa", "--device", "nvidia.com/gpu=GPU-bbbb",
        "--env", "NVIDIA_DRIVER_CAPABILITIES=compute,utility", "--env", "NCCL_DEBUG=WARN",
        "--ulimit", "host", "--memory", "8g", "sha256:12",
        "--level", "full", "--json", "/results/report.json"]


@pytest.mark.parametrize("devices, way, words", [
    (ALL, GPUS, ["--gpus", "all"]),
    ((A,), GPUS, ["--gpus", "device=GPU-aaaa"]),
    ((A, B), GPUS, ["--gpus", '"device=GPU-aaaa,GPU-bbbb"']),
    (ALL, CDI, ["--device", "nvidia.com/gpu=all"]),
    ((B,), CDI, ["--device", "nvidia.com/gpu=GPU-bbbb"]),
    (ALL, BY_HAND, []),
    ((A,), BY_HAND, []),
    *((NONE, way, ["--env", "NVIDIA_VISIBLE_DEVICES="]) for way in (GPUS, CDI, BY_HAND)),
])
def test_devices(devices, way, words):
    assert devices_of(request(devices=devices), way) == words


@pytest.mark.parametrize("way", [GPUS, CDI])
def test_no_devices_are_not_taken_for_all(way):
    with pytest.raises(Refused, match="name UUIDs, 'all' or 'none'"):
        devices_of(request(devices=()), way)


def test_image_without_digest_is_run_by_name():
    words = run_words(DOCKER, request(digest=None), OUT, Path("/cid"), {}, GPUS)

    assert words[-3:] == ["gpu-selftest:13.0", "--json", "/results/report.json"]


@pytest.mark.parametrize("folder", ["/out/a:b", "/out/a,b"])
def test_folder_that_would_be_read_as_options_is_refused(folder):
    with pytest.raises(Refused, match="cannot be mounted"):
        run_words(DOCKER, request(), Path(folder), Path("/cid"), {}, GPUS)
