# SPDX-License-Identifier: Apache-2.0
"""Short names for cells, GPUs and series: only what tells one from another on this page."""

from __future__ import annotations

from collections import Counter

from ..analysis.grid import by_number
from ..model import AXES, Cell
from .text import shown

_ENOUGH = 12  # characters of 'GPU-5f0e1234-…'
_LABEL = 60
_GPU = " gpu "  # between the name of a machine and the place in it


class Names:
    """Made once for a page."""

    def __init__(self, cells: dict[str, Cell], gpus: dict[str, str]):
        self._cells = cells
        self._varied = [axis for axis in AXES
                        if len({getattr(cell, axis) for cell in cells.values()}) > 1]
        self.common = [(axis, getattr(cell, axis)) for cell in list(cells.values())[:1]
                       for axis in AXES if axis not in self._varied]
        # A label; and a page of two hundred trends says it a thousand times.
        self._gpus = {uuid: shown(name, _LABEL) for uuid, name in gpus.items()}
        self._same_name = Counter(self._gpus.values())
        self._same_start = Counter(uuid[:_ENOUGH] for uuid in gpus)

    def title(self, axes) -> str:
        """Of what cells have in common: the axes that others do not have in common, too."""
        told = [f"{axis} {value}" for axis, value in axes if value and axis in self._varied]
        return " · ".join(told)

    def cell(self, key: str) -> str:
        """'driver 580 · cuda 13.0 · runtime': the axes in which the cells of this page differ."""
        cell = self._cells.get(key)
        if cell is None:
            return f"cell {key}"
        parts = [f"{axis} {getattr(cell, axis)}" if axis in ("driver", "cuda") else
                 f"{getattr(cell, axis)}" for axis in self._varied]
        return " · ".join(parts) or f"driver {cell.driver} · cuda {cell.cuda}"

    def order(self, key: str) -> list:
        """What cells are sorted by, for people."""
        cell = self._cells.get(key)
        return [by_number(getattr(cell, axis)) for axis in AXES] if cell else []

    def gpu(self, uuid: str) -> str:
        """Its name if no other has it, else with enough of the UUID."""
        name = self._gpus.get(uuid)
        if name and self._same_name[name] == 1:
            return name
        short = self._short(uuid)
        return f"{name} {short}" if name else short

    def beside(self, uuids) -> tuple[str, list[str]]:
        """For one table: the machine that all of them are in, or '', and labels that leave it
        out."""
        labels = [self.place(uuid) for uuid in uuids]
        machines = {label.rpartition(_GPU)[0] for label in labels}
        if len(machines) > 1 or machines <= {""}:
            return "", labels
        machine = machines.pop()
        return machine, [label[len(machine) + 1:] for label in labels]

    def of(self, key) -> str:
        """Where a series is measured: GPUs, or the whole machine."""
        return self.where(key.src, key.dst) or key.node

    def where(self, src: str, dst: str = "") -> str:
        if src and dst and src != dst:
            return f"{self.gpu(src)} → {self.gpu(dst)}"
        return self.gpu(src or dst) if src or dst else ""

    def place(self, where: str) -> str:
        """Of 'UUID' or 'UUID <-> UUID'."""
        return " ↔ ".join(self.gpu(uuid) for uuid in where.split(" <-> ") if uuid)

    def told(self, sentence: str) -> str:
        """A sentence of the analysis, with GPUs called by their names."""
        for uuid in self._gpus:
            if uuid and uuid in sentence:
                sentence = sentence.replace(uuid, self.gpu(uuid))
        return sentence

    def seen(self, outcome) -> str:
        """What was seen, and of which GPU."""
        of = f"{self.gpu(outcome.gpu)}: " if outcome.gpu and outcome.observed else ""
        return of + self.told(outcome.observed)

    def number(self, key) -> str:
        """'host-copy.to-gpu pinned'; the workload is said where the metric does not."""
        workload = "" if key.metric.startswith(key.workload) else key.workload
        return " ".join(filter(None, (workload, key.metric, key.variant)))

    def _short(self, uuid: str) -> str:
        if len(uuid) <= _ENOUGH + 2:
            return uuid
        if self._same_start[uuid[:_ENOUGH]] <= 1:
            return uuid[:_ENOUGH]
        return f"…{uuid[-_ENOUGH:]}"
