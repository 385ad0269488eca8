# SPDX-License-Identifier: Apache-2.0
"""What the runs of a night say of the machines they were on, and what their GPUs are called."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ..analysis.values import Analysis
from ..words import counted
from .text import listed, short_uuid


_NAMED = 3  # machines of which the head of a page says the names


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


def problems(analysis: Analysis) -> list[tuple[str, str]]:
    """Machine, and what could not be seen of it or is about to go wrong, though cells may pass."""
    return list(dict.fromkeys((run.node, problem) for run in analysis.runs
                              for problem in _node(run).get("problems") or ()))


def hosts(analysis: Analysis) -> str:
    """Whose night it is: one folder of files is easily taken for that of another machine."""
    return some(sorted({run.node for run in analysis.runs}))


def some(nodes) -> str:
    """Their names, or how many they are."""
    return listed(nodes) if len(nodes) <= _NAMED else counted(len(nodes), "machine")


def gpu_names(analysis: Analysis) -> dict[str, str]:
    """'gpu 5', with the machine's name if there are several, and only one says that it has it. What
    no run of tonight has is called as the analysis calls it."""
    is_one = len({run.node for run in analysis.runs}) == 1
    names = {}
    for uuid, places in _places(analysis).items():
        nodes, own = ({place[part] for place in places} for part in (0, 1))
        if len(own) > 1:
            names[uuid] = short_uuid(uuid)
        else:
            names[uuid] = min(own) if is_one or len(nodes) > 1 else f"{min(nodes)} {min(own)}"
    return {**analysis.gpus, **names}


def claimed_twice(analysis: Analysis) -> tuple[list[str], list[str]]:
    """GPUs that several machines of tonight say they have, and these machines: a number of such a
    GPU is not known to be of any of them."""
    shared = {uuid: places for uuid, places in _places(analysis).items()
              if len({node for node, _ in places}) > 1}
    return sorted(shared), sorted({node for places in shared.values() for node, _ in places})


def _places(analysis) -> dict[str, list[tuple[str, str]]]:
    """UUID -> machines that say they have it, with the place in each."""
    places: dict[str, list[tuple[str, str]]] = {}
    for run in analysis.runs:
        for gpu in _node(run).get("gpus") or ():
            place = run.node, f"gpu {gpu.get('index', '?')}"
            known = places.setdefault(gpu.get("uuid", ""), [])
            if place not in known:
                known.append(place)
    return places


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
