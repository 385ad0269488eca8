# SPDX-License-Identifier: Apache-2.0
"""The numbers of one launch as the index keeps them: a median and its spread for each, and on which
GPU. The samples stay in the bundle."""

import math
from collections import defaultdict
from typing import NamedTuple

import numpy

from ..model import SeriesKey


class Point(NamedTuple):
    """A row of the table without the numbers that the database gives."""

    key: SeriesKey
    median: float
    q1: float
    q3: float
    low: float
    high: float
    samples: int
    clock_hz: float | None
    flag: str


def points_of(launch, node, flags):
    """All that is a number. Reports were written by programs in strange images: any shape is met.
    `flags(workload, indices of GPUs)` is why the launch's numbers are not to be compared."""
    report = launch.report or {}
    gpus = {gpu["index"]: _object(gpu.get("facts")) for gpu in _objects(report, "gpus")
            if isinstance(gpu.get("index"), int)}
    metrics = [metric for metric in _objects(report, "metrics") if _is_number(metric.get("value"))]
    for metric, (q1, q3, low, high, count) in zip(metrics, _spreads(metrics)):
        workload = str(metric.get("workload", ""))
        ends = [end if isinstance(end, int) else None
                for end in (metric.get("src_gpu"), metric.get("dst_gpu"))]
        src, dst = (_uuid(end, gpus, node) for end in ends)
        key = SeriesKey(launch.cell, workload, str(metric.get("name", "")),
                        str(metric.get("variant") or ""), str(metric.get("unit", "")), src, dst,
                        "" if src else node)
        clock = _object(gpus.get(ends[0], {}).get("sm_clock_under_load_hz")).get(workload)
        used = tuple(gpus) if None in ends else tuple(dict.fromkeys(ends))
        yield Point(key, float(metric["value"]), q1, q3, low, high, count,
                    float(clock) if _is_number(clock) else None,
                    _flag(metric) or flags(workload, used))


def _flag(metric):
    is_true = metric.get("verdict") != "ERROR" and metric["value"] >= 0
    return "" if is_true else "the number cannot be true"


def _spreads(metrics):
    """Quartiles, ends and count of each. One call for all of one length: a call for each number
    would take most of an import's time."""
    spreads = [None] * len(metrics)
    places = defaultdict(list)
    for place, metric in enumerate(metrics):
        samples = metric.get("samples")
        if isinstance(samples, list) and samples and all(map(_is_number, samples)):
            places[len(samples)].append(place)
        else:
            value = float(metric["value"])
            spreads[place] = (value, value, value, value, 0)
    for count, group in places.items():
        table = numpy.array([metrics[place]["samples"] for place in group], dtype=float)
        # Halved: the difference of two floats may be larger than any float.
        rows = 2 * numpy.percentile(table / 2, (25, 75, 0, 100), axis=1).T
        for place, row in zip(group, rows.tolist()):
            spreads[place] = (*row, count)
    return spreads


def _uuid(index, gpus, node):
    """'' for all GPUs together. A GPU whose UUID nobody told is named by where it is."""
    if index is None:
        return ""
    said = _object(gpus.get(index, {}).get("uuid"))
    uuid = said.get("driver") or said.get("nvml")
    return uuid if isinstance(uuid, str) and uuid else f"{node}#{index}"


def _object(value):
    return value if isinstance(value, dict) else {}


def _objects(report, name):
    entries = report.get(name)
    return [entry for entry in (entries if isinstance(entries, list) else ())
            if isinstance(entry, dict)]


def _is_number(value):
    try:
        return isinstance(value, (int, float)) and not isinstance(value, bool) \
            and math.isfinite(value)
    except OverflowError:  # an integer that no float is as large as
        return False
