# SPDX-License-Identifier: Apache-2.0
"""Cells laid out by driver and CUDA, one grid for each combination of the other axes."""

from __future__ import annotations

from ..model import AXES
from ..words import WORDS
from .values import Grid, Square

SIDES = ("driver", "cuda")


def grids(outcomes, cells):
    """`cells` by key. Axes that have the same value everywhere are no part of a title."""
    facets = [axis for axis in AXES if axis not in SIDES]
    varied = [axis for axis in facets if len({getattr(cell, axis) for cell in cells.values()}) > 1]
    by_title, of_cell = {}, {}
    for outcome in outcomes:
        of_cell.setdefault(outcome.cell, []).append(outcome)
    for key, its in of_cell.items():
        cell = cells[key]
        title = tuple((axis, getattr(cell, axis)) for axis in varied)
        by_title.setdefault(title, {})[cell.driver, cell.cuda] = square(key, its)
    return [Grid(title, _sorted(driver for driver, _ in squares),
                 _sorted(cuda for _, cuda in squares), squares)
            for title, squares in sorted(by_title.items())]


def square(key, outcomes):
    """The cell's own outcome has the word; what is red in it decides first."""
    deciding = min(outcomes, key=lambda one: (not one.is_red, one.workload != "",
                                              WORDS.index(one.word)))
    return Square(key, deciding.word, all(one.is_as_expected for one in outcomes),
                  any(one.quarantine is not None for one in outcomes),
                  any(one.is_intermittent for one in outcomes), deciding)


def _sorted(versions):
    return tuple(sorted(set(versions), key=by_number))


def by_number(version):
    """What versions are sorted by: '9.2' before '12.4'."""
    return [(not part.isdigit(), int(part) if part.isdigit() else 0, part)
            for part in version.split(".")]
