# SPDX-License-Identifier: Apache-2.0
"""Two runs side by side: two drivers, two images, a container and the bare machine. Launches are what
is compared, number by number; what differs between the runs is told with it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import astuple, dataclass, field, replace

from .. import bundle
from ..bundle.values import value_of
from ..errors import Refused
from ..index.points import points_of
from ..model import AXES, Cell, Planned, SeriesKey
from ..provenance import Difference, difference, of as provenance_of
from ..statistics.compare import CONFIDENCE, among, compare
from ..statistics.discovery import Q
from ..statistics.gate import floor_of
from ..statistics.night import night_value
from ..statistics.values import AMBIGUOUS, COMPARISONS, SLOWER, Comparison
from ..words import DIRECTION_OF_UNIT

CONFIRM = "confirm"  # launches that were started because of a low value would pull it down


@dataclass(frozen=True)
class Row:
    key: SeriesKey  # as in A
    cell_a: Cell
    cell_b: Cell
    a: tuple[float, ...]  # medians of launches
    b: tuple[float, ...]
    comparison: Comparison

    @property
    def values(self):
        return night_value([[value] for value in self.a]), night_value([[value] for value in self.b])


@dataclass
class Compared:
    rows: list[Row]  # worst first
    axes: tuple[str, ...]  # in which the two sides' cells differ
    differences: list[Difference]
    only_a: list[SeriesKey] = field(default_factory=list)
    only_b: list[SeriesKey] = field(default_factory=list)
    left_out: int = 0  # numbers of which nobody says which way is better, or that are not above 0
    flagged: int = 0  # numbers of launches that are not to be compared
    problems: list[str] = field(default_factory=list)  # of the bundles

    def count(self, word):
        return sum(1 for row in self.rows if row.comparison.word == word)


@dataclass
class Side:
    """What one run measured, by cell and by what it is."""

    cells: dict[str, Cell]
    launches: dict[SeriesKey, list[float]]
    provenance: dict
    flagged: int
    problems: list[str]


def read_side(path, wanted=()):
    """`wanted`: (axis, value) pairs that its cells have to have."""
    contents = bundle.read(path)
    if contents.header is None:
        raise Refused(f"'{path}' is no bundle that can be read: " + "; ".join(contents.problems))
    plan = (value_of(Planned, one) for one in contents.header.get("plan") or ())
    cells = {planned.cell.key: planned.cell for planned in plan}
    for axis, value in wanted:
        have = sorted({getattr(cell, axis) for cell in cells.values()})
        cells = {key: cell for key, cell in cells.items() if getattr(cell, axis) == value}
        if not cells:
            raise Refused(f"no cell of '{path}' has {axis}={value}, there are {', '.join(have)}")
    return _measured(contents, cells)


def _measured(contents, cells):
    noises = {(one.cell, one.workload, launch) for one in contents.outcomes if one.noise
              for launch in one.launches}
    node = str((contents.header.get("node") or {}).get("name", ""))
    launches, made_with, flagged = defaultdict(list), {}, 0
    for launch in contents.launches:
        if launch.cell not in cells or launch.kind == CONFIRM or not launch.report:
            continue
        made_with = made_with or provenance_of(contents.header, launch)
        for point in points_of(launch, node, lambda workload, gpus: ""):
            if point.flag or {(launch.cell, "", launch.id),
                              (launch.cell, point.key.workload, launch.id)} & noises:
                flagged += 1
            else:
                launches[point.key].append(point.median)
    return Side(cells, dict(launches), made_with, flagged, list(contents.problems))


def compare_sides(a, b, floor=None, confidence=CONFIDENCE, q=Q):
    """`floor`: the relative shift that matters; None: that of each unit."""
    axes = _differing(a.cells.values(), b.cells.values())
    mine, other = _by_match(a, axes), _by_match(b, axes)
    told = Compared([], axes, difference(a.provenance, b.provenance), flagged=a.flagged + b.flagged,
                    problems=a.problems + b.problems)
    told.only_a = [mine[match] for match in mine.keys() - other.keys()]
    told.only_b = [other[match] for match in other.keys() - mine.keys()]
    rows = []
    for match in sorted(mine.keys() & other.keys()):
        one, two = mine[match], other[match]
        values = tuple(a.launches[one]), tuple(b.launches[two])
        direction = DIRECTION_OF_UNIT.get(one.unit)
        if direction is None or min(map(min, values)) <= 0:
            told.left_out += 1
            continue
        least = floor_of(one.unit, one.metric) if floor is None else floor
        rows.append(Row(one, a.cells[one.cell], b.cells[two.cell], *values,
                        compare(*values, least, direction, confidence)))
    words = among([row.comparison for row in rows],
                  [min(len(row.a), len(row.b)) for row in rows], q)
    told.rows = sorted((replace(row, comparison=one) for row, one in zip(rows, words)), key=_badness)
    return told


def _differing(mine, other):
    """Axes of which each side has one value, and not the same. In the others cells have to agree."""
    axes = []
    for axis in AXES:
        one, two = ({getattr(cell, axis) for cell in cells} for cells in (mine, other))
        if len(one) == len(two) == 1 and one != two:
            axes.append(axis)
    return tuple(axes)


def _by_match(side, axes):
    """By what has to agree: the other axes, the number, and its GPUs. No two series of a side do, since
    it has one value in each of `axes`, and one node."""
    return {(*(getattr(side.cells[key.cell], axis) for axis in AXES if axis not in axes),
             *astuple(replace(key, cell="", node=""))): key for key in side.launches}


def _badness(row):
    order = (SLOWER, AMBIGUOUS, *(word for word in COMPARISONS if word not in (SLOWER, AMBIGUOUS)))
    return order.index(row.comparison.word), -abs(row.comparison.shift), astuple(row.key)
