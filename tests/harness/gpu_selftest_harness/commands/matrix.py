# SPDX-License-Identifier: Apache-2.0
"""The verb `matrix`: what a matrix says, without running anything."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from .. import matrix as matrices
from ..errors import Failed, Refused
from ..matrix import conditions, emit, lint, text
from ..model import AXES, Cell
from ..node import read
from ..words import counted


def register(subparsers):
    parser = subparsers.add_parser("matrix", help="what a matrix says, without running anything",
                                   description=__doc__)
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    plan = _verb(verbs, "plan", _plan, "the cells, or each node's slice of them")
    _nodes(plan)
    _selection(plan)

    lint = _verb(verbs, "lint", _lint, "what the matrix says to no effect; exit 1 if there is any")
    _nodes(lint)
    lint.add_argument("--program", metavar="FILE",
                      help="ask this gpu-selftest whether it has the ids and workloads of 'expect'")

    explain = _verb(verbs, "explain", _explain, "where a cell comes from, and what is expected")
    explain.add_argument("cell", metavar="CELL", help="its key, the start of that, or its name")
    _nodes(explain)

    emits = verbs.add_parser("emit", help="the matrix as jobs of a CI system")
    github = _verb(emits.add_subparsers(required=True, metavar="SYSTEM"), "github", _github,
                   "one line of JSON for 'strategy.matrix' of GitHub Actions")
    _nodes(github)
    _selection(github)
    github.add_argument("--by", choices=emit.BY, default="node",
                        help="a job for each node, or for each cell on each (default: node)")


def _verb(verbs, name, run, description):
    parser = verbs.add_parser(name, help=description, description=description)
    parser.add_argument("matrix", type=Path, metavar="MATRIX")
    parser.set_defaults(run=run)
    return parser


def _nodes(parser):
    parser.add_argument("--nodes", nargs="+", type=Path, default=[], metavar="FILE",
                        help="what `gpu-selftest-harness node show --json` wrote on each node")


def _selection(parser):
    parser.add_argument("--tier", metavar="NAME", help="only this tier of the matrix")
    parser.add_argument("--select", metavar="CONDITION",
                        help="only these cells, such as 'cuda>=13,variant=base|devel'")


def _read(paths):
    return [read(path) for path in paths]


def _plan(options) -> int:
    matrix, nodes = matrices.load(options.matrix), _read(options.nodes)
    cells = matrix.selected(options.select, options.tier)
    if not cells:
        raise Refused(f"'{options.select or options.tier}' selects nothing of '{matrix.path}'")
    if not nodes:
        print("\n".join(text.whole(matrix, cells)))
        return 0
    for node in nodes:
        planned = matrix.plan(node, options.select, options.tier)
        print("\n".join([*text.slice_of(matrix, node, planned), ""]))
    print("\n".join(text.uncovered(matrix, nodes, cells) or ["there is a node for each cell"]))
    return 0


def _lint(options) -> int:
    matrix, nodes = matrices.load(options.matrix), _read(options.nodes)
    found = lint.lint(matrix, nodes or None)
    if options.program:
        found += _unknown_to(options.program, matrix)
    for line in found:
        print(line)
    if not found:
        print(f"{matrix.path}: {counted(len(matrix.cells()), 'cell')}, nothing to complain of")
    return 1 if found else 0


def _unknown_to(program, matrix):
    """The ids and workloads of rules that this program does not have."""
    asked = {}
    for rule in matrix.rules:
        questions = {("explain", rule.expectation.id)} if rule.expectation.id else set()
        # A machine without GPUs is told of in no time, and exit 2 of a wrong name comes before it.
        questions |= {("--simulate", "empty", "--only", name) for name in rule.workloads}
        for question in sorted(questions):
            if question not in asked:
                asked[question] = _complaint(program, question)
            if asked[question]:
                yield matrix.at(*rule.place) + asked[question]


def _complaint(program, arguments) -> str | None:
    try:
        done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60,
                              errors="replace", check=False, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Failed(f"cannot ask '{program}': {error}") from error
    if done.returncode != 2:
        return None
    return (done.stderr.strip().splitlines() or ["it does not know " + arguments[-1]])[0]


def _explain(options) -> int:
    matrix, nodes = matrices.load(options.matrix), _read(options.nodes)
    print("\n".join(text.explained(matrix, _cell(matrix, options.cell), nodes)))
    return 0


def _cell(matrix, key) -> Cell:
    """Also one that is excluded, by its whole name."""
    try:
        return matrix.cell(key)
    except Refused:
        if "=" not in key:
            raise
        entries = conditions.from_text(key)
        if set(entries) != set(AXES) or any(len(value) != 1 for value in entries.values()):
            raise
        conditions.parse(entries, AXES, matrix.axes)
        cell = Cell(**{axis: value[0] for axis, value in entries.items()})
        if matrix.excluded_by(cell) is None:
            raise Refused(f"no row of '{matrix.path}' makes this cell") from None
        return cell


def _github(options) -> int:
    matrix, nodes = matrices.load(options.matrix), _read(options.nodes)
    print(json.dumps(emit.github(matrix, nodes, options.by, options.select, options.tier)))
    return 0
