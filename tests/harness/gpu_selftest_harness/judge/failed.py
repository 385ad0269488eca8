# SPDX-License-Identifier: Apache-2.0
"""A cell of which the harness itself failed to tell. That costs this cell, and none of the others."""

from __future__ import annotations

from ..model import Expectation, Launch, Outcome, Planned
from . import said
from .launch import CELL


def not_judged(planned: Planned, launches: list[Launch], error: Exception) -> list[Outcome]:
    what = said.of("suite.harness-failed", said.plain(f"{type(error).__name__}: {error}"))
    return [Outcome(
        cell=planned.cell.key, workload=CELL, word=what.word, layer=what.layer, id=what.id,
        stage=launches[-1].stage if launches else "",
        expected=Expectation("PASS", reason="nothing was held against the matrix's rules"),
        is_as_expected=False, observed=what.observed, remedy=what.remedy,
        launches=tuple(launch.id for launch in launches),
        duration_s=sum(launch.duration_s for launch in launches))]
