# SPDX-License-Identifier: Apache-2.0
"""Launches of one cell that do not say the same: the worst wins, and nothing that was found is lost."""

import pytest

from judging import judged
from records import check, failing, launch, report, workload


def test_worst_wins_and_is_intermittent():
    of_cell, workloads = judged(launch(1, report()), launch(2, failing("hardware.wrong-result")),
                                launch(3, report()))
    assert (of_cell.word, of_cell.id, of_cell.is_intermittent, of_cell.is_red) \
        == ("FAIL", "hardware.wrong-result", True, True)
    assert of_cell.observed == "1 of 3 launches: seen of hardware.wrong-result"
    assert workloads["vector-add"].is_intermittent and not workloads["host-copy"].is_intermittent


def test_all_that_launches_found_is_kept():
    of_cell, workloads = judged(launch(1, failing("hardware.slow")),
                                launch(2, failing("hardware.wrong-result")))
    for found in (of_cell, workloads["vector-add"]):
        assert {found.id, *found.also} == {"hardware.slow", "hardware.wrong-result"}
        assert found.id not in found.also
    assert workloads["host-copy"].also == ()


def test_all_that_one_launch_found_is_kept():
    rows = [workload("vector-add", "FAIL"), workload("host-copy")]
    found = [check("hardware.slow", "vector-add"), check("hardware.wrong-result", "vector-add"),
             check("host.gpu-gone", "vector-add", "SKIP", blocked_by="hardware.slow"),
             check("user.gpu-shared", "vector-add", "PASS")]
    _, workloads = judged(launch(1, report(rows, found)))
    what = workloads["vector-add"]
    assert sorted([what.id, *what.also]) == ["hardware.slow", "hardware.wrong-result"]


@pytest.mark.parametrize("told", [
    {"exit_code": 1}, {"exit_code": 1, "checks": 3}, "text",
    {**failing("hardware.slow"), "checks": None}])
def test_report_that_is_none_has_found_nothing_more(told):
    of_cell, _ = judged(launch(1, failing("hardware.slow")), launch(2, told, exit_code=1))
    assert (of_cell.id, of_cell.also) == ("hardware.slow", ("suite.report-unreadable",))


def test_ids_of_other_launches_are_told_beside():
    of_cell, _ = judged(launch(1, failing("hardware.nvlink-down")),
                        launch(2, failing("hardware.wrong-result")))
    assert {of_cell.id, *of_cell.also} == {"hardware.nvlink-down", "hardware.wrong-result"}
    assert len(of_cell.also) == 1
    assert judged(launch(1, failing("hardware.nvlink-down")))[0].also == ()
