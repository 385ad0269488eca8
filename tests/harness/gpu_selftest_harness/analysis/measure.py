# SPDX-License-Identifier: Apache-2.0
"""How much of what a night tells is so, for scripts/bench: the shipped analysis, on series of which
it is known which of them got slower."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..statistics.replay import replay
from ..statistics.smallest import NIGHTS, detectable
from ..synthetic import NOISES, draw
from ..trial import NEAR, SEED, of_batch
from .trends import trends
from .values import SHIFTED

LENGTH = 60  # nights
DROP = 0.05
AGO = 6


@dataclass(frozen=True)
class Discoveries:
    what: str
    slower: int  # series, really
    told: int  # red
    wrong: int  # of these


def discoveries(series=1000, slower=50, seed=SEED):
    """Of one night, on which some of the series have been slower by DROP for AGO nights."""
    return [_of(noise, series, slower, seed) for noise in NOISES]


def _of(noise, series, slower, seed):
    batch = draw(noise, series, LENGTH, seed)
    batch.values[:slower, -AGO:] *= 1 - DROP
    histories = of_batch(batch, noise)
    really = {history.key for history in histories[:slower]}
    told = [trend.history.key for trend in trends(histories, histories[0].nights[-1])
            if trend.word == SHIFTED]
    return Discoveries(noise, slower, len(told), sum(1 for key in told if key not in really))


def visible(noise, series=4000, seed=SEED):
    """(share, median): of shifts as small as they are told to be visible, how many are seen in
    time, and how large they are."""
    at = LENGTH - NIGHTS
    values = draw(noise, series, LENGTH, seed).values
    told = np.array([detectable(row[:at]) for row in values])
    values[:, at:] *= (1 - told)[:, None]
    seen = sum(any(alarm.told_at >= at and abs(alarm.point.index - at) <= NEAR
                   for alarm in alarms) for alarms in replay(values))
    return seen / series, float(np.median(told))
