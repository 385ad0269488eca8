# SPDX-License-Identifier: Apache-2.0
"""`gpu-selftest-harness run` with the program itself on simulated machines, in a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time
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
defaults: {launches: 2, samples: 5, timeout_s: 250, environment: {GPU_SELFTEST_SIZE: 1M},
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

    def start(*words, faults=(), program=program_path, begin=subprocess.run, **more):
        node = nodes.simulated("h100x8", faults, program=program_path)
        (tmp_path / "node.json").write_text(json.dumps(nodes.to_json(node)))
        return begin(
            [sys.executable, "-m", "gpu_selftest_harness.cli", "run", "matrix.yaml", "--node",
             "node.json", "--program", program, "--leases", "leases", *words],
            cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(HARNESS)}, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, **more)
    return start


def test_healthy_machine(run, tmp_path):
    done = run("--jobs", "2")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("PASS  simulated-h100x8  driver 580.95.05  SIMULATED h100x8  "
                                  "4 cells as expected\n")
    [path] = bundle.find(tmp_path / "runs")
    assert len(bundle.read(path).launches) == 8


def test_driver_that_is_gone_is_a_bundle_of_what_nobody_ran(run, tmp_path):
    def begin(words, **more):
        node = json.loads((tmp_path / "node.json").read_text())
        node |= {"driver": None, "gpus": [], "problems": ["NVML: driver not loaded"]}
        (tmp_path / "node.json").write_text(json.dumps(node))
        return subprocess.run(words, **more)

    done = run(begin=begin)

    assert done.returncode == 3, done.stderr
    assert "next: mend what it names (gpu-selftest-harness node show); only if" in done.stdout
    [path] = bundle.find(tmp_path / "runs")
    outcomes = bundle.read(path).outcomes
    assert {(one.word, one.id, one.observed) for one in outcomes if one.workload == ""} == {
        ("MISS", "suite.cell-cannot-run", "NVML: driver not loaded")}
    assert len({one.cell for one in outcomes}) == 8


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


@pytest.mark.parametrize("words", [("--list",), ()])
def test_selection_of_no_item_is_usage(run, tmp_path, words):
    done = run("-k", "nosuch", *words)
    assert done.returncode == 2
    assert "nothing was selected; cells of this node are such as driver=580," in done.stdout
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("words, text", [
    (("--select", "cuda=9.9"), "9.9"), (("--jobs", "0"), "'jobs' has to be 1 or more, not 0"),
    (("--tries", "-1"), "'tries' has to be 1 or more, not -1"),
    (("--night", "yesterday"), "'yesterday' is no night such as 2026-11-27"),
    (("--quarantine", "nowhere.yaml"), "nowhere.yaml"), (("--seed", "x"), "invalid int value")])
def test_wrong_words(run, tmp_path, words, text):
    done = run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert text in done.stderr
    assert not (tmp_path / "runs").exists()


# --- Signals ---

WAITS = """#!/bin/sh
# The program, once it may go on.
echo started >> started
while [ ! -e go ]; do sleep 0.05; done
exec {program} "$@"
"""


@pytest.fixture
def begun(run, tmp_path, program_path, hears_interrupts):
    """A run whose first launch waits until the file 'go' is there."""
    (tmp_path / "waits").write_text(WAITS.format(program=program_path))
    (tmp_path / "waits").chmod(0o755)
    child = run("--jobs", "1", program=tmp_path / "waits", begin=subprocess.Popen)
    deadline = time.monotonic() + 60
    while not (tmp_path / "started").exists():
        assert child.poll() is None and time.monotonic() < deadline, child.stderr.read()
        time.sleep(0.02)
    yield child
    child.kill()
    child.communicate()


def stopped(child, number=signal.SIGTERM):
    """Sends it, and waits until it was heard."""
    child.send_signal(number)
    return child.stderr.readline()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_first_signal_lets_what_runs_come_to_its_end(begun, tmp_path, number):
    assert "what runs is seen to its end" in stopped(begun, number)
    (tmp_path / "go").touch()
    out, err = begun.communicate(timeout=250)
    assert (begun.returncode, err) == (3, "")
    [path] = bundle.find(tmp_path / "runs")
    contents = bundle.read(path)
    assert [one.report and one.report["verdict"] for one in contents.launches] == ["PASS"], \
        contents.launches
    words = {one.word for one in contents.outcomes if one.workload == ""}
    # Also of the cell whose other launch never came.
    assert words == {"MISS"}
    assert "suite.not-run" in out.splitlines()[0]
    assert (tmp_path / "started").read_text() == "started\n"


def test_signal_before_anything_runs_is_no_usage(tmp_path, hears_interrupts):
    """While the machine is looked at: pytest ends with 2 then."""
    (tmp_path / "matrix.yaml").write_text(MATRIX)
    (tmp_path / "slow").write_text("#!/bin/sh\ntouch asked\nexec sleep 60\n")
    (tmp_path / "slow").chmod(0o755)
    child = subprocess.Popen(
        [sys.executable, "-m", "gpu_selftest_harness.cli", "run", "matrix.yaml", "--program",
         tmp_path / "slow"], cwd=tmp_path, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(HARNESS)})
    deadline = time.monotonic() + 60
    while not (tmp_path / "asked").exists():
        assert child.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)

    child.send_signal(signal.SIGINT)

    told = child.communicate(timeout=60)[1]
    assert (child.returncode, told) == (
        3, "gpu-selftest-harness: interrupted before anything was run\n")


def test_second_signal_ends_what_runs(begun, tmp_path):
    stopped(begun)
    assert "ending what runs" in stopped(begun)
    out, _ = begun.communicate(timeout=250)
    assert begun.returncode == 3
    [path] = bundle.find(tmp_path / "runs")
    contents = bundle.read(path)
    assert [one.trouble.id for one in contents.launches] == ["suite.not-run"]


def test_killed_in_the_middle_it_goes_on(begun, run, tmp_path):
    begun.kill()
    begun.communicate()
    (tmp_path / "go").touch()
    assert bundle.find(tmp_path / "runs") == []
    done = run("--resume")
    assert done.returncode == 0, done.stderr
    [path] = bundle.find(tmp_path / "runs")
    contents = bundle.read(path)
    assert (len(contents.launches), contents.problems) == (8, [])
