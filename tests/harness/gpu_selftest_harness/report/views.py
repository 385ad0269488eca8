# SPDX-License-Identifier: Apache-2.0
"""What the page and the summary both say, worked out once: layers, cells, heat maps."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field

from ..analysis.values import NOISY, SUSPECT, WORSE, Analysis, Grid, Incident, PairMatrix
from ..model import Outcome
from ..words import LOWER, PASS, worst
from . import marks
from .colours import step_of
from .machines import some
from .names import Names
from .text import listed, number, scale

_GRIDS, _QUIET = 6, 6  # so many can be seen at once

# In the order in which one stands on the other, from the machine up; the suite is not of them.
UP = ("hardware", "host", "runtime", "image", "user", "suite")


@dataclass
class Layer:
    """Keys of cells, each counted once however many of its workloads say the same."""

    name: str
    red: set[str] = field(default_factory=set)  # and incidents of numbers, by their titles
    expected: set[str] = field(default_factory=set)  # that failed as they have to
    held: set[str] = field(default_factory=set)  # wrong and in quarantine
    evidence: str = ""  # the first that is wrong

    @property
    def text(self) -> str:
        if self.red:
            return f"{len(self.red)} wrong"
        told = ((self.expected, "as expected"), (self.held, "in quarantine"))
        return ", ".join(f"{len(cells)} {what}" for cells, what in told if cells) or "nothing found"

    @property
    def colour(self) -> str:
        return ("wrong" if self.red else "held" if self.held else
                "expected" if self.expected else "plain")

    @property
    def glyph(self) -> str:
        return "✗" if self.red else "◇" if self.held else "◆" if self.expected else "·"


def layers(analysis: Analysis, names: Names) -> list[Layer]:
    """Who has to act, from the machine up."""
    by_name = {name: Layer(name) for name in UP}
    for outcome in analysis.outcomes:
        layer = by_name.get(outcome.layer)
        if layer is None:
            continue
        if outcome.is_red:
            layer.red.add(outcome.cell)
            layer.evidence = layer.evidence or names.seen(outcome) or outcome.id or ""
        elif outcome.quarantine is not None:
            layer.held.add(outcome.cell)
        elif outcome.word != PASS:
            layer.expected.add(outcome.cell)
    for incident in analysis.incidents:
        layer = by_name.get(incident.layer)
        if layer is not None and not incident.outcomes:
            layer.red.add(incident.title)
            layer.evidence = layer.evidence or names.told(incident.title)
    return list(by_name.values())


def where(incident: Incident, names: Names) -> str:
    """GPU or machines, as far as they are known."""
    return names.place(incident.where) or some(incident.nodes)


def remedy(incident: Incident) -> str:
    return incident.outcomes[0].remedy if incident.outcomes else incident.remedy


def red(analysis: Analysis, names: Names) -> list[Outcome]:
    """Cells, and of the workloads in them those that say something else."""
    whole = {(o.cell, o.word, o.id) for o in analysis.outcomes if not o.workload}
    told = [o for o in analysis.outcomes
            if o.is_red and (not o.workload or (o.cell, o.word, o.id) not in whole)]
    return sorted(told, key=lambda o: (names.order(o.cell), o.workload))


def told_counts(analysis: Analysis) -> list[tuple[int, str]]:
    """Of numbers that are no regression and not in order either."""
    counts = ((len(analysis.told(WORSE)), "still worse"), (len(analysis.told(SUSPECT)), "suspect"),
              (len(analysis.told(NOISY)), "not comparable"))
    return [(count, what) for count, what in counts if count]


@dataclass(frozen=True)
class ChangeView:
    """What changed in one cell in one way, for the cell or for some of its workloads."""

    cell: str
    workloads: tuple[str, ...]  # empty: only the cell as a whole
    before: Outcome | None
    after: Outcome | None


    @property
    def is_quiet(self) -> bool:
        """Nothing that is wrong now, or was."""
        return not any(one and one.is_red for one in (self.before, self.after))


def changes(analysis: Analysis, names: Names) -> tuple[list[ChangeView], list[ChangeView]]:
    """A cell and its workloads mostly change together: where the cell changed, its row is enough,
    and the cell's details have the others. What is wrong now comes first. Apart from them, where they
    are many, those that nobody has to look at: a matrix got a row."""
    grouped: dict[tuple, list] = defaultdict(list)
    whole = {change.cell for change in analysis.changes if not change.workload}
    for change in sorted(analysis.changes, key=lambda change: (
            _is_well(change), names.order(change.cell), change.workload)):
        if change.workload and change.cell in whole:
            continue
        said = [one and (one.word, one.id, one.is_as_expected, one.quarantine is None)
                for one in (change.before, change.after)]
        grouped[change.cell, *said].append(change)
    told = [ChangeView(its[0].cell, tuple(one.workload for one in its if one.workload),
                       its[0].before, its[0].after) for its in grouped.values()]
    quiet = [one for one in told if one.is_quiet]
    if len(quiet) <= _QUIET:
        return told, []
    return [one for one in told if not one.is_quiet], quiet


def _is_well(change) -> bool:
    return change.after is None or not change.after.is_red


def grids(analysis: Analysis) -> tuple[list[Grid], list[Grid]]:
    """Those to be shown; and, where they are many, those in which all cells passed."""
    if len(analysis.grids) <= _GRIDS:
        return analysis.grids, []
    good = [all(marks.of_square(square).colour == "good" and not square.is_intermittent
                for square in grid.squares.values()) for grid in analysis.grids]
    return ([grid for grid, is_good in zip(analysis.grids, good) if not is_good],
            [grid for grid, is_good in zip(analysis.grids, good) if is_good])


@dataclass
class CellView:
    """One cell with all that is said of it."""

    key: str
    name: str
    full_name: str
    itself: Outcome | None
    others: list[tuple[str, Outcome]] = field(default_factory=list)  # did not simply pass, by name
    passed: list[str] = field(default_factory=list)
    mark: marks.Mark | None = None


def cell_views(analysis: Analysis, names: Names) -> list[CellView]:
    """What needs a look first."""
    by_cell: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in analysis.outcomes:
        by_cell[outcome.cell].append(outcome)
    views = []
    for key, outcomes in by_cell.items():
        cell = analysis.cells.get(key)
        view = CellView(key, names.cell(key), cell.name if cell else key,
                        next((o for o in outcomes if not o.workload), None))
        grouped = defaultdict(list)
        for outcome in outcomes:
            if outcome.workload and outcome.word == PASS and outcome.is_as_expected \
                    and not outcome.noise and not outcome.is_intermittent:
                view.passed.append(outcome.workload)
            elif outcome.workload:
                grouped[_said(outcome)].append(outcome)
        # Ten workloads that one cause blocks are one row.
        view.others = [(listed(one.workload for one in same), same[0])
                       for same in grouped.values()]
        decides = view.itself or _worst(outcomes)
        view.mark = marks.of_outcome(decides)
        views.append(view)
    order = ("wrong", "unsure", "held", "expected", "absent", "good")
    return sorted(views, key=lambda view: (order.index(view.mark.colour), names.order(view.key)))


def _said(outcome: Outcome) -> tuple:
    return (outcome.word, outcome.id, outcome.is_as_expected, outcome.quarantine is None,
            outcome.observed, outcome.remedy, outcome.noise, outcome.is_intermittent)


def _worst(outcomes: list[Outcome]) -> Outcome:
    pool = [o for o in outcomes if o.is_red] or outcomes
    word = worst(o.word for o in pool)
    return next(o for o in pool if o.word == word)


@dataclass(frozen=True)
class Heat:
    """A pair matrix as a table."""

    matrix: PairMatrix
    name: str
    cell: str  # with the machine, if there are several
    unit: str
    labels: list[str]
    rows: list[list[tuple[str, int | None, bool]]]  # text, class of the colour, stands out
    low: str
    high: str
    median: str


def heat(matrix: PairMatrix, names: Names) -> Heat:
    values = [v for row in matrix.values for v in row if v is not None and math.isfinite(v)]
    low, high = min(values, default=0.0), max(values, default=0.0)
    size, unit = scale(matrix.unit, high)
    slow = set(matrix.slow)

    def square(at, value):
        if value is None or not math.isfinite(value):
            return "–", None, at in slow
        step = step_of(value, low, high)
        return number(value / size), step, at in slow

    rows = [[square((i, j), value) for j, value in enumerate(row)]
            for i, row in enumerate(matrix.values)]
    best = "lowest" if matrix.direction == LOWER else "highest"
    machine, labels = names.beside(matrix.gpus)
    return Heat(matrix, f"{matrix.metric} {matrix.variant}".strip(),
                " · ".join(filter(None, (machine, names.cell(matrix.cell)))), unit,
                labels, rows, number(low / size),
                f"{number(high / size)} {unit}",
                f"median {number(matrix.median / size)} {unit}; {best} is best")
