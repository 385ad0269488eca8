# SPDX-License-Identifier: Apache-2.0
"""One cause shows as many results: a dead link as every copy over it in every cell, a new image as
every number of every GPU. Here they become one line each for those who have to act."""

from __future__ import annotations

from collections import defaultdict

from ..words import WORDS, counted
from . import blind, slower
from .values import Incident


def incidents(outcomes, trends, since=None, nodes=None):
    """Worst first. `since(outcome)` is the night on which it became red, `nodes` are machines by the
    ids of their runs."""
    found = [*_of_outcomes(outcomes, since, nodes or {}), *slower.of_trends(trends),
             *blind.of_trends(trends)]
    return sorted(found, key=lambda one: (
        WORDS.index(one.word), -len(one.outcomes) - len(one.trends), one.where, one.title))


def _of_outcomes(outcomes, since, nodes):
    grouped = defaultdict(list)
    for outcome in outcomes:
        if outcome.is_red:
            grouped[outcome.word, outcome.layer, outcome.id or "", outcome.gpu].append(outcome)
    return [Incident(word, layer, gpu, _title(its), (id_,) if id_ else (), tuple(its),
                     since=min(map(since, its)) if since else None,
                     nodes=tuple(sorted({nodes[one.run_id] for one in its if one.run_id in nodes})))
            for (word, layer, id_, gpu), its in grouped.items()]


def _title(outcomes):
    return f"{seen(outcomes)} in {cells_of(outcomes)}"


def seen(outcomes):
    """Of the first that says something."""
    first = next((one for one in outcomes if one.observed), outcomes[0])
    what = first.observed or first.id or f"{first.word} where {first.expected.word} is expected"
    return f"{first.gpu}: {what}" if first.gpu else what


def cells_of(outcomes):
    return counted(len({outcome.cell for outcome in outcomes}), "cell")
