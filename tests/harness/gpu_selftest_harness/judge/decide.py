# SPDX-License-Identifier: Apache-2.0
"""The launches of a cell, put together and held against what was expected of it. The worst word wins;
launches that differ make it intermittent."""

from __future__ import annotations

from dataclasses import dataclass

from ..model import Expectation, Launch, Node, Outcome, Planned
from ..plans import workloads_of
from ..words import ERROR, FAIL, PASS, SKIP, WORDS
from . import metrics, report, said
from .launch import ASK, CELL, say
from .retry import deciding
from .said import Said


@dataclass(frozen=True)
class Vote:
    """What one launch says of one workload, and whether that was to come."""

    launch: Launch | None
    said: Said
    expected: Expectation
    is_as_expected: bool


def judge(planned: Planned, launches: list[Launch], matrix, node: Node,
          history=None) -> list[Outcome]:
    """One for the cell, then one for each workload. `launches`: of this cell, in their order.
    `history`: the metrics, by workload, that the cell had before."""
    if not launches:
        return _without_launch(planned, matrix, node)
    # Once for each launch: to hold a report of eight GPUs against its schema takes 0.1 s.
    doubts = {launch.id: report.doubt(launch, planned, node) for launch in launches
              if launch.report is not None}
    seen = _seen(launches, doubts, history or {})
    told = {launch.id: say(launch, planned, node, _asked(seen, launch, planned, matrix, node),
                           doubts.get(launch.id, ASK))
            for launch in launches}
    counting = deciding(launches, told)
    names = dict.fromkeys(name for launch in counting for name in told[launch.id])
    votes = {name: [] for name in names}
    for launch in counting:
        for name, vote in _votes(launch, told[launch.id], planned, matrix, node).items():
            votes[name].append(vote)
    retried = [launch for launch in launches if launch not in counting]
    return [_outcome(planned, name, votes[name], told, launches, retried) for name in names
            if votes[name]]


def _seen(launches, doubts, history):
    seen = {name: set(known) for name, known in history.items()}
    for launch in launches:
        if launch.report is None or doubts[launch.id] is not None:
            continue
        for workload in launch.report["workloads"]:
            if workload["verdict"] == PASS:
                seen.setdefault(workload["name"], set()).update(
                    metrics.of_workload(launch.report, workload["name"]))
    return seen


def _asked(seen, launch, planned, matrix, node):
    """Without those that are to be skipped, whatever they had when they were not."""
    known = matrix.facts(node, planned.cell)
    return {name: names for name, names in seen.items()
            if matrix.expect(planned.cell, name, launch.injection, known).word != SKIP}


def _without_launch(planned, matrix, node):
    if planned.miss is not None:
        finding = "suite.node-gone" if planned.is_gone else "suite.cell-cannot-run"
        cell = said.of(finding, planned.miss)
    else:
        cell = said.of("suite.not-run", "it had no launch")
    told = {CELL: cell, **{name: said.blocked(cell) for name in workloads_of(planned)}}
    votes = _votes(None, told, planned, matrix, node)
    return [_outcome(planned, name, [vote], {}, [], []) for name, vote in votes.items()]


def _votes(launch, told, planned, matrix, node):
    known = matrix.facts(node, planned.cell)
    injection, stage = (launch.injection, launch.stage) if launch is not None else (None, None)
    of_cell = matrix.expect(planned.cell, CELL, injection, known)
    own = {name: matrix.expect(planned.cell, name, injection, known)
           for name in told if name != CELL}
    agrees = {name: _workload_agrees(told, name, own[name], of_cell, stage) for name in own}
    is_cell_right = _agrees(told[CELL], of_cell, stage) \
        or _is_explained(launch, told, own, agrees, of_cell)
    votes = {CELL: Vote(launch, told[CELL], of_cell, is_cell_right)}
    for name, expected in own.items():
        # What passes beside the fault that was expected is none of those that were to fail.
        is_beside = _is_of_cell(expected, of_cell) and is_cell_right and told[name].word == PASS
        votes[name] = Vote(launch, told[name], expected, agrees[name] or is_beside)
    return votes


def _is_of_cell(expected, of_cell):
    return expected.rule is not None and expected.rule == of_cell.rule


def _agrees(what, expected, stage):
    if what.word != expected.word:
        return False
    if expected.word in (PASS, SKIP):
        return True
    # A second fault beside the one that was to come was not.
    return what.id == expected.id and not what.also and expected.layer in (None, what.layer) \
        and expected.stage in (None, stage)


def _workload_agrees(told, name, expected, of_cell, stage):
    what = told[name]
    if what.word != SKIP or expected.word == SKIP:
        return _agrees(what, expected, stage)
    # It does not apply here, or is blocked: by what was expected, or by what the cell tells itself,
    # so that one cause is red once.
    return what.blocked_by in (None, expected.id, told[CELL].id) \
        or not _is_of_cell(expected, of_cell)


def _is_explained(launch, told, own, agrees, of_cell):
    """Whether a cell that is to pass was kept from it only by workloads that were to fail, by rules
    of their own."""
    if launch is None or launch.report is None or of_cell.word != PASS:
        return False
    bad = [name for name in own if told[name].word not in (PASS, SKIP)]
    # Of a report that is not believed all workloads are skipped; nothing of it is read.
    if told[CELL].id not in {told[name].id for name in bad}:
        return False
    counted = [check for check in launch.report["checks"] if check["verdict"] in (FAIL, ERROR)]
    return all(check["workload"] in own for check in counted) \
        and all(agrees[name] for name in bad)


def _outcome(planned, name, votes, told, launches, retried):
    red = [vote for vote in votes if not vote.is_as_expected]
    # What was to come takes no blame for what was not; a pass that was not to come has no finding of
    # its own, and the one that it stands in for is told.
    worst = min(votes, key=lambda vote: (vote.is_as_expected or vote.said.word == PASS,
                                         WORDS.index(vote.said.word), vote.is_as_expected))
    kinds = {(vote.said.word, vote.said.id) for vote in votes}
    kinds |= {(told[launch.id][name].word, told[launch.id][name].id)
              for launch in retried if name in told[launch.id]}
    return Outcome(
        cell=planned.cell.key, workload=name, word=worst.said.word, layer=worst.said.layer,
        id=worst.said.id, stage=worst.launch.stage if worst.launch is not None else "",
        expected=worst.expected, is_as_expected=not red, observed=_observed(worst, votes, red),
        remedy=worst.said.remedy,
        noise=next((vote.said.noise for vote in votes if vote.said.noise), ""),
        is_intermittent=len(kinds) > 1, launches=tuple(launch.id for launch in launches),
        duration_s=_duration(name, votes, launches), also=_also(worst, red), gpu=worst.said.gpu)


def _also(worst, red):
    """Whoever knows of `id` knows nothing of these."""
    ids = {finding for vote in red for finding in ({vote.said.id} | vote.said.also)
           - {vote.expected.id}}
    return tuple(sorted(ids - {worst.said.id, None}))


def _observed(worst, votes, red):
    text = worst.said.observed
    passed = [vote for vote in red if vote.said.word == PASS]
    if passed:
        expected = passed[0].expected
        text = f"unexpected pass, {expected.id or expected.word} was to come: {expected.reason}"
    if red and len(red) < len(votes):
        return f"{len(red)} of {len(votes)} launches: {text}"
    return text


def _duration(name, votes, launches):
    if name == CELL:
        return sum(launch.duration_s for launch in launches)
    return sum(vote.said.duration_s for vote in votes)
