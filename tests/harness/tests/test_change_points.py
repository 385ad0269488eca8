# SPDX-License-Identifier: Apache-2.0
"""Change points: cases by hand, and the claims about false alarms and delays on series of which it
is known what is in them. Bounds are those of a binomial or Poisson count, four deviations wide."""

import numpy as np
import pytest

from gpu_selftest_harness import synthetic
from gpu_selftest_harness.statistics.change_points import ALPHA, best, evidence, spikes
from gpu_selftest_harness.statistics.discovery import Q
from gpu_selftest_harness.statistics.replay import find, replay
from gpu_selftest_harness.statistics.smallest import MANY, detectable, in_spreads, table

LEVEL = 100.0


def noise(count, seed=1, cv=0.01):
    return LEVEL * (1 + cv * np.random.default_rng(seed).normal(size=count))


def test_find__a_step():
    values = noise(60)
    values[40:] *= 0.95

    points = find(values)

    assert [point.index for point in points] == [40]
    assert points[0].shift == pytest.approx(-0.05, abs=0.01)
    assert points[0].before == pytest.approx(np.median(values[:40]))
    assert points[0].p <= 0.0005


def test_find__nothing_in_noise_or_in_a_constant():
    assert find(noise(60)) == []
    assert find([LEVEL] * 60) == []


def test_find__a_step_without_noise():
    # What a simulator measures has none.
    assert [point.index for point in find([LEVEL] * 30 + [LEVEL * 0.9] * 10)] == [30]


def test_find__up_as_well_as_down():
    values = noise(60)
    values[40:] *= 1.05

    assert [point.shift > 0 for point in find(values)] == [True]


def test_find__a_step_below_the_least_effect_is_none():
    steady = LEVEL * (1 + 0.0005 * np.random.default_rng(1).normal(size=60))

    assert find(np.where(np.arange(60) < 40, steady, steady * 0.993)) == []
    assert len(find(np.where(np.arange(60) < 40, steady, steady * 0.985))) == 1


def test_find__a_small_old_step_does_not_hide_a_large_new_one():
    steady = LEVEL * (1 + 0.0005 * np.random.default_rng(1).normal(size=80))
    steady[40:] *= 0.993
    steady[75:] *= 0.95

    assert [point.index for point in find(steady)] == [75]


def test_find__each_of_two_steps():
    values = noise(120)
    values[40:] *= 0.95
    values[80:] *= 0.95

    assert [point.index for point in find(values)] == pytest.approx([40, 80], abs=1)


def test_find__outliers_are_none():
    values = noise(90)
    values[[20, 33, 47, 60, 71]] *= 0.7

    assert find(values) == []


def test_find__a_step_among_outliers():
    values = noise(90)
    values[[20, 33, 47, 60, 71]] *= 0.7
    values[85:] *= 0.95

    assert [point.index for point in find(values)] == [85]


def test_find__one_or_two_nights_are_no_level():
    values = noise(60)
    values[58:] *= 0.5

    assert find(values) == []


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan"), float("inf")])
def test_find__refuses_what_has_no_logarithm(bad):
    with pytest.raises(ValueError, match="finite values above 0"):
        find([LEVEL] * 20 + [bad])


def test_spikes__alone_and_not_tonight():
    window = np.array([[0.0, 1, 0, -1, 50, 0, 1, 50, 50, 0, -1, 50]])

    assert np.flatnonzero(spikes(window)[0]).tolist() == [4]


def test_replay__an_alarm_is_told_once_and_when_it_can_be():
    values = noise(80)
    values[60:] *= 0.9

    (alarm,), = replay([values])

    assert alarm.point.index == 60
    assert 62 < alarm.told_at < 66


@pytest.mark.parametrize("until", [61, 62, 63, 64, 65, 70, 80])
def test_replay__later_nights_do_not_change_when_it_was_told(until):
    values = noise(80)
    values[60:] *= 0.9

    told = {alarm.told_at for alarm in replay([values])[0] if alarm.told_at < until}

    assert {alarm.told_at for alarm in replay([values[:until]])[0]} == told


def test_replay__low_nights_before_a_shift_do_not_date_it_early():
    values = noise(90)
    values[56:60] = np.sort(values[:60])[:4]  # the four lowest
    values[60:] *= 0.9

    assert [alarm.point.index for alarm in replay([values])[0]] == [60]


def test_replay__many_at_once_are_as_each_alone():
    batch = synthetic.draw("outliers", 12, 150, seed=4, shift=-0.05, at=100).values
    ragged = [row[place:] for place, row in enumerate(batch)]

    assert replay(ragged) == [replay([row])[0] for row in ragged]


def test_replay__what_goes_away_closes_itself():
    values = noise(90)
    values[60:65] *= 0.9

    alarms = replay([values])[0]

    assert [(alarm.point.index, alarm.point.went_away) for alarm in alarms] == [(60, True)]


def test_replay__what_stays_does_not():
    values = noise(90)
    values[60:] *= 0.9

    assert [alarm.point.went_away for alarm in replay([values])[0]] == [False]


def test_replay__outliers_before_a_shift_do_not_date_it_early():
    values = noise(80)
    values[[56, 58]] *= [0.8, 0.88]
    values[60:] *= 0.9

    assert [alarm.point.index for alarm in replay([values])[0]] == [60]


def test_replay__a_drift_too_slow_for_a_window_is_told_when_it_has_come_far():
    values = noise(365, cv=0.002) * np.linspace(1, 0.95, 365)

    alarms = replay([values])[0]

    assert alarms
    # Of 5 % in a year, 2 % are 146 nights, and both ends are taken as 30 nights.
    drifted = [alarm for alarm in alarms if alarm.point.is_drift]
    assert all(alarm.point.shift <= 1 / 1.02 - 1 for alarm in drifted)
    assert alarms[0].told_at <= 146 + 60
    assert replay([noise(365)])[0] == []


def test_best__p_is_of_the_best_split():
    windows = np.stack([np.log(noise(40, seed)) for seed in range(3)])
    windows[1, 30:] -= 0.1

    assert [(row, first) for row, first, _ in best(windows)] == [(1, 30)]


# --- Claims -----------------------------------------------------------------------------------

SERIES = 60


@pytest.mark.parametrize("kind", sorted(synthetic.NOISES))
def test_claim__at_most_one_false_alarm_in_ten_series_and_years(kind):
    batch = synthetic.draw(kind, SERIES, 365, seed=21)

    alarms = sum(map(len, replay(batch.values)))

    expected = 0.1 * SERIES
    assert alarms <= expected + 4 * expected**0.5


@pytest.mark.parametrize("shift", [-0.05, -0.10, 0.05])
@pytest.mark.parametrize("kind", sorted(synthetic.NOISES))
def test_claim__five_percent_is_found_within_five_nights(kind, shift):
    at = 150
    batch = synthetic.draw(kind, SERIES, at + 25, seed=22, shift=shift, at=at)

    nights = [min((alarm.told_at - at + 1 for alarm in alarms
                   if alarm.told_at >= at and abs(alarm.point.index - at) <= 3), default=np.inf)
              for alarms in replay(batch.values)]

    assert np.median(nights) <= 5
    # Every one: what is missed by chance is no more than one in a hundred.
    assert np.isinf(nights).sum() <= 0.01 * SERIES + 4 * (0.01 * SERIES)**0.5


@pytest.mark.parametrize("count, series", [(40, 1), (90, 1), (60, 1000)])
def test_claim__the_smallest_that_can_be_seen_is_seen(count, series):
    spreads = table()[MANY.index(max(series, MANY[0])), count]
    # That it passes among so many series, the first of which is asked for Q / series.
    alpha = min(ALPHA, Q / series)
    seen, told, trials = 0, 0, 150
    rng = np.random.default_rng(17)
    for _ in range(trials):
        values = LEVEL * (1 + 0.01 * rng.normal(size=count))
        smallest = detectable(values, series=series)
        values[-5:] *= 1 - 0.01 * spreads
        seen += any(abs(point.index - (count - 5)) <= 3 for point in find(values, alpha))
        told += smallest
    # Nine in ten, of the spread as it is; and what is told lies at or above it.
    assert seen / trials >= 0.9 - 4 * (0.9 * 0.1 / trials)**0.5
    assert 0.01 * spreads < told / trials < 0.02 * spreads


def test_smallest__of_one_of_many_series_is_larger():
    values = noise(60)

    one, hundred, thousand = (detectable(values, series=count) for count in (1, 100, 1000))

    assert one == hundred < thousand
    assert detectable(noise(30)) is not None
    # Five nights below 25: p is 2 / C(30, 5) at best, times what looking everywhere costs.
    assert detectable(noise(30), series=1000) is None


def test_smallest__none_where_there_are_too_few():
    assert detectable(noise(9)) is None
    assert in_spreads(10) == np.inf


def test_smallest__grows_with_the_noise_and_is_never_below_the_least_effect():
    assert detectable(noise(60, cv=0.02)) == pytest.approx(2 * detectable(noise(60)), rel=0.1)
    assert detectable([LEVEL] * 60) == pytest.approx(0.01)
    assert detectable(noise(60, cv=1e-5)) >= 0.01


def test_evidence__grows_with_each_night():
    values = noise(60)
    values[50:] *= 0.95

    ps = [evidence(values[:until], 50) for until in range(54, 60)]

    assert ps == sorted(ps, reverse=True)
    assert find(values[:54])[0].p == pytest.approx(ps[0])


def test_evidence__of_a_side_too_short_is_none():
    assert evidence(noise(60), 58) == 1.0


@pytest.mark.parametrize("kind", ["ar1", "outliers"])
def test_replay__nothing_begins_after_it_was_told(kind):
    at = np.arange(20, 60)
    batch = synthetic.draw(kind, len(at), 90, seed=3, shift=-0.08, at=at)

    every = [alarm for alarms in replay(batch.values) for alarm in alarms]

    assert len(every) >= len(at) / 2
    assert all(0 < alarm.point.index <= alarm.told_at for alarm in every)


def test_smallest__where_a_night_was_left_out_one_fewer_may_show_it():
    values = noise(60)
    plain = detectable(values)
    values[int(np.abs(values - np.median(values)).argmax())] *= 0.7  # far off before, and more now

    fewer = ((1 / 4 + 1 / 55) / (1 / 5 + 1 / 55))**0.5
    assert detectable(values) == pytest.approx(fewer * plain, rel=0.02)


@pytest.mark.parametrize("kind", sorted(synthetic.NOISES))
def test_claim__what_is_told_to_be_visible_is_seen(kind):
    at = 55
    values = synthetic.draw(kind, SERIES, at + 5, seed=29).values
    told = np.array([detectable(row[:at]) for row in values])
    values[:, at:] *= (1 - told)[:, None]

    seen = sum(any(alarm.told_at >= at and abs(alarm.point.index - at) <= 3 for alarm in alarms)
               for alarms in replay(values))

    assert seen >= 0.9 * SERIES - 2 * (0.9 * 0.1 * SERIES)**0.5
