# SPDX-License-Identifier: Apache-2.0
"""The rows of scenarios.yaml that do not depend on a made-up host, under NVIDIA's own toolkit: it is
in no package registry, so they run only where nvidia-ctk is on PATH and a driver is loaded."""

import shutil
from pathlib import Path

import pytest

from cdi import FOLDER
from engines import demand
from scenario import cases

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
