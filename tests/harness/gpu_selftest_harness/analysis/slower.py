# SPDX-License-Identifier: Apache-2.0
"""Which regressions have one cause. What most of a fleet has is of no GPU; what one GPU has, and
nothing else changed, is the GPU."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date

from ..words import FAIL
from .points import NEAR
from .series import by, sign_of
from .values import DROPPED, REGRESSIONS, Incident

HARDWARE = "hardware"
SHOWN = 32  # characters of what changed
PARTNERS = 3  # so many links of one GPU are the GPU


def of_trends(trends):
    worse = [trend for trend in trends if trend.word in REGRESSIONS]
    if not worse:
        return []
    fleets = defaultdict(list)
    for trend in trends:
        if trend.direction and trend.tonight is not None:
            fleets[trend.history.key.cell, _number(trend)].append(trend)
    whole, rest = defaultdict(list), []
    for its in _near(worse):
        cells = {trend.history.key.cell for trend in its}
        fleet = [one for cell in cells for one in fleets[cell, _number(its[0])]]
        if _is_of_most(its, fleet):
            suspects = _suspects(its)
            # What changed is what they have in common; if nothing did, what they do is.
            whole[suspects or (its[0].history.key.workload, _since(its))] += its
        else:
            rest += [(trend, _is_of_few(its, fleet)) for trend in its]
    return [_incident("", its, None) for its in whole.values()] + _of_gpus(rest)


def _number(trend):
    key = trend.history.key
    return key.workload, key.metric, key.variant


def _near(trends):
    """One number that got worse in one night, or nearly."""
    groups = defaultdict(list)
    for trend in sorted(trends, key=lambda trend: trend.since):
        of_number = groups[_number(trend)]
        if of_number and _days(of_number[-1][0].since, trend.since) <= NEAR:
            of_number[-1].append(trend)
        else:
            of_number.append([trend])
    return [its for of_number in groups.values() for its in of_number]


def _days(one, other):
    return (date.fromisoformat(other) - date.fromisoformat(one)).days


def _is_of_most(its, fleet):
    common = frozenset.intersection(*map(_ends, its))
    return len(its) > 1 and 2 * len(its) >= len(fleet) and not common


def _is_of_few(its, fleet):
    gpus = frozenset().union(*map(_ends, fleet))
    common = frozenset.intersection(*map(_ends, its))
    return 2 * len(its) < len(fleet) or 2 * len(common) < len(gpus) and bool(common)


def _of_gpus(rest):
    """`rest`: (trend, whether it is of few of its fleet)."""
    partners = defaultdict(set)
    for pair in {_ends(trend) for trend, _ in rest if len(_ends(trend)) == 2}:
        for gpu in pair:
            partners[gpu] |= pair - {gpu}
    grouped = defaultdict(list)
    for trend, is_of_few in rest:
        grouped[_where(_ends(trend), partners)].append((trend, is_of_few))
    return [_incident(where, [trend for trend, _ in its],
                      HARDWARE if where and all(few for _, few in its) else None)
            for where, its in grouped.items()]


def _incident(where, its, layer):
    suspects = _suspects(its)
    return Incident(FAIL, suspects[0].layer if suspects else layer, where,
                    _title(where, its, suspects), trends=tuple(its), since=_since(its),
                    remedy=_remedy(where, layer, suspects))


def _suspects(its):
    """Those of most."""
    return Counter(trend.suspects for trend in its).most_common(1)[0][0]


def _since(its):
    return min(trend.since for trend in its)


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


def _title(where, its, suspects):
    names = sorted({trend.history.key.workload for trend in its})
    count = f"{len(its)} numbers" if len(its) > 1 else "one number"
    most = "up to " if len(its) > 1 else ""
    shift = max(map(_shift, its), key=abs)
    told = f"{count} of {', '.join(names)}" + (f" on {where}" if where else "")
    told += f" worse: {most}{by(shift)}"
    if suspects:
        first = suspects[0]
        told += f"; {first.what} changed"
        if _fits(first):
            told += f" from {first.before} to {first.after}"
    return told


def _fits(difference):
    """In a line; two digests do not, and the page has a table of them."""
    return max(len(difference.before), len(difference.after)) <= SHOWN


def _shift(trend):
    if trend.word == DROPPED:
        return trend.gate.shift
    sign = sign_of(trend.direction)
    told = [point.change.shift for point in trend.points if point.night == trend.since]
    return max(told, key=lambda shift: sign * shift, default=0.0)


def _remedy(where, layer, suspects):
    if suspects:
        first = suspects[0]
        which = f"'{first.before}' of {first.what}" if _fits(first) else (
            f"what {first.what} was before")
        return f"go back to {which} for one night: if the numbers come back, that was it"
    if layer == HARDWARE:
        return ("look at it with 'nvidia-smi -q': clocks, power, temperature and links; or take it"
                " out of service")
    return ("find what else changed that night, and run with and without it: 'gpu-selftest-harness"
            " compare' tells two runs apart")
