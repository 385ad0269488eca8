# SPDX-License-Identifier: Apache-2.0
"""A loss of speed that a person accepts is the baseline, and hides nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from gpu_selftest_harness.analysis import analyse
from gpu_selftest_harness.quarantine import Quarantine

from analysed import CELL, GPUS, history, index_of, nights, noise

OWNER = "site operations"


@pytest.fixture
def losses(tmp_path):
    def read(**entry):
        entry = {"when": '{gpu: "h100"}', "since": nights(60)[30], "loss_percent": 5,
                 "owner": OWNER, "reason": "the power limit was lowered", **entry}
        path = tmp_path / "known.yaml"
        path.write_text("version: 1\naccepted:\n  - " + "\n    ".join(
            f"{name}: {value}" for name, value in entry.items()) + "\n")
        return Quarantine.load(path).losses
    return read


def lower(by, begin, count=60, seed=1):
    return noise(count, seed) * np.where(np.arange(count) >= begin, 1 - by, 1)


def told_of(losses, *series, **more):
    analysis = analyse(index_of(*series, **more), losses=losses)
    trend = next(one for one in analysis.trends if one.history.key.src == GPUS[0])
    return analysis, trend


def test_accepted__is_neither_worse_nor_news_but_told(losses):
    for begin in (30, 55):
        series = history(lower(0.05, begin))
        analysis, trend = told_of(losses(since=nights(60)[begin]), series)

        assert told_of((), series)[1].word in ("WORSE", "SHIFTED")
        assert trend.word == "STEADY"
        assert trend.reason.startswith("no regression; ")
        assert trend.reason.endswith(
            f"; 5 % slower since {nights(60)[begin]} is accepted by {OWNER}:"
            " the power limit was lowered")
        assert (analysis.verdict.word, analysis.notes) == ("PASS", [])


@pytest.mark.parametrize("ago", [1, 2, 3, 4])
def test_accepted__from_its_first_night_on(losses, ago):
    values = lower(0.05, 60 - ago)
    low = [[] for _ in values[:-1]] + [[values[-1]] * 2]
    series = history(values, confirming=low)

    assert told_of((), series)[1].word in ("DROPPED", "SHIFTED")
    assert told_of(losses(since=nights(60)[60 - ago]), series)[1].word == "STEADY"


@pytest.mark.parametrize("ago", [1, 5, 29])
def test_accepted__another_drop_tonight_is_red_at_once(losses, ago):
    values = lower(0.05, 60 - ago)
    values[-1] *= 0.9
    low = [[] for _ in values[:-1]] + [[values[-1]] * 2]

    trend = told_of(losses(since=nights(60)[60 - ago]), history(values, confirming=low))[1]

    assert trend.word == "DROPPED"
    assert "accepted by" in trend.reason
    # Of the accepted level, not of the one before it: a tenth, give or take one night's noise.
    assert trend.gate.shift == pytest.approx(-0.1, abs=0.03)


def test_accepted__a_small_drop_below_it_is_red_as_well(losses):
    values = lower(0.05, 30)
    values[54:] *= 0.95

    trend = told_of(losses(), history(values))[1]

    assert (trend.word, trend.since) == ("SHIFTED", nights(60)[54])
    assert trend.points[0].change.shift == pytest.approx(-0.05, abs=0.01)


def test_accepted__a_loss_that_is_larger_than_said_is_red_by_the_rest(losses):
    trend = told_of(losses(since=nights(60)[54]), history(lower(0.12, 54)))[1]

    assert (trend.word, trend.since) == ("SHIFTED", nights(60)[54])
    # 0.88 of what was is 0.926 of what is accepted.
    assert trend.points[0].change.shift == pytest.approx(0.88 / 0.95 - 1, abs=0.01)


@pytest.mark.parametrize("off", range(-3, 4))
def test_accepted__dated_up_to_three_nights_off(losses, off):
    assert told_of(losses(since=nights(60)[30 + off]), history(lower(0.05, 30)))[1].word == "STEADY"


def test_accepted__of_a_time_is_more_of_it(losses):
    values = 2 - lower(0.05, 30) / 50e9
    series = history(values, unit="s")

    assert told_of((), series)[1].word == "WORSE"
    assert told_of(losses(), series)[1].word == "STEADY"


@pytest.mark.parametrize("entry, word", [
    ({"workload": "host-copy"}, "STEADY"), ({"workload": "sgemm"}, "WORSE"),
    ({"metric": "host-copy.to-gpu"}, "STEADY"), ({"metric": "host-copy.from-gpu"}, "WORSE"),
    ({"uuid": GPUS[0]}, "STEADY"), ({"uuid": GPUS[1]}, "WORSE"),
    ({"when": '{gpu: "h100", driver: "580"}'}, "STEADY"), ({"when": '{driver: "570"}'}, "WORSE")])
def test_accepted__of_what_is_meant_and_nothing_else(losses, entry, word):
    assert told_of(losses(**entry), history(lower(0.05, 30)))[1].word == word


def test_accepted__what_is_drawn_is_what_was_measured(losses):
    values = lower(0.05, 30)
    values[:15] *= 0.9
    series = history(values)

    trend = told_of(losses(), series)[1]

    assert trend.history == series
    point, = trend.points
    assert point.change.before == pytest.approx(45e9, rel=0.01)
    assert point.change.after == pytest.approx(50e9, rel=0.01)


def test_accepted__with_a_new_driver(losses):
    old = replace(CELL, driver="570")
    before = history(noise(40, 3), cell=old, last=nights(6)[0])
    series = before, history(noise(5) * 0.85)

    def word(*known):
        return next(one.word for one in analyse(
            index_of(*series, cells=(CELL, old)), losses=known).trends
            if one.history.key.cell == CELL.key)

    since = nights(5)[0]
    assert word() == "SUSPECT"
    assert word(*losses(when='{driver: "580"}', since=since, loss_percent=15)) == "YOUNG"
    assert word(*losses(when='{driver: "580"}', since=nights(3)[0], loss_percent=15)) == "YOUNG"
    assert word(*losses(when='{driver: "580"}', since=since)) == "SUSPECT"
    # The level before is that of all, and no less is left of it twice.
    assert word(*losses(since=since, loss_percent=8)) == "SUSPECT"


@pytest.mark.parametrize("entry, what", [
    ({"workload": "sgemm"}, "no number of this night is meant by what site operations accepts"),
    ({"since": "2026-11-28"}, "a loss since 2026-11-28, which is still to come")])
def test_accepted__what_nothing_has_is_told(losses, entry, what):
    note, = told_of(losses(**entry), history(noise(60)))[0].notes

    assert "known.yaml:3: accepted[0]: " in note and what in note


def test_accepted__clocks_before_it_explain_no_later_drop(losses):
    # The clock fell with the limit and no more; what is lost ten nights later is not the clock's.
    values = lower(0.05, 45)
    values[54:] *= 0.95
    series = history(values, clocks=[2e9] * 45 + [1.9e9] * 15)

    trend = told_of(losses(since=nights(60)[45]), series)[1]

    assert (trend.word, trend.since) == ("SHIFTED", nights(60)[54])
    assert "the clock" not in trend.reason


@pytest.mark.parametrize("back", [0.95, 0.9])
def test_accepted__what_came_back_is_told(losses, back):
    values = lower(0.05, 30)
    values[40:] /= back

    note, = told_of(losses(), history(values))[0].notes

    assert "no number has the loss any more" in note and note.endswith("delete the entry")


def test_accepted__a_number_that_did_not_lose_is_left_as_it_was(losses):
    """An entry that names no number means all of its cells; a link does not slow with a power limit."""
    lost, kept = history(lower(0.05, 30)), history(lower(0.05, 54, seed=2), src=GPUS[1])

    analysis = analyse(index_of(lost, kept), losses=losses())
    told = {trend.history.key.src: trend for trend in analysis.trends}

    assert told[GPUS[0]].word == "STEADY" and "accepted by" in told[GPUS[0]].reason
    assert told[GPUS[1]].word == "SHIFTED" and "accepted by" not in told[GPUS[1]].reason
    assert analysis.notes == []
