# SPDX-License-Identifier: Apache-2.0
"""pytest collects the matrix that it is given: an item for each cell of this node and one for each
workload in it. Launches come first, all of them, in their random order; then each item tells what
came of its own.

    pytest -p gpu_selftest_harness.plugin matrix.yaml --harness-out runs
"""

from __future__ import annotations

import pytest

from .. import exit_codes
from ..errors import Failed, Refused
from . import earlier, options, told
from .items import CellItem, MatrixFile
from .night import Night

NIGHT = pytest.StashKey[Night]()
MATRIX_SUFFIXES = (".yaml", ".yml")


def pytest_addoption(parser):
    options.add(parser)


def pytest_configure(config):
    """Each process of pytest-xdist would make all launches, for itself."""
    if config.getoption("dist", "no") != "no" and any(_is_matrix(word) for word in config.args):
        raise pytest.UsageError("the launches of a matrix are made by one process: leave out '-n'; "
                                "'--harness-jobs N' makes N of them at a time")


def _is_matrix(word) -> bool:
    return str(word).partition("::")[0].endswith(MATRIX_SUFFIXES)


def night_of(config) -> Night:
    if NIGHT not in config.stash:
        config.stash[NIGHT] = Night(options.read(config))
    return config.stash[NIGHT]


def pytest_collect_file(file_path, parent):
    # Only what was named: other YAML files are none of our business.
    if file_path.suffix not in MATRIX_SUFFIXES or not parent.session.isinitpath(file_path):
        return None
    file = MatrixFile.from_parent(parent, path=file_path)
    file.night = night_of(parent.config)
    return file


def pytest_collection_modifyitems(config, items):
    if config.getoption("--harness-rerun-failed") is None:
        return
    try:
        settings = options.read(config)
        # Asked once: to the latest run this one is going to be that itself.
        past = earlier.find_past(settings, settings.rerun_failed)
        night_of(config).again = past.header
        red = earlier.red_cells(past)
    except Refused as error:
        raise pytest.UsageError(str(error)) from None
    left = [item for item in items
            if isinstance(item, CellItem) and item.planned.cell.key not in red]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in set(left)]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtestloop(session):
    own = [item for item in session.items if isinstance(item, CellItem)]
    if own and not session.config.option.collectonly and not session.testsfailed:
        try:
            night_of(session.config).run((item.planned.cell.key, item.workload) for item in own)
        except Refused as error:
            raise pytest.UsageError(str(error)) from None
        except Failed as error:
            night_of(session.config).came.failed = error
            pytest.exit(str(error), returncode=exit_codes.COULD_NOT_TELL)
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    # What it took is what its launches took: they are over when the item is run, and JUnit adds up
    # what is told of its three phases.
    if isinstance(item, CellItem):
        is_told = report.when == "call" or report.outcome != "passed"
        report.duration = item.outcome.duration_s if is_told else 0.0
    return report


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """Our exit codes, where there was nothing but ours to run."""
    night = session.config.stash.get(NIGHT, None)
    items = getattr(session, "items", [])
    if night is None or session.config.option.collectonly:
        return
    if night.refused is not None:
        session.exitstatus = exit_codes.COULD_NOT_TELL if isinstance(night.refused, Failed) \
            else exit_codes.USAGE
    elif not items and session.exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
        session.exitstatus = exit_codes.USAGE
    elif items and night.came.outcomes and all(isinstance(item, CellItem) for item in items):
        code = exit_codes.of_outcomes([item.outcome for item in items])
        if code != exit_codes.RED and (night.came.failed is not None or night.came.doubt):
            code = exit_codes.COULD_NOT_TELL
        session.exitstatus = code


@pytest.hookimpl(tryfirst=True)
def pytest_terminal_summary(terminalreporter, config):
    night = config.stash.get(NIGHT, None)
    if night is not None:
        for line in lines_of(night):
            terminalreporter.write_line(line)


def lines_of(night: Night) -> list[str]:
    if night.matrix is None:
        return []
    if not night.came.outcomes:
        names = [planned.cell.name for planned in list(night.plan.values())[:3]]
        if not names:
            return []  # what went wrong before there was a plan is told elsewhere
        return [f"nothing was selected; cells of this node are such as {names[0]}",
                *(f"  {name}" for name in names[1:])]
    lines = told.summary(night.plan.values(), list(night.came.outcomes.values()), night.where,
                         night.came.doubt)
    lines += night.came.problems
    if night.came.failed is not None:
        lines.append(f"ended early: {night.came.failed}")
    return [*lines, "", f"bundle {night.came.path}"]
