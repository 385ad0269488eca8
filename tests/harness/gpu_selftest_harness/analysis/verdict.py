# SPDX-License-Identifier: Apache-2.0
"""The first line of the page: what was seen, where, since when, and one thing to do."""

from __future__ import annotations

from ..words import ERROR, FAIL, MISS, PASS, SKIP, WORDS, worst
from .incidents import cells_of, seen
from .values import GONE, NOISY, SUSPECT, WORSE, Verdict

# A pass that was not to come says that something is wrong; where nothing was tested that had to be,
# nobody knows.
OF_RED = {FAIL: FAIL, PASS: FAIL, ERROR: ERROR, SKIP: ERROR, MISS: MISS}


def held(outcomes):
    """Keys of cells in which only what is in quarantine is not as expected."""
    red = {one.cell for one in outcomes if one.is_red}
    return {one.cell for one in outcomes if one.quarantine is not None} - red


def verdict(outcomes, found, trends=()):
    """`found`: incidents. Red ones decide; what failed as it has to is no failure of the night."""
    if found:
        first = min(found, key=lambda incident: WORDS.index(_of_red(incident)))
        return _of_incident(first, len(found) - 1)
    words = [PASS if one.is_as_expected and one.word != SKIP else one.word for one in outcomes
             if one.quarantine is None]
    word, aside = worst(words), held(outcomes)
    in_quarantine = f", {len(aside)} in quarantine" if aside else ""
    if word == SKIP:
        return Verdict(SKIP, "nothing was tested" + in_quarantine)
    cells = {one.cell for one in outcomes} - aside
    failures = len(cells & {one.cell for one in outcomes
                            if one.word == FAIL and one.is_as_expected})
    if not cells:
        return Verdict(word, f"{_all(aside)} in quarantine" + _of_numbers(trends))
    headline = f"{_all(cells)} as expected"
    if failures:
        headline += f", {failures} of them by failing" if len(cells) > 1 else ", by failing"
    return Verdict(word, headline + in_quarantine + _of_numbers(trends))


def _all(cells):
    return f"all {len(cells)} cells" if len(cells) > 1 else "the one cell"


def _of_numbers(trends):
    """What no red incident tells of."""
    told = ""
    measured = {_place(trend) for trend in trends if trend.tonight is not None}
    for word, what in ((WORSE, "still worse"), (SUSPECT, "suspect"),
                       (NOISY, "could not be compared"), (GONE, "no longer measured")):
        # All numbers of a cell or of a GPU end with it; one that ends beside others is lost.
        count = sum(1 for trend in trends
                    if trend.word == word and (word != GONE or _place(trend) in measured))
        if count:
            noun = "" if told else f" number{'s' if count > 1 else ''}"
            told += f"{', ' if told else '; '}{count:,}{noun} {what}"
    return told


def _place(trend):
    key = trend.history.key
    return key.cell, key.node, key.src, key.dst


def _of_red(incident):
    """A regression of speed is a failure."""
    return OF_RED.get(incident.word, FAIL)


def _of_incident(first, more):
    deciding = first.outcomes[0] if first.outcomes else None
    told = first.title
    if deciding:
        told = f"{seen(first.outcomes)}, in {cells_of(first.outcomes)}{_on(first.nodes)}"
    if first.since:
        told += f", since {first.since}"
    if more:
        told += f", and {more} more"
    return Verdict(_of_red(first), told, first.layer, first.ids[0] if first.ids else None,
                   deciding.remedy if deciding else first.remedy, first.since)


def _on(nodes):
    if not nodes:
        return ""
    return f" on {nodes[0]}" if len(nodes) == 1 else f" on {len(nodes)} machines"


class RedSince:
    """Since which night an outcome has been as red as it is: nights that say nothing of it are
    passed over, and one on which it was not red, or for another reason, ends it."""

    def __init__(self, index, night):
        self._index, self._night = index, night
        self._before = [one for one in reversed(index.nights()) if one < night]
        self._read = {}

    def __call__(self, outcome):
        since = self._night
        for night in self._before:
            before = self._of(night).get((outcome.cell, outcome.workload))
            if before is None or before.word == MISS != outcome.word:
                continue
            if not before.is_red or (before.id, before.gpu) != (outcome.id, outcome.gpu):
                break
            since = night
        return since

    def _of(self, night):
        if night not in self._read:
            self._read[night] = {(one.cell, one.workload): one
                                 for one in self._index.outcomes(night)}
        return self._read[night]
