# SPDX-License-Identifier: Apache-2.0
"""From one launch to its words, and what is said of a cell that had none."""

import pytest

from gpu_selftest_harness.model import Trouble
from judging import judged
from records import cell, check, failing, launch, planned, report, workload


def test_three_launches_that_pass():
    of_cell, workloads = judged(*(launch(i, report()) for i in (1, 2, 3)))
    assert (of_cell.word, of_cell.id, of_cell.is_as_expected, of_cell.is_intermittent) \
        == ("PASS", None, True, False)
    assert of_cell.launches == ("0001", "0002", "0003")
    assert of_cell.duration_s == 6.0
    assert {name: what.word for name, what in workloads.items()} \
        == {"vector-add": "PASS", "host-copy": "PASS"}


def test_a_failure_is_told_with_its_layer_and_remedy():
    of_cell, workloads = judged(launch(1, failing("hardware.slow")))
    assert (of_cell.word, of_cell.layer, of_cell.id, of_cell.is_red) \
        == ("FAIL", "hardware", "hardware.slow", True)
    assert (of_cell.observed, of_cell.remedy) == ("seen of hardware.slow", "mend hardware.slow")
    assert workloads["vector-add"].is_red and not workloads["host-copy"].is_red


@pytest.mark.parametrize("changes, finding", [
    ({"exit_code": 0}, "suite.no-report"), ({"exit_code": 139}, "suite.no-report"),
    ({"exit_code": None, "is_timed_out": True}, "suite.no-report"),
    ({"exit_code": 125, "stage": "engine", "message": "what is this\n"}, "suite.engine-failed"),
    ({"exit_code": 0, "report": report(), "trouble": Trouble("suite.engine-lost", "gone")},
     "suite.engine-lost"),
    ({"exit_code": None, "trouble": Trouble("suite.never-heard-of", "so")}, "suite.never-heard-of")])
def test_could_not_tell(changes, finding):
    of_cell, workloads = judged(launch(1, **changes))
    assert (of_cell.word, of_cell.id, of_cell.is_red) == ("ERROR", finding, True)
    assert of_cell.observed
    assert not any(what.is_red for what in workloads.values())


def test_trouble_that_is_a_miss():
    of_cell, workloads = judged(launch(1, stage="engine", trouble=Trouble(
        "suite.image-absent", "'gpu-selftest:13.0' is not there")))
    assert (of_cell.word, of_cell.id) == ("MISS", "suite.image-absent")
    assert {what.word for what in workloads.values()} == {"SKIP"}


def test_what_cannot_run_here_is_a_miss():
    of_cell, workloads = judged(asked=planned(miss="node 'node7' has no engine 'docker'"))
    assert (of_cell.word, of_cell.id, of_cell.is_red) == ("MISS", "suite.cell-cannot-run", True)
    assert of_cell.observed == "node 'node7' has no engine 'docker'"
    assert {what.observed for what in workloads.values()} == {"blocked by suite.cell-cannot-run"}


def test_what_a_node_could_run_before_its_driver_was_gone_is_a_miss_of_its_own():
    of_cell, workloads = judged(asked=planned(miss="NVML: driver not loaded", is_gone=True))
    assert (of_cell.word, of_cell.id, of_cell.is_red) == ("MISS", "suite.node-gone", True)
    assert "mend its driver" in of_cell.remedy
    assert not any(what.is_red for what in workloads.values())


def test_what_was_not_reached_is_a_miss():
    assert judged()[0].id == "suite.not-run"


def test_a_proven_fault_is_not_hidden_by_a_lost_engine():
    of_cell, _ = judged(launch(1, failing("hardware.wrong-result"), exit_code=137,
                               trouble=Trouble("suite.engine-lost", "gone")))
    assert (of_cell.word, of_cell.id) == ("FAIL", "hardware.wrong-result")


def test_cell_of_its_own_key():
    other = cell(cuda="12.4")
    assert judged(asked=planned(other, miss="so"))[0].cell == other.key != cell().key


@pytest.mark.parametrize("finding, verdict", [
    (check("host.driver-too-old-for-kernels", "vector-add", "SKIP", blocked_by="host.driver-too-old"), "SKIP"),
    (check("hardware.wrong-result", "vector-add"), "FAIL")], ids=["blocked", "of its own"])
def test_a_workload_whose_only_finding_another_one_explains_is_skipped(finding, verdict):
    by = finding["blocked_by"]
    rows = [workload("vector-add", verdict, by and f"blocked by {by}", by), workload("host-copy")]
    of_cell, workloads = judged(launch(1, report(rows, [check("host.driver-too-old"), finding])))
    what = workloads["vector-add"]
    assert (of_cell.word, of_cell.id, what.word, what.is_red) \
        == ("FAIL", "host.driver-too-old", verdict, verdict == "FAIL")
    assert what.observed == (f"blocked by {by}" if by else "seen of hardware.wrong-result")


def test_a_failure_whose_only_finding_is_blocked_contradicts_itself():
    rows = [workload("vector-add", "FAIL"), workload("host-copy")]
    blocked = check("hardware.wrong-result", "vector-add", "SKIP", blocked_by="hardware.memory-corrupted")
    told = report(rows, [check("hardware.memory-corrupted"), blocked])
    of_cell, workloads = judged(launch(1, told))
    assert (of_cell.word, of_cell.id) == ("FAIL", "hardware.memory-corrupted")
    assert (workloads["vector-add"].word, workloads["vector-add"].id) == ("ERROR", "suite.report-contradicts")


def test_what_the_engine_could_not_do_is_told_before_a_report_that_contradicts():
    stuck = Trouble("suite.container-stuck", "docker cannot remove it")
    of_cell, _ = judged(launch(1, report(exit_code=1), trouble=stuck, exit_code=None))
    assert (of_cell.word, of_cell.id) == ("ERROR", "suite.container-stuck")
    of_cell, _ = judged(launch(1, report(exit_code=1), exit_code=None))
    assert (of_cell.word, of_cell.id) == ("ERROR", "suite.report-contradicts")


@pytest.mark.parametrize("finding, word", [("host.driver-too-old", "FAIL"), ("suite.crashed", "ERROR")])
def test_a_message_that_tells_of_the_suite_tells_nothing_of_the_machine(finding, word):
    of_cell, _ = judged(launch(1, stage="engine", exit_code=125, message="so\n", explained=finding))
    assert (of_cell.word, of_cell.id, of_cell.stage) == (word, finding, "engine")


def test_a_workload_that_a_lost_engine_kept_from_its_turn_is_not_blamed():
    lost = Trouble("suite.engine-lost", "gone")
    of_cell, workloads = judged(launch(1, report([workload("vector-add")]), trouble=lost))
    assert (of_cell.word, of_cell.id) == ("ERROR", "suite.engine-lost")
    assert (workloads["host-copy"].word, workloads["host-copy"].is_red) == ("SKIP", False)
