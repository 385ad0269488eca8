# SPDX-License-Identifier: Apache-2.0
"""Whatever a container writes in the place of a report, the judge says something that can be kept and
shown, and never that it is well where the report is not believed."""

import copy
import json
import math

from hypothesis import given, settings, strategies as st

from gpu_selftest_harness.judge import judge
from gpu_selftest_harness.words import WORDS
from records import FakeMatrix, check, failing, launch, node, planned, report, workload

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) \
    | st.sampled_from(["PASS", "FAIL", "ERROR", "SKIP", "NOTE", "hardware.slow", "vector-add"])
ANYTHING = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3)
                        | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=8)


def places(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) \
        if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*path, key))


def replaced(of, path, value):
    if not path:
        return value
    of = copy.deepcopy(of)
    place = of
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return of


@st.composite
def reports(draw):
    of = draw(st.sampled_from([report(), failing("hardware.slow"), report(
        [workload("vector-add", "SKIP", "so"), workload("host-copy")], [check("user.shm-small",
                                                                              verdict="NOTE")])]))
    for _ in range(draw(st.integers(1, 3))):
        of = replaced(of, draw(st.sampled_from(list(places(of)))), draw(ANYTHING))
    return of


@settings(deadline=None, max_examples=300)
@given(reports(), st.sampled_from([0, 1, 3, 77, 137, None]))
def test_any_report(of, code):
    told = launch(1, None, exit_code=code)
    told.report = of
    outcomes = judge(planned(), [told], FakeMatrix(), node())
    assert outcomes[0].workload == ""
    for outcome in outcomes:
        assert outcome.word in WORDS
        assert math.isfinite(outcome.duration_s)
        assert (outcome.observed + outcome.remedy + outcome.noise).replace("\ufffd", "").isprintable()
        json.dumps([outcome.id, outcome.observed], allow_nan=False)
    if outcomes[0].word == "PASS":
        assert of["verdict"] == "PASS" and code in (0, of["exit_code"], None)


def test_texts_of_a_report_are_fit_for_a_terminal():
    hostile = failing("hardware.slow")
    hostile["headline"]["observed"] = "\x1b]0;owned\x07<script>\n\u202e" + "x" * 100_000
    [cell, *_] = judge(planned(), [launch(1, hostile)], FakeMatrix(), node())
    assert cell.observed.startswith("<script> ") and len(cell.observed) <= 1024
    assert "\x1b" not in cell.observed and "owned" not in cell.observed


def test_a_duration_that_cannot_be_is_none():
    for value in (float("inf"), float("nan"), -1.0):
        odd = report()
        odd["workloads"][0]["duration_s"] = value
        outcomes = judge(planned(), [launch(1, odd)], FakeMatrix(), node())
        assert {outcome.workload: outcome.duration_s for outcome in outcomes}["vector-add"] == 0.0
