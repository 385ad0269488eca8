# SPDX-License-Identifier: Apache-2.0
"""The exit codes of all verbs, those of the program, each listed once."""

from __future__ import annotations

from .words import FAIL, MISS, PASS, SKIP

PASSED, RED, USAGE, COULD_NOT_TELL, NOTHING_TESTED = CODES = 0, 1, 2, 3, 77


def of_outcomes(outcomes) -> int:
    """A pass that was not to come is as red as a failure; of other red ones nobody could tell. What
    was left out, or never ran and is in quarantine, has tested nothing."""
    red = {outcome.word for outcome in outcomes if outcome.is_red}
    if red:
        return RED if red & {FAIL, PASS} else COULD_NOT_TELL
    is_tested = any(outcome.word not in (MISS, SKIP) for outcome in outcomes)
    return PASSED if is_tested else NOTHING_TESTED
