# SPDX-License-Identifier: Apache-2.0
"""What is said of each series tonight: dropped, shifted, steady, or nothing that anybody could
tell."""

from __future__ import annotations

from dataclasses import astuple, replace

import numpy as np

from ..model import History
from ..provenance import difference
from ..statistics.change_points import evidence
from ..statistics.clocks import separate
from ..statistics.correlation import TO_SD
from ..statistics.discovery import benjamini_hochberg
from ..statistics.gate import LEAST_NIGHTS, NIGHTS as GATE_NIGHTS, floor_of, gate
from ..statistics.night import night_value
from ..statistics.ranks import LONGEST
from ..statistics.replay import replay
from ..statistics.smallest import NIGHTS, detectable
from ..statistics.values import CLOCK, CONFIRMED, REFUTED, SUSPECT as GATE_SUSPECT
from ..words import DIRECTION_OF_UNIT, HIGHER
from .values import (DROPPED, IMPROVED, NOISY, SHIFTED, STEADY, SUSPECT, TRENDS, UNJUDGED, YOUNG,
                     Point, Trend)

TOLD_FOR = 7  # nights that a shift stays news; after that it is how things are


def trends(histories, night, provenance=None):
    """Worst first. `provenance(digest)` is what a night was measured with."""
    cut = [until(history, night) for history in histories]
    cut = [history for history in cut if history.nights]
    judged = [index for index, history in enumerate(cut) if direction_of(history)]
    alarms = dict(zip(judged, replay(
        [clean_values(cut[index]) for index in judged])))
    told = [_trend(history, night, alarms.get(index, []), provenance)
            for index, history in enumerate(cut)]
    told = _among(told, [alarms.get(index, []) for index in range(len(cut))])
    return sorted(told, key=lambda trend: (TRENDS.index(trend.word), _badness(trend)))


def until(history, night, is_before=False):
    """The history as it was at the end of that night, or before it."""
    count = sum(1 for one in history.nights if one < night or one == night and not is_before)
    if count == len(history.nights):
        return history
    lists = ("nights", "values", "lows", "highs", "launches", "clocks_hz", "flags", "provenance",
             "confirming")
    return History(history.key, *(getattr(history, name)[:count] for name in lists))


def direction_of(history):
    return DIRECTION_OF_UNIT.get(history.key.unit)


def clean(history):
    """Places of the nights that may be compared."""
    values = np.asarray(history.values, dtype=float)
    is_clean = np.isfinite(values) & (values > 0)
    if history.flags:
        is_clean &= np.array([not flag for flag in history.flags])
    return np.flatnonzero(is_clean).tolist()


def clean_values(history):
    return np.array(history.values, dtype=float)[clean(history)]


def levels(histories):
    """Of each, the values since its last change point."""
    values = [clean_values(history) for history in histories]
    return [own[_start(alarms):] for own, alarms in zip(values, replay(values))]


def gate_of(history, level, tonight, confirmations):
    return gate(level, tonight, confirmations, direction_of(history),
                floor_of(history.key.unit, history.key.metric))


def _start(alarms):
    return max((alarm.point.index for alarm in alarms if not alarm.point.went_away), default=0)


def _trend(history, night, alarms, provenance):
    direction = direction_of(history)
    tonight = history.values[-1] if history.nights[-1] == night else None
    if direction is None:
        reason = f"nobody says which way {history.key.unit or 'it'} is better"
        return Trend(history, UNJUDGED, reason, None, tonight, None, None, None)
    places = clean(history)
    values = clean_values(history)
    points = tuple(_point(history, places, alarms[:place], alarm, night, provenance)
                   for place, alarm in enumerate(alarms))
    level = values[_start(alarms):][-LONGEST:]
    median = float(np.median(level)) if len(level) else None
    spread = TO_SD * float(np.median(np.abs(level - median))) / median if len(level) else None
    is_clean_tonight = tonight is not None and places[-1:] == [len(history.values) - 1]
    gated = _gate(history, values, alarms) if is_clean_tonight else None
    trend = Trend(history, STEADY, "", direction, tonight, median, spread, gated, points)
    if not is_clean_tonight:
        return replace(trend, word=NOISY, reason=_why_not(history, tonight))
    is_told = [len(values) - 1 - alarm.told_at < TOLD_FOR and not alarm.point.went_away
               for alarm in alarms]
    return _judged(trend, values, level, is_told)


def _judged(trend, values, level, is_told):
    gated, recent = trend.gate, [point for point, told in zip(trend.points, is_told) if told]
    last = recent[-1] if recent else None
    if gated.word == CONFIRMED:
        return replace(trend, word=DROPPED, reason=f"{_by(gated.shift)} tonight, which"
                       f" confirming launches show, too; {gated.limit:.1%} is let pass")
    if last and last.is_worse:
        return replace(trend, word=SHIFTED, reason=_how(last))
    if gated.word == GATE_SUSPECT:
        return replace(trend, word=SUSPECT, reason=f"{_by(gated.shift)} tonight, not confirmed")
    if len(values) < LEAST_NIGHTS:
        return replace(trend, word=YOUNG,
                       reason=f"{len(values)} nights, {LEAST_NIGHTS} are needed")
    smallest = detectable(level)
    trend = replace(trend, smallest=smallest)
    if last:
        return replace(trend, word=IMPROVED, reason=_how(last))
    seen = (f"{smallest:.1%} within {NIGHTS} nights would have been seen" if smallest is not None
            else f"too few nights to see anything begin within {NIGHTS}")
    refuted = "; low at first tonight, not in confirming launches" if gated.word == REFUTED else ""
    return replace(trend, reason=f"no regression; {seen}{refuted}")


def _among(told, alarms):
    """Shifts that so many series bring about by chance are suspicions until further nights confirm
    them."""
    weights = [_evidence(trend, own) if trend.word in (SHIFTED, IMPROVED) else 1.0
               for trend, own in zip(told, alarms)]
    judged = [place for place, trend in enumerate(told) if trend.word != UNJUDGED]
    passed = dict(zip(judged, benjamini_hochberg([weights[place] for place in judged])))
    return [trend if trend.word not in (SHIFTED, IMPROVED) or passed[place]
            else replace(trend, word=SUSPECT if trend.word == SHIFTED else STEADY,
                         reason=f"{trend.reason}; of {len(judged)} series one does so by chance")
            for place, trend in enumerate(told)]


def _evidence(trend, alarms):
    *earlier, last = [alarm for alarm in alarms if not alarm.point.went_away]
    if last.point.is_drift:
        return last.point.p
    start = _start(earlier)
    return evidence(clean_values(trend.history)[start:], last.point.index - start)


def _gate(history, values, alarms):
    """Against the level that was known before tonight."""
    known = _start([alarm for alarm in alarms if alarm.told_at < len(values) - 1])
    first = history.launches[-1] or [values[-1]]
    # Where nothing else can be compared, what was to confirm it is all there is of the night.
    more = history.confirming[-1] if history.confirming and history.launches[-1] else ()
    return gate_of(history, values[known:-1], night_value(first), more)


def _point(history, places, earlier, alarm, night, provenance):
    index, direction = places[alarm.point.index], direction_of(history)
    worse = -1 if direction == HIGHER else 1
    suspects = ()
    before = places[alarm.point.index - 1]
    if provenance and history.provenance:
        one, other = history.provenance[before], history.provenance[index]
        if one != other:
            suspects = tuple(difference(provenance(one), provenance(other)))
    return Point(replace(alarm.point, index=index), history.nights[index],
                 is_new=history.nights[places[alarm.told_at]] == night,
                 is_worse=worse * alarm.point.shift > 0, suspects=suspects,
                 separation=_separation(history, places, earlier, alarm))


def _separation(history, places, earlier, alarm):
    """With the level before it, and no earlier one."""
    first = alarm.point.index
    old = places[max(first - GATE_NIGHTS, _start(earlier)):first]
    new = places[first:alarm.told_at + 1]
    if not old:
        return None
    pick = [[numbers[place] for place in side] for numbers in (history.values, history.clocks_hz)
            for side in (old, new)]
    return separate(*pick, direction=direction_of(history))


def _how(point):
    told = f"{_by(point.change.shift)} since {point.night}"
    if point.change.is_drift:
        told = f"{_by(point.change.shift)}, little by little, by {point.night}"
    is_of_clock = point.separation is not None and point.separation.word == CLOCK
    return told + (", and the clock with it" if is_of_clock else "")


def _why_not(history, tonight):
    if tonight is None:
        return "not measured tonight"
    return (history.flags[-1] if history.flags else "") or "the number is not above 0"


def _by(shift):
    return f"{abs(shift):.1%} {'less' if shift < 0 else 'more'}"


def _badness(trend):
    """Of the same word the largest first; the name decides what is left."""
    shift = trend.gate.shift if trend.gate and trend.gate.shift is not None else 0.0
    last = trend.points[-1].change.shift if trend.points else 0.0
    return -max(abs(shift), abs(last)), astuple(trend.history.key)
