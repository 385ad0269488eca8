# SPDX-License-Identifier: Apache-2.0
"""What it costs to look at every split of a window and take the best: how many independent looks of
one Mann-Whitney test have the same chance of a false alarm. Ranks of independent values are all
equally likely, so this depends on nothing but the number of values; looks.npy has it for each, made
by `python -m gpu_selftest_harness.statistics.looks`, and the tests make some of it again."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np

from .ranks import LONGEST, SHORTEST, split_table

ALPHA = 0.001
ORDERS = 400_000
SEED = 7


def best_splits(n, orders, seed):
    """The smallest p of all splits, of so many random orders of n values."""
    rng, best = np.random.default_rng((seed, n)), []
    k = np.arange(SHORTEST, n - SHORTEST + 1)
    for part in range(0, orders, 10_000):
        ranks = rng.permuted(np.tile(np.arange(1, n + 1, dtype=np.int32),
                                     (min(10_000, orders - part), 1)), axis=1)
        u = np.cumsum(ranks, axis=1)[:, k - 1] - k * (k + 1) // 2
        best.append(split_table().p(n, u).min(axis=1))
    return np.concatenate(best)


def looks(n, orders=ORDERS, seed=SEED):
    """How many: ALPHA over the largest p that so many orders reach or undercut by chance. Where no
    order is rare enough, infinite: windows so short tell nothing."""
    values, counts = np.unique(best_splits(n, orders, seed), return_counts=True)
    rare = values[np.cumsum(counts) <= ALPHA * orders]
    return ALPHA / rare[-1] if len(rare) else np.inf


@cache
def table():
    """By number of values, 0 .. LONGEST."""
    with files(__package__).joinpath("looks.npy").open("rb") as source:
        return np.load(source, allow_pickle=False)


def main():
    rows = [looks(n) if n >= 2 * SHORTEST else np.inf for n in range(LONGEST + 1)]
    with open(str(files(__package__).joinpath("looks.npy")), "wb") as out:
        np.save(out, np.array(rows), allow_pickle=False)


if __name__ == "__main__":
    main()
