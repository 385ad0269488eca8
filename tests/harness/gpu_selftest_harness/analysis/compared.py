# SPDX-License-Identifier: Apache-2.0
"""Two runs side by side: two drivers, two images, a container and the bare machine. Launches are
what is compared, number by number; what differs between the runs is told with it."""

from __future__ import annotations

import contextlib
from collections import Counter, defaultdict
from dataclasses import astuple, dataclass, field, replace

from .. import bundle
from ..bundle.values import Misfit, value_of
from ..errors import Refused
from ..index.flags import Flags
from ..index.points import points_of
from ..model import AXES, CONFIRM, Cell, Planned, SeriesKey
from ..node import from_json
from ..provenance import Difference, difference, of as provenance_of
from ..statistics.compare import CONFIDENCE, among, compare
from ..statistics.discovery import Q
from ..statistics.gate import floor_of
from ..statistics.night import night_value
from ..statistics.values import AMBIGUOUS, COMPARISONS, SLOWER, Comparison
from ..words import DIRECTION_OF_UNIT


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
        return tuple(night_value([[value] for value in side]) for side in (self.a, self.b))


@dataclass
class Compared:
    rows: list[Row]  # worst first
    axes: tuple[str, ...]  # in which the two sides' cells differ
    differences: list[Difference]
    only_a: list[SeriesKey] = field(default_factory=list)
    only_b: list[SeriesKey] = field(default_factory=list)
    left_out: int = 0  # numbers of which nobody says which way is better, or that are not above 0
    flagged: Counter = field(default_factory=Counter)  # numbers that are not, by the reason
    problems: list[str] = field(default_factory=list)  # of the bundles
    lost: set[SeriesKey] = field(default_factory=set)  # of which a side has flagged launches alone
    is_simulated: bool = False
    confidence: float = CONFIDENCE  # that was wished for

    def count(self, word):
        return sum(1 for row in self.rows if row.comparison.word == word)

    @property
    def has_too_few(self):
        """No row has the launches that such a confidence needs."""
        return bool(self.rows) and all(row.comparison.confidence < self.confidence - 1e-12
                                       for row in self.rows)


@dataclass
class Side:
    """What one run measured, by cell and by what it is."""

    cells: dict[str, Cell]
    launches: dict[SeriesKey, list[float]]
    provenance: dict[str, dict]  # by cell
    flagged: Counter
    problems: list[str]
    lost: set[SeriesKey] = field(default_factory=set)  # of which no launch may be compared
    is_simulated: bool = False


def read_side(path, wanted=()):
    """`wanted`: (axis, value) pairs that its cells have to have."""
    measured = _Measured(path)
    contents = bundle.read(path, measured)
    if contents.header is None:
        raise Refused(f"'{path}' is no bundle that can be read: " + "; ".join(contents.problems))
    cells = {planned.cell.key: planned.cell for planned in _plan(contents.header, path)}
    for axis, value in wanted:
        have = sorted({getattr(cell, axis) for cell in cells.values()})
        cells = {key: cell for key, cell in cells.items() if getattr(cell, axis) == value}
        if not cells:
            raise Refused(f"no cell of '{path}' has {axis}={value}, there are {', '.join(have)}")
    return measured.side(cells, list(contents.problems))


def _plan(header, path):
    try:
        return [value_of(Planned, one, f"plan[{place}]")
                for place, one in enumerate(header.get("plan") or ())]
    except Misfit as misfit:
        raise Refused(f"'{path}': {misfit}") from None


class _Measured:
    """Takes from each launch its numbers, while its report is there."""

    def __init__(self, path):
        self._path = path
        self._header, self._planned, self._node = None, {}, None
        self._is_simulated = False
        self._of_cell = defaultdict(list)  # (provenance, points) of each launch

    def __call__(self, header, launch):
        # What was started because of a low value would pull the median down.
        if launch.kind == CONFIRM or not launch.report:
            return
        if self._header is None:
            self._header = header
            self._planned = {planned.cell.key: planned for planned in _plan(header, self._path)}
            with contextlib.suppress(Refused):
                self._node = from_json(header.get("node") or {})
        self._is_simulated |= bool(launch.report.get("simulated"))
        name = self._node.name if self._node else ""
        flags = Flags(launch, self._planned.get(launch.cell), self._node)
        self._of_cell[launch.cell].append((provenance_of(header, launch),
                                           list(points_of(launch, name, flags))))

    def side(self, cells, problems):
        launches, flagged, lost, made_with = defaultdict(list), Counter(), set(), {}
        for cell in cells:
            for told, points in self._of_cell.get(cell, ()):
                made_with.setdefault(cell, told)
                for point in points:
                    if point.flag:
                        flagged[point.flag] += 1
                        lost.add(point.key)
                    else:
                        launches[point.key].append(point.median)
        return Side(cells, dict(launches), made_with, flagged, problems, lost - launches.keys(),
                    self._is_simulated)


def compare_sides(a, b, floor=None, confidence=CONFIDENCE, q=Q):
    """`floor`: the relative shift that matters; None: that of each unit."""
    if a.is_simulated != b.is_simulated:
        one, other = "AB" if a.is_simulated else "BA"
        raise Refused(f"{one} is simulated and {other} is not: simulated numbers are made up, so"
                      " nothing can be said of measured ones by them")
    axes = _differing(a.cells.values(), b.cells.values())
    mine, other = _by_match(a, axes), _by_match(b, axes)
    told = Compared([], axes, _differences(a, b, mine, other), flagged=a.flagged + b.flagged,
                    problems=a.problems + b.problems, lost=a.lost | b.lost,
                    is_simulated=a.is_simulated, confidence=confidence)
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
    told.rows = sorted((replace(row, comparison=one) for row, one in zip(rows, words)),
                       key=_badness)
    return told


def _differences(a, b, mine, other):
    """Of the cells that are compared, each once."""
    cells = dict.fromkeys((mine[match].cell, other[match].cell)
                          for match in sorted(mine.keys() & other.keys()))
    return list(dict.fromkeys(one for cell_a, cell_b in cells
                              for one in difference(a.provenance[cell_a], b.provenance[cell_b])))


def _differing(mine, other):
    """Axes of which each side has one value, and not the same. In the others cells have to
    agree."""
    axes = []
    for axis in AXES:
        one, two = ({getattr(cell, axis) for cell in cells} for cells in (mine, other))
        if len(one) == len(two) == 1 and one != two:
            axes.append(axis)
    return tuple(axes)


def _by_match(side, axes):
    """By what has to agree: the other axes, the number, and its GPUs. No two series of a side do,
    since it has one value in each of `axes`, and one node."""
    return {(*(getattr(side.cells[key.cell], axis) for axis in AXES if axis not in axes),
             *astuple(replace(key, cell="", node=""))): key for key in side.launches}


def _badness(row):
    order = (SLOWER, AMBIGUOUS, *(word for word in COMPARISONS if word not in (SLOWER, AMBIGUOUS)))
    return order.index(row.comparison.word), -abs(row.comparison.shift), astuple(row.key)
