# SPDX-License-Identifier: Apache-2.0
"""Numbers, and whole workloads, that are missing from a report or cannot be."""

import pytest

from gpu_selftest_harness.model import Expectation
from judging import judged, reds
from records import UUIDS, FakeMatrix, check, failing, launch, metric, report, workload


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), -1.0, 10 ** 400, -10 ** 400],
                         ids=["none", "nan", "infinity", "negative", "huge", "huge and negative"])
def test_a_number_that_cannot_be(value):
    of_cell, workloads = judged(launch(1, report(metrics=[metric(value=value)])))
    assert (of_cell.word, of_cell.id) == ("ERROR", "suite.metric-invalid")
    assert workloads["host-copy"].is_red and not workloads["vector-add"].is_red


def test_a_number_that_one_launch_lost():
    both = [metric(), metric("host-copy.from-gpu")]
    of_cell, workloads = judged(launch(1, report(metrics=both)), launch(2, report()))
    assert (of_cell.word, of_cell.id) == ("ERROR", "suite.metric-missing")
    assert "'host-copy.from-gpu pinned'" in workloads["host-copy"].observed
    assert reds(launch(1, report(metrics=both)), launch(2, report(metrics=both))) == set()


def test_a_number_that_history_has():
    known = {"host-copy": {("host-copy.both-ways", "pinned", UUIDS[0], UUIDS[0])}}
    assert judged(launch(1, report()), history=known)[0].id == "suite.metric-missing"
    # Of a GPU that is not here tonight nothing is missing.
    known = {"host-copy": {("host-copy.both-ways", "pinned", "GPU-elsewhere", "GPU-elsewhere")}}
    assert judged(launch(1, report()), history=known)[0].word == "PASS"


def test_a_time_that_no_double_holds():
    told = report()
    told["workloads"][0]["duration_s"] = 10 ** 400
    assert judged(launch(1, told))[1]["vector-add"].duration_s == 0.0


def test_an_older_program_tells_nothing_of_interruptions():
    told = report([workload("vector-add")])
    assert judged(launch(1, told))[0].id == "suite.workload-missing"
    del told["interrupted"]
    assert judged(launch(1, told))[0].id == "suite.workload-missing"


BOTH = {"host-copy": {("host-copy.to-gpu", "pinned", UUIDS[0], UUIDS[0])}}


def skipping(**how):
    return report([workload("vector-add"), workload("host-copy", "SKIP", **how)], metrics=[])


def test_a_workload_that_begins_to_skip_loses_its_numbers():
    told = skipping(reason="no GPU reaches another")
    of_cell, workloads = judged(launch(1, told), history=BOTH)
    assert (of_cell.word, of_cell.id, of_cell.is_red) == ("ERROR", "suite.metric-missing", True)
    assert workloads["host-copy"].observed \
        == f"'host-copy.to-gpu pinned' of {UUIDS[0]} is not in the report: no GPU reaches another"
    assert reds(launch(1, report()), launch(2, told)) == {"", "host-copy"}
    assert reds(launch(1, told)) == set()
    assert reds(launch(1, report()), history=BOTH) == set()


def test_a_workload_that_is_to_skip_loses_nothing():
    skips = Expectation("SKIP", reason="not in base", rule=0)
    matrix = FakeMatrix(({}, ("host-copy",), None, skips))
    assert reds(launch(1, skipping(reason="so")), history=BOTH, matrix=matrix) == set()
    assert reds(launch(1, report()), history=BOTH, matrix=matrix) == {"host-copy"}


def test_a_workload_that_is_blocked_or_never_had_its_turn_loses_nothing_more():
    blocked = skipping(blocked_by="hardware.slow")
    assert reds(launch(1, blocked), history=BOTH) == set()
    ended = {**skipping(reason="not begun"), "interrupted": "SIGTERM"}
    ended["checks"] = [check("suite.interrupted", None, "ERROR")]
    ended.update(verdict="ERROR", exit_code=3, headline={
        key: ended["checks"][0][key] for key in ("id", "observed", "remedy")})
    assert reds(launch(1, ended), history=BOTH) == {""}


def test_a_workload_that_is_not_in_the_report():
    of_cell, workloads = judged(launch(1, report([workload("vector-add")])))
    assert (of_cell.word, of_cell.id) == ("ERROR", "suite.workload-missing")
    assert workloads["host-copy"].is_red and not workloads["vector-add"].is_red


def test_a_number_of_a_launch_that_failed_is_not_asked_of_others():
    more = failing("hardware.slow", "host-copy")
    more["metrics"] = [metric(), metric("host-copy.retries")]
    assert reds(launch(1, more), launch(2, report())) == {"", "host-copy"}
    of_cell, workloads = judged(launch(1, more), launch(2, report()))
    assert (of_cell.also, workloads["host-copy"].also) == ((), ())
