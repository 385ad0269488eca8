# SPDX-License-Identifier: Apache-2.0
"""What several runs of a night say together, and what none of them said."""

from dataclasses import replace

import pytest
from gpu_selftest_harness.bundle import Bundle
from gpu_selftest_harness.index import Index, merge
from gpu_selftest_harness.model import Cell, Expectation, Outcome, Planned


def cell(driver="580", cuda="13.0"):
    return Cell(driver, cuda, "runtime", "debian12", "local", "h100", "all", "compute,utility",
                "quick")


def outcome(of, word="PASS"):
    return Outcome(of.key, "", word, None, None, "run", Expectation("PASS"), word == "PASS")


@pytest.fixture
def index(tmp_path):
    with Index(tmp_path / "index.sqlite") as opened:
        yield opened


@pytest.fixture
def add(index, tmp_path):
    def added(cells, *outcomes, node="n7", driver="580.95.05", night="2026-11-27", **header):
        plan = [Planned(one, "", (), 3, 30, 60.0) for one in cells]
        with Bundle.create(tmp_path / "runs", {
                "night": night, "plan": plan, "node": {"name": node, "driver": driver}, **header},
                           0) as bundle:
            for one in outcomes:
                bundle.append("outcome", one)
            sealed = bundle.seal()
            index.add(sealed)
            return sealed
    return added


def said(outcomes):
    return {one.cell: (one.word, one.id, one.observed) for one in outcomes}


def test_cells_that_ran_are_no_miss(index, add):
    add([cell()], outcome(cell()))

    assert said(merge(index, "2026-11-27", [cell()])) == {cell().key: ("PASS", None, "")}


def test_cell_of_a_driver_without_a_node_is_a_miss(index, add):
    add([cell()], outcome(cell()))

    merged = merge(index, "2026-11-27", [cell(), cell("470")])

    assert said(merged)[cell("470").key] == (
        "MISS", "suite.never-ran", "no node with driver 470 reported this night")
    assert all(one.is_red for one in merged if one.word == "MISS")


def test_cell_that_nobody_planned_is_a_miss(index, add):
    add([cell()], outcome(cell()))

    merged = merge(index, "2026-11-27", [cell(), cell(cuda="11.8")])

    assert said(merged)[cell(cuda="11.8").key] == (
        "MISS", "suite.never-ran", "no node planned it this night")


def test_rest_of_a_plan_that_was_cut_short_is_a_miss(index, add):
    add([cell(), cell(cuda="12.4")], outcome(cell()))

    assert said(index.outcomes("2026-11-27")) == {
        cell().key: ("PASS", None, ""),
        cell(cuda="12.4").key: ("MISS", "suite.never-ran",
                                "the run on node 'n7' ended before the cell's turn")}


def test_another_run_of_the_night_makes_it_good(index, add):
    add([cell(), cell(cuda="12.4")], outcome(cell()))
    add([cell(cuda="12.4")], outcome(cell(cuda="12.4")), node="n8")

    assert {one.word for one in index.outcomes("2026-11-27")} == {"PASS"}


@pytest.mark.parametrize("finding, word", [
    ("suite.node-gone", "MISS"), ("suite.cell-cannot-run", "PASS")],
    ids=["it could before", "it never could"])
def test_node_that_is_gone_is_not_hidden_by_a_healthy_one(index, add, finding, word):
    missed = replace(outcome(cell(), "MISS"), id=finding)
    add([cell()], outcome(cell()), node="n1")
    add([cell()], missed, node="n2")

    assert [one.word for one in merge(index, "2026-11-27")] == [word]


def at(time, **header):
    return {"started_utc": f"2026-11-27T{time}Z", **header}


@pytest.mark.parametrize("later", [
    at("04:00:00"), at("02:00:00"),
    # The clock was set back meanwhile.
    at("01:00:00", resumes="20261127T020000Z-n7-00000001")])
@pytest.mark.parametrize("words", [("FAIL", "PASS"), ("PASS", "FAIL")])
def test_last_run_of_a_node_counts_in_whatever_order_they_come(index, add, tmp_path, later, words):
    first, last = words
    runs = [add([cell()], outcome(cell(), first), run_id="20261127T020000Z-n7-00000001",
                **at("02:00:00")),
            add([cell()], outcome(cell(), last), run_id="20261127T020000Z-n7-00000002", **later)]
    is_told = later["started_utc"] != "2026-11-27T02:00:00Z"

    for order in (runs, runs[::-1]) if is_told else (runs,):
        path = tmp_path / order[0].name
        with Index(path) as other:
            for run in order:
                other.add(run)
            assert [one.word for one in other.outcomes("2026-11-27")] == [last]
        with Index.rebuild(path, tmp_path / "runs") as again:
            assert [one.word for one in again.outcomes("2026-11-27")] == [last]
            assert [one.word for one in merge(again, "2026-11-27")] == [last]


def test_runs_that_go_on_with_each_other_are_told_all_the_same(index, add):
    """No harness writes such: it has to end, and to hide neither."""
    names = ["20261127T020000Z-n7-00000001", "20261127T020000Z-n7-00000002"]
    add([cell()], outcome(cell()), run_id=names[0], resumes=names[1])
    add([cell(cuda="12.4")], outcome(cell(cuda="12.4")), run_id=names[1], resumes=names[0])

    assert [one.word for one in index.outcomes("2026-11-27")] == ["PASS", "PASS"]


def test_other_nights_say_nothing_of_this_one(index, add):
    add([cell()], outcome(cell()), night="2026-11-26")
    add([cell(cuda="12.4")], outcome(cell(cuda="12.4")))

    words = {one.cell: one.word for one in merge(index, "2026-11-27", [cell()])}

    assert words == {cell(cuda="12.4").key: "PASS", cell().key: "MISS"}


def test_driver_that_a_node_does_not_have_is_no_crash(index, add):
    add([], driver=None)

    assert [one.word for one in merge(index, "2026-11-27", [cell()])] == ["MISS"]


# --- What a later run of the same node says ---------------------------------------------------

DATA = "hardware.memory-corrupted"


def failed(finding=DATA, **changes):
    return replace(outcome(cell(), "FAIL"), id=finding, layer="hardware", observed="bit 12 of 1",
                   **changes)


def night_of(index, add, *runs):
    for one in runs:
        add([cell()], one)
    [said] = index.outcomes("2026-11-27")
    return said


def test_wrong_data_is_not_made_good_by_a_later_run(index, add):
    said = night_of(index, add, failed(), outcome(cell()))

    assert (said.word, said.id, said.is_red, said.is_intermittent) == ("FAIL", DATA, True, True)
    last = index.runs("2026-11-27")[-1].run_id
    assert said.observed == f"bit 12 of 1; PASS in the run {last} of the same night"
    assert said.run_id != last


def test_wrong_data_stays_however_often_it_is_run_again(index, add):
    said = night_of(index, add, failed(), outcome(cell()), outcome(cell()))

    assert (said.word, said.id) == ("FAIL", DATA)


def test_wrong_data_beside_another_finding_stays(index, add):
    said = night_of(index, add, failed("hardware.slow", also=(DATA,)), outcome(cell()))

    assert (said.word, said.id, said.also) == ("FAIL", "hardware.slow", (DATA,))


def test_wrong_data_is_named_beside_what_a_later_run_found(index, add):
    said = night_of(index, add, failed(), failed("hardware.slow"))

    assert (said.id, said.also) == ("hardware.slow", (DATA,))


@pytest.mark.parametrize("word", ["ERROR", "SKIP"])
def test_wrong_data_stays_where_a_later_run_says_nothing_of_it(index, add, word):
    said = night_of(index, add, failed(), outcome(cell(), word))

    assert (said.word, said.id, said.is_intermittent) == ("FAIL", DATA, False)


@pytest.mark.parametrize("first", [
    failed("hardware.slow"),  # a number: a neighbour can make it
    failed(is_as_expected=True),
    failed(quarantine={"owner": "a"}),
    replace(outcome(cell(), "ERROR"), id="suite.no-report"),
])
def test_anything_else_is_made_good_by_a_later_run(index, add, first):
    said = night_of(index, add, first, outcome(cell()))

    assert (said.word, said.is_intermittent, said.observed) == ("PASS", False, "")
