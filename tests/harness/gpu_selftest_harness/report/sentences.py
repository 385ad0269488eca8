# SPDX-License-Identifier: Apache-2.0
"""What is said of series in whole sentences."""

from __future__ import annotations

from collections import Counter

from ..analysis.values import GONE, Point, Trend
from ..statistics.values import BOTH, CLOCK, CODE
from .names import Names
from .text import number, percent

_PLACES = 6  # of series that ended
_OF_CLOCK = {CLOCK: "; the clock changed, not the work: in cycles it is gone",
             BOTH: "; part of it is the clock",
             CODE: "; not the clock: in cycles it is there, too"}


def shift(point: Point, size: float, unit: str) -> str:
    """One change point, in the unit of its chart."""
    change = point.change
    told = (f"{number(change.before / size)} → {number(change.after / size)} {unit}"
            f" ({percent(change.shift)}, p = {_probability(change.p)})")
    return told + (", went away again" if change.went_away else "")


def of_clock(point: Point) -> str:
    """Its part in a change point; '' where that is not known."""
    return _OF_CLOCK.get(point.separation.word, "") if point.separation else ""


def ended(trends: list[Trend], names: Names) -> str:
    """One sentence for all series that ended: of what, and their last night."""
    gone = [trend for trend in trends if trend.word == GONE]
    if not gone:
        return ""
    places = Counter((names.of(trend.history.key) or "the machine",
                      trend.since or trend.history.nights[-1]) for trend in gone)
    told = [f"{where} since {night}" for (where, night), _ in places.most_common(_PLACES)]
    more = f" and {len(places) - _PLACES} more" if len(places) > _PLACES else ""
    are = "series is" if len(gone) == 1 else "series are"
    return f"{len(gone):,} {are} no longer measured: {', '.join(told)}{more}."


def visible(trends: list[Trend]) -> str:
    """How small a shift could have been seen where none is told: a sentence."""
    seen = sorted(t.smallest for t in trends if t.smallest is not None)
    if not seen:
        return "No series is old enough to say how small a shift would be seen."
    half, all_of_them = (percent(share, signed=False) for share in (seen[len(seen) // 2], seen[-1]))
    if half == all_of_them:
        return f"Where no regression is told, a shift of {half} or more would have been seen."
    return (f"Where no regression is told, a shift of {half} would have been seen in half of the "
            f"series, one of {all_of_them} in all that are old enough.")


def _probability(p: float) -> str:
    return "under 0.0001" if p < 0.0001 else f"{p:.4f}".rstrip("0")
