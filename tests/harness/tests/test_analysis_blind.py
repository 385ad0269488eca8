# SPDX-License-Identifier: Apache-2.0
"""Numbers that nobody can compare, for one night and for a week."""

from datetime import date, timedelta

import numpy as np
import pytest

from gpu_selftest_harness.analysis.incidents import incidents
from gpu_selftest_harness.analysis.trends import trends
from gpu_selftest_harness.analysis.verdict import verdict
from gpu_selftest_harness.model import History, SeriesKey
from records import UUIDS

COUNT = 60
NIGHTS = [str(date(2026, 11, 27) - timedelta(days=back)) for back in reversed(range(COUNT))]
BUSY = "gpu 0: other processes: 2"
STEADY = 50e9 * (1 + 0.01 * np.random.default_rng(1).normal(size=COUNT))


def series(flags, values=STEADY, src=UUIDS[0], metric="host-copy.to-gpu", unit="bytes_per_s"):
    values, count = values.tolist(), len(flags)
    return History(SeriesKey("c", "host-copy", metric, "pinned", unit, src, src), NIGHTS[:count],
                   values[:count], values[:count], values[:count], [[one] * 3 for one in values[:count]],
                   [None] * count, flags, ["a"] * count, [[] for _ in range(count)])


def busy(count, **more):
    return series([""] * (COUNT - count) + [BUSY] * count, **more)


def found(*histories):
    return incidents([], trends(histories, NIGHTS[-1]))


@pytest.mark.parametrize("count", [0, 1, 6])
def test_some_disturbed_nights_are_counted_and_no_more(count):
    assert found(busy(count)) == []


@pytest.mark.parametrize("count", [7, 10, 60])
def test_of_a_week_of_them_nobody_can_tell(count):
    [one] = found(busy(count))
    assert (one.word, one.layer, one.where, one.ids) == ("ERROR", "suite", UUIDS[0], ("suite.not-compared",))
    assert one.title == f"1 number of {UUIDS[0]} could not be compared for {count} nights: {BUSY}"
    assert one.since == NIGHTS[-count]
    told = verdict([], [one])
    assert (told.word, told.id) == ("ERROR", "suite.not-compared")
    assert told.remedy.startswith("end what disturbs it")


def test_one_night_that_can_be_compared_ends_it():
    assert found(series([""] * 50 + [BUSY] * 9 + [""])) == []


def test_numbers_of_one_gpu_are_told_together_and_each_gpu_by_itself():
    told = found(*(busy(10, src=src, metric=metric) for src in UUIDS[:2]
                   for metric in ("host-copy.to-gpu", "host-copy.from-gpu")), busy(0, src=UUIDS[2]))
    assert [(one.where, len(one.trends)) for one in told] == [(UUIDS[0], 2), (UUIDS[1], 2)]


def test_what_has_no_better_and_worse_is_not_missed():
    assert found(busy(10, unit="celsius")) == []


def test_what_is_not_measured_tonight_is_another_matter():
    assert found(series([""] * 49 + [BUSY] * 10), busy(0, src=UUIDS[1])) == []
