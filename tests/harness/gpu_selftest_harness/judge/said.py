# SPDX-License-Identifier: Apache-2.0
"""What one launch says of its cell, or of one workload."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..engines.excerpt import clean, cut
from ..model import Trouble
from ..troubles import TROUBLES
from ..words import ERROR, SKIP, layer_of


# A report's own texts are shorter; what a container wrote in its place may be anything.
TEXT_BYTES = 1024


def plain(text: str | None) -> str:
    """Of one line, bounded, and without what steers terminals."""
    line = " ".join(clean((text or "").encode(errors="replace")).split())
    # Also what turns the reading direction, so that a line would show another text than it has.
    line = "".join(letter if letter.isprintable() else "\ufffd" for letter in line)
    return " ".join(cut(line, TEXT_BYTES).split())


def seconds(value: float) -> float:
    """As a report has them; 0 where that cannot be."""
    try:
        return float(value) if math.isfinite(value) and value >= 0 else 0.0
    except OverflowError:  # an integer that no double holds
        return 0.0


@dataclass(frozen=True)
class Said:
    """Texts from reports and messages have to come through plain()."""

    word: str
    id: str | None = None
    observed: str = ""
    remedy: str = ""
    noise: str = ""
    blocked_by: str | None = None  # of a SKIP
    duration_s: float = 0.0
    also: frozenset[str] = frozenset()  # ids of the same word beside it, that nothing explains
    gpu: str = ""  # UUID, where the finding is of one

    @property
    def layer(self) -> str | None:
        return layer_of(self.id) if self.id else None


def of_trouble(trouble: Trouble) -> Said:
    """A row of the list; an id that is not in it is still no pass."""
    row = TROUBLES.get(trouble.id)
    return Said(row.word if row else ERROR, trouble.id, plain(trouble.observed),
                row.remedy if row else "")


def of(finding: str, observed: str) -> Said:
    return of_trouble(Trouble(finding, observed))


def blocked(by: Said) -> Said:
    """Of a workload that never had its turn: one cause is told once."""
    return Said(SKIP, None, f"blocked by {by.id}" if by.id else by.observed, blocked_by=by.id)
