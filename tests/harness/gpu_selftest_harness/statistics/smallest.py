# SPDX-License-Identifier: Apache-2.0
"""What could have been seen: beside every 'no regression' stands how large one would have had to
be. In units of the spread that depends on the search and on the number of values alone;
smallest.npy has it, made by `python -m gpu_selftest_harness.statistics.smallest`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
from scipy.stats import norm

from .change_points import LEAST_EFFECT, LEAST_NIGHTS, best
from .correlation import TO_SD, mean_variance, neighbours
from .ranks import LONGEST

POWER = 0.9
NIGHTS = 5  # that a shift is given to show itself
DRAWS = 400
SEED = 11
LARGEST = 40.0  # spreads; beyond is no answer
STEP = 0.05


def detectable(values, least_effect=LEAST_EFFECT):
    """The smallest relative shift, begun NIGHTS nights ago, that these values would have shown with
    a chance of POWER; None if none could, as there are too few. `values` are those of one level."""
    logs = np.log(np.asarray(values, dtype=float)[-LONGEST:])
    spreads = table()[len(logs)]
    if not np.isfinite(spreads):
        return None
    rest = logs - np.median(logs)
    spread = TO_SD * float(np.median(np.abs(rest)))
    rho = neighbours(rest, spread)
    sides = len(logs) - NIGHTS, NIGHTS
    error = np.sqrt(sum(mean_variance(count, rho) for count in sides))
    plain = np.sqrt(sum(1 / count for count in sides))
    least = np.log1p(least_effect) + norm.ppf(POWER) * spread * error
    return float(np.expm1(max(spreads * spread * error / plain, least)))


@cache
def table():
    """By number of values, 0 .. LONGEST."""
    with files(__package__).joinpath("smallest.npy").open("rb") as source:
        return np.load(source, allow_pickle=False)


def in_spreads(n):
    """The same for normal noise of spread 1, by asking the search itself: the shift that a share of
    POWER of DRAWS windows of n values show. Infinite if there is none."""
    draws = np.random.default_rng((SEED, n)).normal(size=(DRAWS, n))
    low, high = 0.0, LARGEST
    if not _is_seen(draws, high):
        return np.inf
    while high - low > STEP:
        middle = (low + high) / 2
        if _is_seen(draws, middle):
            high = middle
        else:
            low = middle
    return high


def _is_seen(draws, shift):
    windows = draws.copy()
    windows[:, -NIGHTS:] -= shift
    return sum(1 for _ in best(windows, least_effect=0.0)) >= POWER * len(draws)


def main():
    rows = [in_spreads(n) if n >= LEAST_NIGHTS else np.inf for n in range(LONGEST + 1)]
    with open(str(files(__package__).joinpath("smallest.npy")), "wb") as out:
        np.save(out, np.array(rows), allow_pickle=False)


if __name__ == "__main__":
    main()
