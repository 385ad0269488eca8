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
from cdi import publish, simulate
from engines import TOOLS, Docker
from selection import (FOUND, REFUSED, SEEN, cdi, counted, env, gpus, report_of, rows, uuids_in)

UUIDS = [f"GPU-00000000-0000-4000-8000-{number:012}" for number in range(1, 9)]  # of h100x8
QUICK = ("--only", "audit,device-query", "--json", "-")

# By number of the host's GPU and of the instance in it.
MIG = {
    "cdi-index": ("podman", cdi("0:1"), 102),
    "cdi-uuid": ("podman", cdi("MIG-00000000-0000-4000-8000-000000000101"), 101),
    "gpus-index": ("docker", gpus("device=0:1"), 102),
    "gpus-uuid": ("docker", gpus("device=MIG-00000000-0000-4000-8000-000000000101"), 101),
}


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


@pytest.mark.parametrize("row", rows(SEEN))
def test_report_lists_what_was_asked_for(start, row):
    done = start(row.engine, row.options_for(UUIDS), *QUICK)
    report = report_of(done)

    assert uuids_in(report) == row.uuids_of(UUIDS)
    assert counted(report) == set(), report["headline"]
    assert report["verdict"] == "PASS" and report["simulated"] is True


@pytest.mark.parametrize("row", rows(FOUND))
def test_what_did_not_come_is_found(start, row):
    done = start(row.engine, row.options_for(UUIDS), *QUICK)
    report = report_of(done)

    assert counted(report) == row.finds, f"{report['headline']}\n{done.stderr}"
    assert done.returncode == 1


def test_runtime_that_gives_another_gpu_is_found(start, change, folder):
    """With two GPUs' names swapped on the host, each is given in the place of the other."""
    change()
    path = folder / "bin/host.json"
    host = json.loads(path.read_text())
    first, second = host["devices"][1:3]
    first["names"], second["names"] = second["names"], first["names"]
    path.write_text(json.dumps(host))
    report = report_of(start("docker", gpus(f"device={UUIDS[1]}"), *QUICK))

    assert uuids_in(report) == [UUIDS[2]]
    assert counted(report) == {"runtime.other-gpus-than-asked"}, report["headline"]


@pytest.mark.parametrize("row", rows(REFUSED))
def test_refusal_of_the_engine_is_explained(start, build, row):
    done = start(row.engine, row.options, "device-query")

    assert done.returncode in (125, 126, 127), done.stdout + done.stderr
    explained = subprocess.run([build / "bin/gpu-selftest", "explain", "-"], input=done.stderr,
                               capture_output=True, text=True, check=False)
    for finding in row.finds:
        assert finding in explained.stdout, done.stderr + explained.stdout


def test_options_alone_give_all(start, folder):
    """Of an engine that has neither CDI nor a hook."""
    options = (folder / "docker.args").read_text().split()
    done = start("docker", options, *QUICK)
    report = report_of(done)

    assert uuids_in(report) == UUIDS
    assert counted(report) == set(), report["headline"]


def test_user_without_rights_is_given_files_for_nodes(start, change, loaded, tools):
    change("--rootless")
    engine = loaded("podman-rootless", "debian")
    done = engine.try_run("debian", *cdi("2", "3"), tools=tools,
                          command=(f"{TOOLS}/gpu-selftest", "device-query", "--json", "-"))
    report = report_of(done)

    assert uuids_in(report) == UUIDS[2:4]
    assert report["verdict"] == "PASS", report["headline"]


@pytest.mark.parametrize("engine, options, number", [pytest.param(*row, id=name) for name, row in MIG.items()])
def test_report_lists_the_instance(start, change, engine, options, number):
    change("--profile", "mig")
    report = report_of(start(engine, options, *QUICK))

    assert uuids_in(report) == [
        f"MIG-00000000-0000-4000-8000-{number:012}"]
    assert counted(report) == set(), report["headline"]


@pytest.mark.parametrize("engine, options", [("podman", cdi("all")), ("docker", gpus("all"))],
                         ids=["cdi", "gpus"])
def test_requirement_is_judged_where_the_engine_does_not(start, change, engine, options):
    """CDI ignores it; dockerd's hook refuses, unless somebody told it not to."""
    change("--fault", "driver version=550.54.14")
    asked = env(NVIDIA_REQUIRE_CUDA="cuda>=13.0", NVIDIA_DISABLE_REQUIRE="1")
    done = start(engine, [*options, *asked], *QUICK)

    assert counted(report_of(done)) == {"host.driver-too-old"}, done.stderr


def test_requirement_that_the_driver_exceeds_is_noted(start):
    """The GPUs open: what the image says is too much, and nobody kept it from starting."""
    done = start("podman", cdi("all") + env(NVIDIA_REQUIRE_CUDA="cuda>=13.1"), *QUICK)
    report = report_of(done)

    assert counted(report) == set(), report["headline"]
    assert "host.image-requirement-unmet" in {check["id"] for check in report["checks"]
                                              if check["verdict"] == "NOTE"}
