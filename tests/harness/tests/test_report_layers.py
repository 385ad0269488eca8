# SPDX-License-Identifier: Apache-2.0
"""Who has to act: each layer with what is wrong in it."""

from dataclasses import replace

import html5lib
import pytest

from gpu_selftest_harness.report import page, views
from gpu_selftest_harness.report.sample import sample
from gpu_selftest_harness.words import LAYERS

HTML = "{http://www.w3.org/1999/xhtml}"


def told(analysis):
    """Of each layer."""
    tree = html5lib.HTMLParser(strict=True).parse(page(analysis))
    rows = tree.iterfind(f".//{HTML}ol[@class='layers']/{HTML}li")
    return {row[0].text: [" ".join("".join(part.itertext()).split()) for part in row[1:]]
            for row in rows}


def test_layers__are_all_there_in_their_order():
    assert tuple(told(sample(30, 10))) == views.UP and set(views.UP) == set(LAYERS)


def test_layers__tell_what_is_wrong_what_has_to_fail_and_what_is_known():
    assert told(sample(30, 10)) == {
        "hardware": ["✗ 1 wrong", "the link of gpu 5 is x8, both ends can do x16"],
        "host": ["◆ 6 as expected"], "runtime": ["· nothing found"], "image": ["· nothing found"],
        "user": ["· nothing found"], "suite": ["◇ 1 in quarantine"]}


def test_layers__what_only_a_workload_says_is_not_nothing():
    analysis = sample(30, 10)
    red = next(outcome for outcome in analysis.outcomes if outcome.is_red)
    for name in ("sgemm", "launch"):
        analysis.outcomes.append(replace(red, workload=name, layer="suite", id="suite.crash",
                                         observed="it crashed"))
    assert told(analysis)["suite"] == ["✗ 1 wrong", "it crashed"]


@pytest.mark.parametrize("outcomes, count", [((), 2), (None, 1)])
def test_layers__count_a_cause_that_numbers_alone_show(outcomes, count):
    analysis = sample(30, 10)
    cause = analysis.incidents[0]
    analysis.incidents = [cause if outcomes is None else replace(cause, outcomes=outcomes)]
    assert told(analysis)["hardware"][0] == f"✗ {count} wrong"


def test_layers__call_gpus_by_their_names():
    analysis = sample(30, 10)
    uuid = list(analysis.gpus)[5]
    next(o for o in analysis.outcomes if o.is_red).observed = f"the link of {uuid} is x8"
    assert told(analysis)["hardware"][1] == "the link of gpu 5 is x8"
