# SPDX-License-Identifier: Apache-2.0
"""How a word looks: a glyph, a text and a colour, where each of the three alone would do. What
fails as it has to must never look like what is broken."""

from __future__ import annotations

from dataclasses import dataclass

from ..analysis.values import (DROPPED, GONE, IMPROVED, NOISY, SHIFTED, STEADY, SUSPECT, UNJUDGED,
                               WORSE, YOUNG)
from ..words import ERROR, FAIL, MISS, PASS, SKIP


@dataclass(frozen=True)
class Mark:
    glyph: str
    word: str
    note: str  # '' or what the word alone would not say
    colour: str  # a name of colours.PALETTE

    @property
    def text(self) -> str:
        return f"{self.glyph} {self.word}" + (f" {self.note}" if self.note else "")


# Of an outcome that nobody expected, or that is expected of everything.
_PLAIN = {
    FAIL: Mark("✗", FAIL, "", "wrong"),
    ERROR: Mark("~", ERROR, "", "unsure"),
    MISS: Mark("?", MISS, "", "unsure"),
    PASS: Mark("✓", PASS, "", "good"),
    SKIP: Mark("–", SKIP, "", "absent"),
}
_TRENDS = {
    DROPPED: Mark("✗", "dropped", "", "wrong"),
    SHIFTED: Mark("✗", "shifted", "", "wrong"),
    WORSE: Mark("✗", "still worse", "", "wrong"),
    SUSPECT: Mark("~", "suspect", "", "unsure"),
    NOISY: Mark("~", "not comparable", "", "unsure"),
    YOUNG: Mark("–", "too young", "", "absent"),
    IMPROVED: Mark("✓", "improved", "", "good"),
    STEADY: Mark("✓", "steady", "", "good"),
    UNJUDGED: Mark("–", "not judged", "", "absent"),
    GONE: Mark("–", "no longer measured", "", "absent"),
}
LEGEND = (_PLAIN[PASS], _PLAIN[FAIL], Mark("◆", FAIL, "expected", "expected"),
          Mark("!", PASS, "unexpected", "wrong"), _PLAIN[ERROR], _PLAIN[MISS], _PLAIN[SKIP],
          Mark("◇", "any word", "in quarantine", "held"))
MEANINGS = ("checked and right", "checked and wrong",
            "what has to fail here failed, for its reason",
            "the matrix says that this has to fail, and it did not", "could not tell",
            "planned, never ran", "does not apply, or blocked", "known, not red until a day")


def of(word: str, is_as_expected: bool, is_quarantined: bool = False) -> Mark:
    plain = _PLAIN[word]
    if is_quarantined:
        return Mark("◇", word, "in quarantine", "held")
    if is_as_expected:
        if word in (PASS, SKIP):
            return plain
        return Mark("◆", word, "expected", "expected")
    if word in (PASS, SKIP):
        return Mark("!", word, "unexpected", "wrong")
    return plain


def of_outcome(outcome) -> Mark:
    return of(outcome.word, outcome.is_as_expected, outcome.quarantine is not None)


def of_square(square) -> Mark:
    return of(square.word, square.is_as_expected, square.is_quarantined)


def of_verdict(verdict) -> Mark:
    return _PLAIN[verdict.word]


def of_trend(word: str) -> Mark:
    return _TRENDS[word]
