# SPDX-License-Identifier: Apache-2.0
"""`gpu-selftest-harness run` with the program itself on simulated machines, in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gpu_selftest_harness import bundle, node as nodes

HARNESS = Path(nodes.__file__).parents[1]

MATRIX = """
version: 1
axes: {driver: ["535", "580"], cuda: ["12.4", "13.0"], variant: [base, runtime], engine: [local],
       distro: [ubuntu22.04], gpu: [h100-sxm5-80gb], devices: ["count:1"], level: [quick],
       capabilities: ["compute,utility"]}
models: {h100-sxm5-80gb: {pci_ids: ["0x2330"], names: ["NVIDIA H100 80GB HBM3"]}}
defaults: {launches: 2, samples: 5, timeout_s: 60, environment: {GPU_SELFTEST_SIZE: 1M},
           workloads: [basic, compute]}
rows: [{product: {driver: "*", cuda: "*", variant: "*"}}]
expect:
  - when: {driver: "<580", cuda: ">=13"}
    word: FAIL
    id: host.driver-too-old
    reason: "CUDA 13 needs a driver of branch 580 or newer"
  - when: {driver: "<580"}
    word: FAIL
    id: host.driver-too-old-for-kernels
    reason: "this build carries kernels of CUDA 13 alone"
  - {when: {variant: base}, workload: sgemm, word: SKIP, reason: "base has no cuBLAS"}
"""
OLD = ("driver version=535.261.03 cuda=12.2",)


@pytest.fixture
def run(tmp_path, program_path):
    """The verb on a simulated machine with these faults."""
    (tmp_path / "matrix.yaml").write_text(MATRIX)

    def start(*words, faults=()):
        node = nodes.simulated("h100x8", faults, program=program_path)
        (tmp_path / "node.json").write_text(json.dumps(nodes.to_json(node)))
        return subprocess.run(
            [sys.executable, "-m", "gpu_selftest_harness.cli", "run", "matrix.yaml", "--node",
             "node.json", "--program", program_path, "--leases", "leases", "--jobs", "2", *words],
            cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(HARNESS)}, capture_output=True,
            text=True, timeout=300, check=False)
    return start


def test_healthy_machine(run, tmp_path):
    done = run()
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("PASS  simulated-h100x8  driver 580.95.05  SIMULATED h100x8  "
                                  "4 cells as expected\n")
    [path] = bundle.find(tmp_path / "runs")
    assert len(bundle.read(path).launches) == 8


def test_expected_failures_of_an_old_driver(run, tmp_path):
    done = run(faults=OLD)
    assert (done.returncode, done.stderr) == (0, "")
    assert "4 cells as expected, 4 of them fail as expected" in done.stdout
    [path] = bundle.find(tmp_path / "runs")
    cells = [outcome for outcome in bundle.read(path).outcomes if outcome.workload == ""]
    assert {(outcome.word, outcome.layer, outcome.stage) for outcome in cells} \
        == {("FAIL", "host", "run")}


def test_wrong_data_is_red(run):
    done = run(faults=("kernel vector_add element=12345 wrong",))
    assert done.returncode == 1
    assert done.stdout.startswith("FAIL  simulated-h100x8  driver 580.95.05  SIMULATED h100x8  "
                                  "4 of 4 cells red (4 FAIL)  hardware.wrong-result\n")


def test_wrong_words(run):
    done = run("--select", "cuda=9.9")
    assert done.returncode == 2
    assert "9.9" in done.stderr
