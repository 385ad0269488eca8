# SPDX-License-Identifier: Apache-2.0
"""From the launches of a cell to its words."""

import pytest

from gpu_selftest_harness.judge import judge
from gpu_selftest_harness.model import Expectation, Trouble
from records import (UUIDS, FakeMatrix, cell, check, failing, launch, metric, node, planned, report,
                     workload)

OLD = Expectation("FAIL", "host", "host.driver-too-old", None, "the driver is older", 0)
AT_START = Expectation("FAIL", "host", "host.image-requirement-unmet", "engine", "the hook asks", 1)
REQUIREMENT = ("docker: Error response from daemon: ...\nnvidia-container-cli: requirement error: "
               "unsatisfied condition: cuda>=13.0\n")


def judged(*launches, matrix=FakeMatrix(), asked=None, **more):
    """The cell's outcome, then those of its workloads by name."""
    outcomes = judge(asked or planned(), list(launches), matrix, node(), **more)
    assert outcomes[0].workload == ""
    return outcomes[0], {outcome.workload: outcome for outcome in outcomes[1:]}


def reds(*launches, **more):
    of_cell, workloads = judged(*launches, **more)
    return {outcome.workload for outcome in (of_cell, *workloads.values()) if outcome.is_red}


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


# --- What was expected ---

def test_expected_failure_is_as_expected_and_so_is_what_passes_beside_it():
    rows = [workload("vector-add", "FAIL"), workload("host-copy", "PASS")]
    one = launch(1, report(rows, [check("host.driver-too-old", "vector-add")]))
    assert reds(one, matrix=FakeMatrix(({}, (), None, OLD))) == set()
    assert reds(one) == {"", "vector-add"}


def test_expected_failure_that_blocks_the_rest():
    rows = [workload("vector-add", "SKIP", None, "host.driver-too-old"),
            workload("host-copy", "SKIP", None, "host.driver-too-old")]
    told = report(rows, [check("host.driver-too-old")])
    assert reds(launch(1, told), matrix=FakeMatrix(({}, (), None, OLD))) == set()


@pytest.mark.parametrize("wrong", [
    Expectation("FAIL", "host", "host.driver-mismatch", None, "another id", 0),
    Expectation("ERROR", "host", "host.driver-too-old", None, "another word", 0),
    Expectation("FAIL", "image", "host.driver-too-old", None, "another layer", 0),
    Expectation("FAIL", "host", "host.driver-too-old", "engine", "another stage", 0)])
def test_word_layer_id_and_stage_must_match(wrong):
    one = launch(1, failing("host.driver-too-old"))
    assert "" in reds(one, matrix=FakeMatrix(({}, (), None, wrong)))


def test_pass_where_a_failure_was_expected_is_red():
    of_cell, workloads = judged(launch(1, report()), matrix=FakeMatrix(({}, (), None, OLD)))
    assert (of_cell.word, of_cell.is_red) == ("PASS", True)
    assert of_cell.observed == ("unexpected pass, host.driver-too-old was to come: the driver is "
                                "older")
    assert all(what.is_red for what in workloads.values())


def test_another_failure_beside_the_expected_one_is_red():
    rows = [workload("vector-add", "FAIL"), workload("host-copy", "FAIL")]
    told = report(rows, [check("host.driver-too-old", "vector-add"),
                         check("hardware.memory-corrupted", "host-copy")])
    assert reds(launch(1, told), matrix=FakeMatrix(({}, (), None, OLD))) == {"host-copy"}


def test_the_same_mismatch_by_the_way_gpus_came_in():
    matrix = FakeMatrix(({}, (), "legacy", AT_START), ({}, (), "jit-cdi", OLD))
    at_start = launch(1, stage="engine", exit_code=125, message=REQUIREMENT, injection="legacy",
                      explained="host.image-requirement-unmet")
    inside = launch(1, failing("host.driver-too-old"), injection="jit-cdi")
    of_cell, workloads = judged(at_start, matrix=matrix)
    assert (of_cell.word, of_cell.layer, of_cell.stage, of_cell.is_red) \
        == ("FAIL", "host", "engine", False)
    assert of_cell.observed == ("nvidia-container-cli: requirement error: unsatisfied condition: "
                                "cuda>=13.0")
    assert {(what.word, what.is_red) for what in workloads.values()} == {("SKIP", False)}
    assert reds(inside, matrix=matrix) == set()
    # Of the other mode each is wrong.
    assert "" in reds(launch(1, failing("host.driver-too-old"), injection="legacy"), matrix=matrix)


def test_rule_of_a_workload_says_nothing_of_the_others():
    skips = Expectation("SKIP", reason="no cuBLAS in base", rule=0)
    matrix = FakeMatrix(({}, ("host-copy",), None, skips))
    rows = [workload("vector-add"), workload("host-copy", "SKIP", "cuBLAS is not here")]
    assert reds(launch(1, report(rows)), matrix=matrix) == set()
    assert reds(launch(1, report()), matrix=matrix) == {"host-copy"}


def test_workload_that_is_to_fail_takes_the_cell_with_it():
    slow = Expectation("FAIL", "hardware", "hardware.slow", None, "a riser", 0)
    matrix = FakeMatrix(({}, ("host-copy",), None, slow))
    assert reds(launch(1, failing("hardware.slow", "host-copy")), matrix=matrix) == set()
    assert reds(launch(1, failing("hardware.slow", "vector-add")), matrix=matrix) \
        == {"", "vector-add", "host-copy"}


def test_fault_of_no_workload_is_not_explained_by_one():
    slow = Expectation("FAIL", "hardware", "hardware.slow", None, "a riser", 0)
    told = failing("hardware.slow", "host-copy")
    told["checks"].append(check("host.fabric-not-ready"))
    assert reds(launch(1, told), matrix=FakeMatrix(({}, ("host-copy",), None, slow))) == {""}


def test_a_workload_that_does_not_apply_is_no_failure_but_a_cell_is():
    rows = [workload("vector-add"), workload("host-copy", "SKIP", "needs 2 GPUs, 1 is selected")]
    assert reds(launch(1, report(rows))) == set()
    rows = [workload("vector-add", "SKIP", "so"), workload("host-copy", "SKIP", "so")]
    of_cell, _ = judged(launch(1, report(rows)))
    assert (of_cell.word, of_cell.is_red) == ("SKIP", True)


def test_a_second_fault_in_the_same_workload_was_not_to_come():
    rows = [workload("vector-add", "FAIL"), workload("host-copy")]
    told = report(rows, [check("host.driver-too-old", "vector-add"),
                         check("hardware.wrong-result", "vector-add")])
    matrix = FakeMatrix(({}, (), None, OLD))
    assert reds(launch(1, told), matrix=matrix) == {"vector-add"}
    _, workloads = judged(launch(1, told), matrix=matrix)
    assert workloads["vector-add"].also == ("hardware.wrong-result",)
    told["checks"][1]["blocked_by"] = "host.driver-too-old"
    assert reds(launch(1, told), matrix=matrix) == set()


def test_a_second_fault_of_the_machine_was_not_to_come():
    rows = [workload("vector-add"), workload("host-copy")]
    told = report(rows, [check("host.driver-too-old"), check("host.fabric-not-ready")])
    of_cell, _ = judged(launch(1, told), matrix=FakeMatrix(({}, (), None, OLD)))
    assert (of_cell.is_red, of_cell.also) == (True, ("host.fabric-not-ready",))


# --- Several launches ---

def test_worst_wins_and_is_intermittent():
    of_cell, workloads = judged(launch(1, report()), launch(2, failing("hardware.wrong-result")),
                                launch(3, report()))
    assert (of_cell.word, of_cell.id, of_cell.is_intermittent, of_cell.is_red) \
        == ("FAIL", "hardware.wrong-result", True, True)
    assert of_cell.observed == "1 of 3 launches: seen of hardware.wrong-result"
    assert workloads["vector-add"].is_intermittent and not workloads["host-copy"].is_intermittent


def test_expected_failure_that_comes_only_sometimes_is_red():
    of_cell, _ = judged(launch(1, failing("host.driver-too-old")), launch(2, report()),
                        matrix=FakeMatrix(({}, (), None, OLD)))
    assert (of_cell.word, of_cell.is_red, of_cell.is_intermittent) == ("FAIL", True, True)
    assert of_cell.observed.startswith("1 of 2 launches: unexpected pass")


def test_two_failures_show_the_one_that_was_not_to_come():
    of_cell, _ = judged(launch(1, failing("host.driver-too-old")),
                        launch(2, failing("hardware.slow")),
                        matrix=FakeMatrix(({}, (), None, OLD)))
    assert (of_cell.id, of_cell.is_red) == ("hardware.slow", True)


@pytest.mark.parametrize("other, word, finding", [
    ({"exit_code": 0, "trouble": Trouble("suite.engine-lost", "gone")}, "ERROR", "suite.engine-lost"),
    ({"trouble": Trouble("suite.gpu-leased", "by another")}, "MISS", "suite.gpu-leased"),
    ({"report": report([workload("vector-add", "SKIP", "so"), workload("host-copy", "SKIP", "so")])},
     "SKIP", None)])
def test_an_expected_failure_takes_no_blame_for_another_launch(other, word, finding):
    expected = FakeMatrix(({}, (), None, OLD))
    old = [launch(i, failing("host.driver-too-old")) for i in (1, 2)]
    of_cell, _ = judged(*old, launch(3, **other), matrix=expected)
    assert (of_cell.word, of_cell.id, of_cell.is_red, of_cell.is_intermittent) \
        == (word, finding, True, True)
    assert of_cell.observed.startswith("1 of 3 launches: ")
    of_cell, _ = judged(*old, matrix=expected)
    assert (of_cell.word, of_cell.id, of_cell.is_red) == ("FAIL", "host.driver-too-old", False)


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
             check("host.gpu-gone", "vector-add", blocked_by="hardware.slow"),
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


def test_what_was_expected_is_nothing_more():
    of_cell, workloads = judged(*(launch(i, failing("host.driver-too-old")) for i in (1, 2)),
                                launch(3, failing("hardware.slow")),
                                matrix=FakeMatrix(({}, (), None, OLD)))
    assert (of_cell.id, of_cell.also) == ("hardware.slow", ())
    assert workloads["vector-add"].also == ()


def test_ids_of_other_launches_are_told_beside():
    of_cell, _ = judged(launch(1, failing("hardware.nvlink-down")),
                        launch(2, failing("hardware.wrong-result")))
    assert {of_cell.id, *of_cell.also} == {"hardware.nvlink-down", "hardware.wrong-result"}
    assert len(of_cell.also) == 1
    assert judged(launch(1, failing("hardware.nvlink-down")))[0].also == ()


def test_what_was_tried_again_counts_no_more_but_is_told():
    of_cell, _ = judged(launch(1, exit_code=0), launch(2, report(), kind="again", round=1))
    assert (of_cell.word, of_cell.is_red, of_cell.is_intermittent) == ("PASS", False, True)
    assert of_cell.launches == ("0001", "0002")


def test_a_second_try_that_fails_too_stays():
    of_cell, _ = judged(launch(1, exit_code=0), launch(2, exit_code=0, kind="again", round=1))
    assert (of_cell.word, of_cell.id, of_cell.is_intermittent) == ("ERROR", "suite.no-report", False)


def test_wrong_data_stays_a_failure_whatever_comes_after():
    wrong = failing("hardware.wrong-result")
    wrong["gpus"][0]["facts"]["other_processes"] = {"vector-add": "1, pid 77"}
    of_cell, _ = judged(launch(1, wrong), launch(2, report(), kind="again", round=1))
    assert (of_cell.word, of_cell.id, of_cell.is_red) == ("FAIL", "hardware.wrong-result", True)


def test_slow_numbers_beside_a_neighbour_may_be_tried_again():
    slow = failing("hardware.slow", "host-copy")
    slow["gpus"][0]["facts"]["other_processes"] = {"host-copy": "1, pid 77"}
    of_cell, _ = judged(launch(1, slow), launch(2, report(), kind="again", round=1))
    assert (of_cell.word, of_cell.is_red, of_cell.is_intermittent) == ("PASS", False, True)
    of_cell, _ = judged(launch(1, failing("hardware.slow", "host-copy")),
                        launch(2, report(), kind="again", round=1))
    assert (of_cell.word, of_cell.is_red) == ("FAIL", True)


def test_the_second_try_of_another_gpu_replaces_nothing():
    of_cell, _ = judged(launch(1, exit_code=0),
                        launch(2, report(), kind="again", round=1, gpus=UUIDS[1:2]))
    assert of_cell.word == "ERROR"


# --- Noise ---

@pytest.mark.parametrize("facts, noise", [
    ({}, ""), ({"clock_limits_under_load": {"host-copy": "software power cap, idle"}}, ""),
    ({"clock_limits_under_load": {"host-copy": "idle, hardware thermal slowdown"}},
     "gpu 0: hardware thermal slowdown"),
    ({"clock_limits_under_load": {"host-copy": "hardware power brake"}}, "gpu 0: hardware power brake"),
    ({"other_processes": {"host-copy": "not told"}}, ""),
    ({"other_processes": {"host-copy": "2, busy 40 % of the time"}},
     "gpu 0: other processes: 2, busy 40 % of the time")])
def test_noise_of_a_report(facts, noise):
    told = report()
    told["gpus"][0]["facts"].update(facts)
    of_cell, workloads = judged(launch(1, told))
    assert (of_cell.noise, workloads["host-copy"].noise, workloads["vector-add"].noise) \
        == (noise, noise, "")
    assert not of_cell.is_red


def test_a_foreign_process_disturbs_all_of_the_launch():
    of_cell, workloads = judged(launch(1, report(), foreign=("pid 77 on gpu 0",)))
    assert {what.noise for what in (of_cell, *workloads.values())} \
        == {"other processes: pid 77 on gpu 0"}


# --- Numbers ---

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


def test_cell_of_its_own_key():
    other = cell(cuda="12.4")
    assert judged(asked=planned(other, miss="so"))[0].cell == other.key != cell().key
