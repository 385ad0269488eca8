# SPDX-License-Identifier: Apache-2.0
"""Of one series: the nights that count, the level that it is on, and what tonight is held
against."""

from __future__ import annotations

import numpy as np

from ..model import History
from ..statistics.gate import LEAST_NIGHTS, NIGHTS, floor_of, gate
from ..statistics.replay import replay
from ..words import DIRECTION_OF_UNIT, HIGHER


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


def sign_of(direction):
    """Of a shift for the worse."""
    return -1 if direction == HIGHER else 1


def clean(history):
    """Places of the nights that may be compared."""
    values = np.asarray(history.values, dtype=float)
    is_clean = np.isfinite(values) & (values > 0)
    if history.flags:
        is_clean &= np.array([not flag for flag in history.flags])
    return np.flatnonzero(is_clean).tolist()


def clean_values(history):
    return np.array(history.values, dtype=float)[clean(history)]


def start_of(alarms):
    """Where the level began that the last alarm told."""
    return max((alarm.point.index for alarm in alarms if not alarm.point.went_away), default=0)


def reference(values, alarms):
    """What the next night is held against: the nights of the level. While they are few, those of
    the levels before lend their spread, brought to its median: a level that is new is no reason
    to see nothing."""
    starts = sorted({0, *(alarm.point.index for alarm in alarms if not alarm.point.went_away)})
    level = values[starts[-1]:]
    if len(level) >= LEAST_NIGHTS or not len(level):
        return level
    middle = np.median(level)
    before = [values[one:other] for one, other in zip(starts, starts[1:])]
    lent = [part * (middle / np.median(part)) for part in before if len(part)]
    return np.concatenate((*lent, level))[-NIGHTS:]


def references(histories):
    """Of each."""
    values = [clean_values(history) for history in histories]
    return [reference(own, alarms) for own, alarms in zip(values, replay(values))]


def gate_of(history, past, tonight, confirmations):
    return gate(past, tonight, confirmations, direction_of(history),
                floor_of(history.key.unit, history.key.metric))


def why_not(history):
    """Its last night is not to be compared."""
    return (history.flags[-1] if history.flags else "") or "the number is not above 0"


def share(part):
    """'5.1 %' of -0.051."""
    return f"{abs(part) * 100:.1f} %"


def by(shift):
    return f"{share(shift)} {'less' if shift < 0 else 'more'}"
