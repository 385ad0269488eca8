# SPDX-License-Identifier: Apache-2.0
"""The rows of scenarios.yaml that do not depend on a made-up host, under NVIDIA's own toolkit: it is
in no package registry, so they run only where nvidia-ctk is on PATH and a driver is loaded. So do the
ways to ask for GPUs, of selection.py."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from audit import copy_program
from cdi import FOLDER
from engines import TOOLS, demand
from scenario import cases
from selection import FOUND, REFUSED, SEEN, counted, report_of, rows, uuids_in

# docker's hook is found by dockerd on PATH; podman reads the spec.
INJECTION = {"docker": ["--gpus=all"], "podman": ["--device=nvidia.com/gpu=all"]}
BY_HAND = {"host", "nodes", "mode", "libraries", "cache", "opens", "loads"}


def under_toolkit(engine, row):
    """The row with the toolkit's injection in the place of what was mounted by hand."""
    changed = {key: value for key, value in row.items() if key not in BY_HAND}
    if row.get("nodes"):
        changed["options"] = [*(row.get("options") or ()), *INJECTION[engine]]
    changed["finds"] = [found for found in row["finds"] if found != "host.no-driver-behind-node"]
    return changed


@pytest.fixture(scope="module")
def toolkit(work, has_driver):
    """The toolkit ready for both engines, and the machine's own nodes in this run's /dev."""
    if shutil.which("nvidia-ctk") is None:
        pytest.skip("nvidia-ctk is not on PATH: NVIDIA's toolkit is in no package registry")
    if not has_driver:
        pytest.skip("nvidia-ctk is on PATH, but no NVIDIA driver is loaded: nothing to inject")
    real = work / "real-dev"
    real.mkdir()
    demand(["mount", "-t", "devtmpfs", "dev", real])
    for node in real.glob("nvidia*"):
        demand(["cp", "-a", node, "/dev/"])
    demand(["umount", real])
    FOLDER.mkdir(parents=True, exist_ok=True)
    spec = Path(FOLDER / "nvidia.json")
    demand(["nvidia-ctk", "cdi", "generate", "--format=json", f"--output={spec}"])
    yield
    spec.unlink()


@pytest.mark.parametrize("engine, row", cases(lambda row: row.get("toolkit")))
def test_planted_fault_is_named(toolkit, maker, audit, engine, row):
    changed = under_toolkit(engine, row)
    container = maker.start(engine, changed)
    try:
        outcome = audit.run(container)
    finally:
        container.remove()

    assert outcome.counted() == set(changed["finds"]), outcome.evidence()


# The image is no CUDA image.
WITHOUT_CUDA = {"image.cudart-missing"}


@pytest.fixture(scope="module")
def uuids(toolkit):
    """Of this machine's GPUs."""
    return re.findall(r"\(UUID: (GPU-[0-9a-f-]+)\)", demand(["nvidia-smi", "-L"]))


@pytest.fixture
def ask(uuids, loaded, build, tools):
    """Runs the suite in a container that asks as the row does."""
    copy_program(build, tools)

    def run(row):
        if row.gpus_needed() > len(uuids) and row not in REFUSED.values():
            pytest.skip(f"asks for GPU {row.gpus_needed() - 1}, and this machine has {len(uuids)}")
        return loaded(row.engine, "debian").try_run(
            "debian", *row.options_for(uuids), tools=tools,
            command=(f"{TOOLS}/gpu-selftest", "--only", "audit,device-query", "--json", "-"))

    return run


@pytest.mark.parametrize("row", rows(SEEN))
def test_report_lists_what_was_asked_for(ask, uuids, row):
    report = report_of(ask(row))

    assert uuids_in(report) == row.uuids_of(uuids)
    assert counted(report) - WITHOUT_CUDA == set(), report["headline"]


@pytest.mark.parametrize("row", rows(FOUND))
def test_what_did_not_come_is_found(ask, row):
    assert counted(report_of(ask(row))) - WITHOUT_CUDA == row.finds


@pytest.mark.parametrize("row", rows(REFUSED))
def test_refusal_of_the_engine_is_explained(ask, build, row):
    done = ask(row)

    assert done.returncode in (125, 126, 127), done.stdout + done.stderr
    explained = subprocess.run([build / "bin/gpu-selftest", "explain", "-"], input=done.stderr,
                               capture_output=True, text=True, check=False)
    for finding in row.finds:
        assert finding in explained.stdout, done.stderr + explained.stdout
