# SPDX-License-Identifier: Apache-2.0
"""gpu_selftest_harness.exit_codes: from outcomes to a code."""

from dataclasses import dataclass

import pytest

from gpu_selftest_harness import exit_codes


@dataclass
class Said:
    word: str
    is_red: bool = False


@pytest.mark.parametrize("outcomes, code", [
    ([Said("PASS")], 0),
    ([Said("FAIL"), Said("SKIP")], 0),  # as expected
    ([Said("FAIL", True), Said("ERROR", True)], 1),
    ([Said("PASS", True), Said("MISS", True)], 1),  # it passed where it has to fail
    ([Said("PASS"), Said("MISS", True)], 3),
    ([Said("PASS"), Said("SKIP", True)], 3),
    ([Said("SKIP")], 77),
    ([Said("MISS"), Said("SKIP")], 77),  # in quarantine
    ([Said("MISS"), Said("PASS")], 0),
    ([], 77),
])
def test_of_outcomes(outcomes, code):
    assert exit_codes.of_outcomes(outcomes) == code
