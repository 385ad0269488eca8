# SPDX-License-Identifier: Apache-2.0
"""pytest with the plugin, in this process, on an engine that runs nothing; a plugin of pytest itself, for
its fixtures. With the program see test_run_verb.py."""

import json
import os
import re

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped

from fakes import FakeEngine, answer
from gpu_selftest_harness import node as nodes
from gpu_selftest_harness.plugin import night as nights
from records import check, node, report

MATRIX = """
version: 1
axes: {driver: ["580"], cuda: ["12.4", "13.0"], variant: [base, runtime], distro: [ubuntu22.04],
       engine: [local], gpu: [h100-sxm5-80gb], devices: ["count:1", all], level: [quick],
       capabilities: ["compute,utility"]}
models: {h100-sxm5-80gb: {pci_ids: ["0x2330"], names: ["NVIDIA H100 80GB HBM3"]}}
defaults: {launches: 2, samples: 30, timeout_s: 60, workloads: [vector-add, host-copy],
           axes: {driver: "*", devices: "count:1"}}
rows: [{product: {cuda: "*", variant: "*"}}]
"""


@pytest.fixture
def engine(monkeypatch):
    engine = FakeEngine()
    monkeypatch.setattr(nights, "make", lambda name, **settings: engine)
    # That records outlive the machine is tried where they are written.
    monkeypatch.setattr(os, "fdatasync", lambda file: None)
    monkeypatch.setattr(os, "fsync", lambda file: None)
    return engine


@pytest.fixture
def harness(pytester, engine):
    """Runs pytest with the plugin, in this process; '.tests' are the outcomes by cell and workload."""
    pytester.path.joinpath("node.json").write_text(json.dumps(nodes.to_json(node())))

    def run(*words, matrix=MATRIX, target="matrix.yaml"):
        pytester.path.joinpath("matrix.yaml").write_text(matrix)
        result = pytester.runpytest_inprocess(
            "-p", "gpu_selftest_harness.plugin", "-p", "no:hypothesispytest", "-p", "no:xdist", target, "--harness-node", "node.json",
            "--harness-leases", "leases", "--harness-seed", "7", "--junit-xml", "junit.xml",
            "--harness-program", "no-such-program", *words)
        path = pytester.path / "junit.xml"
        result.tests = {}
        if path.exists():
            for case in (case for suite in JUnitXml.fromfile(str(path)) for case in suite):
                if axes := re.search(r"cuda=([^,]+),variant=([^,]+),", case.classname):
                    result.tests[axes[1], axes[2], case.name] = case
            path.unlink()
        return result
    return run


def kinds(result):
    names = {Failure: "failure", Error: "error", Skipped: "skip"}
    return {key: names[type(case.result[0])] if case.result else "pass"
            for key, case in result.tests.items()}


def failing(finding):
    def script(request, number):
        told = answer(request)
        rows = [dict(row) for row in told["workloads"]]
        rows[0]["verdict"] = "FAIL"
        bad = report(rows, [check(finding, rows[0]["name"])], [])
        return {**bad, **{key: told[key] for key in ("plan", "gpus", "gpus_tested", "facts")}}
    return script


def quarantine(until):
    return f"""
version: 1
quarantine:
  - {{when: {{cuda: "13.0", variant: base}}, id: hardware.slow, owner: operations,
      reason: "a riser is on order", until: {until}}}
"""
