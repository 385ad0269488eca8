# SPDX-License-Identifier: Apache-2.0
"""GPUs and links beside one another, tonight."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from ..statistics.fleet import rank
from .values import Fleet, PairMatrix


def _groups(trends, is_wanted):
    """Tonight's trends of one number, by what it is. A night that is not to be compared is not held
    against that of other GPUs either."""
    grouped = defaultdict(dict)
    for trend in trends:
        key = trend.history.key
        is_comparable = trend.gate is not None or trend.direction is None
        if trend.tonight is not None and is_comparable and is_wanted(key):
            what = key.cell, key.workload, key.metric, key.variant, key.unit
            grouped[what][key.src, key.dst] = trend
    return sorted(grouped.items())


def fleets(trends):
    """Of each number that several GPUs have: those with a slow one first, the worst of them before
    the others."""
    told = []
    for (cell, workload, metric, variant, unit), ends in _groups(trends, _is_of_one_gpu):
        values = {src or dst: trend.tonight for (src, dst), trend in ends.items()}
        direction = next(iter(ends.values())).direction
        if len(values) > 1 and direction:
            told.append(Fleet(workload, metric, variant, unit, cell,
                              float(np.median(list(values.values()))),
                              tuple(rank(values, direction))))
    return sorted(told, key=lambda fleet: (not fleet.slow, -fleet.standings[0].below))


def pair_matrices(trends):
    """As fleets()."""
    told = []
    for (cell, workload, metric, variant, unit), ends in _groups(trends, _is_of_a_pair):
        gpus = tuple(sorted({gpu for pair in ends for gpu in pair}))
        place = {gpu: index for index, gpu in enumerate(gpus)}
        table = [[None] * len(gpus) for _ in gpus]
        for (src, dst), trend in ends.items():
            table[place[src]][place[dst]] = trend.tonight
        direction = next(iter(ends.values())).direction
        slow = ()
        if direction:
            names = {f"{place[src]} {place[dst]}": trend.tonight
                     for (src, dst), trend in ends.items()}
            slow = tuple(sorted(tuple(map(int, standing.gpu.split()))
                                for standing in rank(names, direction) if standing.is_slow))
        told.append(PairMatrix(workload, metric, variant, unit, direction, cell, gpus,
                               tuple(map(tuple, table)),
                               float(np.median([trend.tonight for trend in ends.values()])), slow))
    return sorted(told, key=lambda matrix: (not matrix.slow, -matrix.spread))


def _is_of_one_gpu(key):
    return bool(key.src) != bool(key.dst) or (key.src == key.dst != "")


def _is_of_a_pair(key):
    return bool(key.src) and bool(key.dst) and key.src != key.dst
