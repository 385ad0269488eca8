# SPDX-License-Identifier: Apache-2.0
"""One cause shows as many results: a dead link as every copy over it in every cell, a new image as
every number of every GPU. Here they become one line each for those who have to act."""

from __future__ import annotations

from collections import defaultdict

from ..words import WORDS
from . import blind, slower
from .values import Incident


def incidents(outcomes, trends, since=None):
    """Worst first. `since(outcome)` is the night on which it became red."""
    found = [*_of_outcomes(outcomes, since), *slower.of_trends(trends), *blind.of_trends(trends)]
    return sorted(found, key=lambda one: (
        WORDS.index(one.word), -len(one.outcomes) - len(one.trends), one.where, one.title))


def _of_outcomes(outcomes, since):
    grouped = defaultdict(list)
    for outcome in outcomes:
        if outcome.is_red:
            grouped[outcome.word, outcome.layer, outcome.id or ""].append(outcome)
    return [Incident(word, layer, "", _title(its), (id_,) if id_ else (), tuple(its),
                     since=min(map(since, its)) if since else None)
            for (word, layer, id_), its in grouped.items()]


def _title(outcomes):
    count = len({outcome.cell for outcome in outcomes})
    first = outcomes[0]
    what = first.id or first.observed or f"{first.word} where {first.expected.word} is expected"
    return f"{what} in {count} cell{'s' if count > 1 else ''}"
