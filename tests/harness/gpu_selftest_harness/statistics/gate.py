# SPDX-License-Identifier: Apache-2.0
"""Tonight against the nights before: large drops, told in the same night. One low value is no news,
as one night in twenty has one, so launches of the same night have to confirm it."""

from __future__ import annotations

import numpy as np

from ..words import HIGHER, LOWER
from .correlation import TO_SD
from .values import CLEAR, CONFIRMED, REFUTED, SUSPECT, YOUNG, Gate

NIGHTS = 30  # that are looked back at
LEAST_NIGHTS = 10
SPREADS = 4
CONFIRMATIONS = 2

BANDWIDTH, LATENCY, LAUNCH = FLOORS = (0.03, 0.05, 0.10)
SMALL_LAUNCH_WORDS = ("launch",)
COLLECTIVE_WORDS = ("all-reduce", "collective", "nccl")


def floor_of(unit, metric=""):
    """The least shift worth an alarm: 3 % of bandwidths and rates, 5 % of latencies and
    collectives, 10 % of what it takes to launch a kernel."""
    name = metric.lower()
    if any(word in name for word in COLLECTIVE_WORDS):
        return LATENCY
    if unit == "s":
        return LAUNCH if any(word in name for word in SMALL_LAUNCH_WORDS) else LATENCY
    return BANDWIDTH


def gate(history_values, tonight, confirmations=(), direction=HIGHER, floor=BANDWIDTH):
    """`history_values` are those of earlier nights, oldest first; `confirmations` the medians of
    the confirming launches so far, CONFIRMATIONS of which are wanted."""
    if direction not in (HIGHER, LOWER):
        raise ValueError(f"unknown direction '{direction}', valid are {HIGHER}, {LOWER}")
    past = np.asarray(history_values, dtype=float)[-NIGHTS:]
    if len(past) < LEAST_NIGHTS:
        return Gate(YOUNG, None, None, len(past))
    middle = float(np.median(past))
    spread = TO_SD * float(np.median(np.abs(past - middle))) / middle
    limit = max(SPREADS * spread, floor)
    worse = -1 if direction == HIGHER else 1

    def is_beyond(value):
        return worse * (value / middle - 1) > limit

    shift = tonight / middle - 1
    if not is_beyond(tonight):
        word = CLEAR
    elif not all(is_beyond(value) for value in confirmations):
        word = REFUTED
    else:
        word = CONFIRMED if len(confirmations) >= CONFIRMATIONS else SUSPECT
    return Gate(word, shift, limit, len(past))
