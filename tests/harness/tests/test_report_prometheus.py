# SPDX-License-Identifier: Apache-2.0
"""The Prometheus file, read back by Prometheus's own parser."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from prometheus_client.parser import text_string_to_metric_families

from gpu_selftest_harness.analysis.values import (GONE, NOISY, SHIFTED, STEADY, UNJUDGED, WORSE,
                                                  YOUNG)
from gpu_selftest_harness.report import prometheus
from gpu_selftest_harness.report.sample import sample


def samples(analysis):
    return [one for family in text_string_to_metric_families(prometheus(analysis))
            for one in family.samples]


def value_of(found, name, **labels):
    values = [one.value for one in found if one.name == f"gpu_selftest_nightly_{name}"
              and labels.items() <= one.labels.items()]
    assert len(values) == 1, (name, labels, values)
    return values[0]


def test_prometheus__tells_the_night_and_its_verdict():
    found = samples(sample(30, 10))
    assert value_of(found, "verdict", word="FAIL") == 1
    assert value_of(found, "verdict", word="PASS") == 0
    assert value_of(found, "cells", word="PASS") == 28
    assert value_of(found, "cells_red") == 1
    assert value_of(found, "cells_failed_as_expected") == 6
    assert value_of(found, "simulated") == 1
    night = value_of(found, "night_timestamp_seconds")
    assert datetime.fromtimestamp(night, UTC).isoformat() == "2026-11-27T00:00:00+00:00"


@pytest.mark.parametrize("driver, cuda, variant, as_expected, held, word", [
    ("580", "12.9", "devel", 0, 0, "FAIL"), ("535", "13.0", "base", 1, 0, "FAIL"),
    ("550", "11.8", "runtime", 0, 1, "MISS"), ("580", "13.0", "base", 1, 0, "PASS")])
def test_prometheus__tells_each_cell(driver, cuda, variant, as_expected, held, word):
    found, at = samples(sample(30, 10)), {"driver": driver, "cuda": cuda, "variant": variant}
    assert value_of(found, "cell_as_expected", **at) == as_expected
    assert value_of(found, "cell_in_quarantine", **at) == held
    assert value_of(found, "cell_word", word=word, **at) == 1


def test_prometheus__values_are_in_base_units():
    analysis = sample(30, 10)
    found = samples(analysis)
    key = analysis.trends[0].history.key
    bandwidth = value_of(found, "bandwidth_bytes_per_second", cell=key.cell, metric=key.metric,
                         src=key.src)
    assert bandwidth == analysis.trends[0].tonight
    assert len([s for s in found if s.name.endswith("_series_regressed")]) == 10
    assert sum(s.value for s in found if s.name.endswith("_series_regressed")) == len(
        analysis.regressions)


def test_prometheus__has_no_timestamps_and_each_help_once():
    text = prometheus(sample(30, 10))
    helps = [line.split()[2] for line in text.splitlines() if line.startswith("# HELP")]
    assert len(helps) == len(set(helps)) > 10
    assert all(one.timestamp is None for family in text_string_to_metric_families(text)
               for one in family.samples)


def test_prometheus__hostile_labels_come_back_as_they_were():
    analysis = sample(30, 3)
    hostile = "a\"b\\c{d=\"e\"}<script>"
    for trend in analysis.trends:
        trend.history.key = replace(trend.history.key, variant=hostile + "\n# HELP x y")
    variants = {one.labels["variant"] for one in samples(analysis)
                if one.name.endswith("_series_regressed")}
    assert variants == {hostile + " # HELP x y"}


def words_of(analysis, *words):
    """The first series with these words."""
    analysis.trends = [replace(trend, word=word) for trend, word in zip(analysis.trends, words)]
    return samples(analysis)


def test_prometheus__what_could_not_be_compared_clears_no_alert():
    found = words_of(sample(30, 10), SHIFTED, WORSE, NOISY, STEADY)
    told = {name: [one.value for one in found if one.name.endswith(name)]
            for name in ("_series_regressed", "_series_still_worse")}
    # What was told so long ago is no news, and page and verdict call it so.
    assert told == {"_series_regressed": [1, 0, 0], "_series_still_worse": [0, 1, 0]}


def test_prometheus__leaves_out_what_nothing_is_said_of():
    found = words_of(sample(30, 10), YOUNG, UNJUDGED, GONE, STEADY)
    assert len([one for one in found if "src" in one.labels]) == 4  # of the series that stays


def test_prometheus__of_pairs_tells_the_slowest_of_each_gpu():
    analysis = sample(30, 3)
    one = replace(analysis.trends[0], word=STEADY, direction="higher")
    analysis.trends = [replace(one, tonight=rate, history=replace(
        one.history, key=replace(one.history.key, src=src, dst=dst)))
        for src, dst, rate in (("a", "b", 3e9), ("a", "c", 2e9), ("b", "a", 5e9), ("b", "c", 6e9),
                               ("c", "", 9e9))]
    found = [s for s in samples(analysis) if s.name.endswith("bandwidth_bytes_per_second")]
    assert {(s.labels["src"], s.labels["dst"], s.value) for s in found} == {
        ("a", "c", 2e9), ("b", "a", 5e9), ("c", "", 9e9)}
