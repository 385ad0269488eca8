# SPDX-License-Identifier: Apache-2.0
"""A night of two nodes whose slices are stand-ins that leave the bundles that a test asks for."""

from dataclasses import asdict
from pathlib import Path

import pytest
import records

from gpu_selftest_harness import node as nodes
from gpu_selftest_harness.bundle import Bundle
from gpu_selftest_harness.matrix import load
from gpu_selftest_harness.model import Outcome
from gpu_selftest_harness.night import slices, whole
from gpu_selftest_harness.night.slices import Settings, Slice, Stop

NIGHT = "2026-11-27"
MATRIX = """
version: 1
axes:
  driver: ["535", "580"]
  cuda: ["12.4"]
  variant: [base]
  distro: [ubuntu22.04]
  engine: [local]
  gpu: [h100-sxm5-80gb]
  devices: ["count:1"]
  capabilities: ["compute,utility"]
  level: [quick]
models:
  h100-sxm5-80gb: {pci_ids: ["0x2330"], names: ["NVIDIA H100 80GB HBM3"]}
defaults: {launches: 3, samples: 30, timeout_s: 60}
rows:
  - product: {driver: "*"}
    workloads: [vector-add, host-copy]
"""
NODES = {"535": records.node(name="old", driver="535.261.03"),
         "580": records.node(name="new", driver="580.95.05")}


@pytest.fixture
def matrix(tmp_path):
    path = tmp_path / "matrix.yaml"
    path.write_text(MATRIX)
    return load(path)


@pytest.fixture
def settings(tmp_path, matrix):
    settings = Settings(Path(matrix.path), tmp_path / "out", "prog")
    settings.runs.mkdir(parents=True)
    return settings


def header(matrix, node, plan, night=NIGHT):
    return {"night": night, "node": nodes.to_json(node), "seed": 1,
            "matrix": {"path": matrix.path, "text": matrix.text, "sha256": matrix.sha256},
            "plan": [asdict(planned) for planned in plan]}


def ran(settings, matrix, node, word="PASS", night=NIGHT):
    """A sealed bundle of all cells of the node."""
    plan = matrix.plan(node)
    with Bundle.create(settings.runs, header(matrix, node, plan, night), 0) as bundle:
        for planned in plan:
            bundle.append("outcome", Outcome(
                planned.cell.key, "", word, None, None, "run", records.PASSES, word == "PASS"))
        bundle.seal()


@pytest.fixture
def night(settings, matrix, monkeypatch):
    """`does`: by driver, what its slice does, and the exit code that it gives."""
    def run(**does):
        def one(settings, part, place, stop):
            Path(f"{place}.log").write_text("the end\n")
            return does[f"of_{part.node.name}"]()
        monkeypatch.setattr(slices, "run", one)
        parts = [Slice(NODES[driver], NIGHT) for driver in ("535", "580")
                 if f"of_{NODES[driver].name}" in does]
        return whole.run(settings, parts, Stop(), lambda line: None)
    return run


@pytest.fixture
def passes(settings, matrix):
    def of(driver):
        def one():
            ran(settings, matrix, NODES[driver])
            return 0
        return one
    return of


def prometheus(settings):
    return (settings.report / "gpu-selftest.prom").read_text()
