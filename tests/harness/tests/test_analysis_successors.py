# SPDX-License-Identifier: Apache-2.0
"""Series that go on under another driver."""

from dataclasses import replace

import pytest

from gpu_selftest_harness.analysis import analyse

from analysed import CELL, GPUS, history, index_of, nights, noise

OLD = replace(CELL, driver="570")


def upgraded(new, old_nights=40, **more):
    old = history(noise(old_nights, 3), cell=OLD, last=nights(len(new) + 1)[0])
    told = analyse(index_of(old, history(new, **more), cells=(CELL, OLD))).trends
    return {trend.history.key.cell: trend for trend in told}


@pytest.mark.parametrize("count", [1, 2, 5, 9])
def test_successor__a_drop_with_the_new_driver_is_suspected_from_the_first_night(count):
    told = upgraded(0.85 * noise(count))

    assert told[OLD.key].word == "GONE"
    assert told[CELL.key].word == "SUSPECT"
    assert [(one.what, one.before, one.after) for one in told[CELL.key].suspects][0] == (
        "driver", "570", "580")
    assert "than with driver 570" in told[CELL.key].reason


def test_successor__stays_worse_when_it_is_old_enough_to_be_steady():
    assert upgraded(0.85 * noise(30))[CELL.key].word == "WORSE"


@pytest.mark.parametrize("new, word", [(noise(5), "YOUNG"), (1.2 * noise(5), "YOUNG"),
                                       (noise(30), "STEADY")])
def test_successor__that_is_no_worse_is_no_suspicion(new, word):
    assert upgraded(new)[CELL.key].word == word


def test_successor__of_another_gpu_or_number_is_none():
    assert upgraded(0.85 * noise(5), src=GPUS[1])[CELL.key].word == "YOUNG"
    assert upgraded(0.85 * noise(5), metric="host-copy.from-gpu")[CELL.key].word == "YOUNG"


def test_successor__a_regression_of_the_old_driver_ends_with_it():
    values = noise(40)
    values[-6:] *= 0.8
    old = history(values, cell=OLD, last=nights(3)[0])
    told = analyse(index_of(old, history(noise(2)), cells=(CELL, OLD))).trends

    assert {trend.history.key.cell: trend.word for trend in told} == {
        CELL.key: "YOUNG", OLD.key: "GONE"}
