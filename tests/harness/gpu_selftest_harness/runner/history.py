# SPDX-License-Identifier: Apache-2.0
"""What earlier nights say of tonight's launches: whether a number is so much worse that it has to be
confirmed in the same night, and which numbers there have to be."""

from __future__ import annotations

from ..index.points import points_of
from ..judge import noise_of
from ..model import History, Launch, Node, Planned
from ..statistics.gate import CONFIRMATIONS, floor_of, gate
from ..statistics.night import night_value
from ..statistics.values import SUSPECT
from ..words import DIRECTION_OF_UNIT

# A number that was left out on purpose is asked for no longer than this.
NIGHTS_OF_METRICS = 3


class Earlier:
    """`index` has the nights; those of tonight's own name are left out."""

    def __init__(self, index, node: Node, night: str):
        self.index, self.node, self.night = index, node, night
        self._known: dict[str, list[History]] = {}

    def confirmations(self, planned: Planned, launches: list[Launch]) -> int:
        """How many confirming launches the cell wants."""
        tonight: dict = {}
        for launch in launches:
            for point in points_of(launch, self.node.name, lambda name: noise_of(launch, name)):
                if not point.flag:
                    tonight.setdefault(point.key, []).append(point.median)
        past = {history.key: history for history in self._of(planned.cell.key)}
        is_suspect = any(self._is_suspect(past[key], values) for key, values in tonight.items()
                         if key in past)
        return CONFIRMATIONS if is_suspect else 0

    def _is_suspect(self, history, medians):
        direction = DIRECTION_OF_UNIT.get(history.key.unit)
        if direction is None:
            return False
        flags = history.flags or [""] * len(history.nights)
        values = [value for value, flag, night in zip(history.values, flags, history.nights)
                  if not flag and night != self.night]
        floor = floor_of(history.key.unit, history.key.metric)
        return gate(values, night_value(medians), direction=direction, floor=floor).word == SUSPECT

    def metrics(self, cell: str) -> dict[str, set]:
        """By workload, for the judge."""
        histories = self._of(cell)
        nights = sorted({night for history in histories for night in history.nights
                         if night != self.night})[-NIGHTS_OF_METRICS:]
        found: dict[str, set] = {}
        for history in histories:
            if set(nights) & set(history.nights) and history.key.src in (*self._uuids, ""):
                key = history.key
                found.setdefault(key.workload, set()).add((key.metric, key.variant, key.src, key.dst))
        return found

    @property
    def _uuids(self):
        return [gpu.uuid for gpu in self.node.gpus]

    def _of(self, cell):
        if cell not in self._known:
            self._known[cell] = list(self.index.histories(cells=[cell]))
        return self._known[cell]
