# SPDX-License-Identifier: Apache-2.0
"""A matrix on one node as pytest needs it: opened when it collects, run once for all items that were
selected, and asked by each of them afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from .. import node as nodes
from ..engines import make
from ..engines.settings import load as load_settings
from ..errors import Refused
from ..matrix import Matrix, load
from ..model import Node, Outcome, Planned
from ..quarantine import Quarantine
from . import earlier, slice_of, told
from .options import Settings
from .work import Came, Work


class Night:
    def __init__(self, settings: Settings):
        self.settings = settings
        self.matrix: Matrix | None = None
        self.node: Node | None = None
        self.plan: dict[str, Planned] = {}
        self.came = Came()
        self.again: dict = {}  # header of the run whose red cells these are
        self.refused: Exception | None = None  # why there is no plan
        # Both for people who wait.
        self.progress = lambda launch, count, of: None
        self.say = lambda text: None
        self._quarantine: Quarantine | None = None

    # --- While pytest collects ---

    def open(self, path) -> list[Planned]:
        """The node's slice. Raises Refused where it is empty, or where a word is not known."""
        if self.matrix is not None:
            raise Refused(f"one matrix in a run: '{self.matrix.path}' or '{path}'")
        matrix = load(path)
        if self.settings.quarantine is not None:
            self._quarantine = Quarantine.load(self.settings.quarantine, matrix)
        self.node = self._node(matrix)
        plan = slice_of.plan(matrix, self.node, self.settings.select, self.settings.tier,
                             self.settings.index)
        self.matrix, self.plan = matrix, {planned.cell.key: planned for planned in plan}
        return plan

    def _node(self, matrix):
        if self.settings.node is None:
            engines = list(self._engines(matrix, None).values())
            return matrix.named(nodes.probe(engines, model_of=matrix.model_of))
        return matrix.named(nodes.read(self.settings.node))

    def _engines(self, matrix, node):
        engines, told_of = {}, load_settings(self.settings.engines)
        for name in matrix.axes["engine"]:
            of_program = {"program": self.settings.program} if name == "local" else {}
            if name == "local" and node is not None and node.simulated:
                of_program.update(profile=node.simulated, faults=node.faults)
            engines[name] = make(name, **of_program, **told_of.get(name, {}))
        return engines

    # --- Once items are selected ---

    def run(self, wanted: Iterable[tuple[str, str]]):
        """All launches of these items, (cell, workload), and what is said of them; sealed."""
        plan = self._narrowed(wanted)
        past = earlier.find(self.settings, self.matrix, self.node, plan)
        work = Work(self.settings, self.matrix, self.node, self._engines(self.matrix, self.node),
                    self._quarantine, past, self.progress, self.say,
                    self.again)
        self.came = work.run(plan)

    def _narrowed(self, wanted):
        """Of a cell whose own item is not wanted, only the workloads that are."""
        workloads: dict[str, list[str]] = {}
        for key, workload in wanted:
            workloads.setdefault(key, []).append(workload)
        return [self.plan[key] if "" in names else replace(self.plan[key], workloads=tuple(names))
                for key, names in workloads.items()]

    # --- Afterwards ---

    def outcome(self, cell: str, workload: str) -> Outcome:
        """Of a workload that no report tells of, what the cell's own item tells."""
        found = self.came.outcomes.get((cell, workload))
        if found is None:
            found = replace(self.came.outcomes[cell, ""], workload=workload)
        return found

    def name_of(self, outcome: Outcome) -> str:
        return told.names(self.plan.values())[outcome.cell]

    def properties(self, outcome: Outcome) -> list[tuple[str, str]]:
        """For JUnit."""
        launches = self.came.launches
        digests = dict.fromkeys(launches[number].digest for number in outcome.launches
                                if number in launches and launches[number].digest)
        told_of = {
            "cell": outcome.cell, "word": outcome.word, "id": outcome.id, "layer": outcome.layer,
            "stage": outcome.stage, "expected": told.expected(outcome),
            "digest": " ".join(digests), "launches": " ".join(outcome.launches),
            "noise": outcome.noise, "intermittent": "yes" if outcome.is_intermittent else "",
            "run": self.came.path.name if self.came.path else ""}
        return [(name, value) for name, value in told_of.items() if value]

    @property
    def where(self) -> str:
        simulated = f"  SIMULATED {self.node.simulated}" if self.node.simulated else ""
        return f"{self.node.name}  driver {self.node.driver or 'none'}{simulated}"
