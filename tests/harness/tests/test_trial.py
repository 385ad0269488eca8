# SPDX-License-Identifier: Apache-2.0
"""The table of what the statistics find, on few series: that it counts what it says."""

import numpy as np
import pytest
from gpu_selftest_harness import synthetic, trial
from gpu_selftest_harness.analysis.trends import trends


def test_draw__has_the_variation_and_the_shift_that_it_says():
    values = synthetic.draw("gauss", 200, 100, seed=1, shift=-0.1, at=50).values

    assert np.std(values[:, :50]) / np.mean(values[:, :50]) == pytest.approx(0.01, rel=0.05)
    assert np.mean(values[:, 50:]) / np.mean(values[:, :50]) == pytest.approx(0.9, abs=0.001)


@pytest.mark.parametrize("noise", sorted(synthetic.NOISES))
def test_draw__each_kind_varies_by_one_percent(noise):
    values = synthetic.draw(noise, 200, 200, seed=1).values / synthetic.LEVEL

    # An outlier is at least 5 % low, which normal noise of 1 % practically never is.
    kept = values[values > 0.955] if noise == "outliers" else values
    assert np.std(kept) == pytest.approx(0.01, rel=0.05)


def test_draw__outliers_are_one_night_in_twenty():
    values = synthetic.draw("outliers", 200, 200, seed=1).values / synthetic.LEVEL

    share = np.mean(values < 0.955)
    # 5 to 40 %, of which those below 5.5 % may hide in the noise; four deviations of a binomial
    # count.
    within = 4 * (0.05 * 0.95 / values.size)**0.5 + 0.001
    assert share == pytest.approx(0.05 * 34.5 / 35, abs=within)


def test_draw__ar1_resembles_the_night_before():
    values = synthetic.draw("ar1", 200, 400, seed=1).values / synthetic.LEVEL - 1

    rho = np.mean(values[:, 1:] * values[:, :-1]) / np.mean(values**2)
    assert rho == pytest.approx(0.5, abs=0.03)


def test_draw__the_same_seed_is_the_same():
    one, same, other = (synthetic.draw("gauss", 3, 9, seed).values for seed in (5, 5, 6))

    assert (one == same).all()
    assert (one != other).any()


def test_draw__an_unknown_noise_is_refused():
    with pytest.raises(ValueError, match="unknown noise 'pink', valid are gauss, outliers"):
        synthetic.draw("pink", 1, 1, 1)


def test_alarms__bound_of_none_in_ten_years():
    # No event with a mean of m has the chance exp(-m): 5 % at m = 3.0.
    assert trial.Alarms("", 10, 0).at_most == pytest.approx(0.2996, abs=0.001)


def test_found__a_large_shift_is_found_and_none_is_missed():
    told = trial.found("gauss", 0.10, series=20)

    assert (told.missed, told.series) == (0, 20)
    assert 3 <= told.median_nights <= 5


def test_found__what_cannot_be_seen_is_missed():
    assert trial.found("gauss", 0.001, series=20).missed == 20


def test_drifts__are_told_within_the_year():
    told = trial.drifts(series=20)

    assert told.missed == 0
    assert told.median_nights < 250


def test_clock_alarms__throttling_is_not_taken_for_code():
    assert trial.clock_alarms(series=20)[1].count == 0


def test_gate__large_drops_are_told_and_three_percent_rarely():
    # 8 % against a limit of four spreads, some 4 %; three launches have to show it.
    assert trial.gate_power(0.08, trials=100) > 0.95
    assert trial.gate_power(0.03, trials=100) < 0.2


def test_gate_alarms__confirming_launches_end_them():
    assert trial.gate_alarms("outliers", 0, series=5).count > 20
    assert trial.gate_alarms("outliers", 2, series=5).count <= 2


def test_histories__make_an_analysis_of_all_kinds():
    histories = trial.histories(series=25, nights=120)

    told = trends(histories, histories[0].nights[-1])

    assert len(told) == 25
    assert {trend.history.key.variant for trend in told} == set(synthetic.NOISES)
