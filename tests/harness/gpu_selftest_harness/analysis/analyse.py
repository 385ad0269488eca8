# SPDX-License-Identifier: Apache-2.0
"""All that is told of a night, from the index."""

from __future__ import annotations

from collections import Counter

from ..errors import Refused
from ..index import merge
from ..provenance import difference
from ..words import FAIL
from .accepted import Accepted
from .fleet import fleets, pair_matrices
from .grid import grids
from .incidents import incidents
from .trends import trends
from .values import Analysis, Change
from .verdict import RedSince, held, verdict


def analyse(index, night=None, cells=(), losses=()):
    """Of the last night if none is named. `cells` had to run: those of which nothing is said are a
    MISS, also where no run of the night came into the index. `losses` of speed are accepted."""
    nights = tuple(index.nights())
    if not nights and not (night and cells):
        raise Refused("there is no night in the index: run one, or add its bundle")
    night = night or nights[-1]
    if night not in nights and not cells:
        raise Refused(f"there is no night '{night}' in the index, the last ones are "
                      + ", ".join(nights[-5:]))
    previous = max((one for one in nights if one < night), default=None)
    outcomes, runs = merge(index, night, cells), list(index.runs(night))
    before = list(index.outcomes(previous)) if previous else []
    histories = list(index.histories())
    planned = {cell.key: cell for cell in cells}
    known = {key: planned.get(key) or index.cell(key) for key in sorted(
             {one.cell for one in outcomes + before} | {one.key.cell for one in histories})}
    accepted = Accepted(losses, known, night)
    told = trends(histories, night, index.provenance, known, accepted)
    nodes = {run.run_id: run.node for run in runs}
    found = incidents(outcomes, told, RedSince(index, night),
                      nodes if len(set(nodes.values())) > 1 else None)
    of_cells = [one for one in outcomes if not one.workload] or outcomes
    return Analysis(
        night=night, previous=previous,
        nights=tuple(one for one in sorted({*nights, night}) if one <= night),
        verdict=verdict(outcomes, found, told), counts=dict(Counter(one.word for one in of_cells)),
        red=len({one.cell for one in outcomes if one.is_red}), held=len(held(outcomes)),
        expected_failures=sum(1 for one in of_cells if one.word == FAIL and one.is_as_expected),
        cells=known, outcomes=outcomes, changes=changes(before, outcomes) if previous else [],
        grids=grids(outcomes, known), incidents=found, trends=told, fleets=fleets(told),
        pairs=pair_matrices(told),
        differences=_differences(told, night, previous, index.provenance),
        provenance=_provenance(told, night, index.provenance),
        quarantine=[one for one in outcomes if one.quarantine is not None],
        intermittent=[one for one in outcomes if one.is_intermittent],
        runs=runs, gpus=_gpus(runs), is_simulated=any(run.is_simulated for run in runs),
        notes=[*(f"'{run.node}': {jump}" for run in runs for jump in run.jumps),
               *accepted.problems])


def changes(before, after):
    """What is not said as it was the night before."""
    one = {(outcome.cell, outcome.workload): outcome for outcome in before}
    other = {(outcome.cell, outcome.workload): outcome for outcome in after}
    return [Change(*place, one.get(place), other.get(place)) for place in sorted({**one, **other})
            if _said(one.get(place)) != _said(other.get(place))]


def _said(outcome):
    return outcome and (outcome.word, outcome.layer, outcome.id, outcome.gpu, outcome.is_as_expected)


def _digests(told, night):
    """Digest of each cell's provenance that night."""
    found = {}
    for trend in told:
        history = trend.history
        if history.provenance and night in history.nights:
            found[history.key.cell] = history.provenance[history.nights.index(night)]
    return found


def _provenance(told, night, provenance):
    return {digest: provenance(digest) for digest in sorted(set(_digests(told, night).values()))}


def _differences(told, night, previous, provenance):
    if previous is None:
        return []
    one, other = _digests(told, previous), _digests(told, night)
    pairs = {(one[cell], other[cell]) for cell in one.keys() & other.keys()
             if one[cell] != other[cell]}
    # Several cells that differ in the same way say so once.
    return list(dict.fromkeys(one for pair in sorted(pairs)
                              for one in difference(*map(provenance, pair))))


def _gpus(runs):
    """UUID -> what people call it: where it is, and what."""
    named = {}
    for run in runs:
        node = run.header.get("node") or {}
        instances = Counter()  # of one GPU
        for gpu in node.get("gpus") or ():
            name, parent = f"{node.get('name', '')} GPU {gpu.get('index', '?')}", gpu.get("parent")
            if parent:
                instances[parent] += 1
                name += f" MIG {instances[parent]}"
            named[gpu["uuid"]] = name
    return named
