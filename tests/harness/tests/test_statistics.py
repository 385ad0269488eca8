# SPDX-License-Identifier: Apache-2.0
"""The statistics against SciPy, against enumeration and against what can be worked out by hand."""

from itertools import combinations, permutations, product
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from gpu_selftest_harness.statistics import looks
from gpu_selftest_harness.statistics.clocks import separate
from gpu_selftest_harness.statistics.compare import compare, fewest
from gpu_selftest_harness.statistics.correlation import mean_variance, stands_out
from gpu_selftest_harness.statistics.discovery import benjamini_hochberg
from gpu_selftest_harness.statistics.fleet import rank
from gpu_selftest_harness.statistics.gate import floor_of, gate
from gpu_selftest_harness.statistics.night import night_value
from gpu_selftest_harness.statistics.ranks import at_most, shifts_reach, split_table, splits
from gpu_selftest_harness.statistics.shift import hodges_lehmann, interval, relative_shift
from gpu_selftest_harness.words import HIGHER, LOWER

numbers = st.lists(st.integers(-50, 50), min_size=1, max_size=12)


# --- Ranks ------------------------------------------------------------------------------------


@pytest.mark.parametrize("m, n", [(1, 1), (1, 6), (3, 3), (3, 5), (4, 4)])
def test_null_of_u__is_that_of_all_orders(m, n):
    told = at_most(m, n)

    us = [sum(mine) - m * (m + 1) / 2 for mine in combinations(range(1, m + n + 1), m)]
    assert told == pytest.approx([sum(u <= most for u in us) / comb(m + n, m)
                                  for most in range(m * n + 1)])


@pytest.mark.parametrize("m, n", [(3, 87), (45, 45), (10, 60)])
def test_split_table__agrees_with_scipy(m, n):
    values = np.random.default_rng(1).permutation(m + n).astype(float)
    values[:m] += (m + n) / 4

    p = split_table().p(m + n, splits(values[None, :]))[0, m - 3]

    assert p == pytest.approx(mannwhitneyu(values[:m], values[m:], method="exact").pvalue, rel=1e-9)


def test_splits__ties_count_half():
    window = np.array([[1.0, 2, 2, 2, 1, 0, 2]])

    assert splits(window)[0].tolist() == [
        sum((a > b) + (a == b) / 2 for a, b in product(window[0, :k], window[0, k:]))
        for k in (3, 4)]


def test_split_table__nothing_is_rare_where_all_are_equal():
    window = np.full((1, 90), 7.0)

    assert split_table().p(90, splits(window)).min() > 0.9


@given(st.lists(st.integers(-3, 3), min_size=6, max_size=14))
def test_shifts_reach__is_what_sorting_all_pairs_says(values):
    window = np.array([values], dtype=float)

    up, down = shifts_reach(window, 1.0)

    medians = [sorted(b - a for a, b in product(values[:k], values[k:]))
               for k in range(3, len(values) - 2)]
    # Half of all pairs: of an even number, the lower or the upper of the two in the middle.
    assert up[0].tolist() == [pairs[len(pairs) // 2] >= 1 for pairs in medians]
    assert down[0].tolist() == [pairs[(len(pairs) - 1) // 2] <= -1 for pairs in medians]


def test_looks__of_a_short_window_are_those_of_all_orders():
    # Of 3 and 4, and 4 and 3, of 7 values; the rarest p of 2 / 35 is not below one in a thousand.
    best = [min(2 * at_most(k, 7 - k)[min(u, k * (7 - k) - u)]
                for k in (3, 4) for u in [sum(order[:k]) - k * (k + 1) // 2])
            for order in permutations(range(1, 8))]

    assert min(best) == pytest.approx(2 / 35)
    assert np.isinf(looks.table()[7])
    drawn = looks.best_splits(7, 20_000, seed=3)
    share = np.mean(np.isclose(best, min(best)))
    assert np.mean(np.isclose(drawn, min(best))) == pytest.approx(
        share, abs=4 * (share * (1 - share) / 20_000)**0.5)


@pytest.mark.parametrize("n", [20, 45, 90])
def test_looks__another_seed_sees_as_many_false_alarms(n):
    orders = 40_000

    ps = looks.best_splits(n, orders, seed=99) * looks.table()[n]

    expected = looks.ALPHA * orders
    assert (ps <= looks.ALPHA).sum() <= expected + 4 * expected**0.5


# --- Shift and comparison ---------------------------------------------------------------------


@given(numbers, numbers)
def test_hodges_lehmann__is_the_median_of_all_differences(a, b):
    assert hodges_lehmann(a, b) == np.median([y - x for x in a for y in b])


@given(numbers, numbers, st.integers(-9, 9))
def test_interval__moves_with_the_sample_and_holds_the_shift(a, b, by):
    low, high, has = interval(a, b)
    moved = interval(a, [value + by for value in b])

    assert low <= hodges_lehmann(a, b) <= high
    assert moved == (low + by, high + by, has)


@pytest.mark.parametrize("m, n, confidence, has", [
    (3, 3, 0.95, 1 - 2 / 20),  # the longest there is
    (4, 4, 0.95, 1 - 2 / 70),
    (5, 5, 0.95, 1 - 2 * 4 / 252),  # U of 0, 1, 2: 1 + 1 + 2 orders
])
def test_interval__confidence_is_counted(m, n, confidence, has):
    a, b = np.arange(m) * 1.0, np.arange(n) * 1.5

    assert interval(a, b, confidence)[2] == pytest.approx(has)


@pytest.mark.parametrize("m, n", [(4, 4), (6, 9), (60, 60)])
def test_interval__holds_the_truth_as_often_as_it_says(m, n):
    rng, held, trials, has = np.random.default_rng(5), 0, 1500, None
    for _ in range(trials):
        low, high, has = interval(rng.normal(size=m), rng.normal(2.0, size=n))
        held += low <= 2.0 <= high

    assert held / trials == pytest.approx(has, abs=4 * (0.05 * 0.95 / trials)**0.5 + 0.002)


def test_relative_shift__of_logarithms():
    a = np.array([100.0, 101, 99])

    assert relative_shift(np.log(a), np.log(a * 0.95)) == pytest.approx(-0.05)


SIDE = np.array([100.0, 100.4, 99.8, 100.1, 99.9])


@pytest.mark.parametrize("factor, direction, word", [
    (1.0, HIGHER, "SAME"), (0.9, HIGHER, "SLOWER"), (1.1, HIGHER, "FASTER"),
    (1.0, LOWER, "SAME"), (0.9, LOWER, "FASTER"), (1.1, LOWER, "SLOWER"),
    (0.97, HIGHER, "AMBIGUOUS"),
])
def test_compare__words(factor, direction, word):
    told = compare(SIDE, SIDE * factor, floor=0.03, direction=direction)

    assert told.word == word
    assert told.shift == pytest.approx(factor - 1)
    assert (told.launches_needed is None) == (word != "AMBIGUOUS")


def test_compare__p_is_of_mann_and_whitney():
    assert compare(SIDE, SIDE * 0.9, 0.03).p == pytest.approx(2 / comb(10, 5))


def test_compare__three_launches_cannot_have_95_percent():
    told = compare(SIDE[:3], SIDE[:3] * 0.5, floor=0.03)

    assert (told.word, told.launches_needed) == ("AMBIGUOUS", fewest())
    assert told.confidence == pytest.approx(0.9)
    assert compare(SIDE[:3], SIDE[:3] * 0.5, floor=0.03, confidence=0.9).word == "SLOWER"


def test_compare__no_difference_found_is_not_the_same():
    noisy = np.array([100.0, 80, 120, 95, 105])

    told = compare(noisy, noisy[::-1], floor=0.03)

    assert told.p > 0.9
    assert told.word == "AMBIGUOUS"
    assert told.launches_needed > 5


def test_compare__the_launches_it_asks_for_mostly_tell():
    rng, asked = np.random.default_rng(8), []
    for _ in range(60):
        first = compare(rng.normal(100, 2, 5), rng.normal(95, 2, 5), floor=0.03)
        if first.word == "AMBIGUOUS":
            asked.append(first.launches_needed)
    count = int(np.median(asked))

    words = [compare(rng.normal(100, 2, count), rng.normal(95, 2, count), floor=0.03).word
             for _ in range(200)]
    assert 5 < count < 100
    assert words.count("SLOWER") > 60
    assert words.count("FASTER") == 0


@pytest.mark.parametrize("a, b, what", [([], [1], "at least one"), ([1], [0], "above 0"),
                                        ([1], [float("nan")], "finite")])
def test_compare__refuses_what_is_no_number(a, b, what):
    with pytest.raises(ValueError, match=what):
        compare(a, b, 0.03)


def test_direction__unknown_is_refused():
    for call in (lambda: compare(SIDE, SIDE, 0.03, "up"), lambda: gate(SIDE, 1, (), "up"),
                 lambda: rank({"a": 1.0}, "up")):
        with pytest.raises(ValueError, match="unknown direction 'up', valid are higher, lower"):
            call()


# --- Night and gate ---------------------------------------------------------------------------


def test_night_value__is_a_median_of_medians():
    # All samples together would have the median 10.
    assert night_value([[1, 2, 3], [10, 10, 10, 10, 10], [4, 5, 6]]) == 5


def test_night_value__needs_a_launch():
    with pytest.raises(ValueError, match="at least one launch"):
        night_value([[], []])


# Median 100, median deviation 1: four spreads are 4 * 1.4826 = 5.93 %.
PAST = [99.0, 100.0, 101.0] * 10


@pytest.mark.parametrize("tonight, confirmations, word", [
    (94.2, (), "CLEAR"), (94.0, (), "SUSPECT"), (94.0, (94.0,), "SUSPECT"),
    (94.0, (93.0, 92.0), "CONFIRMED"), (94.0, (93.0, 100.0), "REFUTED"), (106.5, (), "CLEAR"),
])
def test_gate__words(tonight, confirmations, word):
    told = gate(PAST, tonight, confirmations)

    assert told.word == word
    assert told.limit == pytest.approx(4 * 1.4826 / 100)
    assert told.shift == pytest.approx(tonight / 100 - 1)


def test_gate__of_times_more_is_worse():
    assert gate(PAST, 107, (), LOWER).word == "SUSPECT"
    assert gate(PAST, 90, (), LOWER).word == "CLEAR"


def test_gate__without_spread_the_floor_is_the_limit():
    assert gate([100.0] * 30, 97.5).word == "CLEAR"
    assert gate([100.0] * 30, 96.5).word == "SUSPECT"


def test_gate__few_nights_tell_nothing():
    assert gate(PAST[:9], 1.0).word == "YOUNG"
    assert gate(PAST[:10], 1.0).word == "SUSPECT"


def test_gate__looks_back_thirty_nights():
    assert gate([1000.0] * 50 + PAST, 100.0).word == "CLEAR"


@pytest.mark.parametrize("unit, metric, floor", [
    ("bytes_per_s", "host-copy.to-gpu", 0.03), ("flop_per_s", "sgemm.rate", 0.03),
    ("s", "host-copy.latency", 0.05), ("s", "launch.latency", 0.10),
    ("bytes_per_s", "all-reduce.bus", 0.05)])
def test_floor_of(unit, metric, floor):
    assert floor_of(unit, metric) == floor


# --- Correlation ------------------------------------------------------------------------------


@pytest.mark.parametrize("count, rho", [(1, 0.5), (4, 0.0), (5, 0.5), (30, 0.8)])
def test_mean_variance__is_the_sum_of_all_covariances(count, rho):
    every = sum(rho**abs(i - j) for i in range(count) for j in range(count))

    assert mean_variance(count, rho) == pytest.approx(every / count**2)


@pytest.mark.parametrize("rho", [0.0, 0.5])
def test_stands_out__counts_in_standard_errors_that_know_of_correlation(rho):
    rng, windows = np.random.default_rng(2), 400
    values = rng.normal(size=(windows, 80))
    for night in range(1, 80):
        values[:, night] = rho * values[:, night - 1] + (1 - rho**2)**0.5 * values[:, night]

    squares = [stands_out(window, 70)**2 for window in values]

    # The square of a normal number has the mean 1 and the variance 2; on the safe side is less.
    # What takes nights of rho 0.5 for independent would see 2.6.
    assert 0.5 < np.mean(squares) < 1 + 4 * (2 / windows)**0.5


def test_stands_out__any_shift_does_where_there_is_no_noise():
    assert stands_out(np.array([5.0] * 10 + [6.0] * 4), 10) == np.inf


# --- Fleet, clocks, discovery -----------------------------------------------------------------


def test_rank__the_slow_one_stands_out():
    values = {f"gpu-{i}": 100.0 + i % 3 for i in range(8)} | {"slow": 90.0}

    told = rank(values)

    assert told[0].gpu == "slow"
    # Median 101, deviations 1 1 1 1 1 0 0 0 11: median deviation 1.
    assert told[0].z == pytest.approx(-11 / 1.4826)
    assert told[0].below == pytest.approx(11 / 101)
    assert [one.gpu for one in told if one.is_slow] == ["slow"]


def test_rank__of_times_the_longest_is_slow():
    told = rank({"a": 1.0, "b": 1.01, "c": 1.02, "d": 2.0}, LOWER)

    assert (told[0].gpu, told[0].is_slow) == ("d", True)
    assert not any(one.is_slow for one in rank({"a": 1.0, "b": 1.01, "c": 1.02, "d": 0.5}, LOWER))


@pytest.mark.parametrize("values, slow", [
    ({"a": 100.0, "b": 100.0, "c": 100.0, "d": 90.0}, ["d"]),  # no spread, 10 % under
    ({"a": 100.0, "b": 100.0, "c": 100.0, "d": 96.0}, []),  # no spread, 4 % under
    ({"a": 100.0, "b": 100.0, "c": 100.0}, []),
    ({"a": 100.0, "b": 50.0}, []),  # of two nobody can say
    ({"a": 100.0, "b": 80.0, "c": 60.0, "d": 120.0}, []),  # spread out, nobody stands out
])
def test_rank__cases(values, slow):
    assert [one.gpu for one in rank(values) if one.is_slow] == slow


RATES, CLOCKS = np.array([100.0, 101, 99, 100]), np.array([2e9] * 4)


@pytest.mark.parametrize("factor, clock, direction, word", [
    (0.9, 1.0, HIGHER, "CODE"),
    (0.9, 0.9, HIGHER, "CLOCK"),
    (0.8, 0.9, HIGHER, "BOTH"),
    (1 / 0.9, 0.9, LOWER, "CLOCK"),
    (1.0, 0.9, HIGHER, "CODE"),  # does not follow the clock
    (0.9, 1.1, HIGHER, "CODE"),  # the clock should have made it faster
])
def test_separate__words(factor, clock, direction, word):
    told = separate(RATES, RATES * factor, CLOCKS, CLOCKS * clock, direction)

    assert told.word == word
    assert told.clock_shift == pytest.approx(clock - 1)


def test_separate__without_clocks_nobody_knows():
    assert separate(RATES, RATES * 0.9, CLOCKS, [None] * 4).word == "UNKNOWN"
    assert separate(RATES, RATES * 0.9, [], CLOCKS).word == "UNKNOWN"


def test_benjamini_hochberg__by_hand():
    # Sorted p against q * i / 5 = .01 .02 .03 .04 .05: the third is the last below its bar.
    assert benjamini_hochberg([0.2, 0.001, 0.028, 0.019, 0.045]).tolist() == [
        False, True, True, True, False]
    assert benjamini_hochberg([]).tolist() == []


@settings(max_examples=50)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_benjamini_hochberg__never_more_than_each_alone(ps):
    told = benjamini_hochberg(ps)

    assert all(p <= 0.05 for p, is_told in zip(ps, told) if is_told)
