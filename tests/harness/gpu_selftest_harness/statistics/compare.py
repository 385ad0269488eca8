# SPDX-License-Identifier: Apache-2.0
"""Two runs of one thing: is B slower than A, the same, or can nobody say yet? 'The same' is shown,
by an interval within what matters, and not taken for granted because no difference was proven."""

from __future__ import annotations

from dataclasses import replace
from math import ceil, comb

import numpy as np
from scipy.stats import mannwhitneyu, norm

from ..words import HIGHER, LOWER
from .discovery import Q, benjamini_hochberg
from .shift import interval, relative_shift
from .values import AMBIGUOUS, FASTER, SAME, SLOWER, Comparison

CONFIDENCE = 0.95
EFFICIENCY = 3 / np.pi  # of ranks, where the noise is normal
MOST_LAUNCHES = 100  # nobody waits for more


def compare(a, b, floor, direction=HIGHER, confidence=CONFIDENCE):
    """`a` and `b`: the median of each launch, positive. `floor`: the relative shift that
    matters."""
    if direction not in (HIGHER, LOWER):
        raise ValueError(f"unknown direction '{direction}', valid are {HIGHER}, {LOWER}")
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if not len(a) or not len(b):
        raise ValueError("both sides of a comparison need at least one launch")
    if not (np.isfinite(a).all() and np.isfinite(b).all() and min(a.min(), b.min()) > 0):
        raise ValueError("launches are compared by finite numbers above 0")
    logs = np.log(a), np.log(b)
    shift = relative_shift(*logs)
    low, high, has = interval(*logs, confidence)
    low, high = float(np.expm1(low)), float(np.expm1(high))
    p = float(mannwhitneyu(a, b, alternative="two-sided").pvalue)
    word = _word(low, high, floor, direction) if has >= confidence - 1e-12 else AMBIGUOUS
    needed = _needed(*logs, shift, floor, confidence) if word == AMBIGUOUS else None
    return Comparison(word, shift, low, high, has, p, floor, needed)


def _word(low, high, floor, direction):
    # As far up as down: twice as fast and back is the same distance.
    least, most = 1 / (1 + floor) - 1, floor
    if least <= low and high <= most:
        return SAME
    if low > most:
        return FASTER if direction == HIGHER else SLOWER
    if high < least:
        return SLOWER if direction == HIGHER else FASTER
    return AMBIGUOUS


def fewest(confidence=CONFIDENCE):
    """Launches on each side without which no interval has that confidence."""
    count = 1
    while 1 - 2 / comb(2 * count, count) < confidence:
        count += 1
    return count


def _needed(log_a, log_b, shift, floor, confidence):
    """Launches on each side after which the interval would be narrow enough if the shift and the
    noise are what they seem."""
    margin = abs(np.log1p(floor) - abs(np.log1p(shift)))
    rest = np.concatenate((log_a - np.median(log_a), log_b - np.median(log_b)))
    freedom = max(len(rest) - 2, 1)
    sd = float(np.sqrt((rest**2).sum() / freedom))
    least = max(fewest(confidence), min(len(log_a), len(log_b)) + 1)
    if sd == 0 or margin == 0:
        return least if sd == 0 else MOST_LAUNCHES
    count = 2 * (norm.ppf((1 + confidence) / 2) * sd / margin)**2 / EFFICIENCY
    return int(min(max(ceil(count), least), MOST_LAUNCHES))


def among(comparisons, launches, q=Q):
    """The same comparisons, made in one go: a difference that so many questions bring about by
    chance is AMBIGUOUS. `launches`: how many each has on its smaller side."""
    told = benjamini_hochberg([one.p for one in comparisons], q)
    differing = sum(1 for one in comparisons if one.word in (FASTER, SLOWER))
    return [one if one.word not in (FASTER, SLOWER) or is_told
            else replace(one, word=AMBIGUOUS,
                         launches_needed=_for_p(q * differing / len(comparisons), count))
            for one, is_told, count in zip(comparisons, told, launches)]


def _for_p(p, has):
    """Launches on each side with which a complete separation is as rare as that."""
    count = has + 1
    while 2 / comb(2 * count, count) > p and count < MOST_LAUNCHES:
        count += 1
    return count
