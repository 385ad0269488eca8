# SPDX-License-Identifier: Apache-2.0
"""GPUs and links beside one another, as the page shows them: in full where one is slow, the others
as one row for each number. What is the same in many cells is drawn once, of the worst of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from statistics import median

from ..analysis.values import Analysis, Fleet
from .names import Names
from .text import number, quantity, scale
from .views import Heat, heat

DRAWN = 12  # a night on which every GPU is slow is not told by a hundred tables
EQUAL = 0.01  # pairs within that share of their median need no picture


@dataclass(frozen=True)
class Drawn:
    """What has something slow in it."""

    name: str
    where: str  # machine and cell
    unit: str
    median: float
    rows: list  # (label, Standing) of GPUs, slowest first
    heat: Heat | None
    more_cells: int  # in which the same GPUs or links are slow


@dataclass(frozen=True)
class Row:
    """One number in which nothing is slow, of all cells."""

    name: str
    cells: int
    lowest: str
    median: str
    highest: str
    where: str  # the cell of which `values` or `heat` are
    values: list[tuple[str, str]]  # label and number of each GPU
    heat: Heat | None


@dataclass
class Standings:
    drawn: list[Drawn] = field(default_factory=list)
    left_out: int = 0  # of what has something slow
    rows: list[Row] = field(default_factory=list)


def of_gpus(analysis: Analysis, names: Names) -> Standings:
    return _standings(analysis.fleets, names, _drawn_gpus, _row_of_gpus)


def of_pairs(analysis: Analysis, names: Names) -> Standings:
    return _standings(analysis.pairs, names, _drawn_pairs, _row_of_pairs)


def _standings(ones, names, drawn, row):
    slow, others = defaultdict(list), defaultdict(list)
    for one in ones:
        number_of = one.workload, one.metric, one.variant, one.unit
        if one.slow:
            slow[*number_of, one.slow].append(one)
        else:
            others[number_of].append(one)
    told = [drawn(same[0], len(same) - 1, names) for same in list(slow.values())[:DRAWN]]
    return Standings(told, max(len(slow) - DRAWN, 0),
                     [row(others[number_of], names) for number_of in sorted(others)])


def _drawn_gpus(fleet: Fleet, more: int, names: Names) -> Drawn:
    machine, labels = names.beside(standing.gpu for standing in fleet.standings)
    return Drawn(_name(fleet), _where(machine, fleet, names), fleet.unit, fleet.median,
                 list(zip(labels, fleet.standings)), None, more)


def _drawn_pairs(matrix, more, names):
    picture = heat(matrix, names)
    return Drawn(_name(matrix), picture.cell, matrix.unit, matrix.median, [], picture, more)


def _row_of_gpus(fleets, names):
    first = fleets[0]
    machine, labels = names.beside(standing.gpu for standing in first.standings)
    values = [(label, quantity(standing.value, first.unit, 4))
              for label, standing in zip(labels, first.standings)]
    return _row(fleets, [one.value for fleet in fleets for one in fleet.standings],
                _where(machine, first, names), names, values, None)


def _row_of_pairs(matrices, names):
    first = matrices[0]
    picture = heat(first, names) if first.spread >= EQUAL else None
    return _row(matrices, [value for matrix in matrices for value in matrix.measured],
                picture.cell if picture else names.cell(first.cell), names, [], picture)


def _row(same, values, where, names, of_first, picture):
    low, high = min(values), max(values)
    middle = median(one.median for one in same)
    size, unit = scale(same[0].unit, middle)
    return Row(_name(same[0]), len({one.cell for one in same}),
               *(f"{number(value / size, 4)} {unit}" for value in (low, middle, high)),
               where, of_first, picture)


def _name(one):
    return f"{one.metric} {one.variant}".strip()


def _where(machine, one, names):
    return " · ".join(filter(None, (machine, names.cell(one.cell))))
