# SPDX-License-Identifier: Apache-2.0
"""A clock that jumps is noted, and changes no order and no night."""

from dataclasses import dataclass

import pytest
from gpu_selftest_harness.index.clock import jumps


@dataclass
class Started:
    id: str
    since_start_s: float
    started_utc: str


def test_clock_that_goes_on_is_not_noted():
    assert jumps("2026-11-27T02:00:00Z", [Started("0001", 10.0, "2026-11-27T02:00:10Z"),
                                          Started("0002", 3600.0, "2026-11-27T03:00:45Z")]) == []


@pytest.mark.parametrize("stamp, jumped_s", [
    ("2026-11-27T03:00:10Z", "+3600"), ("2026-11-27T01:00:10Z", "-3600"), ("2026-11-26T02:00:10Z", "-86400"),
])
def test_jump_is_noted_once_where_it_happened(stamp, jumped_s):
    later = stamp.replace(":10Z", ":20Z")

    found = jumps("2026-11-27T02:00:00Z", [
        Started("0003", 20.0, later), Started("0001", 5.0, "2026-11-27T02:00:05Z"),
        Started("0002", 10.0, stamp)])

    assert found == [f"its clock jumped by {jumped_s} s before launch 0002"]


def test_jump_back_to_the_right_time_is_noted_too():
    found = jumps("2026-11-27T02:00:00Z", [Started("0001", 5.0, "2026-11-28T02:00:05Z"),
                                           Started("0002", 10.0, "2026-11-27T02:00:10Z")])

    assert [one.split()[4] for one in found] == ["+86400", "-86400"]


def test_pause_of_a_resumed_run_is_no_jump_and_a_clock_that_goes_back_is_one():
    launches = [Started("0001", 5.0, "2026-11-27T02:00:05Z"),
                Started("0002", 10.0, "2026-11-27T05:00:10Z"),
                Started("0003", 15.0, "2026-11-27T04:00:15Z")]

    found = jumps("2026-11-27T02:00:00Z", launches, has_paused=True)

    assert found == ["its clock jumped by -3600 s before launch 0003"]


@pytest.mark.parametrize("stamp", ["", "yesterday", "2026-13-45T99:99:99Z"])
def test_stamp_that_is_none_is_no_jump(stamp):
    assert jumps("2026-11-27T02:00:00Z", [Started("0001", 5.0, stamp)]) == []
    assert jumps(stamp, [Started("0001", 5.0, "2026-11-27T02:00:05Z")]) == []
