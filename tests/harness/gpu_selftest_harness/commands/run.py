# SPDX-License-Identifier: Apache-2.0
"""Runs this node's slice of a matrix, keeps what came of it in a bundle, and tells whether all of it
is as expected."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from ..errors import Failed, Refused
from ..plugin import NIGHT, lines_of, night_of
from ..plugin.options import OPTIONS
from ..exit_codes import USAGE

PLUGIN = "gpu_selftest_harness.plugin"


def register(subparsers):
    parser = subparsers.add_parser("run", help="run this node's slice of a matrix",
                                   description=__doc__)
    parser.add_argument("matrix", metavar="MATRIX[::CELL[::WORKLOAD]]", nargs="+",
                        help="a YAML file, or parts of it")
    for name, settings in OPTIONS:
        parser.add_argument(f"--{name}", **settings)
    parser.add_argument("--junit", metavar="FILE", help="write JUnit XML")
    parser.add_argument("-k", metavar="WORDS", help="only items whose names match, as in pytest")
    parser.add_argument("--list", action="store_true", help="list the items, run nothing")
    parser.set_defaults(run=run)


def run(options) -> int:
    matrix = Path(options.matrix[0].partition("::")[0])
    if not matrix.is_file():
        raise Refused(f"there is no matrix '{matrix}'")
    holder = _Holder()
    # Plugins that happen to be installed have no say in what is measured.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    code = int(pytest.main(_words(options, matrix), plugins=[holder]))
    if holder.is_interrupted:  # before a launch: pytest's code for that is 2, which is no usage
        raise Failed("interrupted before anything was run")
    night = holder.config.stash.get(NIGHT, None) if holder.config else None
    if code == pytest.ExitCode.NO_TESTS_COLLECTED:
        code = USAGE
    if options.list and holder.items:
        print("\n".join(item.nodeid for item in holder.items))
    elif night is not None and (night.came.outcomes or code == USAGE):
        for line in lines_of(night):
            print(line)
    elif night is not None and night.came.failed is not None:
        raise night.came.failed
    for error in holder.errors:
        print(f"gpu-selftest-harness: {error}", file=sys.stderr)
    return USAGE if code == pytest.ExitCode.USAGE_ERROR else code


def _words(options, matrix):
    words = ["-p", PLUGIN, "-p", "no:terminal", "-p", "no:cacheprovider", "-c", os.devnull,
             "--rootdir", str(matrix.resolve().parent), *options.matrix]
    for name, _ in OPTIONS:
        value = getattr(options, name.replace("-", "_"))
        if value is not None:
            words.append(f"--harness-{name}={value}")
    if options.junit:
        words.append(f"--junit-xml={options.junit}")
    if options.k:
        words += ["-k", options.k]
    return [*words, "--collect-only"] if options.list else words


def _show_progress(launch, count, of):
    end = "\n" if count == of else ""
    sys.stderr.write(f"\r\x1b[K{count} of {of} launches{end}")
    sys.stderr.flush()


class _Holder:
    """What is left of pytest when it is over."""

    def __init__(self):
        self.config, self.items, self.errors = None, [], []
        self.is_interrupted = False

    def pytest_configure(self, config):
        self.config = config
        # From a signal's handler, too, so not by print().
        night_of(config).say = lambda text: os.write(2, f"gpu-selftest-harness: {text}\n".encode())
        if sys.stderr.isatty():
            night_of(config).progress = _show_progress

    def pytest_collection_finish(self, session):
        self.items = list(session.items)

    def pytest_keyboard_interrupt(self, excinfo):
        # Not what pytest makes of it: what could not be collected ends so, too.
        self.is_interrupted = excinfo.type is KeyboardInterrupt

    def pytest_collectreport(self, report):
        if report.failed:
            self.errors.append(str(report.longrepr))
