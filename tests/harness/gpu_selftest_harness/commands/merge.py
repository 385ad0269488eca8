# SPDX-License-Identifier: Apache-2.0
"""The verb `merge`: what came of a night on all nodes together, and which cells of a matrix nobody
ran."""

from .. import exit_codes, matrix as matrices
from ..errors import Refused
from ..index import Index, merge
from ..words import FAIL
from . import nights


def register(subparsers):
    parser = subparsers.add_parser("merge", help="outcomes of a night from all of its runs",
                                   description=__doc__)
    nights.add_arguments(parser)
    parser.set_defaults(run=run)


def run(options):
    if not options.index.exists():
        raise Refused(f"there is no index '{options.index}'")
    cells = matrices.load(options.matrix).cells() if options.matrix else ()
    names = {cell.key: cell.name for cell in cells}
    with Index(options.index) as index:
        outcomes = merge(index, nights.chosen(index, options.night, cells), cells)
        for outcome in outcomes:
            name = names.get(outcome.cell) or index.cell(outcome.cell).name
            print(_line(outcome, name))
    return exit_codes.of_outcomes(outcomes)


def _line(outcome, name):
    parts = [f"{outcome.word:5}", name, outcome.workload or "-", outcome.id or "-"]
    if outcome.is_red:
        parts.append("RED")
    elif outcome.word == FAIL:
        parts.append("in quarantine" if outcome.quarantine else "as expected")
    if outcome.observed:
        parts.append(" ".join(outcome.observed.split())[:200])
    return "  ".join(parts)
