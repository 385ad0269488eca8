# SPDX-License-Identifier: Apache-2.0
"""A matrix as pytest sees it: a file of cells, each with an item for itself and one for each of its
workloads. By the time an item is run its launches are over; it says what came of them."""

from __future__ import annotations

import pytest

from ..errors import Failed, Refused
from ..plans import workloads_of
from ..words import ERROR, MISS, SKIP
from .told import reason, red_text

CELL = "cell"  # the name of a cell's own item


class MatrixFile(pytest.File):
    """`night` is what runs it."""

    night = None

    def collect(self):
        try:
            plan = self.night.open(self.path)
        except (Failed, Refused) as error:
            self.night.refused = error
            raise self.CollectError(str(error)) from None
        for planned in plan:
            yield CellNode.from_parent(self, name=planned.cell.name, planned=planned)


class CellNode(pytest.Collector):
    def __init__(self, *, planned, **more):
        super().__init__(**more)
        self.planned = planned

    def collect(self):
        for name in (CELL, *workloads_of(self.planned)):
            yield CellItem.from_parent(self, name=name, planned=self.planned)


class CellItem(pytest.Item):
    def __init__(self, *, planned, **more):
        super().__init__(**more)
        self.planned = planned
        self.workload = "" if self.name == CELL else self.name
        cell = planned.cell
        # For -k: values by themselves, and what '=' would not pass.
        self.extra_keyword_matches.update((cell.engine, cell.variant, cell.distro, cell.level,
                                           f"cuda{cell.cuda}", f"driver{cell.driver}"))

    @property
    def night(self):
        return self.parent.parent.night

    @property
    def outcome(self):
        return self.night.outcome(self.planned.cell.key, self.workload)

    def setup(self):
        """What could not tell is an error in pytest's words, which it is if its setup fails."""
        outcome = self.outcome
        self.user_properties += self.night.properties(outcome)
        if outcome.quarantine is not None and not outcome.is_as_expected:
            pytest.xfail(f"quarantine: {outcome.quarantine.get('reason', '')}: {reason(outcome)}")
        if outcome.is_red and outcome.word in (ERROR, MISS, SKIP):
            raise CouldNotTell(red_text(self.night.name_of(outcome), outcome), pytrace=False)
        if outcome.word == SKIP:
            pytest.skip(reason(outcome))

    def runtest(self):
        if self.outcome.is_red:
            raise Wrong(red_text(self.night.name_of(self.outcome), self.outcome))

    def repr_failure(self, excinfo):
        if isinstance(excinfo.value, Wrong):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self):
        return self.path, None, f"{self.planned.cell.name}::{self.name}"


class Wrong(Exception):
    """It was checked, and it is not what was to come."""


class CouldNotTell(pytest.fail.Exception):
    """Nobody knows. Of what fails in setup pytest does not ask how it is shown, and would show its own
    sources, 40 KB for each cell of a node whose driver is gone."""
