# SPDX-License-Identifier: Apache-2.0
"""Nights that hang together. Where each night resembles the one before, a run of low ones is less
of a surprise than ranks think, since they take all orders for equally likely. So a shift has to
stand out from the noise in a second way, which reckons with that."""

from __future__ import annotations

import numpy as np

from .shift import hodges_lehmann

# How sure the correlation of neighbours has to be no larger: one in ten.
SURE = 1.28
LARGEST = 0.9
MOST_TAKEN = 0.75
TO_SD = 1.4826  # of a median absolute deviation
CLIP = 3  # one outlier must not decide


def stands_out(values, split):
    """The shift between the values before and from `split` on, in standard errors."""
    before, after = values[:split], values[split:]
    rest = np.concatenate((before - np.median(before), after - np.median(after)))
    spread = TO_SD * np.median(np.abs(rest))
    if spread == 0:
        return np.inf
    rho = neighbours(rest, spread, split)
    means = [mean_variance(len(part), rho) for part in (before, after)]
    # What the medians of the parts have taken with them is missing in the rest.
    taken = sum(len(part) * mean for part, mean in zip((before, after), means)) / len(values)
    taken = min(taken, MOST_TAKEN)
    return abs(hodges_lehmann(before, after)) / (spread * np.sqrt(sum(means) / (1 - taken)))


def mean_variance(count, rho):
    """Of the mean of so many values of variance 1, each correlated with the next by rho, with the
    one after by rho squared."""
    return ((1 + rho) / (1 - rho) - 2 * rho * (1 - rho**count) / (count * (1 - rho)**2)) / count


def neighbours(rest, spread, split=None):
    """Correlation of what is left of neighbours, on the same side of the split if there is one: an
    upper bound, never below 0."""
    if spread == 0:
        return 0.0
    rest = np.clip(rest, -CLIP * spread, CLIP * spread)
    together = rest[:-1] * rest[1:]
    if split is not None:
        together[split - 1] = 0
    count = len(rest)
    rho = together.sum() / (rest * rest).sum()
    # Samples this short show less of it than there is.
    rho = rho + (1 + 3 * rho) / count + SURE * np.sqrt(max(1 - rho**2, 0) / count)
    return float(np.clip(rho, 0, LARGEST))
