# SPDX-License-Identifier: Apache-2.0
"""The exact null distribution of Mann and Whitney's U. SciPy has it for one pair of samples; the
search for change points needs it for every split of every window of every series, so here it is a
table that is looked up."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.stats import rankdata

# Values that are compared at once, and the least of them on one side.
LONGEST = 90
SHORTEST = 3


@cache
def _counts(m, n):
    """How many orders of m and n values have U = 0 .. m*n. By additions only, so that the tail,
    which is what decides, is as exact as the middle."""
    if m > n:
        return _counts(n, m)
    counts = np.zeros(m * n + 1)
    if m == 0:
        counts[0] = 1
    else:
        # The largest value is of the first sample and beats all n of the second, or it is not.
        counts[n:] += _counts(m - 1, n)
        counts[:m * (n - 1) + 1] += _counts(m, n - 1)
    counts.flags.writeable = False
    return counts


@cache
def at_most(m, n):
    """P(U <= u) for u = 0 .. m*n where both samples are of one kind and without ties."""
    counts = _counts(m, n)
    below = np.minimum(np.cumsum(counts) / counts.sum(), 1.0)
    below.flags.writeable = False
    return below


class SplitTable:
    """Two-sided p of every U of every split of every window up to LONGEST: `p[first(n, k) + u]`
    with u <= k * (n - k) / 2, the smaller of U and its mirror image."""

    def __init__(self):
        self._first = np.zeros((LONGEST + 1, LONGEST + 1), dtype=np.int64)
        parts, length = [], 0
        for n in range(2 * SHORTEST, LONGEST + 1):
            for k in range(SHORTEST, n - SHORTEST + 1):
                half = k * (n - k) // 2 + 1
                self._first[n, k] = length
                parts.append(np.minimum(2 * at_most(k, n - k)[:half + 1], 1.0))
                length += len(parts[-1])
        self._p = np.concatenate(parts)

    def p(self, n, u):
        """Of windows of n values: u[.., i] belongs to the split with SHORTEST + i values before it.
        Where ties make U a half, the half nearer to the middle counts."""
        k = np.arange(SHORTEST, n - SHORTEST + 1)
        smaller = np.ceil(np.minimum(u, k * (n - k) - u)).astype(np.int64)
        return self._p[self._first[n, k] + smaller]


@cache
def split_table():
    return SplitTable()


def splits(windows):
    """U of every split of each row: how many pairs of a value before and one from it on are in
    falling order; ties count half. Shape (rows, n - 2 * SHORTEST + 1)."""
    windows = np.asarray(windows, dtype=float)
    n = windows.shape[1]
    k = np.arange(SHORTEST, n - SHORTEST + 1)
    sums = np.cumsum(_ranks(windows), axis=1)[:, k - 1]
    return sums - k * (k + 1) / 2


def _ranks(windows):
    """Of each row; ties share theirs. Sorting alone is a third of SciPy's time, and mostly
    enough."""
    order = np.argsort(windows, axis=1)
    ordered = np.take_along_axis(windows, order, axis=1)
    if (ordered[:, 1:] == ordered[:, :-1]).any():
        return rankdata(windows, axis=1)
    ranks = np.empty(windows.shape)
    np.put_along_axis(ranks, order, np.arange(1.0, windows.shape[1] + 1)[None, :], axis=1)
    return ranks


def shifts_reach(windows, least):
    """For every split of each row: is the Hodges-Lehmann shift at least `least`, up or down? That
    is so if half of all pairs across the split are that far apart, so nobody has to sort them."""
    windows = np.asarray(windows, dtype=float)
    n = windows.shape[1]
    k = np.arange(SHORTEST, n - SHORTEST + 1)
    apart = windows[:, None, :] - windows[:, :, None]
    later = np.triu(np.ones((n, n), dtype=bool), 1)
    return [_across(far & later) * 2 >= k * (n - k) for far in (apart >= least, apart <= -least)]


def _across(pairs):
    """How many pairs[row, i, j] with i < k <= j are true, for each k; none is where j <= i."""
    n = pairs.shape[1]
    # With k one further, value k is no longer behind the split but before it.
    steps = pairs.sum(axis=2) - pairs.sum(axis=1)
    return np.cumsum(steps, axis=1)[:, SHORTEST - 1:n - SHORTEST]
