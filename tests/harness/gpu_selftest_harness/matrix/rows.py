# SPDX-License-Identifier: Apache-2.0
"""Rows become cells: a row gives some axes a value, a list or '*', the defaults give others, and an
axis with one value needs none."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..errors import Refused
from ..model import AXES, Cell
from .conditions import Condition

# More is not a night; and a slip of the pen must not fill the memory.
CELLS_LIMIT = 20000


@dataclass(frozen=True)
class Row:
    """What the cells of one row share."""

    place: tuple  # ('rows', 2) or ('pairwise',)
    choices: tuple[tuple[str, ...], ...]  # of each axis, in the order of AXES
    launches: int
    samples: int
    timeout_s: float
    workloads: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    fabric: bool | None  # None: by the devices
    needs: Condition

    def needs_fabric(self, cell: Cell) -> bool:
        if self.fabric is not None:
            return self.fabric
        return cell.devices not in ("each", "none", "count:1")

    def product(self) -> Iterator[Cell]:
        return (Cell(*values) for values in itertools.product(*self.choices))


def choices_of(given: Mapping, defaults: Mapping,
               vocabulary: Mapping) -> tuple[tuple[str, ...], ...]:
    """Raises Refused, one line for each axis that is wrong."""
    chosen, wrong = [], []
    for axis in AXES:
        valid = tuple(vocabulary[axis])
        value = given.get(axis, defaults.get(axis))
        if value is None and len(valid) > 1:
            wrong.append(f"it says nothing of '{axis}'; valid are {', '.join(valid)} and '*'")
        items = valid if value in (None, "*") else (value,) if isinstance(value, str) else value
        for item in items:
            if item not in valid:
                wrong.append(f"{axis}: '{item}' is not one of {', '.join(valid)}, '*'")
        chosen.append(tuple(items))
    if wrong:
        raise Refused("\n".join(wrong))
    number = 1
    for items in chosen:
        number *= len(items)
    if number > CELLS_LIMIT:
        raise Refused(f"it makes {number} cells, at most {CELLS_LIMIT} are planned")
    return tuple(chosen)
