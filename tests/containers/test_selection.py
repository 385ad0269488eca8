# SPDX-License-Identifier: Apache-2.0
"""GPUs that were asked for against those that came, by every way to ask: what the report lists is
held against what the row says, and where a container must not start, what `explain` makes of the
engine's words. Simulated GPUs, injected by CDI in podman and by dockerd's hook.
"""

import json
import os
import subprocess

import pytest

from audit import copy_program
from cdi import KIND, publish, simulate
from engines import TOOLS, Docker
from selftest import COUNTING, validate

ALL = list(range(8))


def uuid(index):
    """Of profile h100x8."""
    return f"GPU-00000000-0000-4000-8000-{index + 1:012}"


def cdi(*names):
    return [word for name in names for word in ("--device", f"{KIND}={name}")]


def gpus(value):
    # A list of its own has to be quoted: docker reads a line of CSV.
    return ["--gpus", f'"{value}"' if "," in value and "capabilities" not in value else value]


def env(**variables):
    return [word for name, value in variables.items() for word in ("-e", f"{name}={value}")]


# name: engine, options, the GPUs by their number on the host in the order in which CUDA has them.
SEEN = {
    "cdi-all": ("podman", cdi("all"), ALL),
    "cdi-index": ("podman", cdi("1"), [1]),
    "cdi-two": ("podman", cdi("5", "0"), [0, 5]),
    "cdi-uuid": ("podman", cdi(uuid(6)), [6]),
    "gpus-all": ("docker", gpus("all"), ALL),
    "gpus-count": ("docker", gpus("2"), [0, 1]),
    "gpus-index": ("docker", gpus("device=3"), [3]),
    "gpus-list": ("docker", gpus("device=0,2"), [0, 2]),
    "gpus-list-out-of-order": ("docker", gpus("device=5,1"), [1, 5]),
    "gpus-uuid": ("docker", gpus(f"device={uuid(4)}"), [4]),
    "gpus-over-the-variable": ("docker", gpus("device=7") + env(NVIDIA_VISIBLE_DEVICES="0"), [7]),
    # Inside, GPUs count from 0.
    "cuda-index": ("podman", cdi("2", "4", "6") + env(CUDA_VISIBLE_DEVICES="1"), [4]),
    "cuda-uuid": ("podman", cdi("all") + env(CUDA_VISIBLE_DEVICES=uuid(3)), [3]),
    "cuda-out-of-order": ("docker", gpus("device=2,4,6") + env(CUDA_VISIBLE_DEVICES="2,0"), [6, 2]),
}

# name: engine, options, the findings that must be made, and no other.
FOUND = {
    "cuda-none": ("podman", cdi("all") + env(CUDA_VISIBLE_DEVICES=""), {"user.all-gpus-hidden"}),
    "cuda-number-of-the-host": ("podman", cdi("5") + env(CUDA_VISIBLE_DEVICES="5"),
                                {"user.cuda-visible-devices-invalid"}),
    "gpus-none": ("docker", gpus("device=none"), {"user.no-gpu-selected"}),
    "gpus-utility-alone": ("docker", gpus("all,capabilities=utility"),
                           {"user.capabilities-without-compute"}),
    "gpus-compute-alone": ("docker", gpus("all,capabilities=compute"), {"runtime.nvml-missing"}),
}

# name: engine, options, what the engine says, and the finding that `explain` names.
REFUSED = {
    "cdi-unknown": ("podman", cdi("9"), "unresolvable CDI devices", "runtime.cdi-device-unresolved"),
    "gpus-unknown": ("docker", gpus("device=9"), "device error: 9: unknown device",
                     "user.gpu-unknown"),
    "gpus-requirement": ("docker", gpus("all") + env(NVIDIA_REQUIRE_CUDA="cuda>=13.1"),
                         "unsatisfied condition: cuda>=13.1", "host.image-requirement-unmet"),
    "gpus-brand": ("docker", gpus("all") + env(NVIDIA_REQUIRE_CUDA="brand=tesla,cuda>=11.0"),
                   "unsatisfied condition: brand=tesla", "host.image-requirement-unmet"),
    "gpus-capability": ("docker", gpus("all") + env(NVIDIA_DRIVER_CAPABILITIES="bogus"),
                        "unsupported capabilities found in 'bogus'", "user.capability-unknown"),
}


# By number of the host's GPU and of the instance in it.
MIG = {
    "cdi-index": ("podman", cdi("0:1"), 102),
    "cdi-uuid": ("podman", cdi("MIG-00000000-0000-4000-8000-000000000101"), 101),
    "gpus-index": ("docker", gpus("device=0:1"), 102),
    "gpus-uuid": ("docker", gpus("device=MIG-00000000-0000-4000-8000-000000000101"), 101),
}


def rows(table):
    return [pytest.param(*row, id=name) for name, row in table.items()]


@pytest.fixture(scope="module")
def folder(build, work):
    return simulate(build, work / "selection")


@pytest.fixture(scope="module")
def docker(folder, work, storage, archives):
    """A dockerd that finds the stand-in of NVIDIA's hook."""
    engine = Docker(work / "docker-selection", storage, os.environ["GST_CONTAINERS_CGROUP"])
    engine.path = f"{folder}/bin:{engine.path}"
    engine.start()
    engine.load(archives / "debian.tar", "debian")
    yield engine
    engine.stop()


@pytest.fixture(scope="module")
def start(folder, build, tools, loaded, docker):
    """Runs the suite in a container, as the least of users."""
    copy_program(build, tools)
    spec = publish(folder)
    engines = {"docker": (docker, ["--env-file", folder / "docker.env"]),
               "podman": (loaded("podman", "debian"), [])}

    def run(name, options, *command):
        engine, own = engines[name]
        return engine.try_run("debian", "--user", "65532:65532", "--read-only", *own, *options,
                              tools=tools, command=(f"{TOOLS}/gpu-selftest", *command))

    yield run
    spec.unlink()


@pytest.fixture
def change(build, folder, start):
    """Another simulated host, for both engines, until the test ends."""

    def to(*options):
        publish(simulate(build, folder, *options))

    yield to
    to()


def report_of(done):
    assert done.stdout.startswith("{"), f"exit {done.returncode}\n{done.stdout}{done.stderr}"
    return validate(json.loads(done.stdout))


def counted(report):
    return {check["id"] for check in report["checks"] if check["verdict"] in COUNTING}


@pytest.mark.parametrize("engine, options, expected", rows(SEEN))
def test_report_lists_what_was_asked_for(start, engine, options, expected):
    report = report_of(start(engine, options, "--only", "audit,device-query", "--json", "-"))

    assert [gpu["facts"]["uuid"]["driver"] for gpu in report["gpus"]] == [uuid(i) for i in expected]
    assert counted(report) == set(), report["headline"]
    assert report["verdict"] == "PASS" and report["simulated"] is True


@pytest.mark.parametrize("engine, options, expected", rows(FOUND))
def test_what_did_not_come_is_found(start, engine, options, expected):
    done = start(engine, options, "--only", "audit,device-query", "--json", "-")

    report = report_of(done)
    assert counted(report) == expected, f"{report['headline']}\n{done.stderr}"
    assert done.returncode == 1


def test_options_alone_give_all(start, folder):
    """Of an engine that has neither CDI nor a hook."""
    options = (folder / "docker.args").read_text().split()
    done = start("docker", options, "--only", "audit,device-query", "--json", "-")
    report = report_of(done)

    assert [gpu["facts"]["uuid"]["driver"] for gpu in report["gpus"]] == [uuid(i) for i in ALL]
    assert counted(report) == set(), report["headline"]


def test_user_without_rights_is_given_files_for_nodes(start, change, loaded, tools):
    change("--rootless")
    engine = loaded("podman-rootless", "debian")
    done = engine.try_run("debian", *cdi("2", "3"), tools=tools,
                          command=(f"{TOOLS}/gpu-selftest", "device-query", "--json", "-"))
    report = report_of(done)

    assert [gpu["facts"]["uuid"]["driver"] for gpu in report["gpus"]] == [uuid(2), uuid(3)]
    assert report["verdict"] == "PASS", report["headline"]


@pytest.mark.parametrize("engine, options, number", rows(MIG))
def test_report_lists_the_instance(start, change, engine, options, number):
    change("--profile", "mig")
    report = report_of(start(engine, options, "--only", "audit,device-query", "--json", "-"))

    assert [gpu["facts"]["uuid"]["driver"] for gpu in report["gpus"]] == [
        f"MIG-00000000-0000-4000-8000-{number:012}"]
    assert counted(report) == set(), report["headline"]


@pytest.mark.parametrize("engine, options", [("podman", cdi("all")), ("docker", gpus("all"))],
                         ids=["cdi", "gpus"])
def test_requirement_is_judged_where_the_engine_does_not(start, change, engine, options):
    """CDI ignores it; dockerd's hook refuses, unless somebody told it not to."""
    change("--fault", "driver version=550.54.14")
    asked = env(NVIDIA_REQUIRE_CUDA="cuda>=13.0", NVIDIA_DISABLE_REQUIRE="1")
    done = start(engine, [*options, *asked], "--only", "audit,device-query", "--json", "-")

    assert counted(report_of(done)) == {"host.driver-too-old"}, done.stderr


def test_requirement_that_the_driver_exceeds_is_noted(start):
    """The GPUs open: what the image says is too much, and nobody kept it from starting."""
    done = start("podman", cdi("all") + env(NVIDIA_REQUIRE_CUDA="cuda>=13.1"), "--only",
                 "audit,device-query", "--json", "-")
    report = report_of(done)

    assert counted(report) == set(), report["headline"]
    assert "host.image-requirement-unmet" in {check["id"] for check in report["checks"]
                                              if check["verdict"] == "NOTE"}


@pytest.mark.parametrize("engine, options, said, expected", rows(REFUSED))
def test_refusal_of_the_engine_is_explained(start, build, engine, options, said, expected):
    done = start(engine, options, "device-query")

    assert done.returncode in (125, 126, 127) and said in done.stderr, done.stderr
    explained = subprocess.run([build / "bin/gpu-selftest", "explain", "-"], input=done.stderr,
                               capture_output=True, text=True, check=False)
    assert expected in explained.stdout, explained.stdout
