# SPDX-License-Identifier: Apache-2.0
"""The first line of the page: which word, and what it says."""

from dataclasses import replace

import pytest

from gpu_selftest_harness.analysis import analyse

from analysed import CELL, GPUS, TOO_OLD, history, index_of, nights, noise, outcome


def test_analyse__red_names_layer_and_remedy():
    told = analyse(index_of(said=[outcome("FAIL", layer="host", id="host.driver-too-old",
                                          remedy="install a newer driver")]))

    assert (told.verdict.word, told.verdict.layer, told.verdict.id, told.verdict.remedy) == (
        "FAIL", "host", "host.driver-too-old", "install a newer driver")
    assert told.red == 1


@pytest.mark.parametrize("word", ["ERROR", "MISS"])
def test_analyse__could_not_tell_is_not_passed(word):
    assert analyse(index_of(said=[outcome(word)])).verdict.word == word


def test_analyse__an_unexpected_pass_is_red():
    told = analyse(index_of(said=[outcome("PASS", expected=TOO_OLD)]))

    assert told.verdict.word == "FAIL"
    assert "PASS where FAIL is expected" in told.verdict.headline


def test_analyse__what_had_to_pass_and_was_skipped_was_not_seen():
    told = analyse(index_of(said=[outcome("SKIP", is_as_expected=False)]))

    assert told.verdict.word == "ERROR"


def test_analyse__nothing_tested_is_no_pass():
    assert analyse(index_of(said=[outcome("SKIP")])).verdict.word == "SKIP"


def test_verdict__counts_no_cell_that_is_in_quarantine():
    old = replace(CELL, driver="535")
    held = outcome("FAIL", old, id="hardware.x", quarantine={"owner": "x"})
    one, two = (analyse(index_of(cells=(CELL, old), said=said)) for said in (
        [outcome(), outcome(cell=old)], [outcome(), held]))

    assert (one.verdict.headline, one.held) == ("all 2 cells as expected", 0)
    assert (two.verdict.headline, two.held) == ("the one cell as expected, 1 in quarantine", 1)


@pytest.mark.parametrize("drivers, told", [
    (("580",), "the one cell in quarantine"), (("580", "535"), "all 2 cells in quarantine")])
def test_verdict__says_that_all_cells_are_in_quarantine_though_parts_of_them_passed(drivers, told):
    cells = [replace(CELL, driver=driver) for driver in drivers]
    said = [one for cell in cells for one in (
        outcome("FAIL", cell, id="hardware.x", quarantine={"owner": "x"}),
        outcome(cell=cell, workload="sgemm"))]

    assert analyse(index_of(cells=cells, said=said)).verdict.headline == told


def test_verdict__a_cell_that_is_red_besides_is_not_held():
    told = analyse(index_of(said=[outcome("FAIL", id="host.x", layer="host"), outcome(
        "FAIL", workload="sgemm", id="hardware.x", quarantine={"owner": "x"})]))

    assert (told.red, told.held) == (1, 0)


def test_verdict__says_what_could_not_be_compared_or_is_suspect():
    noisy = history(noise(60), flags=[""] * 59 + ["other processes: pid 17"])
    low = history([*noise(59), 45e9], src=GPUS[1])

    assert analyse(index_of(history(noise(60)))).verdict.headline == "the one cell as expected"
    assert analyse(index_of(noisy, low)).verdict.headline == (
        "the one cell as expected; 1 number suspect, 1 could not be compared")


def test_verdict__says_what_is_no_longer_measured_beside_other_numbers():
    lost = history(noise(59), metric="copy.lost", last="2026-11-26")
    of_gpu_that_was_taken_out = history(noise(59), src=GPUS[1], last="2026-11-26")

    told = analyse(index_of(history(noise(60)), lost)).verdict.headline
    assert told == "the one cell as expected; 1 number no longer measured"
    told = analyse(index_of(history(noise(60)), of_gpu_that_was_taken_out)).verdict.headline
    assert told == "the one cell as expected"


def test_verdict__says_what_was_seen_and_in_how_many_cells():
    old = replace(CELL, driver="535")
    red = [outcome("FAIL", cell, layer="host", id="host.x", observed="driver 535.1 is too old")
           for cell in (CELL, old)]

    headlines = [analyse(index_of(cells=(CELL, old), said=said)).verdict.headline
                 for said in (red[:1], red)]
    assert [told.partition(", since")[0] for told in headlines] == [
        "driver 535.1 is too old, in 1 cell", "driver 535.1 is too old, in 2 cells"]


def test_analyse__a_regression_alone_makes_the_night_fail():
    values = noise(60)
    values[55:] *= 0.9

    told = analyse(index_of(history(values)))

    # One GPU alone may be slow for any reason.
    assert (told.verdict.word, told.verdict.layer) == ("FAIL", None)
    assert told.verdict.remedy
    assert told.verdict.since == nights(60)[55]
    assert [trend.word for trend in told.regressions] == ["SHIFTED"]


def test_analyse__a_red_outcome_has_a_since_and_says_what_was_seen():
    red = outcome("FAIL", id="host.x", layer="host", observed="driver 535 is too old")
    index = index_of(said=[red])
    for night in nights(60)[55:]:
        index.said[night] = [red]
    index.said[nights(60)[57]] = [outcome("MISS")]  # tells nothing

    told = analyse(index).verdict

    assert told.since == nights(60)[55]
    assert told.headline == f"driver 535 is too old, in 1 cell, since {nights(60)[55]}"


def test_analyse__red_for_another_reason_is_new():
    index = index_of(said=[outcome("FAIL", id="host.x", layer="host")])
    index.said[nights(60)[58]] = [outcome("FAIL", id="host.y", layer="host")]

    assert analyse(index).verdict.since == nights(60)[59]


def test_analyse__one_cell_and_what_could_not_be_compared():
    flags = [""] * 59 + ["another process used the GPU"]

    assert analyse(index_of(history(noise(60)))).verdict.headline == "the one cell as expected"
    assert analyse(index_of(history(noise(60), flags=flags))).verdict.headline == (
        "the one cell as expected; 1 number could not be compared")


@pytest.mark.parametrize("said, word", [
    ([outcome("SKIP", is_as_expected=False)], "ERROR"),
    ([outcome("SKIP", is_as_expected=False), outcome("PASS", workload="a")], "ERROR"),
    ([outcome("MISS", id="suite.x"), outcome("SKIP", workload="a", is_as_expected=False)], "ERROR"),
    # A pass that was not to come is not hidden by what could not be told.
    ([outcome("ERROR", id="suite.x"), outcome("PASS", workload="a", expected=TOO_OLD)], "FAIL"),
    ([outcome("PASS"), outcome("SKIP", workload="a")], "PASS"),
])
def test_verdict_of_what_was_not_tested_is_no_fault_and_no_pass(said, word):
    assert analyse(index_of(said=said)).verdict.word == word
