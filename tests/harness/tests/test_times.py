# SPDX-License-Identifier: Apache-2.0
"""Moments and nights as texts."""

import pytest
from gpu_selftest_harness import times
from gpu_selftest_harness.bundle import Bundle
from gpu_selftest_harness.errors import Refused


def test_moment_is_told_in_utc():
    assert times.utc(lambda: 1_795_737_600.9) == "2026-11-27T00:00:00Z"


@pytest.mark.parametrize("text, is_one", [
    ("2026-11-27", True), ("2028-02-29", True), ("2026-02-29", False), ("2026-13-45", False),
    ("20261127", False), ("2026-W48-5", False), ("2026-11-27T02:00", False), ("today", False),
    ("", False)])
def test_night_is_a_day_of_the_calendar(text, is_one):
    assert times.is_night(text) is is_one


def test_bundle_of_a_night_that_there_is_not_is_refused(tmp_path):
    with pytest.raises(Refused, match="night '2026-13-45' is not like '2026-11-27'"):
        Bundle.create(tmp_path, {"night": "2026-13-45"}, 0)
