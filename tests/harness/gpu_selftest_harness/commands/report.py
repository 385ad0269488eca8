# SPDX-License-Identifier: Apache-2.0
"""The verb `report`: page, summary and Prometheus file of one night, made from the index."""

from __future__ import annotations

from pathlib import Path

from .. import matrix as matrices
from ..analysis import analyse
from ..errors import Failed, Refused
from ..index import Index
from ..night import ended
from ..quarantine import Quarantine
from ..report import write
from . import nights


def register(subparsers):
    parser = subparsers.add_parser("report", help="page, summary and Prometheus file of a night",
                                   description=__doc__)
    nights.add_arguments(parser)
    parser.add_argument("--tier", metavar="NAME", help="with --matrix: only this tier of it")
    parser.add_argument("--quarantine", type=Path, metavar="FILE",
                        help="known faults; losses of speed that it accepts are not told as worse")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where files go")
    parser.add_argument("--exit-code", action="store_true",
                        help="end as the night did; without it, 0 once the files are written")
    parser.set_defaults(run=run)


def run(options) -> int:
    if not options.index.is_file():
        raise Refused(f"there is no index '{options.index}'")
    if options.tier and not options.matrix:
        raise Refused("'--tier' goes with '--matrix'")
    cells = matrices.load(options.matrix).selected(tier=options.tier) if options.matrix else ()
    losses = Quarantine.load(options.quarantine).losses if options.quarantine else ()
    with Index(options.index) as index:
        analysis = analyse(index, nights.chosen(index, options.night, cells), cells, losses)
    try:
        paths = write(analysis, options.out)
    except OSError as error:
        raise Failed(f"cannot write the report: {error.strerror}") from None
    for path in paths:
        print(path)
    for note in analysis.notes:
        print(f"note: {note}")
    print(f"{analysis.verdict.word}  {analysis.verdict.headline}")
    return ended.exit_code((), analysis.verdict.word, ()) if options.exit_code else 0
