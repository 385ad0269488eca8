# SPDX-License-Identifier: Apache-2.0
"""Simulated GPUs in containers of containerd, without docker around it: ctr is what Debian has;
nerdctl asks for GPUs by the same code of containerd's, and was not tried."""

import json
import os
import shutil

import pytest

from audit import copy_program
from cdi import simulate
from engines import TOOLS, call, demand
from selftest import COUNTING, validate

IMAGE = "docker.io/library/debian:latest"


@pytest.fixture(scope="module")
def folder(build, work):
    return simulate(build, work / "containerd-sim")


@pytest.fixture(scope="module")
def run(folder, loaded, build, tools, work, storage):
    """Runs the suite in a container; the containerd is dockerd's, in a namespace of its own."""
    if shutil.which("ctr") is None:
        pytest.skip("ctr is not installed")
    engine = loaded("docker", "debian")
    copy_program(build, tools)
    archive = work / "debian-saved.tar"
    demand([*engine.command, "save", "-o", archive, "debian"])
    snapshotter = "overlayfs" if storage == "overlay" else "native"
    ctr = ["ctr", "-a", engine.folder / "exec/containerd/containerd.sock", "-n", "gst"]
    demand([*ctr, "images", "import", "--snapshotter", snapshotter, archive])
    environment = dict(os.environ, PATH=f"{folder}/bin:{os.environ['PATH']}")

    def start(*options, command):
        return call([*ctr, "run", "--rm", "--snapshotter", snapshotter, "--cgroup",
                     f"/{os.environ['GST_CONTAINERS_CGROUP']}/ctr", "--env-file",
                     folder / "docker.env", "--mount",
                     f"type=bind,src={tools},dst={TOOLS},options=rbind:ro", *options, IMAGE, "gst",
                     f"{TOOLS}/gpu-selftest", *command], env=environment)

    return start


def uuid(index):
    """Of profile h100x8."""
    return f"GPU-00000000-0000-4000-8000-{index + 1:012}"


@pytest.mark.parametrize("options, expected", [
    (["--gpus", "0"], [0]), (["--gpus", "6", "--gpus", "1"], [1, 6])], ids=["one", "two"])
def test_report_lists_what_was_asked_for(run, options, expected):
    done = run(*options, command=["--only", "audit,device-query", "--json", "-"])

    assert done.stdout.startswith("{"), f"exit {done.returncode}\n{done.stdout}{done.stderr}"
    report = validate(json.loads(done.stdout))
    assert [gpu["facts"]["uuid"]["driver"] for gpu in report["gpus"]] == [uuid(i) for i in expected]
    assert not [check["id"] for check in report["checks"] if check["verdict"] in COUNTING]
    assert report["simulated"] is True and report["verdict"] == "PASS"


def test_unknown_gpu_is_refused(run):
    done = run("--gpus", "9", command=["device-query"])

    assert done.returncode != 0
    assert "nvidia-container-cli: device error: 9: unknown device" in done.stderr


def test_mounts_alone_give_all(run, folder):
    """Of a containerd without stand-ins: the options for docker, as ctr words them."""
    options = []
    for line in (folder / "docker.args").read_text().splitlines():
        if line.startswith("-v "):
            source, target, _ = line[3:].split(":")
            options += ["--mount", f"type=bind,src={source},dst={target},options=bind:ro"]
    done = run(*options, command=["--only", "audit,device-query"])

    assert done.returncode == 0, done.stdout + done.stderr
    assert "8x NVIDIA H100" in done.stdout and "SIMULATED" in done.stdout
