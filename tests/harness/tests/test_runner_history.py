# SPDX-License-Identifier: Apache-2.0
"""What earlier nights make of tonight's launches."""

import pytest

from gpu_selftest_harness.analysis.suspects import Suspects
from gpu_selftest_harness.model import History, SeriesKey
from gpu_selftest_harness.runner import Earlier
from records import UUIDS, cell, launch, metric, node, planned, report

NIGHTS = [f"2026-10-{day:02}" for day in range(1, 31)]


def history(values=(5e10,) * 30, nights=NIGHTS, name="host-copy.to-gpu", unit="bytes_per_s",
            flags=None, gpu=UUIDS[0], workload="host-copy", machine=""):
    key = SeriesKey(cell().key, workload, name, "pinned", unit, gpu, gpu, machine)
    empty = [[] for _ in nights]
    return History(key, list(nights), list(values), list(values), list(values), empty,
                   [None] * len(nights), flags or [""] * len(nights), [""] * len(nights))


class FakeIndex:
    def __init__(self, *histories):
        self.known = histories

    def histories(self, cells=None, nights=None):
        return iter([one for one in self.known if one.key.cell in cells])


def wanted(values, *histories, night="2026-11-27", told=None, unit="bytes_per_s"):
    launches = [launch(i, report(metrics=[{**metric(value=value), "unit": unit}]))
                for i, value in enumerate(values, 1)]
    for one in launches:
        one.report["gpus"][0]["facts"].update(told or {})
    return Suspects(histories, night, node())(planned(), launches)


def test_a_night_like_the_others_needs_no_confirming():
    assert wanted([5e10, 5e10, 4.9e10], history()) == 0


def test_a_large_drop_is_confirmed_twice():
    assert wanted([4.6e10, 4.6e10, 5e10], history()) == 2


@pytest.mark.parametrize("values, why", [([4.6e10, 5e10, 5e10], "one launch of three"),
                                         ([5.6e10] * 3, "it is faster"), ([4.9e10] * 3, "2 %")])
def test_what_is_no_suspect(values, why):
    assert wanted(values, history()) == 0, why


def test_of_times_more_is_worse():
    assert wanted([5.6] * 3, history((5.0,) * 30, unit="s"), unit="s") == 2
    assert wanted([4.4] * 3, history((5.0,) * 30, unit="s"), unit="s") == 0


def test_a_young_series_and_one_that_nobody_compares():
    assert wanted([1e10] * 3, history((5e10,) * 9, NIGHTS[:9])) == 0
    assert wanted([1e10] * 3, history(unit="celsius"), unit="celsius") == 0
    assert wanted([1e10] * 3) == 0


def test_disturbed_launches_are_tried_again_and_not_confirmed():
    disturbed = {"other_processes": {"host-copy": "1, pid 77"}}
    assert wanted([4e10] * 3, history(), told=disturbed) == 0


def test_disturbed_nights_do_not_count():
    values = [4e10] * 25 + [5e10] * 5
    assert wanted([4e10] * 3, history(values, flags=["throttled"] * 25 + [""] * 5)) == 0
    assert wanted([4.5e10] * 3, history([5e10] * 25 + [4.5e10] * 5,
                                        flags=[""] * 25 + ["throttled"] * 5)) == 2


def test_tonight_is_not_its_own_past():
    nights = NIGHTS[:9] + ["2026-11-27"]
    assert wanted([4e10] * 3, history([5e10] * 10, nights)) == 0


def test_metrics_that_the_last_nights_had():
    old = history(nights=NIGHTS[:20], values=[5e10] * 20, name="host-copy.gone")
    elsewhere = history(name="host-copy.elsewhere", gpu="GPU-elsewhere")
    found = Earlier(FakeIndex(history(), old, elsewhere), node(), "2026-11-27").metrics(cell().key)
    assert found == {"host-copy": {("host-copy.to-gpu", "pinned", UUIDS[0], UUIDS[0])}}


def test_a_workload_that_is_skipped_is_missed_however_long_others_of_its_cell_run():
    skipped = history(nights=NIGHTS[:20], values=[5e10] * 20)
    others = history(name="sgemm.rate", workload="sgemm")
    found = Earlier(FakeIndex(skipped, others), node(), "2026-11-27").metrics(cell().key)
    assert found == {"host-copy": {("host-copy.to-gpu", "pinned", UUIDS[0], UUIDS[0])},
                     "sgemm": {("sgemm.rate", "pinned", UUIDS[0], UUIDS[0])}}


def test_numbers_of_all_gpus_together_are_asked_of_the_node_that_had_them():
    own = history(gpu="", machine="node7", name="all-reduce.own")
    of_another = history(gpu="", machine="node8", name="all-reduce.another")
    found = Earlier(FakeIndex(own, of_another), node(), "2026-11-27").metrics(cell().key)
    assert found == {"host-copy": {("all-reduce.own", "pinned", "", "")}}
