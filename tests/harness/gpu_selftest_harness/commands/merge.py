# SPDX-License-Identifier: Apache-2.0
"""The verb `merge`: what came of a night on all nodes together, and which cells of a matrix nobody
ran."""

from pathlib import Path

from .. import matrix as matrices
from ..errors import Refused
from ..index import Index, merge
from ..words import ERROR, FAIL, MISS, SKIP
from . import nights

# FAIL of a cell that is not as expected is 1; where nobody could tell, 3.
RED, UNKNOWN, NOTHING = 1, 3, 77


def register(subparsers):
    parser = subparsers.add_parser("merge", help="outcomes of a night from all of its runs",
                                   description=__doc__)
    parser.add_argument("index", type=Path, metavar="FILE", help="the index")
    parser.add_argument("--night", metavar="YYYY-MM-DD", help="which one (default: the last)")
    parser.add_argument("--matrix", type=Path, metavar="FILE",
                        help="cells of it that no run reported are a MISS")
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
    return exit_code(outcomes)


def exit_code(outcomes):
    red = {outcome.word for outcome in outcomes if outcome.is_red}
    if red - {ERROR, MISS, SKIP}:
        return RED
    if red:
        return UNKNOWN
    return 0 if any(outcome.word not in (MISS, SKIP) for outcome in outcomes) else NOTHING


def _line(outcome, name):
    parts = [f"{outcome.word:5}", name, outcome.workload or "-", outcome.id or "-"]
    if outcome.is_red:
        parts.append("RED")
    elif outcome.word == FAIL:
        parts.append("in quarantine" if outcome.quarantine else "as expected")
    if outcome.observed:
        parts.append(" ".join(outcome.observed.split())[:200])
    return "  ".join(parts)
