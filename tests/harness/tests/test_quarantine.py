# SPDX-License-Identifier: Apache-2.0
"""A quarantine hides one finding of some cells until a day, and nothing else."""

from dataclasses import replace
from datetime import date

import pytest
from matrices import small

from gpu_selftest_harness.errors import Refused
from gpu_selftest_harness.model import Expectation, Outcome
from gpu_selftest_harness.quarantine import Quarantine

CELLS = small().cells()
CELL = next(c for c in CELLS if (c.driver, c.cuda, c.variant) == ("535", "13.0", "runtime"))
OTHER = next(c for c in CELLS if c.driver == "580")
ENTRY = """version: 1
quarantine:
  - when: {driver: "535"}
    workload: all-reduce
    id: hardware.nvlink-down
    owner: site operations
    reason: the cable is on order
    until: 2026-12-01
"""


def write(tmp_path, text=ENTRY):
    path = tmp_path / "quarantine.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def outcome(cell=CELL, workload="all-reduce", finding="hardware.nvlink-down", word="FAIL", **more):
    values = dict(cell=cell.key, workload=workload, word=word,
                  layer=finding and finding.partition(".")[0], id=finding, stage="run",
                  expected=Expectation("PASS"), is_as_expected=False)
    return Outcome(**{**values, **more})


def applied(tmp_path, found, today="2026-11-27", text=ENTRY):
    return Quarantine.load(write(tmp_path, text)).apply([found], CELLS, today)


def test_known_fault_is_not_red(tmp_path):
    (found,), problems = applied(tmp_path, outcome())

    assert found.quarantine == {"owner": "site operations", "reason": "the cable is on order",
                                "until": "2026-12-01"}
    assert not found.is_red
    assert found.word == "FAIL" and not found.is_as_expected
    assert problems == []


@pytest.mark.parametrize("found", [
    outcome(finding="hardware.wrong-result"),
    outcome(finding=None, word="ERROR"),
    outcome(finding=None, word="PASS"),  # where a failure was expected
    outcome(workload="sgemm"),
    outcome(workload=""),
    outcome(cell=OTHER),
], ids=["other finding", "no finding", "unexpected pass", "other workload", "the cell",
        "other cell"])
def test_everything_else_stays_red(tmp_path, found):
    (after,), problems = applied(tmp_path, found)

    assert after.is_red and after.quarantine is None
    assert problems == [problems[0]]
    assert "hardware.nvlink-down of site operations" in problems[0]
    assert problems[0].endswith("any more: delete the entry")


def test_entry_without_workload_is_about_the_cell_and_all_of_it(tmp_path):
    text = ENTRY.replace("    workload: all-reduce\n", "")
    q = Quarantine.load(write(tmp_path, text))
    everything = [outcome(workload=name) for name in ("", "all-reduce", "peer-copy")]

    found, problems = q.apply([*everything, outcome(finding="hardware.wrong-result")], CELLS,
                              "2026-11-27")

    assert [o.is_red for o in found] == [False, False, False, True]
    assert problems == []


@pytest.mark.parametrize("today,is_red", [
    ("2026-11-30", False), ("2026-12-01", False), ("2026-12-02", True)])
def test_day_is_the_last_that_is_not_red(tmp_path, today, is_red):
    (found,), problems = applied(tmp_path, outcome(), today)

    assert found.is_red is is_red
    assert bool(problems) is is_red


def test_expired_entry_says_so(tmp_path):
    _, problems = applied(tmp_path, outcome(), "2026-12-24")

    assert problems == [f"{tmp_path}/quarantine.yaml:3: quarantine[0]: the quarantine of "
                        "hardware.nvlink-down of site operations ended on 2026-12-01; "
                        "1 outcome is red again"]


def test_expired_entry_that_nothing_has_says_so(tmp_path):
    _, problems = applied(tmp_path, outcome(finding="host.no-gpu"), "2026-12-24")

    assert problems[0].endswith("ended on 2026-12-01; nothing has it any more: delete the entry")


def test_expired_entry_does_not_hide_what_a_living_one_shows(tmp_path):
    later = ENTRY.split("quarantine:\n")[1].replace("2026-12-01", "2027-01-31")
    (found,), problems = applied(tmp_path, outcome(), "2026-12-24", ENTRY + later)

    assert found.quarantine["until"] == "2027-01-31"
    assert len(problems) == 1


def test_entry_of_no_cell_of_this_run_says_so(tmp_path):
    q = Quarantine.load(write(tmp_path))

    _, problems = q.apply([outcome(cell=OTHER)], {OTHER.key: OTHER}, date(2026, 11, 27))

    assert problems[0].endswith("no cell of this run is in the quarantine of hardware.nvlink-down "
                                "of site operations")


@pytest.mark.parametrize("also,is_red", [
    ((), False), (("hardware.nvlink-down",), False), (("hardware.wrong-result",), True)])
def test_what_another_launch_found_is_not_hidden(tmp_path, also, is_red):
    (found,), _ = applied(tmp_path, outcome(also=also))

    assert found.is_red is is_red


def test_two_findings_need_two_entries(tmp_path):
    second = ENTRY.split("quarantine:\n")[1].replace("nvlink-down", "wrong-result")

    (found,), problems = applied(tmp_path, outcome(also=("hardware.wrong-result",)),
                                 text=ENTRY + second)

    assert not found.is_red and problems == []


# Each with what its workloads say; the entry is about all-reduce alone.
@pytest.mark.parametrize("others,is_red", [
    ([outcome()], False),
    ([outcome(), outcome(workload="sgemm", is_as_expected=True, word="PASS", finding=None)], False),
    ([outcome(workload="peer-copy", is_as_expected=True), outcome()], False),
    ([outcome(), outcome(workload="peer-copy")], True),
    ([outcome(), outcome(workload="sgemm", finding="hardware.wrong-result")], True),
    ([outcome(finding="hardware.wrong-result")], True),
    ([], True),
], ids=["known", "another passed", "expected elsewhere", "same elsewhere", "another failed",
        "another finding", "none"])
def test_cell_is_red_unless_all_of_its_workloads_are_known(tmp_path, others, is_red):
    q = Quarantine.load(write(tmp_path))

    found, _ = q.apply([outcome(workload=""), *others], CELLS, "2026-11-27")

    assert found[0].is_red is is_red


def test_cell_that_found_more_than_its_workloads_is_red(tmp_path):
    q = Quarantine.load(write(tmp_path))

    found, _ = q.apply([outcome(workload="", also=("host.no-gpu",)), outcome()], CELLS,
                       "2026-11-27")

    assert [o.is_red for o in found] == [True, False]


def test_what_is_as_expected_needs_no_quarantine(tmp_path):
    (found,), problems = applied(tmp_path, outcome(is_as_expected=True))

    assert found.quarantine is None
    assert len(problems) == 1


def test_outcomes_are_not_changed(tmp_path):
    found = outcome()
    before = replace(found)

    applied(tmp_path, found)

    assert found == before


def test_another_day_says_what_that_day_says(tmp_path):
    q = Quarantine.load(write(tmp_path))
    first, _ = q.apply([outcome()], CELLS, "2026-11-27")

    again, _ = q.apply(first, CELLS, "2026-12-02")

    assert again[0].is_red


def test_nothing_in_quarantine(tmp_path):
    q = Quarantine.load(write(tmp_path, "version: 1\nquarantine: []\n"))

    assert q.apply([outcome()], CELLS, "2026-11-27") == ([outcome()], [])
    assert Quarantine().apply([outcome()], CELLS, "2026-11-27") == ([outcome()], [])


@pytest.mark.parametrize("old,new,expected", [
    ("    id: hardware.nvlink-down\n", "", "3: quarantine[0]: 'id' is missing"),
    ("id: hardware.nvlink-down", "id: hardware.*", "5: quarantine[0].id: 'hardware.*' is not"),
    ("owner: site operations", "owner: ''", "6: quarantine[0].owner: '' is not who mends it"),
    ("    until: 2026-12-01\n", "", "'until' is missing"),
    ("2026-12-01", "2026-02-30", "8: quarantine[0].until: '2026-02-30' is no day of the calendar"),
    ("2026-12-01", "never", "'never' is not a day, such as '2026-12-31'"),
    ('driver: "535"', "", "3: quarantine[0].when: it has 0 entries, at least 1 are needed"),
    ('driver: "535"', "simulated: 'x'", "3: quarantine[0].when: simulated: no such condition here"),
    ('driver: "535"', "driver: 535", "535 is not text or a list, write it in quotes"),
    ('driver: "535"', 'driver: "470"', "3: quarantine[0].when: driver: '470' is not one of 535"),
    ("workload", "work", "no such key here, did you mean 'workload'"),
])
def test_what_is_wrong_is_named(tmp_path, old, new, expected):
    assert old in ENTRY
    with pytest.raises(Refused) as error:
        Quarantine.load(write(tmp_path, ENTRY.replace(old, new, 1)), small())

    assert expected in str(error.value)


def test_healthy_file_is_read_with_its_matrix(tmp_path):
    assert len(Quarantine.load(write(tmp_path), small()).entries) == 1


ACCEPTED = """version: 1
accepted:
  - when: {driver: "580"}
    since: 2026-11-20
    loss_percent: 4.5
    owner: site operations
    reason: the power limit was lowered
"""


def test_accepted_loss_alone(tmp_path):
    loss, = Quarantine.load(write(tmp_path, ACCEPTED), small()).losses

    assert (loss.since, loss.percent, loss.owner) == (date(2026, 11, 20), 4.5, "site operations")
    assert (loss.workload, loss.metric, loss.uuid) == (None, None, None)


@pytest.mark.parametrize("line, other, what", [
    ("loss_percent: 4.5", "percent: 4", "percent: no such key here, did you mean 'loss_percent'"),
    ("    since: 2026-11-20\n", "", "'since' is missing"),
    ("since: 2026-11-20", "since: 2026-11-31", "'2026-11-31' is no day of the calendar"),
    ("since: 2026-11-20", "since: yesterday", "'yesterday' is not a day, such as"),
    ("loss_percent: 4.5", "loss_percent: 4 %", "'4 %' is not a number"),
    ("loss_percent: 4.5", "loss_percent: 0", "0 is not more than 0"),
    ("loss_percent: 4.5", "loss_percent: 100", "100 is not at most 99"),
    ('driver: "580"', 'driver: "590"', "'590'"),
    ('driver: "580"', 'drivr: "580"', "valid are driver, cuda"),
    ("accepted:", "acepted:", "acepted: no such key here, did you mean 'accepted'")])
def test_accepted_loss_that_is_wrong(tmp_path, line, other, what):
    with pytest.raises(Refused) as refused:
        Quarantine.load(write(tmp_path, ACCEPTED.replace(line, other)), small())

    assert what in str(refused.value)
