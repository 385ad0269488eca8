# SPDX-License-Identifier: Apache-2.0
"""What the statistics answer. Shifts are relative (-0.05: 5 % less) and signed as the numbers are,
not as good or bad: which way is better goes with the unit, DIRECTION_OF_UNIT of words.py."""

from __future__ import annotations

from dataclasses import dataclass

SAME, FASTER, SLOWER, AMBIGUOUS = COMPARISONS = ("SAME", "FASTER", "SLOWER", "AMBIGUOUS")


@dataclass(frozen=True)
class Comparison:
    """B against A. SAME: the interval lies within the floor. FASTER, SLOWER: it lies outside.
    AMBIGUOUS: neither, and `launches_needed` on each side would probably tell."""

    word: str  # of COMPARISONS
    shift: float  # of B relative to A, Hodges-Lehmann
    low: float  # its confidence interval
    high: float
    confidence: float  # that the interval really has; fewer launches than it needs: below the wish
    p: float  # Mann-Whitney, two-sided
    floor: float  # what is not worth telling
    launches_needed: int | None = None  # of each side, altogether; None: the word stands


# Of the same-night gate. CONFIRMED: every confirming launch shows it, too. SUSPECT: it is to be
# confirmed. REFUTED: a confirming launch does not show it. YOUNG: too few nights to tell.
CLEAR, SUSPECT, CONFIRMED, REFUTED, YOUNG = GATES = (
    "CLEAR", "SUSPECT", "CONFIRMED", "REFUTED", "YOUNG")


@dataclass(frozen=True)
class Gate:
    word: str  # of GATES
    shift: float | None  # of tonight against the median of the nights before
    limit: float | None  # a shift for the worse beyond it is suspect; positive
    nights: int  # before tonight that were used


@dataclass(frozen=True)
class ChangePoint:
    """From here on the series is another one."""

    index: int  # the first value of the new level
    before: float  # median of the segment before
    after: float  # median of the segment that begins here
    shift: float  # relative, Hodges-Lehmann
    p: float  # of the split, corrected for having looked everywhere
    went_away: bool = False  # back at the old level within days
    is_drift: bool = False  # little by little, from where the level began until `index`


@dataclass(frozen=True)
class Standing:
    """One GPU among its like."""

    gpu: str
    value: float
    z: float  # robust; below 0: worse than the median, whatever the direction
    below: float  # how much worse than the median, relative; negative: better
    is_slow: bool


# Of a shift that may be the clock's. CODE: it is there in cycles, too. CLOCK: in cycles it is gone.
# BOTH: part of it is. UNKNOWN: clocks are missing or the number does not follow them.
CODE, CLOCK, BOTH, UNKNOWN = CAUSES = ("CODE", "CLOCK", "BOTH", "UNKNOWN")


@dataclass(frozen=True)
class Separation:
    word: str  # of CAUSES
    shift: float | None  # of the value
    clock_shift: float | None  # of the clock
    in_cycles: float | None  # what is left of the shift with the clock taken out
