# SPDX-License-Identifier: Apache-2.0
"""The first line of the page: what is wrong, where, since when, and one thing to do."""

from __future__ import annotations

from ..words import ERROR, FAIL, MISS, PASS, SKIP, WORDS, worst
from .values import NOISY, SUSPECT, WORSE, Verdict

# A pass that was not to come says that something is wrong; where nothing was tested that had to be,
# nobody knows.
OF_RED = {FAIL: FAIL, PASS: FAIL, ERROR: ERROR, SKIP: ERROR, MISS: MISS}


def held(outcomes):
    """Keys of cells in which only what is in quarantine is not as expected."""
    red = {one.cell for one in outcomes if one.is_red}
    return {one.cell for one in outcomes if one.quarantine is not None} - red


def verdict(outcomes, found, told=()):
    """`found`: incidents; `told`: trends. Red ones decide; what failed as it has to is no failure
    of the night."""
    if found:
        return _of_incidents(found)
    words = [PASS if one.is_as_expected and one.word != SKIP else one.word for one in outcomes
             if one.quarantine is None]
    word = worst(words)
    if word == SKIP:
        return Verdict(SKIP, "nothing was tested" + _held_back(outcomes))
    counted = {one.cell for one in outcomes} - held(outcomes)
    failures = {one.cell for one in outcomes
                if one.word == FAIL and one.is_as_expected} & counted
    by_failing = f", {_by_failing(len(failures), len(counted))}" if failures else ""
    return Verdict(word, _all(len(counted)) + by_failing + _held_back(outcomes) + _of_numbers(told))


def _of_numbers(told):
    counts = ((sum(trend.word == word for trend in told), what)
              for word, what in ((WORSE, "still worse"), (SUSPECT, "suspect"),
                                 (NOISY, "not comparable")))
    parts = [f"{count:,} {what}" for count, what in counts if count]
    return f"; of the numbers {', '.join(parts)}" if parts else ""


def _all(count):
    return f"all {count} cells as expected" if count > 1 else "the one cell is as expected"


def _by_failing(failures, count):
    return f"{failures} of them by failing" if count > 1 else "by failing"


def _held_back(outcomes):
    count = len(held(outcomes))
    return f", {count} in quarantine" if count else ""


def _of_incidents(found):
    first = min(found, key=lambda one: WORDS.index(OF_RED[one.word]))
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    what = _seen(first.outcomes) if first.outcomes else first.title
    since = f" since {first.since}" if first.since and first.since not in what else ""
    return Verdict(OF_RED[first.word], what + since + more, first.layer,
                   first.ids[0] if first.ids else None, _remedy(first), first.since)


def _seen(outcomes):
    """What was seen, and in how many cells."""
    first = next((one for one in outcomes if one.observed), outcomes[0])
    what = first.observed or first.id or f"{first.word} where {first.expected.word} is expected"
    count = len({one.cell for one in outcomes})
    return f"{what}, in {count} cells" if count > 1 else f"{what}, in one cell"


def _remedy(incident):
    """What was seen says itself what to do; a number that got worse does not."""
    of_outcomes = next((one.remedy for one in incident.outcomes if one.remedy), "")
    if of_outcomes or not incident.trends:
        return of_outcomes
    suspect = next((one for trend in incident.trends for point in trend.points[-1:]
                    for one in point.suspects), None)
    if suspect:
        return (f"run it again with {suspect.what} {suspect.before or 'none'}, as it was before;"
                " if the numbers are back, keep it there and report it")
    if incident.where:
        return (f"run the night again on {incident.where}; if it is still worse, drain it and see"
                " its clocks, its power limit and its links")
    return ("run the cell again and hold it against an earlier run: gpu-selftest-harness compare"
            " A B")
