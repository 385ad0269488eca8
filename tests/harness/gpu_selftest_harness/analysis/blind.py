# SPDX-License-Identifier: Apache-2.0
"""Numbers that were measured and could not be compared, night after night. One night beside somebody
else on the GPU is nobody's fault; after a week of them nobody knows how fast it is, which is no pass."""

from __future__ import annotations

from collections import defaultdict

from ..troubles import TROUBLES
from ..words import counted
from .series import clean
from .values import Incident

NIGHTS = 7  # as long as a number that became worse is news
ID = "suite.not-compared"


def of_trends(trends):
    """One for each GPU."""
    of_gpus = defaultdict(list)
    for trend in trends:
        if trend.direction and trend.tonight is not None and len(_since(trend.history)) >= NIGHTS:
            of_gpus[trend.history.key.src].append(trend)
    return [_incident(gpu, its) for gpu, its in of_gpus.items()]


def _since(history):
    """The nights after the last one that could be compared."""
    places = clean(history)
    return history.nights[places[-1] + 1:] if places else history.nights


def _incident(gpu, its):
    row, first = TROUBLES[ID], min(its, key=lambda trend: _since(trend.history)[0])
    nights = _since(first.history)
    why = first.history.flags[-1] if first.history.flags else ""
    title = (f"{counted(len(its), 'number')}{f' of {gpu}' if gpu else ''} could not be compared "
             f"for {len(nights)} nights: {why or 'not above 0'}")
    return Incident(row.word, "suite", gpu, title, (ID,), trends=tuple(its), since=nights[0],
                    remedy=row.remedy)
