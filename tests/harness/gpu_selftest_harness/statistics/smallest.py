# SPDX-License-Identifier: Apache-2.0
"""What could have been seen: beside every 'no regression' stands how large one would have had to
be. In units of the spread that depends on the search, on the number of values, and on how many
series are judged in one go, as each of many has to be less of a surprise; smallest.npy has it, made
by `python -m gpu_selftest_harness.statistics.smallest`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
from scipy.stats import norm

from .change_points import ALPHA, LEAST_EFFECT, LEAST_NIGHTS, best, spikes
from .correlation import TO_SD, mean_variance, neighbours
from .discovery import Q
from .ranks import LONGEST

POWER = 0.9
NIGHTS = 5  # that a shift is given to show itself
DRAWS = 400
SEED = 11
LARGEST = 40.0  # spreads; beyond is no answer
STEP = 0.05
MANY = (100, 1_000, 10_000, 100_000)  # series judged in one go; up to the first, ALPHA decides


def detectable(values, least_effect=LEAST_EFFECT, series=1):
    """The smallest relative shift, begun NIGHTS nights ago, that these values would have shown with
    a chance of POWER; None if none could, as there are too few. `values` are those of one level,
    which is one of so many `series`."""
    logs = np.log(np.asarray(values, dtype=float)[-LONGEST:])
    row = min(int(np.searchsorted(MANY, series)), len(MANY) - 1)
    spreads = table()[row, len(logs)]
    if not np.isfinite(spreads):
        return None
    rest = logs - np.median(logs)
    spread = TO_SD * float(np.median(np.abs(rest)))
    rho, before = neighbours(rest, spread), len(logs) - NIGHTS
    error = np.sqrt(sum(mean_variance(count, rho) for count in (before, _nights_shown(logs))))
    plain = np.sqrt(1 / before + 1 / NIGHTS)
    least = np.log1p(least_effect) + norm.ppf(POWER) * spread * error
    return float(np.expm1(max(spreads * spread * error / plain, least)))


def _nights_shown(logs):
    """Where nights were off by themselves, and left out by the search, one of these may be."""
    return NIGHTS - int(spikes(logs[None, :]).any())


@cache
def table():
    """By the place in MANY and the number of values, 0 .. LONGEST."""
    with files(__package__).joinpath("smallest.npy").open("rb") as source:
        return np.load(source, allow_pickle=False)


def in_spreads(n, series=1):
    """The same for normal noise of spread 1, by asking the search itself: the shift that a share of
    POWER of DRAWS windows of n values show. Infinite if there is none."""
    alpha = min(ALPHA, Q / series)
    draws = np.random.default_rng((SEED, n)).normal(size=(DRAWS, n))
    low, high = 0.0, LARGEST
    if not _is_seen(draws, high, alpha):
        return np.inf
    while high - low > STEP:
        middle = (low + high) / 2
        if _is_seen(draws, middle, alpha):
            high = middle
        else:
            low = middle
    return high


def _is_seen(draws, shift, alpha):
    windows = draws.copy()
    windows[:, -NIGHTS:] -= shift
    return sum(1 for _ in best(windows, alpha, least_effect=0.0)) >= POWER * len(draws)


def main():
    rows = [[in_spreads(n, series) if n >= LEAST_NIGHTS else np.inf for n in range(LONGEST + 1)]
            for series in MANY]
    with open(str(files(__package__).joinpath("smallest.npy")), "wb") as out:
        np.save(out, np.array(rows), allow_pickle=False)


if __name__ == "__main__":
    main()
