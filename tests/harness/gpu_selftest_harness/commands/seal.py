# SPDX-License-Identifier: Apache-2.0
"""The verb `seal`: end what an interrupted run left open, with all that it had measured, and what
can be said of that."""

from pathlib import Path

from .. import bundle as bundles
from ..errors import Failed, Refused
from ..exit_codes import COULD_NOT_TELL, PASSED
from ..night import cut_short
from ..quarantine import Quarantine


def register(subparsers):
    parser = subparsers.add_parser("seal", help="end bundles that an interrupted run left open",
                                   description=__doc__)
    parser.add_argument("paths", type=Path, nargs="+", metavar="PATH",
                        help="an open bundle, or a folder of bundles: all open ones in it")
    parser.add_argument("--quarantine", type=Path, metavar="FILE", help="known faults")
    parser.set_defaults(run=run)


def run(options):
    # Before anything is sealed, which is once.
    quarantine = Quarantine.load(options.quarantine) if options.quarantine else Quarantine()
    code = PASSED
    for path in _open_ones(options.paths):
        try:
            sealed, problems = cut_short.finish(path, quarantine)
            print(f"sealed: {sealed}")
            for problem in problems:
                print(f"problem: {problem}")
                code = COULD_NOT_TELL
        except (Refused, Failed) as error:
            print(f"not sealed: {error}")
            code = COULD_NOT_TELL
    return code


def _open_ones(paths):
    for path in paths:
        if bundles.is_bundle(path):
            yield path
        else:
            yield from bundles.left_open(path)
