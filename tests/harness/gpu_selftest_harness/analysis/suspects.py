# SPDX-License-Identifier: Apache-2.0
"""What a runner has to launch again tonight: cells of which a number is worse than on the nights
before. Without confirming launches a drop is a suspicion and no more."""

from __future__ import annotations

from collections import defaultdict

from ..index.flags import Flags
from ..index.points import points_of
from ..model import Launch, Node, Planned
from ..statistics.gate import CONFIRMATIONS
from ..statistics.night import night_value
from ..statistics.values import SUSPECT
from .series import direction_of, gate_of, references, until


class Suspects:
    """Asked with a cell and its launches, it says how many more are wanted. All that it needs of
    the index is read when it is made: the runner asks from threads of its own."""

    def __init__(self, histories, before: str, node: Node):
        """`before`: tonight; nights from it on are left out."""
        self._node, self._of_cell = node, defaultdict(dict)
        for history in histories:
            if direction_of(history):
                earlier = until(history, before, is_before=True)
                if earlier.nights:
                    self._of_cell[history.key.cell][history.key] = earlier

    def __call__(self, planned: Planned, launches: list[Launch]) -> int:
        known = self._of_cell.get(planned.cell.key)
        if not known:
            return 0
        tonight = defaultdict(list)
        for launch in launches:
            for point in points_of(launch, self._node.name, Flags(launch, planned, self._node)):
                if not point.flag and point.median > 0:
                    tonight[point.key].append([point.median])
        asked = [key for key in known if key in tonight]
        for key, past in zip(asked, references([known[key] for key in asked])):
            if gate_of(known[key], past, night_value(tonight[key]), ()).word == SUSPECT:
                return CONFIRMATIONS
        return 0
