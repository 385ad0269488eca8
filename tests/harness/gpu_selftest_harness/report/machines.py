# SPDX-License-Identifier: Apache-2.0
"""What the runs of a night say of the machines they were on, and what their GPUs are called."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ..analysis.values import Analysis


@dataclass(frozen=True)
class Machine:
    name: str
    driver: str
    gpus: str  # '8 × NVIDIA H100 80GB HBM3'
    engines: str
    system: str
    simulated: str  # profile and faults; '' for a real one
    run_id: str
    started_utc: str


def machines(analysis: Analysis) -> list[Machine]:
    """One for each run; a header that lacks something leaves it empty."""
    return [_machine(run) for run in analysis.runs]


def gpu_names(analysis: Analysis) -> dict[str, str]:
    """What the analysis calls them, else 'gpu 5', with the machine's name if there are several."""
    nodes = {run.node for run in analysis.runs}
    names = {}
    for run in analysis.runs:
        for gpu in _node(run).get("gpus") or ():
            own = f"gpu {gpu.get('index', '?')}"
            names[gpu.get("uuid", "")] = own if len(nodes) == 1 else f"{run.node} {own}"
    return {**names, **analysis.gpus}


def _machine(run) -> Machine:
    node = _node(run)
    gpus = Counter(gpu.get("name", "?") for gpu in node.get("gpus") or ())
    engines = [" ".join(filter(None, (one.get("name"), one.get("version"))))
               for one in node.get("engines") or ()]
    system = [node.get(part) for part in ("distro", "kernel", "architecture")]
    simulated = [node.get("simulated"), *(node.get("faults") or ())]
    return Machine(run.node, node.get("driver") or "none",
                   ", ".join(f"{count} × {name}" for name, count in gpus.items()) or "none",
                   ", ".join(engines), ", ".join(filter(None, system)),
                   ", ".join(filter(None, simulated)), run.run_id, run.started_utc)


def _node(run) -> dict:
    return run.header.get("node") or {}
