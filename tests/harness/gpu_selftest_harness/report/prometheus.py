# SPDX-License-Identifier: Apache-2.0
"""The night for node_exporter's textfile collector: gauges without timestamps, since those would be
refused. How old the file is tells the collector itself, which night it is tells a gauge."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, generate_latest, write_to_textfile

from ..analysis.values import GONE, NOISY, TRENDS, UNJUDGED, WORSE, YOUNG, Analysis
from ..model import AXES
from ..words import HIGHER, WORDS
from .text import shown

_PREFIX = "gpu_selftest_nightly_"
_LABEL_LIMIT = 200  # characters; a label is an index, not a place for stories
_VALUES = {  # by unit: name of the gauge, help
    "bytes_per_s": ("bandwidth_bytes_per_second", "Median bandwidth of the night."),
    "flop_per_s": ("arithmetic_flops_per_second", "Median arithmetic rate of the night."),
    "s": ("time_seconds", "Median time of the night."),
}
_LEFT_OUT = (YOUNG, UNJUDGED, GONE)  # nothing is said of them, and they are most of a first week
_SERIES = ("cell", "workload", "metric", "variant", "src", "dst", "node")


def prometheus(analysis: Analysis) -> str:
    """The file as text."""
    return generate_latest(registry(analysis)).decode()


def write(analysis: Analysis, path: Path) -> None:
    """Into a file beside it, then renamed: a collector never sees half of it."""
    write_to_textfile(str(path), registry(analysis))


def registry(analysis: Analysis) -> CollectorRegistry:
    found = CollectorRegistry()

    def gauge(name, help_text, labels=()):
        return Gauge(_PREFIX + name, help_text, labels, registry=found)

    night = datetime.fromisoformat(analysis.night).replace(tzinfo=UTC)
    gauge("night_timestamp_seconds", "Midnight UTC of the night that is told.").set(
        night.timestamp())
    gauge("simulated", "1 if any number of the night was simulated.").set(analysis.is_simulated)
    verdict = gauge("verdict", "1 for the word of the night.", ("word",))
    count = gauge("cells", "Cells by word.", ("word",))
    for word in WORDS:
        verdict.labels(word).set(analysis.verdict.word == word)
        count.labels(word).set(analysis.counts.get(word, 0))
    gauge("cells_red", "Cells that are not as expected and not in quarantine.").set(analysis.red)
    gauge("cells_failed_as_expected", "Cells that failed as they have to.").set(
        analysis.expected_failures)
    gauge("incidents", "Causes of what is wrong.").set(len(analysis.incidents))
    _cells(analysis, gauge)
    _series(analysis, gauge)
    return found


def _cells(analysis, gauge):
    axes = ("cell", *AXES)
    as_expected = gauge("cell_as_expected", "1 if the cell ended as the matrix says.", axes)
    held = gauge("cell_in_quarantine", "1 if the cell is wrong and in quarantine.", axes)
    word = gauge("cell_word", "1 for the word of the cell.", (*axes, "word"))
    for outcome in analysis.outcomes:
        cell = analysis.cells.get(outcome.cell)
        if outcome.workload or cell is None:
            continue
        labels = _clean(outcome.cell, *(getattr(cell, axis) for axis in AXES))
        as_expected.labels(*labels).set(outcome.is_as_expected)
        held.labels(*labels).set(outcome.quarantine is not None)
        word.labels(*labels, outcome.word).set(1)


def _series(analysis, gauge):
    count = gauge("series", "Series by what is said of their history.", ("trend",))
    for word in TRENDS:
        count.labels(word).set(sum(trend.word == word for trend in analysis.trends))
    values = {unit: gauge(*row, _SERIES) for unit, row in _VALUES.items()}
    regressed = gauge("series_regressed", "1 if the number is worse, confirmed and not back; no sample"
                      " if it could not be compared.", _SERIES)
    smallest = gauge("series_smallest_shift_ratio",
                     "Smallest relative shift that could have been seen.", _SERIES)
    still = gauge("series_still_worse", "1 if that it is worse was told so long ago that it is no news;"
                  " no sample if it could not be compared.", _SERIES)
    news = {id(trend) for trend in analysis.regressions}
    for trend in _exported(analysis):
        key = trend.history.key
        labels = _clean(*(getattr(key, name) for name in _SERIES))
        if key.unit in values and trend.tonight is not None and math.isfinite(trend.tonight):
            values[key.unit].labels(*labels).set(trend.tonight)
        if trend.word != NOISY:  # a 0 would clear an alert that nobody answered
            regressed.labels(*labels).set(id(trend) in news)
            still.labels(*labels).set(trend.word == WORSE)
        if trend.smallest is not None:
            smallest.labels(*labels).set(trend.smallest)


def _exported(analysis):
    """Of pairs the slowest of each GPU, and all that are worse: a scrape has no room for others."""
    slowest, regressed = {}, (*(trend.word for trend in analysis.regressions), WORSE)
    for trend in analysis.trends:
        key = trend.history.key
        if trend.word in _LEFT_OUT:
            continue
        if trend.word in regressed or not (key.src and key.dst and key.src != key.dst):
            yield trend
        elif trend.tonight is not None:
            what = key.cell, key.workload, key.metric, key.variant, key.unit, key.src
            behind = -trend.tonight if trend.direction == HIGHER else trend.tonight
            if what not in slowest or behind > slowest[what][0]:
                slowest[what] = behind, trend
    for _, trend in slowest.values():
        yield trend


def _clean(*texts):
    return [shown(text, _LABEL_LIMIT) for text in texts]
