# SPDX-License-Identifier: Apache-2.0
"""Cells that had only a part of their launches. Those that ran may all have passed; nobody knows what
the others would have shown, so such a cell is missing as if it never ran."""

from __future__ import annotations

from dataclasses import replace

from ..model import Outcome
from . import said
from .launch import CELL


def unfinished(outcomes: list[Outcome], ran: int, wanted: int) -> list[Outcome]:
    """`outcomes` of one cell, which had `ran` of its launches. What was found in them stays."""
    if ran >= wanted:
        return outcomes
    rest = said.of("suite.not-run", f"{ran} of {wanted} launches ran")
    return [replace(one, word=rest.word, layer=rest.layer, id=rest.id, is_as_expected=False,
                    observed=rest.observed, remedy=rest.remedy)
            if one.workload == CELL and one.is_as_expected else one for one in outcomes]
