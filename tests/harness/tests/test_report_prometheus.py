# SPDX-License-Identifier: Apache-2.0
"""The Prometheus file, read back by Prometheus's own parser."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from prometheus_client.parser import text_string_to_metric_families

from gpu_selftest_harness.analysis.values import (GONE, NOISY, SHIFTED, STEADY, UNJUDGED, WORSE,
                                                  YOUNG)
from gpu_selftest_harness.report import prometheus
from gpu_selftest_harness.report.prometheus import INCIDENTS, LEVELS
from gpu_selftest_harness.report.sample import NAMES, sample


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
    told = analysis.trends[0]
    key = told.history.key
    analysis.trends = [told]
    assert value_of(samples(analysis), "bandwidth_bytes_per_second", workload=key.workload,
                    metric=key.metric, variant=key.variant, gpu=key.src) == told.tonight


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
                if one.name.endswith("_number_regressed")}
    assert variants == {hostile + " # HELP x y"}


def words_of(analysis, *words):
    """The first series with these words."""
    analysis.trends = [replace(trend, word=word) for trend, word in zip(analysis.trends, words)]
    return samples(analysis)


def test_prometheus__what_could_not_be_compared_clears_no_alert():
    found = words_of(sample(30, 10), SHIFTED, WORSE, NOISY, STEADY)
    told = {name: [one.value for one in found if one.name.endswith(name)]
            for name in ("_number_regressed", "_number_still_worse")}
    # What was told so long ago is no news, and page and verdict call it so.
    assert told == {"_number_regressed": [1, 0, 0], "_number_still_worse": [0, 1, 0]}


def test_prometheus__leaves_out_what_nothing_is_said_of():
    found = words_of(sample(30, 10), YOUNG, UNJUDGED, GONE, STEADY)
    assert len([one for one in found if "metric" in one.labels]) == 3  # of the one that stays


def like(trend, word, tonight=1e9, better="higher", **key):
    return replace(trend, word=word, tonight=tonight, direction=better,
                   history=replace(trend.history, key=replace(trend.history.key, **key)))


def numbers_of(analysis, trends, name):
    analysis.trends = trends
    return {one.labels["gpu"]: one.value for one in samples(analysis) if one.name.endswith(name)}


@pytest.mark.parametrize("unit, name, better, worst", [
    ("bytes_per_s", "bandwidth_bytes_per_second", "higher", 2e9),
    ("s", "time_seconds", "lower", 3e9)])
def test_prometheus__tells_the_worst_of_all_cells_and_links_of_a_gpu(unit, name, better, worst):
    analysis = sample(30, 3)
    one = analysis.trends[0]
    trends = [like(one, STEADY, rate, better, unit=unit, cell=cell, src=src, dst=dst)
              for cell in list(analysis.cells)[:2]
              for src, dst, rate in (("a", "b", 3e9), ("a", "c", 2e9), ("", "c", 9e9))]
    assert numbers_of(analysis, trends, name) == {"a": worst, "c": 9e9}


@pytest.mark.parametrize("words, regressed, still", [
    ((STEADY, STEADY), {"a": 0}, {"a": 0}), ((STEADY, SHIFTED), {"a": 1}, {"a": 0}),
    ((STEADY, WORSE), {"a": 0}, {"a": 1}), ((STEADY, NOISY), {}, {}),
    ((NOISY, SHIFTED), {"a": 1}, {})])
def test_prometheus__number_is_as_bad_as_in_its_worst_cell(words, regressed, still):
    analysis = sample(30, 3)
    trends = [like(analysis.trends[0], word, cell=cell, src="a")
              for word, cell in zip(words, analysis.cells)]
    assert numbers_of(analysis, trends, "_number_regressed") == regressed
    assert numbers_of(analysis, trends, "_number_still_worse") == still


def test_prometheus__has_no_more_lines_for_more_cells_but_those_of_the_cells():
    analysis = sample(30, 3)
    few = [like(analysis.trends[0], STEADY, cell=cell) for cell in list(analysis.cells)[:1]]
    many = [like(few[0], STEADY, cell=cell) for cell in analysis.cells]
    lines = [len(prometheus(replace(analysis, trends=trends)).splitlines())
             for trends in (few, many)]
    assert len(many) == 36 and lines[0] == lines[1]


def test_prometheus__counts_the_numbers_that_it_leaves_out():
    analysis = sample(30, 3)
    analysis.trends = [like(analysis.trends[0], STEADY, src=f"GPU-{n}") for n in range(LEVELS + 7)]
    found = samples(analysis)
    assert value_of(found, "numbers_left_out") == 7
    assert len([one for one in found if one.name.endswith("_number_regressed")]) == LEVELS


def test_prometheus__tells_since_when_each_cause_is_there():
    analysis = sample(30, 3)
    gpu = list(analysis.gpus)[5]
    since = value_of(samples(analysis), "incident_since_timestamp_seconds", word="FAIL",
                     layer="hardware", id="hardware.pcie-link-narrow", gpu=gpu)
    assert datetime.fromtimestamp(since, UTC).isoformat() == "2026-11-25T00:00:00+00:00"


@pytest.mark.parametrize("nights, told", [
    (("2026-11-25", "2026-11-20"), "2026-11-20"), (("2026-11-20", "2026-11-25"), "2026-11-20"),
    ((None,), "2026-11-27")])
def test_prometheus__of_causes_with_the_same_labels_tells_the_earliest(nights, told):
    analysis = sample(30, 3)
    analysis.incidents = [replace(analysis.incidents[0], since=night) for night in nights]
    since = value_of(samples(analysis), "incident_since_timestamp_seconds")
    assert datetime.fromtimestamp(since, UTC).date().isoformat() == told


def test_prometheus__tells_the_first_of_many_causes():
    analysis = sample(30, 3)
    analysis.incidents = [replace(analysis.incidents[0], where=f"GPU-{n}")
                          for n in range(INCIDENTS + 5)]
    found = samples(analysis)
    assert value_of(found, "incidents") == INCIDENTS + 5
    told = [one.labels["gpu"] for one in found if one.name.endswith("since_timestamp_seconds")]
    assert len(told) == INCIDENTS and told[0] == "GPU-0"


def test_prometheus__tells_which_gpus_are_slow():
    found = samples(sample(30, 3))
    slow = {one.labels["gpu"]: one.value for one in found if one.name.endswith("_gpu_slow")}
    assert slow == {gpu: float(gpu == list(NAMES)[7]) for gpu in NAMES}
