# SPDX-License-Identifier: Apache-2.0
"""The verb `index`: take sealed bundles into an index, or make it again from all of them."""

from pathlib import Path

from .. import bundle as bundles
from ..errors import Failed, Refused
from ..exit_codes import COULD_NOT_TELL, PASSED
from ..index import Index
from ..index.export import write_csv


def register(subparsers):
    parser = subparsers.add_parser("index", help="take sealed bundles into an index",
                                   description=__doc__)
    parser.add_argument("index", type=Path, metavar="FILE", help="the index; made if it is not there")
    parser.add_argument("paths", type=Path, nargs="*", metavar="PATH",
                        help="a sealed bundle, or a folder of bundles: all sealed ones in it")
    parser.add_argument("--rebuild", type=Path, metavar="DIR",
                        help="make the index again from this folder of bundles alone")
    parser.add_argument("--csv", type=Path, metavar="FILE",
                        help="write all series, one night a line, for other tools")
    parser.set_defaults(run=run)


def run(options):
    if options.rebuild and options.paths:
        raise Refused("'--rebuild DIR' takes no PATH beside it")
    if options.csv and not options.rebuild and not options.paths and not options.index.exists():
        raise Refused(f"there is no '{options.index}', and no bundle is named to make it of")
    for path in [options.rebuild] if options.rebuild else options.paths:
        if not path.is_dir():
            raise Refused(f"'{path}' is neither a bundle nor a folder of them")
    with _opened(options) as index:
        added, known = (len(index.runs()), 0) if options.rebuild else _add(index, options.paths)
        print(f"{added} added, {known} known before, {len(index.refused)} refused")
        if index.aside:
            was = f"'{options.index}' had {index.forgotten} of its runs from no bundle in" \
                f" '{options.rebuild}'" if index.forgotten else f"'{options.index}' was no index"
            print(f"{was}: it is '{index.aside}' now")
        for problem in index.refused:
            print(f"refused: {problem}")
        if options.csv:
            print(f"{_write_csv(index, options.csv)} lines in '{options.csv}'")
        return COULD_NOT_TELL if index.refused else PASSED


def _write_csv(index, path):
    try:
        return write_csv(index, path)
    except OSError as error:
        raise Failed(f"cannot write '{path}': {error.strerror}") from error


def _opened(options):
    if options.rebuild:
        return Index.rebuild(options.index, options.rebuild)
    return Index(options.index)


def _add(index, paths):
    counts = {True: 0, False: 0}
    for path in paths:
        for bundle in [path] if bundles.is_bundle(path) else bundles.find(path):
            try:
                counts[index.add(bundle)] += 1
            except Refused as error:
                index.refused.append(str(error))
    return counts[True], counts[False]
