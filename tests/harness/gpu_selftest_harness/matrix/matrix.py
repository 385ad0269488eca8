# SPDX-License-Identifier: Apache-2.0
"""A matrix that was read: its cells, a node's slice of them, and what has to come of each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from ..errors import Refused
from ..model import AXES, Cell, Expectation, Node, Planned
from . import conditions, image, mig, models, pairwise, rows
from .facts import facts
from .rules import Exclusion, Rule
from .source import Source

PASSES = Expectation("PASS", reason="no rule says otherwise")


@dataclass(frozen=True)
class Tier:
    name: str
    select: conditions.Condition
    max_cells: int | None


@dataclass(frozen=True)
class Matrix:
    source: Source
    axes: dict[str, tuple[str, ...]]
    models: dict[str, dict]
    images: dict
    rows: tuple[rows.Row, ...]
    cover: rows.Row | None  # of 'pairwise', with all candidates as its product
    over: tuple[str, ...]
    strength: int
    seed: int
    exclusions: tuple[Exclusion, ...]
    rules: tuple[Rule, ...]
    tiers: dict[str, Tier]

    @property
    def path(self) -> str:
        return self.source.path

    @property
    def text(self) -> str:
        return self.source.text

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    def at(self, *place) -> str:
        """'matrix.yaml:12: expect[2]: ', to lead a message."""
        return self.source.at(place)

    # --- Which cells there are ---

    @cached_property
    def made_by(self) -> dict[Cell, list[rows.Row]]:
        """Each cell and the rows that make it; the last of them has the say."""
        made: dict[Cell, list[rows.Row]] = {}
        for row in self.rows:
            for cell in row.product():
                if self.excluded_by(cell) is None:
                    made.setdefault(cell, []).append(row)
        if self.cover is not None:
            for cell in self._covering(self.cover):
                # A row is written for its cells, the cover takes what it needs.
                made.setdefault(cell, []).insert(0, self.cover)
        return made

    def _covering(self, row: rows.Row) -> list[Cell]:
        """A cover of its own for each combination of the axes that are not in it."""
        groups: dict[tuple, dict[tuple, Cell]] = {}
        for cell in row.product():
            if self.excluded_by(cell) is None:
                rest = tuple(getattr(cell, axis) for axis in AXES if axis not in self.over)
                part = tuple(getattr(cell, axis) for axis in self.over)
                groups.setdefault(rest, {})[part] = cell
        return [group[part] for number, group in enumerate(groups.values())
                for part in pairwise.cover(list(group), self.strength, self.seed + number)]

    def cells(self) -> list[Cell]:
        return list(self.made_by)

    def excluded_by(self, cell: Cell) -> Exclusion | None:
        return next((exclusion for exclusion in self.exclusions
                     if exclusion.when.holds(self.finder(cell)) is True), None)

    def finder(self, cell: Cell, known: Mapping = {}):
        """What conditions ask of the cell, and of what else is known."""
        def find(key):
            if key == "gpu.cc":
                return self.models[cell.gpu].get("compute_capability")
            return getattr(cell, key) if key in AXES else known.get(key)
        return find

    def cell(self, key: str) -> Cell:
        """By its key, the start of it (4 letters or more) or its name."""
        found = [cell for cell in self.cells() if cell.name == key
                 or len(key) >= 4 and cell.key.startswith(key)]
        if len(found) == 1:
            return found[0]
        raise Refused(f"'{key}' is {'the start of several cells' if found else 'no cell'} of "
                      f"'{self.path}'; valid are such as {self.cells()[0].key} and "
                      f"{self.cells()[0].name}")

    # --- What a node runs ---

    def plan(self, node: Node, select: str | None = None, tier: str | None = None) -> list[Planned]:
        """This node's slice: the cells of its driver and of its GPUs, each with 'miss' where it
        cannot run here. Raises Refused if that is nothing."""
        node = self.named(node)
        slices = {(cell.driver, cell.gpu) for cell in self.cells()}
        own = {gpu.model for gpu in (*node.usable, *mig.in_the_way(node))}
        cells = [cell for cell in self.selected(select, tier)
                 if cell.driver == node.driver_branch and cell.gpu in own]
        if not cells:
            chosen = select or tier
            what = f"'{chosen}' selects nothing" if chosen else "the matrix has nothing"
            raise Refused(
                f"{what} for node '{node.name}', which has {self.shown(node)}; '{self.path}' has "
                + "; ".join(f"driver {driver} with {gpu}" for driver, gpu in sorted(slices)))
        return [self.planned(cell, node) for cell in cells]

    @staticmethod
    def shown(node: Node) -> str:
        driver = f"driver {node.driver}" if node.driver else "no driver"
        gpus = sorted({(gpu.model or gpu.name) + (" in MIG mode" if gpu.has_mig else "")
                       for gpu in node.gpus})
        return f"{driver} and {', '.join(gpus) or 'no GPU'}"

    def selected(self, select: str | None = None, tier: str | None = None) -> list[Cell]:
        """Of all cells; may be empty. Raises Refused for a tier that has more than it may."""
        wanted = self._condition(select)
        cells = self.cells()
        if tier is not None:
            cells = self._of_tier(tier)
        return [cell for cell in cells if wanted.holds(self.finder(cell)) is True]

    def _condition(self, select) -> conditions.Condition:
        if select is None:
            return conditions.Condition()
        entries = conditions.from_text(select)
        try:
            return conditions.parse(entries, conditions.OF_CELL, self.axes)
        except Refused as error:
            raise Refused(f"select: {error}") from error

    def _of_tier(self, name: str) -> list[Cell]:
        if name not in self.tiers:
            raise Refused(f"no tier '{name}' in '{self.path}', valid are "
                          f"{', '.join(self.tiers) or 'none: it has no tiers'}")
        tier = self.tiers[name]
        cells = [cell for cell in self.cells() if tier.select.holds(self.finder(cell)) is True]
        if tier.max_cells is not None and len(cells) > tier.max_cells:
            raise Refused(f"tier '{name}' has {len(cells)} cells and may have {tier.max_cells}; "
                          "narrow its 'select' or raise its 'max_cells'")
        return cells

    def planned(self, cell: Cell, node: Node | None = None) -> Planned:
        """With 'miss' where this node cannot run it."""
        row = self.made_by[cell][-1]
        miss = None if node is None else self.obstacle(cell, node)[1]
        return Planned(cell, image.name(self.images, cell), row.workloads, row.launches,
                       row.samples, row.timeout_s, row.environment, row.needs_fabric(cell), miss)

    def obstacle(self, cell: Cell, node: Node) -> tuple[int, str | None]:
        """How far the node gets with this cell, and what keeps it from going further."""
        node = self.named(node)
        count = sum(gpu.model == cell.gpu for gpu in node.usable)
        engines = [engine.name for engine in node.engines]
        if node.driver_branch != cell.driver:
            return 0, f"no node with driver {cell.driver}"
        if cell.gpu not in {gpu.model for gpu in (*node.usable, *mig.in_the_way(node))}:
            return 1, f"no node with driver {cell.driver} has a GPU '{cell.gpu}'"
        if cell.engine not in engines:
            others = f"only {', '.join(engines)}" if engines else "and no other"
            told = (problem for problem in node.problems if problem.startswith(f"{cell.engine}: "))
            return 2, next(told, f"node '{node.name}' has no engine '{cell.engine}', {others}")
        if split := mig.obstacle(cell, node):
            return 3, split
        wanted = int(cell.devices.partition(":")[2] or 1)
        if wanted > count:
            return 3, f"'{cell.devices}' needs {wanted} GPUs, node '{node.name}' has {count}"
        return 4, self._unmet(cell, node)

    def _unmet(self, cell: Cell, node: Node) -> str | None:
        known = facts(node, cell)
        for term in self.made_by[cell][-1].needs.terms:
            found = known[term.key]
            if term.holds(found) is not True:
                shown = "it is not known" if found is None else f"it is {str(found).lower()}"
                return f"it needs {term.written}, on node '{node.name}' {shown}"
        return None

    def uncovered(self, nodes: Iterable[Node],
                  cells: Iterable[Cell] | None = None) -> list[tuple[Cell, str]]:
        """The cells (all, if none are given) that none of these nodes can run, and why."""
        nodes = [self.named(node) for node in nodes]
        left = []
        for cell in self.cells() if cells is None else cells:
            obstacles = [self.obstacle(cell, node) for node in nodes] or [(0, "no node at all")]
            if all(why is not None for _, why in obstacles):
                left.append((cell, max(obstacles, key=lambda pair: pair[0])[1]))
        return left

    # --- What has to come of it ---

    def expect(self, cell: Cell, workload: str, injection: str | None,
               node_facts: Mapping) -> Expectation:
        """workload '' is the cell itself; injection is what was seen; node_facts are those of
        facts(), and may lack some."""
        find = self.finder(cell, {**node_facts, conditions.INJECTION: injection})
        for rule in self.rules:
            if rule.is_about(workload) and rule.when.holds(find) is True:
                return rule.expectation
        return PASSES

    def possible(self, cell: Cell, known: Mapping = {}) -> list[Expectation]:
        """What may have to come of it, as far as that can be told before it ran, in the order of the
        rules."""
        found = []
        for rule in self.rules:
            answer = rule.is_about("") and rule.when.holds(self.finder(cell, known))
            if answer is not False:
                found.append(rule.expectation)
            if answer is True:
                return found
        return [*found, PASSES]

    def facts(self, node: Node, cell: Cell) -> dict:
        """What expect() needs of the node."""
        return facts(self.named(node), cell)

    # --- Names of GPUs ---

    def model_of(self, device_id: str, name: str) -> str:
        """'' where no model has it."""
        return models.model_of(self.models, device_id, name)

    def named(self, node: Node) -> Node:
        """The same node, its GPUs named as the matrix names them."""
        return models.named(self.models, node)
