# SPDX-License-Identifier: Apache-2.0
"""Which slices there are to run: this machine's, or those of simulated machines, night by night."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from .. import node as nodes
from ..engines import make, settings
from . import simulated
from .slices import Slice

PROFILE = "h100x8"
HISTORY_TIER = "history"
# How many GPUs cells of the history use: a fault of a GPU that nobody uses never fires, which is an
# error of the run.
HISTORY_GPUS = 4
SEED = 20261127


def real(matrix, night: date, program: str, tier: str | None,
         engines_file: Path | None = None) -> tuple[list[Slice], list[str]]:
    """This machine's slice, and what was swept away of earlier nights."""
    told_of = {"local": {"program": program}, **settings.load(engines_file)}
    engines = [make(name, **told_of.get(name, {}))
               for name in sorted({cell.engine for cell in matrix.cells()})]
    swept = [name for engine in engines for name in _sweep(engine)]
    node = nodes.probe(engines, matrix.model_of)
    return [Slice(node, night.isoformat(), tier)], swept


def _sweep(engine):
    try:
        return engine.sweep()
    except Exception:  # an engine that is not there has left nothing, and is told of by the probe
        return []


def made_up(matrix, night: date, program: str, tier: str | None, count: int) -> list[Slice]:
    """For each driver of the matrix a simulated machine; earlier nights run the tier 'history' on the
    newest driver."""
    branches = sorted({cell.driver for cell in matrix.cells()}, key=int)
    machines = {branch: simulated.driver_faults(branch) for branch in branches}
    newest = branches[-1]
    slices = []
    for number, name in enumerate(simulated.nights_before(night, count)):
        is_last = number == count - 1
        for branch in branches if is_last else [newest]:
            faults = machines[branch]
            if count > 1 and branch == newest:
                faults = faults + simulated.memory_faults(number, count, HISTORY_GPUS, SEED)
            node = nodes.simulated(PROFILE, faults, program, matrix.model_of,
                                   name=f"simulated-{branch}")
            slices.append(Slice(node, name, tier if is_last else HISTORY_TIER))
    return slices
