# SPDX-License-Identifier: Apache-2.0
"""Cells that had only a part of their launches. Those that ran may all have passed; nobody knows what
the others would have shown, so such a cell is missing as if it never ran."""

from __future__ import annotations

from dataclasses import replace

from ..model import Outcome
from . import said
from .launch import CELL


def unfinished(outcomes: list[Outcome], ran: int, wanted: int) -> list[Outcome]:
    """`outcomes` of one cell, which had `ran` of its launches. What was found in them stays, and says in
    how many it was looked for."""
    if ran >= wanted:
        return outcomes
    rest = said.of("suite.not-run", f"{ran} of {wanted} launches ran")
    return [_one(outcome, rest, f"{ran} of {wanted} launches") for outcome in outcomes]


def _one(outcome, rest, launches):
    if not outcome.is_as_expected:
        return replace(outcome, observed=f"{launches}: {outcome.observed}")
    if outcome.workload != CELL:
        return outcome
    return replace(outcome, word=rest.word, layer=rest.layer, id=rest.id, is_as_expected=False,
                   observed=rest.observed, remedy=rest.remedy)
