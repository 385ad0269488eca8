# SPDX-License-Identifier: Apache-2.0
"""What came of a cell, held against what was to come of it: word, layer, id and stage, by the way in
which GPUs came into the container."""

import pytest

from gpu_selftest_harness.model import Expectation, Trouble
from judging import judged, reds
from records import FakeMatrix, check, failing, launch, report, workload

OLD = Expectation("FAIL", "host", "host.driver-too-old", None, "the driver is older", 0)
AT_START = Expectation("FAIL", "host", "host.image-requirement-unmet", "engine", "the hook asks", 1)
REQUIREMENT = ("docker: Error response from daemon: ...\nnvidia-container-cli: requirement error: "
               "unsatisfied condition: cuda>=13.0\n")


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
    told["checks"][1].update(verdict="SKIP", blocked_by="host.driver-too-old")
    assert reds(launch(1, told), matrix=matrix) == set()


def test_a_second_fault_of_the_machine_was_not_to_come():
    rows = [workload("vector-add"), workload("host-copy")]
    told = report(rows, [check("host.driver-too-old"), check("host.fabric-not-ready")])
    of_cell, _ = judged(launch(1, told), matrix=FakeMatrix(({}, (), None, OLD)))
    assert (of_cell.is_red, of_cell.also) == (True, ("host.fabric-not-ready",))


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


def test_what_was_expected_is_nothing_more():
    of_cell, workloads = judged(*(launch(i, failing("host.driver-too-old")) for i in (1, 2)),
                                launch(3, failing("hardware.slow")),
                                matrix=FakeMatrix(({}, (), None, OLD)))
    assert (of_cell.id, of_cell.also) == ("hardware.slow", ())
    assert workloads["vector-add"].also == ()


@pytest.mark.parametrize("by, is_red", [("host.driver-too-old", False), ("host.fabric-not-ready", True)])
def test_a_workload_that_something_else_blocks_was_not_to_come(by, is_red):
    rows = [workload("vector-add", "FAIL"), workload("host-copy", "SKIP", f"blocked by {by}", by)]
    told = report(rows, [check("host.driver-too-old", "vector-add")])
    assert ("host-copy" in reds(launch(1, told), matrix=FakeMatrix(({}, (), None, OLD)))) == is_red


def test_of_two_passes_the_one_that_was_not_to_come_is_told():
    matrix = FakeMatrix(({}, (), "legacy", OLD))
    passes = [launch(1, report(), injection="cdi"), launch(2, report(), injection="legacy")]
    of_cell, _ = judged(*passes, matrix=matrix)
    assert (of_cell.word, of_cell.is_red, of_cell.expected) == ("PASS", True, OLD)
    assert of_cell.observed.startswith("1 of 2 launches: unexpected pass, host.driver-too-old")
