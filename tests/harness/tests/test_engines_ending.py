# SPDX-License-Identifier: Apache-2.0
"""What an end is called, from all that was seen of it."""

import json

import pytest

from gpu_selftest_harness.engines.box import State, state_of
from gpu_selftest_harness.engines.ending import (Seen, exit_code_of, message_of, stage_of,
                                                 trouble_of)
from gpu_selftest_harness.troubles import TROUBLES
from gpu_selftest_harness.words import ENGINE, RUN

WELL = State(is_running=False, is_begun=True, exit_code=0, is_out_of_memory=False, error="")
ENDED_137 = State(False, True, 137, False, "")
CREATED = State(False, False, None, False, "hook failed")
RUNNING = State(True, True, 0, False, "")
OOM = State(False, True, 137, True, "")

# Seen, then: stage, exit code, id of the trouble.
ROWS = {
    "healthy": (Seen(0, state=WELL, has_report=True), RUN, 0, None),
    "found something": (Seen(1, state=State(False, True, 1, False, ""), has_report=True), RUN, 1,
                        None),
    "program's own 125": (Seen(125, state=State(False, True, 125, False, "")), RUN, 125, None),
    "no client": (Seen(None, missing="cannot start 'docker'"), ENGINE, None,
                  "suite.engine-missing"),
    "refused before it was created": (Seen(125), ENGINE, 125, None),
    "refused by a hook": (Seen(127, state=CREATED), ENGINE, 127, None),
    "daemon gone": (Seen(125, unanswered="Cannot connect", stuck="Cannot connect"), ENGINE, 125,
                    "suite.engine-lost"),
    "daemon gone, report written": (Seen(125, unanswered="Cannot connect", has_report=True), RUN,
                                    125, "suite.engine-lost"),
    "daemon stopped and back": (Seen(125, state=ENDED_137), RUN, 137, "suite.engine-stopped"),
    "client killed": (Seen(137, state=ENDED_137, is_left_running=True), RUN, 137,
                      "suite.client-killed"),
    "timed out": (Seen(137, state=ENDED_137, is_timed_out=True, timeout_s=5), RUN, 137,
                  "suite.launch-timed-out"),
    "timed out, told 3": (Seen(3, state=State(False, True, 3, False, ""), is_timed_out=True), RUN,
                          3, "suite.launch-timed-out"),
    "stopped by us": (Seen(137, state=ENDED_137, is_stopped=True), RUN, 137, None),
    "never stops": (Seen(None, state=RUNNING, is_timed_out=True, stuck="no answer to 'rm'"), RUN,
                    None, "suite.container-stuck"),
    "removed by somebody": (Seen(137), RUN, 137, "suite.container-gone"),
    "removed by somebody, of podman": (Seen(127, has_report=True), RUN, 127, "suite.container-gone"),
    "out of memory": (Seen(137, state=OOM), RUN, 137, "suite.launch-out-of-memory"),
}


@pytest.mark.parametrize("name", ROWS)
def test_end(name):
    seen, stage, exit_code, trouble = ROWS[name]

    found = trouble_of(seen, "docker")

    assert stage_of(seen) == stage
    assert exit_code_of(seen) == exit_code
    assert (found.id if found else None) == trouble
    assert found is None or found.observed


def test_each_trouble_is_a_row():
    assert {row[3] for row in ROWS.values()} - {None} <= set(TROUBLES)


def test_error_that_the_client_did_not_print_is_told_once():
    seen = Seen(127, state=CREATED, wrong="'report.json' is not a plain file")

    assert message_of(seen, "docker: hook failed") == ("docker: hook failed\n"
                                                       "'report.json' is not a plain file")
    assert message_of(seen, "").splitlines()[0] == "hook failed"


@pytest.mark.parametrize("begun_utc, is_begun, exit_code", [
    ("0001-01-01T00:00:00Z", False, None), ("2026-11-27T02:00:00.5Z", True, 128)])
def test_state_as_engines_write_it(begun_utc, is_begun, exit_code):
    state = state_of(json.dumps({"Status": "exited", "Running": False, "OOMKilled": False,
                                 "ExitCode": 128, "Error": "", "StartedAt": begun_utc}))

    assert (state.is_begun, state.exit_code) == (is_begun, exit_code)
