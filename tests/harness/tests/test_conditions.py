# SPDX-License-Identifier: Apache-2.0
"""Conditions: what holds them, what does not, and what cannot be told."""

import pytest

from gpu_selftest_harness.errors import Refused
from gpu_selftest_harness.matrix import conditions

ALL = conditions.OF_CELL + conditions.OF_NODE + ("injection",)


def holds(entries, **known):
    known = {key.replace("__", "."): value for key, value in known.items()}
    return conditions.parse(entries, ALL, {}).holds(known.get)


@pytest.mark.parametrize("entries,known,expected", [
    ({"variant": "base"}, {"variant": "base"}, True),
    ({"variant": "base"}, {"variant": "devel"}, False),
    ({"variant": ["base", "devel"]}, {"variant": "devel"}, True),
    ({"variant": ["base", "devel"]}, {"variant": "runtime"}, False),
    ({"driver": "<580"}, {"driver": "535"}, True),
    ({"driver": "<580"}, {"driver": "580"}, False),
    # As text '5100' would be less than '580'.
    ({"driver": "<580"}, {"driver": "5100"}, False),
    ({"cuda": ">=12,<13"}, {"cuda": "12.10"}, True),
    ({"cuda": ">=12,<13"}, {"cuda": "13.0"}, False),
    ({"cuda": ">12.9"}, {"cuda": "12.10"}, True),
    ({"cuda": "==12.*"}, {"cuda": "12.4"}, True),
    ({"cuda": "==12.*"}, {"cuda": "11.8"}, False),
    ({"cuda": "!=12.4"}, {"cuda": "12.4"}, False),
    ({"gpu.cc": ">=9.0"}, {"gpu__cc": "12.0"}, True),
    ({"gpu.cc": ">=9.0"}, {"gpu__cc": "8.9"}, False),
    ({"driver.version": ">=580.65.06"}, {"driver__version": "580.95.05"}, True),
    ({"driver.version": ">=580.65.06"}, {"driver__version": "580.65.04"}, False),
    ({"engine.toolkit": ">=1.18"}, {"engine__toolkit": "1.18.0~rc.1-1"}, True),
    ({"engine.toolkit": "<1.18"}, {"engine__toolkit": "1.17.8-1"}, True),
    # One of these two has to hold, also for a release candidate.
    ({"engine.toolkit": ">=1.18"}, {"engine__toolkit": "1.18.0-rc.1"}, True),
    ({"engine.toolkit": "<1.18"}, {"engine__toolkit": "1.18.0-rc.1"}, False),
    ({"engine.version": ">=20.10.24"}, {"engine__version": "20.10.24+dfsg1"}, True),
    ({"engine.version": "<=20.10.24"}, {"engine__version": "20.10.24+dfsg1"}, True),
    ({"engine.version": "==27.*"}, {"engine__version": "v27.3.1-ce"}, True),
    ({"gpus": ">=2"}, {"gpus": 8}, True),
    ({"gpus": ">=2"}, {"gpus": 1}, False),
    ({"gpus": "8"}, {"gpus": 8}, True),
    ({"simulated": True}, {"simulated": True}, True),
    ({"simulated": False}, {"simulated": True}, False),
    ({"injection": ["cdi", "jit-cdi"]}, {"injection": "jit-cdi"}, True),
    ({}, {}, True),
    ({"variant": "base", "cuda": ">=13"}, {"variant": "base", "cuda": "13.0"}, True),
    ({"variant": "base", "cuda": ">=13"}, {"variant": "base", "cuda": "12.4"}, False),
])
def test_condition_holds(entries, known, expected):
    assert holds(entries, **known) is expected


@pytest.mark.parametrize("entries,known", [
    ({"injection": "legacy"}, {}), ({"driver.version": "<580"}, {}), ({"simulated": False}, {}),
    ({"engine.toolkit": ">=1.18"}, {"engine__toolkit": "unknown"}),
    ({"injection": "legacy", "variant": "base"}, {"variant": "base"}),
])
def test_what_is_not_known_is_neither(entries, known):
    assert holds(entries, **known) is None


def test_what_is_certainly_wrong_needs_no_more_knowledge():
    assert holds({"injection": "legacy", "variant": "base"}, variant="devel") is False


@pytest.mark.parametrize("one,other,expected", [
    ({"injection": "legacy"}, {"injection": "legacy"}, True),
    ({"injection": "legacy"}, {"injection": ["cdi", "legacy"]}, True),
    ({"injection": ["cdi", "legacy"]}, {"injection": "legacy"}, False),
    ({"injection": "legacy"}, {"simulated": True}, False),
    ({"gpus": ">=2"}, {"gpus": ">=2"}, True),
    ({"gpus": "8"}, {"gpus": ">=2"}, True),
    ({"gpus": ">=2"}, {"gpus": "8"}, False),
])
def test_implication(one, other, expected):
    first, second = (conditions.parse(entries, ALL, {}).terms[0] for entries in (one, other))

    assert first.implies(second) is expected


@pytest.mark.parametrize("text,expected", [
    ("cuda=13.0", {"cuda": ["13.0"]}),
    ("cuda>=12,<13", {"cuda": ">=12,<13"}),
    ("cuda>=12,<13,variant=base|devel", {"cuda": ">=12,<13", "variant": ["base", "devel"]}),
    ("capabilities=compute,utility,level=quick",
     {"capabilities": ["compute,utility"], "level": ["quick"]}),
    ("capabilities=utility|compute,utility", {"capabilities": ["utility", "compute,utility"]}),
    (" driver < 580 , gpu.cc=9.0", {"driver": "<580", "gpu.cc": ["9.0"]}),
    ("cuda==12.*", {"cuda": "==12.*"}),
])
def test_condition_as_text(text, expected):
    assert conditions.from_text(text) == expected


@pytest.mark.parametrize("text,expected", [
    ("", "'' is no condition; valid are such as"), ("cuda", "'cuda' is no condition"),
    ("cuda=", "'cuda=' is no condition"), ("cuda>=12,cuda<13", "'cuda' is there twice"),
])
def test_text_that_is_no_condition_is_refused(text, expected):
    with pytest.raises(Refused, match=expected.replace("(", r"\(")):
        conditions.from_text(text)
