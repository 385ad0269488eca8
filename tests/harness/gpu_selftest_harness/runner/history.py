# SPDX-License-Identifier: Apache-2.0
"""Which numbers there have to be tonight, since nights before had them."""

from __future__ import annotations

from ..model import Gpu, History, Node
from ..node import gpu_of

# A number that was left out on purpose is asked for no longer than this.
NIGHTS_OF_METRICS = 3


class Earlier:
    """`index` has the nights; those of tonight's own name are left out."""

    def __init__(self, index, node: Node, night: str):
        self.index, self.node, self.night = index, node, night
        self.unseen: list[Gpu] = []  # that are not missed, since as many are withheld from us
        self._known: dict[str, list[History]] = {}

    def metrics(self, cell: str) -> dict[str, set]:
        """By workload, for the judge."""
        histories = [one for one in self._of(cell) if self._is_own(one.key)]
        # Of each workload by itself: one that is skipped loses none of its own by nights on which
        # others of the cell ran.
        nights: dict[str, set] = {}
        for history in histories:
            nights.setdefault(history.key.workload, set()).update(
                night for night in history.nights if night != self.night)
        last = {workload: set(sorted(known)[-NIGHTS_OF_METRICS:])
                for workload, known in nights.items()}
        found: dict[str, set] = {}
        for history in histories:
            key = history.key
            if last[key.workload] & set(history.nights):
                found.setdefault(key.workload, set()).add((key.metric, key.variant, key.src, key.dst))
        return found

    def missed(self) -> list[Gpu]:
        """GPUs that this node had in its last run with any, or was missed in then, and has no more:
        from night to night, until somebody says that they were taken out."""
        if not self.node.gpus:
            # Its driver is gone, or hangs: nobody knows of any of them, and each cell says so.
            return []
        for run in reversed(self.index.runs()):
            was = run.header.get("node", {})
            if (was.get("name"), was.get("simulated")) == (self.node.name, self.node.simulated) \
                    and was.get("gpus"):
                known = [*was["gpus"], *run.header.get("missed", ()), *run.header.get("unseen", ())]
                # Of a GPU that is there none is lost that it was split into, or that it was.
                there = {*self._uuids, *(gpu.lease for gpu in self.node.gpus)}
                found = [gpu for gpu in map(gpu_of, known) if not there & {gpu.uuid, gpu.lease}]
                # One that is only withheld tells no UUID: those are most likely they, and well.
                if len(found) > self.node.withheld:
                    return found
                self.unseen = found
                return []
        return []

    def _is_own(self, key):
        return key.src in self._uuids or (key.src == "" and key.node == self.node.name)

    @property
    def _uuids(self):
        return [gpu.uuid for gpu in self.node.gpus]

    def _of(self, cell):
        if cell not in self._known:
            self._known[cell] = list(self.index.histories(cells=[cell]))
        return self._known[cell]
