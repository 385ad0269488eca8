# SPDX-License-Identifier: Apache-2.0
"""Which slices there are to run: this machine's, or those of simulated machines, night by night."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from .. import node as nodes
from ..engines import make, settings
from . import simulated
from .slices import Slice

PROFILE = "h100x8"
HISTORY_TIER = "history"
SEED = 20261127


def real(matrix, night: date, program: str, tier: str | None,
         engines_file: Path | None = None) -> list[Slice]:
    """This machine's slice."""
    told_of = {"local": {"program": program}, **settings.load(engines_file)}
    engines = [make(name, **told_of.get(name, {}))
               for name in sorted({cell.engine for cell in matrix.cells()})]
    return [Slice(nodes.probe(engines, matrix.model_of), night.isoformat(), tier)]


def made_up(matrix, night: date, program: str, tier: str | None, count: int) -> list[Slice]:
    """For each driver of the matrix a simulated machine; earlier nights run the tier 'history' on the
    newest driver."""
    branches = sorted({cell.driver for cell in matrix.cells()}, key=int)
    healthy = {branch: nodes.simulated(PROFILE, simulated.driver_faults(branch), program,
                                       matrix.model_of, name=f"simulated-{branch}")
               for branch in branches}
    newest = branches[-1]
    slices = []
    for number, name in enumerate(simulated.nights_before(night, count)):
        is_last = number == count - 1
        for branch in branches if is_last else [newest]:
            node = healthy[branch]
            if count > 1 and branch == newest:
                # Of all GPUs: a fault of one that no cell uses never fires, an error of the run.
                node = replace(node, faults=node.faults + tuple(
                    simulated.memory_faults(number, count, len(node.gpus), SEED)))
            slices.append(Slice(node, name, tier if is_last else HISTORY_TIER))
    return slices
