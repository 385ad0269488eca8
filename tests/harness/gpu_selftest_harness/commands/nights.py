# SPDX-License-Identifier: Apache-2.0
"""Which night a verb is to tell of: its options, and what they choose."""

from __future__ import annotations

from pathlib import Path

from ..errors import Refused
from ..times import is_night

SHOWN = 30


def add_arguments(parser) -> None:
    parser.add_argument("index", type=Path, metavar="INDEX", help="the index of all nights")
    parser.add_argument("--night", metavar="YYYY-MM-DD", help="which one (default: the last)")
    parser.add_argument("--matrix", type=Path, metavar="FILE",
                        help="cells of it that no run reported are a MISS")


def chosen(index, night: str | None, cells=()) -> str:
    """The last if none is named. Of `cells`, which had to run, there is something to tell of a named
    night on which nobody came, too."""
    nights = list(index.nights())
    if night in nights:
        return night
    if night and cells:
        if not is_night(night):
            raise Refused(f"'{night}' is no night such as 2026-11-27")
        return night
    if not nights:
        raise Refused(f"index '{index.path}' has no night"
                      + ("; name the one that was to be: --night YYYY-MM-DD" if cells else ""))
    if night:
        raise Refused(f"unknown night '{night}', valid are {', '.join(nights[-SHOWN:])}")
    return nights[-1]
