# SPDX-License-Identifier: Apache-2.0
"""A run whose process was killed before it said anything: what it had measured is judged, from its
own header and launches, and sealed. Of cells without a launch nobody says anything."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from .. import matrix as matrices
from .. import node as nodes
from ..bundle import Bundle, reader
from ..bundle.values import value_of
from ..judge import gone
from ..model import Planned
from ..quarantine import Quarantine
from ..runner import Earlier, outcomes_of


def finish(path: Path, quarantine: Quarantine = Quarantine(),
           index=None) -> tuple[Path, list[str]]:
    """Where the sealed bundle is, and what is to be said of it. `quarantine`: known faults, `index`:
    what earlier nights measured. Raises Refused or Failed where nobody may add to it."""
    with Bundle.resume(path) as bundle:
        problems = [f"'{path.name}' is damaged: {one}" for one in bundle.damage]
        try:
            outcomes = () if bundle.is_ended else _outcomes(path, quarantine, index, problems)
            for outcome in outcomes:
                bundle.append("outcome", asdict(outcome))
        except Exception as error:  # sealed, what was measured is kept, and another can look at it
            problems.append(f"'{path.name}' is sealed without its outcomes: "
                            f"{type(error).__name__}: {error}")
        return bundle.seal(), problems


def _outcomes(path, quarantine, index, problems):
    """Those that are not in it yet."""
    contents = reader.read(path, take=lambda header, launch: None)
    said = {(outcome.cell, outcome.workload) for outcome in contents.outcomes}
    header = contents.header
    if not header.get("plan"):
        return []
    matrix = matrices.from_text(header["matrix"]["text"], header["matrix"].get("path", "matrix"))
    node = matrix.named(nodes.from_json(header["node"]))
    plan = [value_of(Planned, entry, "plan") for entry in header.get("plan", [])]
    earlier = Earlier(index, node, header["night"]) if index is not None else None
    outcomes = []
    for planned in plan:
        # One cell at a time: the reports of a night may be more than the memory holds.
        launches = [reader.read_launch(path, contents.places[one.id])
                    for one in contents.launches if one.cell == planned.cell.key]
        if launches or planned.miss is not None:
            known = _known(earlier, planned, problems)
            outcomes += outcomes_of(planned, launches, matrix, node, known)
    missed = [nodes.gpu_of(gpu) for gpu in header.get("missed", ())]
    outcomes = gone(outcomes, plan, node, missed)
    outcomes = [one for one in outcomes if (one.cell, one.workload) not in said]
    # What it says of entries that nothing has is for a run that came to its end.
    return quarantine.apply(outcomes, [planned.cell for planned in plan], header["night"])[0]


def _known(earlier, planned, problems):
    """Which numbers there have to be. A damaged index costs that, and no outcome."""
    try:
        return earlier.metrics(planned.cell.key) if earlier is not None else None
    except Exception as error:
        text = f"no number is missed, since the index cannot be read: {error}"
        if text not in problems:
            problems.append(text)
        return None
