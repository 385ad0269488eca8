# SPDX-License-Identifier: Apache-2.0
"""A change point for people: on which night, what changed near it, and the clock's part in it."""

from __future__ import annotations

from dataclasses import replace

from ..provenance import PLANTED, difference
from ..statistics.clocks import separate
from ..statistics.gate import NIGHTS as GATE_NIGHTS
from ..statistics.values import CLOCK
from .series import by, direction_of, sign_of, start_of
from .values import Point

NEAR = 3  # nights by which what happened is dated early or late


def points_of(history, places, alarms, night, provenance):
    """`places` of the nights that may be compared; alarms count in these."""
    return tuple(_point(history, places, alarms[:at], alarm, night, provenance)
                 for at, alarm in enumerate(alarms))


def _point(history, places, earlier, alarm, night, provenance):
    index, changed, suspects = places[alarm.point.index], None, ()
    if not alarm.point.is_drift:  # which began on no night
        changed, suspects = _near(history, places, alarm.point.index, provenance)
    return Point(replace(alarm.point, index=index), history.nights[index],
                 is_new=history.nights[places[alarm.told_at]] == night,
                 is_worse=sign_of(direction_of(history)) * alarm.point.shift > 0,
                 suspects=suspects, changed=changed,
                 separation=_separation(history, places, earlier, alarm))


def _near(history, places, first, provenance):
    """(night, what changed): the nearest change of the provenance, of two the earlier."""
    for at in sorted(range(first - NEAR, first + NEAR + 1), key=lambda at: abs(at - first)):
        if 0 < at < len(places):
            found = changed(history, places[at - 1], places[at], provenance)
            if found:
                return history.nights[places[at]], found
    return None, ()


def changed(history, before, after, provenance):
    """Between two nights."""
    return between(history, before, history, after, provenance)


def between(one, before, other, after, provenance):
    """A night of one series and one of another. What a simulation plants is no suspect: it is other
    each night."""
    if not provenance or not one.provenance or not other.provenance:
        return ()
    digests = one.provenance[before], other.provenance[after]
    found = difference(*map(provenance, digests)) if digests[0] != digests[1] else ()
    return tuple(row for row in found if row.what != PLANTED)


def _separation(history, places, earlier, alarm):
    """With the level before it, and no earlier one."""
    first = alarm.point.index
    old = places[max(first - GATE_NIGHTS, start_of(earlier)):first]
    return separation(history, old, places[first:alarm.told_at + 1])


def separation(history, old, new):
    """Of two sets of nights; None if one is empty."""
    if not old or not new:
        return None
    pick = [[numbers[place] for place in side] for numbers in (history.values, history.clocks_hz)
            for side in (old, new)]
    return separate(*pick, direction=direction_of(history))


def and_clock(told, separated):
    is_of_clock = separated is not None and separated.word == CLOCK
    return told + (", and the clock with it" if is_of_clock else "")


def how(point):
    told = f"{by(point.change.shift)} since {point.night}"
    if point.change.is_drift:
        told = f"{by(point.change.shift)}, little by little, by {point.night}"
    return and_clock(told, point.separation)
