# SPDX-License-Identifier: Apache-2.0
"""The outcomes of a night from all of its runs, and a MISS for each cell that had to run and of which
no run said anything: what is not there is easily overlooked."""

import json
from dataclasses import replace

from ..bundle.header import node_of
from ..bundle.values import value_of
from ..judge.data import DATA
from ..model import Expectation, Outcome
from ..troubles import TROUBLES
from ..words import ENGINE, FAIL, MISS, PASS, WORDS, layer_of

NEVER_RAN, NODE_GONE = "suite.never-ran", "suite.node-gone"


def merge(index, night, cells=()):
    """Ordered by cell and workload. `cells` are those of a matrix, beside those that the night's
    own runs had planned."""
    said = index.outcomes(night)
    seen = {outcome.cell for outcome in said}
    drivers = {_branch(run) for run in index.runs(night)}
    missing = {cell.key: cell for cell in cells if cell.key not in seen}
    return said + [_miss(cell, drivers) for _, cell in sorted(missing.items())]


def latest(rows):
    """Of each node what its last run said, as far as it ran at all, and what no later run makes
    good; of several nodes the worst, so that none hides another. `rows` are (node, run id, outcome)
    in the order of coming."""
    said = {}
    for node, run_id, outcome in rows:
        outcome.run_id = run_id
        of_nodes = said.setdefault((outcome.cell, outcome.workload), {})
        if node not in of_nodes:
            of_nodes[node] = outcome
        elif outcome.word != MISS:
            of_nodes[node] = _after(of_nodes[node], outcome)
    return {where: _worst(list(of_nodes.values())) for where, of_nodes in said.items()}


def _after(old, new):
    """Data that was wrong once was wrong: of two runs of a night the first is not taken back."""
    findings = DATA.intersection((old.id, *old.also))
    if not old.is_red or old.word != FAIL or not findings:
        return new
    if new.is_red and new.word == FAIL:
        also = {*new.also, *findings} - {new.id}
        return replace(new, also=tuple(sorted(also)))
    observed = f"{old.observed}; " if old.observed else ""
    return replace(old, is_intermittent=old.is_intermittent or new.word == PASS,
                   observed=f"{observed}{new.word} in the run {new.run_id} of the same night")


def of_night(rows, planned):
    """`planned` are (node, run id, cell's key) of the night: a run that was cut short says nothing
    of the rest of its plan."""
    said = latest((node, run_id, value_of(Outcome, json.loads(body)))
                  for node, run_id, body in rows)
    seen = {cell for cell, _ in said}
    for node, run_id, cell in planned:
        if cell not in seen:
            said[cell, ""] = _outcome(
                cell, f"the run on node '{node}' ended before the cell's turn", run_id)
    return [outcome for _, outcome in sorted(said.items())]


def _worst(of_nodes):
    # A node that never could run it says nothing; of one that could before, others do not say it.
    ran = [outcome for outcome in of_nodes
           if outcome.word != MISS or outcome.id == NODE_GONE] or of_nodes
    return min(ran, key=lambda outcome: (not outcome.is_red, WORDS.index(outcome.word)))


def _miss(cell, drivers):
    if cell.driver in drivers:
        return _outcome(cell.key, "no node planned it this night")
    return _outcome(cell.key, f"no node with driver {cell.driver} reported this night")


def _outcome(cell, observed, run_id=""):
    return Outcome(cell, "", MISS, layer_of(NEVER_RAN), NEVER_RAN, ENGINE,
                   Expectation("PASS"), False, observed, TROUBLES[NEVER_RAN].remedy, run_id=run_id)


def _branch(run):
    driver = node_of(run.header).get("driver")
    return driver.partition(".")[0] if isinstance(driver, str) else None
