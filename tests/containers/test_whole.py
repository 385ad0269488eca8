# SPDX-License-Identifier: Apache-2.0
"""Each of our images from end to end, with no right that it does not need: without GPUs it names who
has to act, and with simulated ones, in podman by CDI and in docker by the hook that a host's toolkit
would have for `--gpus all`, everything that it promises passes."""

import pytest

from boxed import LOCKED
from cdi import KIND, publish, simulate
from engines import call
from selection import report_of
from selftest import COUNTING

PROFILE = "a100-pcie-x4"
# A twin on this machine's processor is a thousand times slower than a GPU.
SIZE = ("-e", "GPU_SELFTEST_SIZE=64K")
# What of the GPU stack a variant loads; NVRTC compiles without a GPU and has no double.
LIBRARIES = {"base": {"libcuda", "libnvidia_ml", "libcudart"}}
LIBRARIES["runtime"] = LIBRARIES["devel"] = LIBRARIES["base"] | {"libcublas", "libcublaslt",
                                                                 "libnccl"}
NO_DOUBLE = {"libnvrtc"}
# By variant: what is there without being promised. A compiled program cannot run on doubles.
SKIPPED = {"base": {"sgemm", "all-reduce"}, "runtime": set(), "devel": {"compile"}}
PROMISED = {"base": {"audit", "device-query", "vector-add", "launch", "host-copy", "peer-copy",
                     "fan", "memory-bandwidth", "latency"}}
PROMISED["runtime"] = PROMISED["devel"] = PROMISED["base"] | {"sgemm", "all-reduce"}


@pytest.fixture
def folder(build, work, cuda, variant):
    """The simulated host for this image."""
    folder = work / f"whole-{cuda}-{variant}"
    if not folder.exists():
        simulate(build, folder, "--profile", PROFILE, "--cuda", cuda, "--variant", variant)
    return folder


@pytest.fixture(params=["docker", "podman"])
def engine_name(request):
    return request.param


@pytest.fixture
def asked(request, engine_name, folder):
    """The options that ask for all GPUs of the simulated host."""
    if engine_name == "podman":
        request.addfinalizer(publish(folder).unlink)
        return ["--device", f"{KIND}=all"]
    request.getfixturevalue("hooked").write_text(str(folder))
    return ["--gpus", "all", "--env-file", folder / "docker.env"]


def run(engine, image, *options):
    """The default plan, in the least of containers."""
    return call([*engine.command, "run", "--rm", *engine.run_options, *LOCKED, *SIZE,
                 *map(str, options), image, "--json", "-"])


def check_healthy(done, variant):
    report = report_of(done)
    verdicts = {row["name"]: row["verdict"] for row in report["workloads"]}
    skipped = {name for name, verdict in verdicts.items() if verdict == "SKIP"}
    loaded = {name: fact["loader"] for name, fact in report["facts"].items() if "loader" in fact}

    assert done.returncode == 0, done.stderr
    assert report["simulated"] is True and "SIMULATED" in done.stderr
    assert skipped == SKIPPED[variant]
    assert {name for name, verdict in verdicts.items() if verdict == "PASS"} == PROMISED[variant]
    assert set(loaded) - NO_DOUBLE == LIBRARIES[variant]
    for name in LIBRARIES[variant]:
        assert "(double)" in loaded[name], f"{name}: {loaded[name]}"


def test_passes_on_simulated_gpus(roomy, built, asked, engine_name, cuda, variant):
    done = run(roomy(engine_name), built(engine_name, cuda)[variant], *asked)

    check_healthy(done, variant)


def test_names_who_has_to_act_without_gpus(roomy, built, engine_name, cuda, variant, has_driver):
    """On a machine without an NVIDIA GPU it is the machine's owner; that nothing was injected on one
    that has them is a row of scenarios.yaml."""
    if has_driver:
        pytest.skip("this machine has an NVIDIA driver of its own")
    done = run(roomy(engine_name), built(engine_name, cuda)[variant])
    counted = {check["id"] for check in report_of(done)["checks"] if check["verdict"] in COUNTING}

    assert done.returncode == 1, done.stderr
    assert counted == {"host.no-gpu"}
