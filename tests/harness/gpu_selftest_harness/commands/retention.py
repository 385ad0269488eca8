# SPDX-License-Identifier: Apache-2.0
"""The verb `retention`: which bundles there are and how large, and, when told so twice, the end of
those of older nights that an index has. Nights are counted, not days: a wrong clock would delete
everything."""

import os
import shutil
from contextlib import nullcontext, suppress
from pathlib import Path

from .. import bundle as bundles
from ..bundle.layout import DELETED
from ..errors import Failed, Refused
from ..exit_codes import PASSED
from ..index import Index


def register(subparsers):
    parser = subparsers.add_parser("retention", help="list bundles, and delete those of old nights",
                                   description=__doc__)
    parser.add_argument("root", type=Path, metavar="DIR", help="the folder of bundles")
    parser.add_argument("--keep-nights", type=int, metavar="N",
                        help="sealed bundles of all but the last N nights are old")
    parser.add_argument("--index", type=Path, metavar="FILE",
                        help="the index that they were taken into; what it does not have is kept")
    parser.add_argument("--yes", action="store_true",
                        help="delete what is old, and what interrupted work left behind; samples are "
                             "gone then, and an index that is made again does not know these nights")
    parser.set_defaults(run=run)


def run(options):
    _check(options)
    with Index(options.index) if options.index else nullcontext() as index:
        _of_bundles(options, index)
    for path in bundles.left_open(options.root):
        print(_line(path, _night(path), "open"))
    for path in bundles.left_behind(options.root):
        print(_line(path, None, "left"))
        if options.yes:
            _remove(path)
    return PASSED


def _check(options):
    if options.keep_nights is not None and options.keep_nights < 1:
        raise Refused(f"'--keep-nights {options.keep_nights}' keeps nothing; at least 1")
    if options.yes and options.keep_nights is None:
        raise Refused("'--yes' goes with '--keep-nights'")
    if options.yes and options.index is None:
        raise Refused("'--yes' goes with '--index FILE': what no index has is not deleted")
    if options.index is not None and not options.index.is_file():
        raise Refused(f"there is no index '{options.index}'")


def _of_bundles(options, index):
    nights = {path: _night(path) for path in bundles.find(options.root)}
    kept = sorted({night for night in nights.values() if night})
    kept = kept if options.keep_nights is None else kept[-options.keep_nights:]
    for path, night in nights.items():
        state = "old" if night and night not in kept else "kept"
        if state == "old" and index is not None and not index.knows(path):
            state = "alone"  # nothing else has what it says
        print(_line(path, night, state))
        if state == "old" and options.yes:
            _delete(path)


def _night(path):
    """None for what cannot be read; that is never old."""
    return (bundles.read_header(path) or {}).get("night")


def _line(path, night, state):
    size_bytes = 0
    with suppress(FileNotFoundError):  # an open one is sealed by its run meanwhile
        size_bytes = sum(file.lstat().st_size for file in path.iterdir())
    return f"{state:5} {night or '-':10} {size_bytes / 1e6:9.1f} MB  {path.name}"


def _delete(path):
    """First under a name that is no bundle's, so that half of one is never found."""
    doomed = path.with_name(path.name + DELETED)
    try:
        os.rename(path, doomed)
    except OSError as error:
        raise Failed(f"cannot delete '{path}': {error.strerror}") from error
    _remove(doomed)


def _remove(path):
    try:
        shutil.rmtree(path)
    except OSError as error:
        raise Failed(f"cannot delete '{path}': {error.strerror}") from error
