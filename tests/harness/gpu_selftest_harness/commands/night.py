# SPDX-License-Identifier: Apache-2.0
"""The verb `night`: run, keep, analyse and tell of one night, on this machine or on simulated ones."""

from __future__ import annotations

import argparse
import signal
from contextlib import contextmanager
from datetime import date, datetime, timezone
from pathlib import Path

from .. import matrix as matrices
from ..errors import Failed, Refused
from ..lease import FOLDER
from ..night import evening, whole
from ..night.lock import only_one
from ..night.slices import Settings, Stop
from ..quarantine import Quarantine


def register(subparsers):
    parser = subparsers.add_parser("night", help="a whole night: run, keep, analyse, report",
                                   description=__doc__)
    parser.add_argument("matrix", type=Path, metavar="MATRIX", help="what to run")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR",
                        help="where bundles, index and report go")
    parser.add_argument("--program", default="gpu-selftest", metavar="FILE",
                        help="gpu-selftest of this machine (default: on PATH)")
    parser.add_argument("--simulate", action="store_true",
                        help="on simulated machines, one for each driver of the matrix")
    parser.add_argument("--nights", type=_count, metavar="N",
                        help="with --simulate: a history of N nights, the earlier ones of the tier "
                             f"'{evening.HISTORY_TIER}'; the last five have a slower GPU")
    parser.add_argument("--night", type=_date, metavar="YYYY-MM-DD",
                        help="what the night is called (default: today in UTC)")
    parser.add_argument("--tier", metavar="NAME", help="only this tier of the matrix")
    parser.add_argument("--quarantine", type=Path, metavar="FILE", help="known faults")
    parser.add_argument("--engines", type=Path, metavar="FILE",
                        help="TOML: what this machine's engines are to be told")
    parser.add_argument("--without", metavar="UUIDS",
                        help="GPUs that were taken out since the last night, with commas between them, "
                             "or 'all' that are not there")
    parser.add_argument("--leases", type=Path, metavar="DIR",
                        help=f"of GPUs (default: {FOLDER}, with --simulate in --out)")
    parser.add_argument("--jobs", type=_count, metavar="N", help="launches at a time")
    parser.add_argument("--seed", type=int, metavar="N", help="of the order of launches")
    parser.set_defaults(run=run)


def run(options) -> int:
    if options.nights and not options.simulate:
        raise Refused("'--nights' goes with '--simulate': real nights are made one by one")
    if options.engines and options.simulate:
        raise Refused("'--engines' is of this machine, and '--simulate' has none of it")
    if options.without and options.simulate:
        raise Refused("'--without' is of this machine, and '--simulate' has none of its GPUs")
    # What slices would refuse is refused here: a page of misses would take a good one's place.
    matrix = matrices.load(options.matrix)
    for tier in (options.tier, evening.HISTORY_TIER if (options.nights or 1) > 1 else None):
        matrix.selected(tier=tier)
    known = Quarantine.load(options.quarantine, matrix) if options.quarantine else Quarantine()
    night = options.night or datetime.now(timezone.utc).date()
    try:
        options.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Failed(f"cannot make '{options.out}': {error.strerror.lower()}") from None
    # Simulated GPUs have the same UUIDs in everybody's night.
    leases = options.leases or (options.out / "leases" if options.simulate else None)
    settings = Settings(options.matrix, options.out, options.program, options.seed, options.jobs,
                        options.quarantine, leases, options.engines, options.without, known)
    with only_one(options.out), _stop_on_signals() as stop:
        if options.simulate:
            parts = evening.made_up(matrix, night, options.program, options.tier,
                                    options.nights or 1)
        else:
            parts = evening.real(matrix, night, options.program, options.tier, options.engines)
        done = whole.run(settings, parts, stop, lambda line: print(line, flush=True))
    for problem in done.problems:
        print(f"problem: {problem}")
    for note in done.notes:
        print(f"note: {note}")
    if done.page is not None:
        print(f"page: {done.page}")
    print(_verdict(done))
    return done.exit_code


def _verdict(done):
    if done.analysis is None:
        return "ERROR  there is no analysis of this night"
    verdict = done.analysis.verdict
    return f"{verdict.word}  {verdict.headline}"


@contextmanager
def _stop_on_signals():
    stop = Stop()
    # What is ignored from the start is to be: nohup does so with SIGHUP.
    before = {number: signal.signal(number, stop.set)
              for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
              if signal.getsignal(number) is not signal.SIG_IGN}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _count(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of 1 or more")
    return int(text)


def _date(text):
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no night such as 2026-11-27") from None
