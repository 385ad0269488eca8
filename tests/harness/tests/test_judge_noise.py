# SPDX-License-Identifier: Apache-2.0
"""Why numbers of a launch are not to be compared."""

import pytest

from judging import judged
from records import launch, report


@pytest.mark.parametrize("facts, noise", [
    ({}, ""), ({"clock_limits_under_load": {"host-copy": "software power cap, idle"}}, ""),
    ({"clock_limits_under_load": {"host-copy": "idle, hardware thermal slowdown"}},
     "gpu 0: hardware thermal slowdown"),
    ({"clock_limits_under_load": {"host-copy": "hardware power brake"}}, "gpu 0: hardware power brake"),
    ({"other_processes": {"host-copy": "not told"}}, ""),
    ({"other_processes": {"host-copy": "2, busy 40 % of the time"}},
     "gpu 0: other processes: 2, busy 40 % of the time")])
def test_noise_of_a_report(facts, noise):
    told = report()
    told["gpus"][0]["facts"].update(facts)
    of_cell, workloads = judged(launch(1, told))
    assert (of_cell.noise, workloads["host-copy"].noise, workloads["vector-add"].noise) \
        == (noise, noise, "")
    assert not of_cell.is_red


def test_a_foreign_process_disturbs_all_of_the_launch():
    of_cell, workloads = judged(launch(1, report(), foreign=("pid 77 on gpu 0",)))
    assert {what.noise for what in (of_cell, *workloads.values())} \
        == {"other processes: pid 77 on gpu 0"}
