# SPDX-License-Identifier: Apache-2.0
"""Simulated GPUs over CUDA's real libraries: in stand-ins of the official images the doubles have to
be found before what the image carries, and all else that it carries has to stay. Each way to inject,
by somebody without any rights."""

import json
import os

import pytest

import stand_in
from audit import copy_program
from cdi import KIND, publish, simulate
from engines import TOOLS, Docker
from selftest import validate

CUDA = "13.0"
PROFILE = "a100-pcie-x4"
# A twin on this machine's processor is a thousand times slower than a GPU.
SIZE = "256K"
RIGHTS = ("--user", "65532:65532", "--read-only", "--cap-drop", "ALL", "--security-opt",
          "no-new-privileges")
LIBRARIES = {"base": {"libcuda", "libnvidia_ml", "libcudart"}}
LIBRARIES["runtime"] = LIBRARIES["base"] | {"libcublas", "libnccl"}


@pytest.fixture(scope="module")
def folders(build, work):
    """By variant."""
    return {variant: simulate(build, work / f"stand-in-{variant}", "--profile", PROFILE, "--cuda",
                              CUDA, "--variant", variant) for variant in LIBRARIES}


@pytest.fixture(scope="module")
def hooked(folders, work, storage):
    """A dockerd that finds the stand-in of NVIDIA's hook."""
    engine = Docker(work / "docker-hooked", storage, os.environ["GST_CONTAINERS_CGROUP"])
    engine.path = f"{folders['runtime']}/bin:{engine.path}"
    engine.start()
    yield engine
    engine.stop()


@pytest.fixture
def give(folders, started, request):
    """(engine, options that give all GPUs to an image of this variant) for a way to inject."""

    def by(way, variant):
        folder = folders[variant]
        if way == "cdi":
            request.addfinalizer(publish(folder).unlink)
            return started("podman"), ["--device", f"{KIND}=all"]
        if way == "gpus":
            return request.getfixturevalue("hooked"), ["--gpus", "all", "--env-file",
                                                       folder / "docker.env"]
        return started("docker"), (folder / "docker.args").read_text().split()

    return by


@pytest.mark.parametrize("way, variant", [("cdi", "base"), ("cdi", "runtime"), ("gpus", "runtime"),
                                          ("options", "base"), ("options", "runtime")])
def test_doubles_stand_over_the_libraries_of_the_image(build, give, tools, way, variant):
    engine, options = give(way, variant)
    name = stand_in.build(engine, CUDA, (variant,))[variant]
    copy_program(build, tools)
    done = engine.try_run(name, *RIGHTS, *options, "--entrypoint", f"{TOOLS}/gpu-selftest", "-e",
                          f"GPU_SELFTEST_VARIANT={variant}", tools=tools,
                          command=("--size", SIZE, "--json", "-"))

    assert done.stdout.startswith("{"), f"exit {done.returncode}\n{done.stdout}{done.stderr}"
    report = validate(json.loads(done.stdout))
    assert done.returncode == 0, f"{report['headline']}\n{done.stderr}"
    assert report["simulated"] is True and report["profile"] == PROFILE
    loaded = {library: fact["loader"] for library, fact in report["facts"].items()
              if "loader" in fact}
    assert LIBRARIES[variant] <= set(loaded)
    for library, value in loaded.items():
        assert "(double)" in value, f"{library}: {value}"


def test_what_else_the_image_carries_stays(give, tools):
    """A library that no double stands over, by the search path of the injected container."""
    engine, options = give("cdi", "runtime")
    name = stand_in.build(engine, CUDA, ("runtime",))["runtime"]
    find = ("for folder in $(echo $LD_LIBRARY_PATH | tr : ' '); do "
            "ls $folder/libcudart.so.13 $folder/libnccl.so.2 2>/dev/null; done")
    done = engine.try_run(name, *options, "--entrypoint", "/bin/sh", tools=tools,
                          command=("-c", find))

    first, *behind = done.stdout.split()
    assert first == "/opt/gpu-selftest-sim/runtime/libcudart.so.13", done.stderr
    assert "/usr/local/cuda/lib64/libcudart.so.13" in behind
