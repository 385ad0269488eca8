# SPDX-License-Identifier: Apache-2.0
"""What is said of one series tonight."""

import numpy as np
import pytest

from gpu_selftest_harness import synthetic
from gpu_selftest_harness.analysis import analyse
from gpu_selftest_harness.analysis.trends import trends

from analysed import GPUS, history, index_of, nights, noise, the_trend


def test_trend__steady_says_what_could_have_been_seen():
    trend = the_trend(history(noise(60)))

    assert (trend.word, trend.points) == ("STEADY", ())
    assert 0.01 < trend.smallest < 0.10
    assert f"{trend.smallest * 100:.1f} % within 5 nights would have been seen" in trend.reason


def test_trend__shifted_names_the_night_and_what_changed():
    values = noise(60)
    values[55:] *= 0.95

    trend = the_trend(history(values, provenance=["a"] * 55 + ["b"] * 5))

    assert trend.word == "SHIFTED"
    assert trend.points[0].night == nights(60)[55]
    assert trend.points[0].is_worse
    assert [(one.what, one.before, one.after) for one in trend.points[0].suspects] == [
        ("driver", "580.65.06", "580.95.05")]
    assert nights(60)[55] in trend.reason


def test_trend__without_a_change_there_is_no_suspect():
    values = noise(60)
    values[55:] *= 0.95

    assert the_trend(history(values)).points[0].suspects == ()


def test_trend__of_times_more_is_worse():
    values = noise(60) / 50e9
    values[55:] *= 1.05

    assert the_trend(history(values, unit="s")).word == "SHIFTED"
    assert the_trend(history(values)).word == "IMPROVED"


def test_trend__an_old_shift_for_the_worse_is_no_news_but_told():
    values = noise(60)
    values[30:] *= 0.95

    trend = the_trend(history(values))

    assert (trend.word, trend.since) == ("WORSE", nights(60)[30])
    assert f"less than before {nights(60)[30]}" in trend.reason
    assert [point.night for point in trend.points] == [nights(60)[30]]
    assert trend.median == pytest.approx(np.median(values[30:]))


def test_trend__dropped_tonight_where_confirming_launches_show_it():
    values = noise(60)
    values[-1] *= 0.8
    low = values[-1]
    none = [[] for _ in values[:-1]]

    assert the_trend(history(values)).word == "SUSPECT"
    assert the_trend(history(values, confirming=[*none, [low] * 2])).word == "DROPPED"
    refuted = the_trend(history(values, confirming=[*none, [50e9, low]]))
    assert refuted.word == "STEADY"
    assert "not in confirming launches" in refuted.reason


def test_trend__dropped_also_where_most_nights_had_confirming_launches():
    values = noise(60)
    values[-1] *= 0.8
    more = [[value] * 2 for value in values]

    assert the_trend(history(values, confirming=more)).word == "DROPPED"


def test_trend__more_launches_than_usual_confirm_nothing():
    values = noise(60)
    values[-1] *= 0.8
    low = values[-1]
    twice = [[value] * 3 for value in values[:-1]] + [[low] * 6]

    assert the_trend(history(values, launches=twice)).word == "SUSPECT"


def test_trend__worse_ends_where_the_level_is_back():
    values = noise(60)
    values[15:35] *= 0.95
    better = noise(60)
    better[30:] *= 1.05

    assert the_trend(history(values)).word == "STEADY"
    assert the_trend(history(better)).word == "STEADY"


@pytest.mark.parametrize("kind", sorted(synthetic.NOISES))
def test_claim__noise_does_not_leave_series_worse(kind):
    batch = synthetic.draw(kind, 40, 200, seed=31).values
    told = trends([history(row, src=f"GPU-{place}") for place, row in enumerate(batch)],
                  "2026-11-27")

    # At most one change point in ten series and years, and half of them for the worse.
    expected = 0.1 * 40 * 200 / 365 / 2
    words = [trend.word for trend in told]
    assert words.count("WORSE") + words.count("SHIFTED") <= expected + 4 * expected**0.5
    assert "DROPPED" not in words


def test_trend__an_improvement_that_mends_half_of_it_leaves_it_worse():
    values = noise(60)
    values[20:] *= 0.8
    values[40:] *= 1.1

    trend = the_trend(history(values))

    assert (trend.word, trend.since) == ("WORSE", nights(60)[20])


def test_trend__a_regression_is_not_over_because_a_night_cannot_be_compared():
    values = noise(60)
    values[54:] *= 0.8
    flags = [""] * 59 + ["another process used the GPU"]

    trend = the_trend(history(values, flags=flags))
    old = noise(60)
    old[30:] *= 0.8

    assert (trend.word, trend.since) == ("SHIFTED", nights(60)[54])
    assert "not comparable tonight: another process used the GPU" in trend.reason
    assert the_trend(history(old, flags=flags)).word == "WORSE"
    assert the_trend(history(noise(60), flags=flags)).word == "NOISY"


def test_trend__a_regression_is_no_news_for_ever_where_no_night_can_be_compared():
    values = noise(60)
    values[40:] *= 0.8
    flags = [""] * 46 + ["another process used the GPU"] * 14

    assert the_trend(history(values, flags=flags)).word == "WORSE"


@pytest.mark.parametrize("since", range(50, 58))
def test_trend__a_drop_right_after_a_change_is_seen(since):
    values = noise(60)
    values[since:] *= 1.1
    values[-1] *= 0.8
    low = [[] for _ in values[:-1]] + [[values[-1]] * 2]

    assert the_trend(history(values)).word == "SUSPECT"
    assert the_trend(history(values, confirming=low)).word == "DROPPED"


def test_trend__a_level_of_few_nights_is_young():
    values = noise(70)
    values[55:] *= 1.3

    trend = the_trend(history(values))

    assert trend.word == "YOUNG"
    assert "15 nights on this level" in trend.reason


def test_trend__noisy_nights_are_left_out():
    values = noise(60)
    values[50:] *= 0.7
    flags = [""] * 50 + ["another process used the GPU"] * 10

    trend = the_trend(history(values, flags=flags))

    assert (trend.word, trend.reason) == ("NOISY", "another process used the GPU")
    assert trend.points == ()


def test_trend__what_was_not_measured_tonight_is_not_steady():
    trend = the_trend(history(noise(60), last="2026-11-26"))

    assert (trend.word, trend.tonight, trend.since) == ("GONE", None, "2026-11-26")
    assert trend.reason == "not measured since 2026-11-26"


def test_trend__a_regression_stays_though_it_was_not_measured_for_some_nights():
    values = noise(60)
    values[54:] *= 0.8
    others = history(noise(60), src=GPUS[1])

    def word(last):
        return next(trend.word for trend in analyse(
            index_of(history(values, last=last), others)).trends
            if trend.history.key.src == GPUS[0])

    assert word("2026-11-26") == "SHIFTED"
    assert word("2026-11-10") == "GONE"


def test_trend__young_and_unjudged():
    assert the_trend(history(noise(9))).word == "YOUNG"
    assert the_trend(history(noise(60), unit="celsius")).word == "UNJUDGED"


@pytest.mark.parametrize("off", range(-3, 4))
def test_trend__what_changed_within_three_nights_of_a_shift_is_suspect(off):
    # A shift of three times the noise is dated a night or two off in one of six series.
    values = noise(60)
    values[53:] *= 0.95
    changed = 53 + off

    point, = the_trend(history(values, provenance=["a"] * changed + ["b"] * (7 - off))).points

    assert [(one.what, one.after) for one in point.suspects] == [("driver", "580.95.05")]
    assert point.changed == nights(60)[changed]


@pytest.mark.parametrize("off", [-4, 4])
def test_trend__what_changed_longer_before_or_after_it_is_not(off):
    values = noise(60)
    values[50:] *= 0.95
    changed = 50 + off

    point, = the_trend(history(values, provenance=["a"] * changed + ["b"] * (10 - off))).points

    assert (point.suspects, point.changed) == ((), None)


def test_trend__what_a_simulation_plants_is_no_suspect():
    values = noise(60)
    values[53:] *= 0.95
    index = index_of(history(values, provenance=["x"] * 53 + ["y"] * 7))
    index.provenances |= {digest: {"node": {"faults": [f"mem 2 rate={rate}"]}}
                          for digest, rate in (("x", "1.0"), ("y", "0.9"))}

    point, = analyse(index).trends[0].points

    assert (point.suspects, point.changed) == ((), None)


def test_trend__what_changed_on_the_night_itself_is_suspected_alone():
    values = noise(60)
    values[53:] *= 0.95

    point, = the_trend(history(values, provenance=["a"] * 52 + ["b"] + ["a"] * 7)).points

    assert [one.after for one in point.suspects] == ["580.65.06"]


def test_trend__what_changed_while_nights_were_missing_counts():
    values = noise(60)
    values[53:] *= 0.95
    flags = [""] * 50 + ["other processes"] * 3 + [""] * 7

    point, = the_trend(history(values, provenance=["a"] * 51 + ["b"] * 9, flags=flags)).points

    assert [one.after for one in point.suspects] == ["580.95.05"]
    assert point.changed == nights(60)[53]


def test_trend__a_drop_of_the_clock_tonight_says_so():
    values = noise(60)
    values[-1] *= 0.8
    low = [[] for _ in values[:-1]] + [[values[-1]] * 2]

    def told(clock):
        return the_trend(history(values, confirming=low, clocks=[2e9] * 59 + [clock])).reason

    assert "which confirming launches show, too, and the clock with it" in told(1.6e9)
    assert "clock" not in told(2e9)
    assert "clock" not in told(None)


def test_trend__a_shift_of_the_clock_says_so():
    values = noise(60)
    values[55:] *= 0.9

    trend = the_trend(history(values, clocks=[2e9] * 55 + [1.8e9] * 5))

    assert trend.points[0].separation.word == "CLOCK"
    assert "the clock with it" in trend.reason
    assert "clock" not in the_trend(history(values, clocks=[2e9] * 60)).reason


def test_trends__one_weak_shift_among_many_series_is_a_suspicion():
    # Four nights below 56 others: p is 2 / C(60, 4) times some 25 looks, a ten-thousandth. That is
    # enough for one series, and for none of 801, of which the first needs 0.05 / 801.
    values = noise(60)
    values[56:] *= 0.95
    others = [history(noise(60, seed), src=f"GPU-{seed}") for seed in range(100, 900)]

    alone = the_trend(history(values))
    among = next(trend for trend in analyse(index_of(history(values), *others)).trends
                 if trend.history.key.src == GPUS[0])

    assert (alone.word, among.word) == ("SHIFTED", "SUSPECT")
    assert "of 801 series one does so by chance" in among.reason


def test_trends__an_improvement_that_may_be_chance_leaves_a_series_that_says_what_it_can_see():
    values = noise(60)
    values[56:] *= 1.05
    others = [history(noise(60, seed), src=f"GPU-{seed}") for seed in range(100, 900)]

    told = next(trend for trend in analyse(index_of(history(values), *others)).trends
                if trend.history.key.src == GPUS[0])

    assert told.word == "STEADY"
    assert told.reason.startswith("no regression; ")
    assert "too few nights to see anything begin within 5 among 801 series" in told.reason
    assert "of 801 series one does so by chance" in told.reason


@pytest.mark.parametrize("last, word, reason", [
    ("2026-11-27", "NOISY", "other processes"),
    ("2026-11-26", "GONE", "not measured since 2026-11-26")])
def test_trends__an_old_shift_that_may_be_chance_is_not_steady_where_tonight_says_nothing(
        last, word, reason):
    # Four low nights, and none since that could be compared.
    values = noise(68)
    values[56:] *= 0.95
    flags = [""] * 60 + ["other processes"] * 8
    others = [history(noise(60, seed), src=f"GPU-{seed}") for seed in range(100, 900)]

    told = next(trend for trend in analyse(index_of(
        history(values, flags=flags, last=last), *others)).trends
        if trend.history.key.src == GPUS[0])

    assert (told.word, told.reason) == (word, reason)


def test_trends__of_an_earlier_night_know_nothing_of_later_ones():
    values = noise(60)
    values[55:] *= 0.9

    told = analyse(index_of(history(values)), nights(60)[54])

    assert [(trend.word, trend.points) for trend in told.trends] == [("STEADY", ())]
