# SPDX-License-Identifier: Apache-2.0
"""GPUs that a machine had, or that its driver still counts, and that nobody can use. 'all' and 'each'
would stand for the others, and a machine that loses its GPUs one by one would pass to the end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..model import Gpu, Node, Outcome, Planned
from ..words import FAIL, layer_of
from .launch import CELL

LOST = "hardware.gpu-lost"  # of the program, whose words for it are the same
REMEDY = f"gpu-selftest explain {LOST}; if it was taken out, the next night with --without UUID"


def gone(outcomes: Iterable[Outcome], plan: Iterable[Planned], node: Node,
         missed: Iterable[Gpu]) -> list[Outcome]:
    """The outcomes, with a failure for each cell of all GPUs of a model that lost some; for each cell,
    where none is of all. `missed` were there on an earlier night."""
    missed = list(missed)
    cells = [planned.cell for planned in plan]
    of_all = {cell.key for cell in cells if cell.devices in ("all", "each")}
    texts = {cell.key: _observed(cell, node, missed) for cell in cells
             if cell.key in of_all or not of_all}
    return [_failed(one, texts[one.cell]) if one.workload == CELL and texts.get(one.cell) else one
            for one in outcomes]


def _observed(cell, node, missed):
    # What cannot be asked for its UUID tells no model either.
    names = [gpu.uuid for gpu in missed if gpu.model in (cell.gpu, "")]
    words = [f"an earlier run had {', '.join(names)}, which '{node.name}' has no more"] if names else []
    return "; ".join((*words, *node.lost))


def _failed(outcome, observed):
    if outcome.word == FAIL and not outcome.is_as_expected:
        also = {*outcome.also, LOST} - {outcome.id}
        return replace(outcome, also=tuple(sorted(also)))
    also = () if outcome.is_as_expected else {*outcome.also, outcome.id} - {LOST, None}
    return replace(outcome, word=FAIL, layer=layer_of(LOST), id=LOST, is_as_expected=False,
                   observed=observed, remedy=REMEDY, also=tuple(sorted(also)))
