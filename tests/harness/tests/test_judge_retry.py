# SPDX-License-Identifier: Apache-2.0
"""Which launches of a cell count, where some were tried again."""

import subprocess

import pytest

from gpu_selftest_harness.judge.data import DATA
from gpu_selftest_harness.judge.retry import SPEED
from judging import judged
from records import UUIDS, check, failing, launch, report, workload

AGAIN = launch(2, report(), kind="again", round=1)


def disturbed(told, of="host-copy"):
    """By somebody else on the GPU."""
    told["gpus"][0]["facts"]["other_processes"] = {of: "1, pid 77"}
    return told


def test_what_was_tried_again_counts_no_more_but_is_told():
    of_cell, _ = judged(launch(1, exit_code=0), AGAIN)
    assert (of_cell.word, of_cell.is_red, of_cell.is_intermittent) == ("PASS", False, True)
    assert of_cell.launches == ("0001", "0002")


def test_a_second_try_that_fails_too_stays():
    of_cell, _ = judged(launch(1, exit_code=0), launch(2, exit_code=0, kind="again", round=1))
    assert (of_cell.word, of_cell.id, of_cell.is_intermittent) == ("ERROR", "suite.no-report", False)


def test_the_second_try_of_another_gpu_replaces_nothing():
    of_cell, _ = judged(launch(1, exit_code=0),
                        launch(2, report(), kind="again", round=1, gpus=UUIDS[1:2]))
    assert of_cell.word == "ERROR"


# --- A failure beside a neighbour ---

def test_slow_numbers_beside_a_neighbour_may_be_tried_again():
    of_cell, _ = judged(launch(1, disturbed(failing("hardware.slow", "host-copy"))), AGAIN)
    assert (of_cell.word, of_cell.is_red, of_cell.is_intermittent) == ("PASS", False, True)
    of_cell, _ = judged(launch(1, failing("hardware.slow", "host-copy")), AGAIN)
    assert (of_cell.word, of_cell.is_red) == ("FAIL", True)


@pytest.mark.parametrize("finding", [
    "hardware.wrong-result", "hardware.kernel-fault", "hardware.gpu-lost", "hardware.nvlink-down",
    "host.driver-too-old", "runtime.not-permitted", "user.all-gpus-hidden"])
def test_what_no_neighbour_brings_about_stays_a_failure(finding):
    of_cell, workloads = judged(launch(1, disturbed(failing(finding, "host-copy"))), AGAIN)
    assert (of_cell.word, of_cell.id, of_cell.is_red) == ("FAIL", finding, True)
    assert workloads["host-copy"].is_red


SLOW = check("hardware.slow", "host-copy")


@pytest.mark.parametrize("more", [
    check("hardware.wrong-result", "host-copy"), check("hardware.memory-corrupted"),
    check("hardware.wrong-result", "vector-add")],
    ids=["in the same workload", "in none", "in another"])
def test_a_fault_beside_slow_numbers_stays_a_failure(more):
    rows = [workload("vector-add", "FAIL" if more["workload"] == "vector-add" else "PASS"),
            workload("host-copy", "FAIL")]
    of_cell, _ = judged(launch(1, disturbed(report(rows, [SLOW, more]))), AGAIN)
    assert (of_cell.word, of_cell.is_red) == ("FAIL", True)


def test_slow_numbers_that_nobody_disturbed_stay_a_failure_beside_those_that_somebody_did():
    rows = [workload("vector-add", "FAIL"), workload("host-copy", "FAIL")]
    told = report(rows, [SLOW, check("hardware.slow", "vector-add")])
    of_cell, _ = judged(launch(1, disturbed(told)), AGAIN)
    assert (of_cell.word, of_cell.is_red) == ("FAIL", True)


def test_a_fault_of_the_machine_stays_a_failure_where_only_passing_numbers_were_disturbed():
    told = report([workload("vector-add"), workload("host-copy")], [check("host.fabric-not-ready")])
    of_cell, _ = judged(launch(1, disturbed(told)), AGAIN)
    assert (of_cell.word, of_cell.id, of_cell.is_red) == ("FAIL", "host.fabric-not-ready", True)


@pytest.mark.parametrize("finding", sorted(SPEED))
def test_the_program_knows_what_is_slow(finding, program_path):
    done = subprocess.run([program_path, "explain", finding], capture_output=True, text=True,
                          check=False)
    assert (done.returncode, "  verdict   FAIL\n" in done.stdout) == (0, True)


def test_wrong_data_is_no_matter_of_speed():
    assert not DATA & SPEED
