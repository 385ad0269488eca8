# SPDX-License-Identifier: Apache-2.0
"""Where a series became another one: does a window split into two levels? The best split by Mann
and Whitney's test, with a p that knows that every split was looked at, and standing out from noise
that hangs together. Ranks, because one night in twenty may be far off for reasons of its own.
Windows are of logarithms. replay.py asks this night after night."""

from __future__ import annotations

import numpy as np

from . import looks
from .correlation import TO_SD, stands_out
from .ranks import LONGEST, SHORTEST, shifts_reach, split_table, splits

# Found by trial.py, which says what comes of them. An ALPHA of 0.001 would let three
# nights make a change point, and one year in twenty has three outliers in a row.
ALPHA = 0.0005
STANDS_OUT = 5.5  # standard errors that know of correlation
LEAST_EFFECT = 0.01
SPIKE = 4.0  # spreads from the median: a night that, alone, is left out
LEAST_NIGHTS = 10  # before fewer values nothing is said


def best(windows, alpha=ALPHA, least_effect=LEAST_EFFECT):
    """(row, index of the first value behind the split, p) of each row that has a split: the one
    with the least p of those with p <= alpha and an effect that is large enough."""
    alone = spikes(windows)
    kept = windows.shape[1] - alone.sum(axis=1)
    for n in np.unique(kept[kept >= LEAST_NIGHTS]):
        rows = np.flatnonzero(kept == n)
        columns = np.nonzero(~alone[rows])[1].reshape(len(rows), n)
        part = np.take_along_axis(windows[rows], columns, axis=1)
        for row, k, p in _best_of(part, alpha, least_effect):
            yield int(rows[row]), int(columns[row, k]), p


def evidence(values, split):
    """p of a split that was told before, with all values up to now; of the last LONGEST."""
    window = logs_of(values)[-LONGEST:]
    split -= max(len(values) - LONGEST, 0)
    kept = ~spikes(window[None, :])[0]
    before, n = int(kept[:split].sum()), int(kept.sum())
    if before < SHORTEST or n - before < SHORTEST:
        return 1.0
    p = split_table().p(n, splits(window[None, kept]))[0, before - SHORTEST]
    return float(min(p * looks.table()[n], 1.0))


def _best_of(windows, alpha, least_effect):
    n = windows.shape[1]
    p = split_table().p(n, splits(windows)) * looks.table()[n]
    suspects = np.flatnonzero(p.min(axis=1) <= alpha)
    if not len(suspects):
        return
    up, down = shifts_reach(windows[suspects], np.log1p(least_effect))
    worth = np.where(up | down, p[suspects], np.inf)
    for row, candidates in zip(suspects, worth):
        split = int(candidates.argmin())
        if candidates[split] <= alpha and stands_out(windows[row], split + SHORTEST) >= STANDS_OUT:
            yield int(row), split + SHORTEST, float(candidates[split])


def spikes(windows):
    """Which values are far off alone, both neighbours are not: a night on which somebody else used
    the machine. The last value may yet get company."""
    middle = np.median(windows, axis=1, keepdims=True)
    off = np.abs(windows - middle)
    far = off > SPIKE * TO_SD * np.median(off, axis=1, keepdims=True)
    alone = far.copy()
    alone[:, 1:] &= ~far[:, :-1]
    alone[:, :-1] &= ~far[:, 1:]
    alone[:, -1] = False
    return alone


def logs_of(values):
    values = np.asarray(values, dtype=float)
    if not (np.isfinite(values).all() and (values > 0).all()):
        raise ValueError("change points need finite values above 0")
    return np.log(values)
