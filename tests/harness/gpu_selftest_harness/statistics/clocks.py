# SPDX-License-Identifier: Apache-2.0
"""The clock's part in a shift. What a GPU computes goes with its clock, and the clock with power
and temperature: a shift that is gone once values are counted in cycles is no change of the code."""

from __future__ import annotations

import numpy as np

from ..words import HIGHER
from .shift import relative_shift
from .values import BOTH, CLOCK, CODE, UNKNOWN, Separation

LEAST_EFFECT = 0.01


def separate(before, after, clocks_before, clocks_after, direction=HIGHER, least=LEAST_EFFECT):
    """Values and clocks of nights before and after a shift. Rates are divided by the clock, times
    multiplied. A number that does not follow the clock (a copy over PCIe) would get a shift in
    cycles that it does not have: if that makes the shift larger, the clock does not explain it."""
    shift = relative_shift(np.log(before), np.log(after))
    if not _are_known(clocks_before) or not _are_known(clocks_after):
        return Separation(UNKNOWN, shift, None, None)
    clock_shift = relative_shift(np.log(clocks_before), np.log(clocks_after))
    sign = -1 if direction == HIGHER else 1
    in_cycles = relative_shift(np.log(before) + sign * np.log(clocks_before),
                               np.log(after) + sign * np.log(clocks_after))
    if abs(clock_shift) < least or abs(in_cycles) >= abs(shift):
        word = CODE
    elif abs(in_cycles) < least:
        word = CLOCK
    else:
        word = BOTH
    return Separation(word, shift, clock_shift, in_cycles)


def _are_known(clocks):
    return len(clocks) > 0 and all(clock is not None and clock > 0 for clock in clocks)
