# SPDX-License-Identifier: Apache-2.0
"""Every workload in a container of podman, on a simulated stack that CDI injects."""

import json
import re

import pytest

from audit import Audit, copy_program
from cdi import KIND, doubles, publish, simulate
from engines import TOOLS, call
from selftest import validate

PROFILE = "h100x8"
# A twin on this machine's processor is a thousand times slower than a GPU.
SIZE = "1M"
LEAST_RIGHTS = ("--user", "65532:65532", "--read-only", "--cap-drop", "all",
                "--security-opt", "no-new-privileges")


@pytest.fixture(scope="module")
def injected(loaded, tools, build, work):
    """Runs a command in a container with the simulated stack, injected as a driver would be. As the
    container's own process: podman does not give a spec's variables to what it executes later."""
    engine = loaded("podman", "debian")
    path = publish(simulate(build, work / "sim", "--profile", PROFILE))
    copy_program(build, tools)

    def run(*command, devices=("all",), options=()):
        asked = [word for device in devices for word in ("--device", f"{KIND}={device}")]
        return engine.try_run("debian", *asked, *options, tools=tools, command=command)

    yield run
    path.unlink()


@pytest.fixture(scope="module")
def report(injected):
    """Of one run of all workloads."""
    done = injected(f"{TOOLS}/gpu-selftest", "--level", "full", "--size", SIZE, "--json", "-")
    assert done.stdout.startswith("{"), f"exit {done.returncode}\n{done.stdout}{done.stderr}"
    return validate(json.loads(done.stdout))


def workloads(build):
    """The names in the first section of `list`; a star marks those of the full level alone."""
    out = call([str(build / "bin/gpu-selftest"), "list"]).stdout
    return set(re.findall(r"(?m)^[ *] ([a-z][a-z0-9-]*) ", out.split("\n\n")[0]))


def test_engine_applied_the_spec(injected, work):
    done = injected("sh", "-c", "env; cat /proc/self/mountinfo; ls -l /dev")

    assert "NVIDIA_VISIBLE_DEVICES=void" in done.stdout.splitlines(), done.stdout + done.stderr
    for name in doubles(work / "sim/driver/usr/lib/x86_64-linux-gnu"):
        assert f"/{name} ro," in done.stdout
    # As with a real driver: the runtime makes the nodes, so that they are no mounts.
    assert re.search(r"(?m)^crw-rw-rw- .* 195, 255 .* nvidiactl$", done.stdout)
    assert " /dev/nvidiactl " not in done.stdout


def test_every_workload_passes(report, build):
    verdicts = {workload["name"]: workload["verdict"] for workload in report["workloads"]}

    assert set(verdicts) == workloads(build)
    assert report["verdict"] == "PASS", report["headline"]
    assert set(verdicts.values()) == {"PASS"}


@pytest.mark.parametrize("verb", [("device-query",), ()], ids=["one", "default"])
def test_least_rights_are_enough(injected, verb):
    done = injected(f"{TOOLS}/gpu-selftest", *verb, "--size", SIZE, options=LEAST_RIGHTS)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("PASS"), done.stdout
    assert "SIMULATED" in done.stdout


def test_run_says_that_it_is_simulated(report, injected):
    assert report["simulated"] is True
    assert report["profile"] == PROFILE
    done = injected(f"{TOOLS}/gpu-selftest", "device-query", "--size", SIZE)
    assert "SIMULATED" in done.stdout


def test_each_library_is_listed_as_double(report, build):
    loaded = {name: fact["loader"] for name, fact in report["facts"].items() if "loader" in fact}

    assert {"libcuda", "libcudart"} <= set(loaded), report["facts"]
    for name, value in loaded.items():
        assert "(double)" in value, f"{name}: {value}"


# The container's own nodes, libraries, mounts and variables, below the simulated machine's host.
AUDIT = f"""
cp -r "$GPU_SELFTEST_ROOT" /tmp/host && mkdir -p /tmp/host/proc/self || exit 2
for name in mountinfo cgroup status uid_map limits; do
    cat /proc/self/$name >/tmp/host/proc/self/$name
done
unset GPU_SELFTEST_ROOT
exec {TOOLS}/gpu-selftest audit --proc /tmp/host/proc --sys /tmp/host/sys --json -
"""


def test_audit_sees_an_injection_by_cdi(injected, has_driver):
    if has_driver:
        pytest.skip("this machine has an NVIDIA driver of its own")
    # Those near the first processors, which any machine has.
    outcome = Audit(injected("sh", "-c", AUDIT, devices=("0", "1")))

    # The nodes are real ones, and no driver is on this machine.
    assert outcome.counted() == {"host.no-driver-behind-node"}, outcome.evidence()
    assert outcome.notes() == {"user.nvidia-smi-missing"}, outcome.evidence()
    assert outcome.report["simulated"] is True
    assert outcome.report["facts"]["injection_mode"] == {"audit": "cdi"}
    assert outcome.report["facts"]["engine"] == {"audit": "podman"}
