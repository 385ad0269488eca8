# SPDX-License-Identifier: Apache-2.0
"""The night for node_exporter's textfile collector, which reads all of it at each scrape: what an
alert needs and no more. Gauges without timestamps, since those would be refused. How old the file
is tells the collector itself, which night it is tells a gauge."""

from __future__ import annotations

from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from ..analysis.values import TRENDS, Analysis
from ..model import AXES
from ..words import WORDS
from .levels import levels
from .text import shown

INCIDENTS, LEVELS = 100, 4000  # the worst; what is beyond them is counted
_PREFIX = "gpu_selftest_nightly_"
_LABEL_LIMIT = 200  # characters; a label is an index, not a place for stories
_VALUES = {  # by unit: name of the gauge, help
    "bytes_per_s": ("bandwidth_bytes_per_second", "Lowest median bandwidth of the night."),
    "flop_per_s": ("arithmetic_flops_per_second", "Lowest median arithmetic rate of the night."),
    "s": ("time_seconds", "Longest median time of the night."),
}
_NUMBER = ("workload", "metric", "variant", "gpu", "node")


def prometheus(analysis: Analysis) -> str:
    """The file as text."""
    found = CollectorRegistry()

    def gauge(name, help_text, labels=()):
        return Gauge(_PREFIX + name, help_text, labels, registry=found)

    _night(analysis, gauge)
    _incidents(analysis, gauge)
    _cells(analysis, gauge)
    _numbers(analysis, gauge)
    return generate_latest(found).decode()


def _night(analysis, gauge):
    gauge("night_timestamp_seconds", "Midnight UTC of the night that is told.").set(
        _seconds(analysis.night))
    gauge("simulated", "1 if any number of the night was simulated.").set(analysis.is_simulated)
    verdict = gauge("verdict", "1 for the word of the night.", ("word",))
    count = gauge("cells", "Cells by word.", ("word",))
    for word in WORDS:
        verdict.labels(word).set(analysis.verdict.word == word)
        count.labels(word).set(analysis.counts.get(word, 0))
    gauge("cells_red", "Cells that are not as expected and not in quarantine.").set(analysis.red)
    gauge("cells_failed_as_expected", "Cells that failed as they have to.").set(
        analysis.expected_failures)
    trends = gauge("series", "Series by what is said of their history.", ("trend",))
    for word in TRENDS:
        trends.labels(word).set(len(analysis.told(word)))


def _incidents(analysis, gauge):
    gauge("incidents", "Causes of what is wrong.").set(len(analysis.incidents))
    since = gauge("incident_since_timestamp_seconds", "Midnight UTC of the first night of a cause,"
                  " the earliest where several have the same labels.",
                  ("word", "layer", "id", "gpu"))
    found = {}
    for one in analysis.incidents:
        labels = (one.word, one.layer or "", one.ids[0] if one.ids else "", one.where)
        night = _seconds(one.since or analysis.night)
        found[labels] = min(night, found.get(labels, night))
    for labels, night in list(found.items())[:INCIDENTS]:
        since.labels(*_clean(*labels)).set(night)


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


def _numbers(analysis, gauge):
    values = {unit: gauge(*row, _NUMBER) for unit, row in _VALUES.items()}
    regressed = gauge("number_regressed", "1 if the number is worse in any cell, confirmed and not"
                      " back; no sample if it could not be compared.", _NUMBER)
    still = gauge("number_still_worse", "1 if that it is worse was told so long ago that it is no"
                  " news; no sample if it could not be compared.", _NUMBER)
    found = levels(analysis.trends)
    gauge("numbers_left_out", f"Numbers beyond the {LEVELS} that are told, worst first.").set(
        max(len(found) - LEVELS, 0))
    for one in found[:LEVELS]:
        labels = _clean(*(getattr(one, name) for name in _NUMBER))
        if one.unit in values and one.worst is not None:
            values[one.unit].labels(*labels).set(one.worst)
        for told, answer in ((regressed, one.is_regressed), (still, one.is_still_worse)):
            if answer is not None:
                told.labels(*labels).set(answer)
    slow = gauge("gpu_slow", "1 if the GPU is slower tonight than its like.", ("gpu",))
    for gpu in dict.fromkeys(standing.gpu for fleet in analysis.fleets
                             for standing in fleet.standings):
        slow.labels(*_clean(gpu)).set(gpu in analysis.slow_gpus)


def _seconds(night):
    return datetime.fromisoformat(night).replace(tzinfo=UTC).timestamp()


def _clean(*texts):
    return [shown(text, _LABEL_LIMIT) for text in texts]
