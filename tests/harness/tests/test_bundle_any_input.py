# SPDX-License-Identifier: Apache-2.0
"""Whatever bytes a bundle is made of, reading names what is wrong and never fails; whatever a record
says comes back."""

import contextlib
import json
import math
import os
import shutil
import tempfile
from dataclasses import asdict

import pytest
from gpu_selftest_harness import bundle as bundles
from gpu_selftest_harness.bundle import Bundle
from gpu_selftest_harness.bundle.layout import KINDS, MAX_TEXT
from gpu_selftest_harness.bundle.text import bounded, line_of
from gpu_selftest_harness.bundle.values import Misfit, value_of
from gpu_selftest_harness.model import (Cell, EngineFacts, Expectation, Gpu, Launch, Node, Outcome,
                                        Planned, Trouble)
from hypothesis import given, settings
from hypothesis import strategies as st

CELL = Cell("580", "13.0", "base", "debian12", "docker", "h100", "all", "compute,utility", "quick")
LAUNCH = Launch("0001", CELL.key, "measure", 0, "local", "", None, ("-v",), ("GPU-1",), "", 0.5,
                1.0, "run", 0, report={"a": [1, {"b": None}]}, trouble=Trouble("suite.x", "y"))
NODE = Node("n7", "580.1", None, (Gpu("GPU-1", "H100", "h100", "0:1", "9.0", 0),),
            (EngineFacts("docker", "29.0", "1.19", None),), "x86_64", "6.1", "debian12")
PLANNED = Planned(CELL, "image", ("sgemm",), 3, 30, 60.0, (("A", "1"),), miss="no GPU")
OUTCOME = Outcome(CELL.key, "sgemm", "FAIL", "host", "host.x", "run",
                  Expectation("FAIL", "host", "host.x", reason="too old", rule=3), True,
                  launches=("0001",), quarantine={"owner": "a"})

JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
                    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
                        st.text(), inner, max_size=4), max_leaves=20)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory):
    with Bundle.create(tmp_path_factory.mktemp("runs"), {"night": "2026-11-27"}, 0) as bundle:
        bundle.append("launch", LAUNCH)
        bundle.append("outcome", OUTCOME)
        return bundle.seal()


@contextlib.contextmanager
def copy_with(sealed, name, data):
    """Not through the writer: its syncs take most of the time of hundreds of examples."""
    with tempfile.TemporaryDirectory() as folder:
        path = shutil.copytree(sealed, f"{folder}/{sealed.name}")
        os.chmod(f"{path}/{name}", 0o644)
        with open(f"{path}/{name}", "wb") as file:
            file.write(data)
        yield path


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["header.json", "records.jsonl", "seal.json"]), st.data())
def test_changed_bytes_are_always_noticed(sealed, name, data):
    before = (sealed / name).read_bytes()
    start = data.draw(st.integers(0, len(before)))
    end = data.draw(st.integers(start, min(len(before), start + 40)))
    after = before[:start] + data.draw(st.binary(max_size=40)) + before[end:]
    with copy_with(sealed, name, after) as path:
        contents = bundles.read(path)

    # Of the seal itself nobody keeps a sum beside the index; what matters in it is held against the
    # other files.
    assert contents.problems or after == before or name == "seal.json"
    assert contents.launches in ([], [LAUNCH]) or name == "records.jsonl"


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.lists(JSON, max_size=4))
def test_any_records_are_read_without_failing(sealed, data, values):
    lines = [json.dumps(value).encode() for value in values]
    lines += [line_of(kind, 1, {"value": value}) for kind in KINDS for value in values]

    with copy_with(sealed, "records.jsonl", b"\n".join([*lines, data])) as path:
        assert bundles.read(path).problems


@settings(max_examples=20, deadline=None)
@given(JSON)
def test_record_comes_back_as_it_was_bounded(value):
    with tempfile.TemporaryDirectory() as folder:
        with Bundle.create(folder, {"night": "2026-11-27"}, 0) as bundle:
            bundle.append("note", {"value": value})

            contents = bundles.read(bundle.path)

    assert contents.problems == []
    assert contents.notes[0]["value"] == bounded(value)


@given(JSON)
def test_bounding_is_done_once_and_changes_only_what_cannot_be_kept(value):
    once = bounded(value)

    assert bounded(once) == once
    assert json.loads(json.dumps(once, allow_nan=False)) == once


@given(st.text())
def test_text_that_utf8_has_stays(text):
    assert bounded(text) == text


@given(st.floats())
def test_number_stays_or_is_missing(number):
    assert bounded(number) == (number if math.isfinite(number) else None)


@given(st.integers(MAX_TEXT - 5, MAX_TEXT + 5))
def test_only_longer_text_is_cut(length):
    kept = bounded("x" * length)

    assert (len(kept) == length) == (length <= MAX_TEXT)
    assert len(kept) <= MAX_TEXT


# --- Values -----------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [LAUNCH, NODE, PLANNED, OUTCOME, CELL])
def test_value_comes_back_from_its_json(value):
    assert value_of(type(value), json.loads(json.dumps(asdict(value)))) == value


@pytest.mark.parametrize("kind, change, message", [
    (Launch, {"exit_code": "0"}, "'exit_code' is '0', not a whole number"),
    (Launch, {"exit_code": True}, "'exit_code' is True, not a whole number"),
    (Launch, {"duration_s": "long"}, "'duration_s' is 'long', not a number"),
    (Launch, {"duration_s": 10 ** 400}, "'duration_s' is 1000.*, not a number"),
    (Launch, {"duration_s": math.nan}, "'duration_s' is nan, not a number"),
    (Launch, {"duration_s": math.inf}, "'duration_s' is inf, not a number"),
    (Launch, {"gpus": "GPU-1"}, "'gpus' is 'GPU-1', not a list"),
    (Launch, {"gpus": [1]}, r"'gpus\[0\]' is 1, not a text"),
    (Launch, {"trouble": {"id": "suite.x"}}, "'trouble.observed' is missing"),
    (Launch, {"is_timed_out": 1}, "'is_timed_out' is 1, not true or false"),
    (Launch, {"report": []}, r"'report' is \[\], not an object"),
    (Launch, {"colour": "red"}, "'colour' is not a field of Launch"),
    (Node, {"gpus": [{"uuid": "GPU-1"}]}, r"'gpus\[0\].name' is missing"),
    (Planned, {"environment": [["A"]]}, r"'environment\[0\]' has 1 entries, not 2"),
    (Planned, {"cell": None}, "'cell' is None, not an object"),
])
def test_misfit_is_said_by_its_name(kind, change, message):
    healthy = next(value for value in (LAUNCH, NODE, PLANNED) if type(value) is kind)

    with pytest.raises(Misfit, match=message):
        value_of(kind, {**json.loads(json.dumps(asdict(healthy))), **change})


def test_whole_number_is_a_number_and_what_is_not_there_has_its_default():
    data = json.loads(json.dumps(asdict(LAUNCH)))
    del data["message"], data["foreign"]

    launch = value_of(Launch, {**data, "duration_s": 2})

    assert (launch.duration_s, launch.message, launch.foreign) == (2.0, "", ())
    assert isinstance(launch.duration_s, float)

