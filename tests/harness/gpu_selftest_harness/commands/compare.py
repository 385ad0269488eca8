# SPDX-License-Identifier: Apache-2.0
"""The verb `compare`: is B slower than A? Two runs, or two parts of one; of two drivers, two
images, a container and the bare machine. Says SAME only where the difference was shown to be small,
and AMBIGUOUS, with the launches that would tell, where nobody can say.

Exit: 0 nothing is slower, 1 something is, 2 usage, 3 could not tell, 77 nothing was compared."""

from __future__ import annotations

import argparse
from pathlib import Path

from .. import exit_codes
from ..analysis.compared import compare_sides, read_side
from ..errors import Refused
from ..model import AXES
from ..report.text import percent, quantity, shown
from ..statistics.compare import CONFIDENCE, fewest
from ..statistics.values import AMBIGUOUS, FASTER, SAME, SLOWER
from ..words import counted

SHOWN = 40  # rows of each word


def register(subparsers):
    parser = subparsers.add_parser("compare", help="is one run slower than another",
                                   description=__doc__,
                                   formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("a", type=Path, metavar="A", help="a bundle")
    parser.add_argument("b", type=Path, metavar="B", help="the bundle that is compared with it")
    for side in "ab":
        parser.add_argument(f"--{side}", dest=f"only_{side}", action="append", default=[],
                            metavar="AXIS=VALUE", help=f"only these cells of {side.upper()},"
                            " such as 'engine=local'; may be repeated")
    parser.add_argument("--floor", type=_percent, metavar="PERCENT",
                        help="the least difference that matters (default: 3 for rates, 5 for times"
                             " and collectives, 10 for launches)")
    parser.add_argument("--confidence", type=_percent, default=CONFIDENCE, metavar="PERCENT",
                        help=f"of the intervals (default: {CONFIDENCE * 100:g})")
    parser.add_argument("--all", action="store_true", help="list what is the same, too")
    parser.set_defaults(run=run)


def run(options) -> int:
    told = compare_sides(read_side(options.a, _wanted(options.only_a)),
                         read_side(options.b, _wanted(options.only_b)),
                         options.floor, options.confidence)
    print("\n".join(text(told, options.all)))
    return exit_code(told)


def exit_code(told):
    if not told.rows:
        return exit_codes.NOTHING_TESTED
    if told.count(SLOWER):
        return exit_codes.RED
    # What A has and B lacks may be what got worse.
    is_whole = not (told.problems or told.only_a or told.lost)
    is_known = is_whole and not told.count(AMBIGUOUS)
    return exit_codes.PASSED if is_known else exit_codes.COULD_NOT_TELL


def text(told, is_all=False):
    """The lines of the answer: first the word."""
    yield _headline(told)
    for problem in told.problems:
        yield f"      problem: {shown(problem)}"
    if told.axes:
        yield "      cells differ in " + ", ".join(
            f"{axis} ({_values(told, axis)})" for axis in told.axes)
    for one in told.differences:
        yield f"      {one.what}: {shown(one.before)} -> {shown(one.after)}"
    yield from _too_few(told) if told.has_too_few and not is_all else _table(told, is_all)
    for what, count in (("only in A", len(told.only_a)), ("only in B", len(told.only_b)),
                        ("without a launch that may be compared", len(told.lost)),
                        ("not compared, no way is better", told.left_out),
                        *((f"left out: {shown(why)}", count)
                          for why, count in sorted(told.flagged.items()))):
        if count:
            yield f"{counted(count, 'number')} {what}"


def _headline(told):
    if not told.rows:
        return "SKIP  nothing to compare: the runs have no number in common"
    counts = ", ".join(f"{told.count(word)} {word}" for word in (SLOWER, AMBIGUOUS, FASTER, SAME)
                       if told.count(word))
    word = next(word for word in (SLOWER, AMBIGUOUS, FASTER, SAME) if told.count(word))
    simulated = "SIMULATED  " if told.is_simulated else ""
    return f"{word}  {simulated}{counted(len(told.rows), 'number')}: {counts}"


def _too_few(told):
    """A row for each number would say the same in each."""
    best = max(told.rows, key=lambda row: row.comparison.confidence)
    has, wished = best.comparison.confidence, told.confidence
    needed = fewest(wished)
    count = counted(min(len(best.a), len(best.b)), "launch", "launches")
    yield (f"      {count} a side tell with at most {_whole(has)} % confidence, {needed} launches a side would tell with"
           f" {wished * 100:g} %: set 'launches: {needed}' in the matrix"
           + (f", or take --confidence {_whole(has)}" if has >= 0.8 else ""))


def _whole(share):
    """Rounded down: no more is promised than there is."""
    return int(share * 100 + 1e-9)


def _values(told, axis):
    row = told.rows[0] if told.rows else None
    return f"{getattr(row.cell_a, axis)} -> {getattr(row.cell_b, axis)}" if row else "no number"


def _table(told, is_all):
    rows = [row for row in told.rows if is_all or row.comparison.word != SAME]
    if not rows:
        return
    axes = [axis for axis in AXES if axis not in told.axes
            and len({getattr(row.cell_a, axis) for row in told.rows}) > 1]
    yield ""
    yield (f"{'word':<10}{'shift':>8}  {'interval':<20}{'p':>8}  {'A':>12}  {'B':>12}  "
           f"{'launches':<9} of")
    for word in (SLOWER, AMBIGUOUS, FASTER, SAME):
        own = [row for row in rows if row.comparison.word == word]
        for row in own if is_all else own[:SHOWN]:
            yield _line(row, axes)
        if len(own) > SHOWN and not is_all:
            yield f"{word:<10}{len(own) - SHOWN} more; '--all' lists them"


def _line(row, axes):
    """`axes`: what tells one cell from another; the rest is the same in all rows."""
    told, key = row.comparison, row.key
    one, two = (quantity(value, key.unit) for value in row.values)
    launches = f"{len(row.a)}, {len(row.b)}"
    more = (f"  ({_needed(told)} would tell)" if told.launches_needed else "")
    where = " -> ".join(dict.fromkeys(end for end in (key.src, key.dst) if end))
    cell = ",".join(f"{axis}={getattr(row.cell_a, axis)}" for axis in axes)
    name = " ".join(filter(None, (key.metric, key.variant, where, cell)))
    return (f"{told.word:<10}{percent(told.shift):>8}  "
            f"{percent(told.low) + ' to ' + percent(told.high):<20}{told.p:>8.2g}  {one:>12}  "
            f"{two:>12}  {launches:<9} {shown(name)}{more}")


def _needed(told):
    return f"{told.launches_needed} launches a side"


def _wanted(texts):
    wanted = []
    for one in texts:
        axis, equals, value = one.partition("=")
        if not equals or axis not in AXES:
            raise Refused(f"'{one}' is not AXIS=VALUE, axes are {', '.join(AXES)}")
        wanted.append((axis, value))
    return wanted


def _percent(text_):
    try:
        value = float(text_)
    except ValueError:
        value = -1.0
    if not 0 < value < 100:
        raise argparse.ArgumentTypeError(f"'{text_}' is not a percentage above 0 and below 100")
    return value / 100
