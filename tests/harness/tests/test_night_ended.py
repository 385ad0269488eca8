# SPDX-License-Identifier: Apache-2.0
"""gpu_selftest_harness.night.ended: how slices and analysis become one exit code."""

import pytest

from gpu_selftest_harness.night import ended


@pytest.mark.parametrize("slices, word, problems, code", [
    ([0, 0, 0], "PASS", [], 0),
    ([0, 1, 0], "FAIL", [], 1),
    # The analysis finds what no slice can: a series that went down over nights.
    ([0, 0, 0], "FAIL", [], 1),
    ([0, 3, 0], "ERROR", [], 3),
    ([0, 0, 0], "MISS", [], 3),
    # A proven fault is not hidden by what could not be told.
    ([1, 3, 2], "ERROR", ["x"], 1),
    ([77, 77], "SKIP", [], 77),
    ([77, 0], "PASS", [], 0),
    # What could not be told is never passed.
    ([0, 0], None, ["cannot analyse"], 3),
    ([0, 0], "PASS", ["cannot write"], 3),
    ([], "PASS", [], 0),
    ([0, -9], "PASS", [], 3),
    ([0, 139], "PASS", [], 3),
    ([2], None, [], 3),
])
def test_exit_code__worst_decides(slices, word, problems, code):
    assert ended.exit_code(slices, word, problems) == code
