# SPDX-License-Identifier: Apache-2.0
"""By how much one sample lies above another: Hodges and Lehmann's estimate, the median of all
differences between a value of the one and a value of the other, and its confidence interval, which
is exact up to the sizes that `ranks` knows. Relative shifts are those of logarithms."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

from .ranks import LONGEST, at_most


def hodges_lehmann(a, b):
    """Of b against a, in the unit of both."""
    return float(np.median(_differences(a, b)))


def relative_shift(log_a, log_b):
    """The same of logarithms, as a relative shift: -0.05 is 5 % less."""
    return float(np.expm1(hodges_lehmann(log_a, log_b)))


def interval(a, b, confidence=0.95):
    """(low, high, confidence that it has) of b against a. The shortest with at least the confidence
    that was asked for; if the samples are too small for that, the longest there is, with what it
    has."""
    differences = np.sort(_differences(a, b), axis=None)
    outside = _outside(len(a), len(b), (1 - confidence) / 2)
    m, n = len(a), len(b)
    if m + n <= LONGEST:
        has = 1 - 2 * float(at_most(m, n)[outside])
    else:
        has = confidence
    return float(differences[outside]), float(differences[-1 - outside]), has


def _outside(m, n, tail):
    """How many differences are left out at each end, at most so that `tail` is kept."""
    if m + n <= LONGEST:
        # P(the shift lies below difference i, counted from 0) is P(U <= i).
        return max(int(np.searchsorted(at_most(m, n), tail, side="right")) - 1, 0)
    sd = np.sqrt(m * n * (m + n + 1) / 12)
    return max(int(np.floor(m * n / 2 + norm.ppf(tail) * sd - 0.5)), 0)


def _differences(a, b):
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if not len(a) or not len(b):
        raise ValueError("a shift needs at least one value on each side")
    return b[None, :] - a[:, None]
