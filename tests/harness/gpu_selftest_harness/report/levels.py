# SPDX-License-Identifier: Apache-2.0
"""Of each number of each GPU one level: the worst of all cells and links that have it. A night of
36 cells measures the same numbers 36 times, and whoever is woken by one looks at the page anyway."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from ..analysis.values import GONE, NOISY, REGRESSIONS, UNJUDGED, WORSE, YOUNG, Trend
from ..words import LOWER

_LEFT_OUT = (YOUNG, UNJUDGED, GONE)  # nothing is said of them, and they are most of a first week


@dataclass
class Level:
    workload: str
    metric: str
    variant: str
    unit: str
    gpu: str  # UUID; of a link the GPU that it comes from; '' for the machine as a whole
    node: str  # where there is no GPU
    words: set[str] = field(default_factory=set)  # of its series
    worst: float | None = None  # of tonight

    @property
    def is_regressed(self) -> bool | None:
        """None: part of it cannot be compared tonight, and nothing else is worse. That is no news,
        and a 0 would clear an alert that nobody answered."""
        return self._has(*REGRESSIONS)

    @property
    def is_still_worse(self) -> bool | None:
        return self._has(WORSE)

    def add(self, trend: Trend) -> None:
        self.words.add(trend.word)
        value = trend.tonight
        if value is not None and math.isfinite(value):
            choose = max if trend.direction == LOWER else min
            self.worst = value if self.worst is None else choose(value, self.worst)

    def _has(self, *words):
        if self.words.intersection(words):
            return True
        return None if NOISY in self.words else False


def levels(trends: list[Trend]) -> list[Level]:
    """In the order of the trends: what is worst first."""
    found: dict[tuple, Level] = {}
    for trend in trends:
        if trend.word not in _LEFT_OUT:
            key = trend.history.key
            what = key.workload, key.metric, key.variant, key.unit, key.src or key.dst, key.node
            found.setdefault(what, Level(*what)).add(trend)
    return list(found.values())
