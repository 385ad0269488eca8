# SPDX-License-Identifier: Apache-2.0
"""Which cells a node has to run. A node that shows no driver or no GPU had them once: what it ran when
it was last seen is what it misses now, so that a driver that is gone is no empty night."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ..bundle.values import Misfit, value_of
from ..errors import Failed, Refused
from ..index import Index
from ..matrix import Matrix
from ..model import Node, Planned


def plan(matrix: Matrix, node: Node, select: str | None = None, tier: str | None = None,
         index: Path | None = None) -> list[Planned]:
    """Raises Refused where nothing of the matrix is this node's."""
    cells = [] if node.driver and node.gpus else [
        cell for cell in matrix.selected(select, tier)
        if node.driver is None or cell.driver == node.driver_branch]
    if not cells:
        return matrix.plan(node, select, tier)
    before = _cells_before(node, index)
    why = "; ".join(node.problems) or f"node '{node.name}' has {matrix.shown(node)}"
    return [replace(matrix.planned(cell), miss=why, is_gone=before.get(cell.key, False))
            for cell in [cell for cell in cells if cell.key in before] or cells]


def _cells_before(node, index):
    """Of the last night that knew the node, by key, whether it could run them until driver or GPUs
    were gone; none if nobody can say."""
    if index is None or not index.exists():
        return {}
    try:
        with Index(index) as opened:
            own = [run for run in opened.runs() if run.node == node.name]
            last = max((run.night for run in own), default=None)
            plan = [value_of(Planned, entry, "plan") for run in own if run.night == last
                    for entry in run.header.get("plan", [])]
            could = {one.cell.key for one in plan if one.miss is None or one.is_gone}
            return {one.cell.key: one.cell.key in could for one in plan}
    except (Failed, Refused, Misfit):
        return {}
