# SPDX-License-Identifier: Apache-2.0
"""One GPU among its like. Two of the same model differ by several percent for years, so to be slow
is to stand out from the others, and by an amount that matters."""

from __future__ import annotations

import numpy as np

from ..words import HIGHER, LOWER
from .correlation import TO_SD
from .values import Standing

SLOW_Z = -4.0
SLOW_BELOW = 0.05
LEAST_GPUS = 3  # of two nobody can say which is the odd one


def rank(values_by_gpu, direction=HIGHER):
    """Standings, slowest first. If more than half are equal there is no spread to measure by: any
    difference then stands out, and only its size counts."""
    if direction not in (HIGHER, LOWER):
        raise ValueError(f"unknown direction '{direction}', valid are {HIGHER}, {LOWER}")
    if not values_by_gpu:
        return []
    worse = 1 if direction == HIGHER else -1
    values = np.array(list(values_by_gpu.values()), dtype=float)
    middle = float(np.median(values))
    spread = TO_SD * float(np.median(np.abs(values - middle)))
    standings = []
    for gpu, value in values_by_gpu.items():
        ahead = worse * (value - middle)
        z = ahead / spread if spread else float(np.sign(ahead)) * np.inf if ahead else 0.0
        below = -ahead / middle
        is_slow = len(values) >= LEAST_GPUS and z <= SLOW_Z and below >= SLOW_BELOW
        standings.append(Standing(gpu, float(value), float(z), float(below), bool(is_slow)))
    return sorted(standings, key=lambda standing: (-standing.below, standing.gpu))
