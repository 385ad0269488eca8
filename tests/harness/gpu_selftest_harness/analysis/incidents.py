# SPDX-License-Identifier: Apache-2.0
"""One cause shows as many results: a dead link as every copy over it in every cell. Here they
become one line each for those who have to act."""

from __future__ import annotations

from collections import defaultdict

from ..words import FAIL, WORDS
from .values import REGRESSIONS, Incident

HARDWARE = "hardware"
PARTNERS = 3  # so many links of one GPU are the GPU


def incidents(outcomes, trends):
    """Worst first."""
    found = _of_outcomes(outcomes) + _of_trends(
        [trend for trend in trends if trend.word in REGRESSIONS])
    return sorted(found, key=lambda one: (
        WORDS.index(one.word), -len(one.outcomes) - len(one.trends), one.where, one.title))


def _of_outcomes(outcomes):
    grouped = defaultdict(list)
    for outcome in outcomes:
        if outcome.is_red:
            grouped[outcome.word, outcome.layer, outcome.id or ""].append(outcome)
    return [Incident(word, layer, "", _title(its), (id_,) if id_ else (), tuple(its))
            for (word, layer, id_), its in grouped.items()]


def _title(outcomes):
    count = len({outcome.cell for outcome in outcomes})
    first = outcomes[0]
    what = first.id or first.observed or f"{first.word} where {first.expected.word} is expected"
    return f"{what} in {count} cell{'s' if count > 1 else ''}"


def _of_trends(trends):
    pairs = {_ends(trend) for trend in trends if len(_ends(trend)) == 2}
    partners = defaultdict(set)
    for pair in pairs:
        for gpu in pair:
            partners[gpu] |= pair - {gpu}
    grouped = defaultdict(list)
    for trend in trends:
        grouped[_where(_ends(trend), partners)].append(trend)
    return [Incident(FAIL, HARDWARE if where else None, where, _trend_title(where, its), (), (),
                     tuple(its), _since(its)) for where, its in grouped.items()]


def _ends(trend):
    return frozenset((trend.history.key.src, trend.history.key.dst)) - {""}


def _where(ends, partners):
    if len(ends) < 2:
        return next(iter(ends), "")
    # A pair is blamed on that GPU of which most links are slow.
    worst = max(sorted(ends), key=lambda gpu: len(partners[gpu]))
    if len(partners[worst]) >= PARTNERS:
        return worst
    return " <-> ".join(sorted(ends))


def _trend_title(where, trends):
    names = sorted({trend.history.key.workload for trend in trends})
    count = f"{len(trends)} numbers" if len(trends) > 1 else "one number"
    return f"{count} of {', '.join(names)} worse" + (f" on {where}" if where else "")


def _since(trends):
    nights = [trend.points[-1].night for trend in trends if trend.points]
    return min(nights, default=None)
