# SPDX-License-Identifier: Apache-2.0
"""The verb that tells what came of a night on all nodes together."""

from pathlib import Path

import pytest
from gpu_selftest_harness.commands import merge
from gpu_selftest_harness.errors import Refused
from gpu_selftest_harness.index import Index
from gpu_selftest_harness.matrix import load
from stored import CELL, outcome
from verbs import call

SIMULATED = Path(__file__).parent.parent / "matrices/simulated.yaml"


@pytest.mark.parametrize("outcomes, code", [
    ([outcome()], 0),
    ([outcome("FAIL")], 1),
    ([outcome("FAIL", is_as_expected=True)], 0),
    ([outcome("FAIL", quarantine={"owner": "a"})], 0),
    ([outcome("ERROR")], 3),
    ([outcome("ERROR"), outcome("FAIL", workload="sgemm")], 1),
    ([outcome(is_as_expected=False)], 1),  # it passed where it has to fail
    ([outcome("MISS")], 3),
    ([outcome("SKIP", is_as_expected=True)], 77),
    # It was to pass, and nothing was tested.
    ([outcome("SKIP")], 3),
    ([outcome("SKIP"), outcome(workload="sgemm")], 3),
    ([outcome("SKIP"), outcome("FAIL", workload="sgemm")], 1),
    ([], 3),  # it was planned
])
def test_merge_ends_as_the_night_did(make, tmp_path, outcomes, code):
    with Index(tmp_path / "i.sqlite") as opened:
        opened.add(make("2026-11-27", *outcomes))

    assert call(merge, tmp_path / "i.sqlite") == code


def test_merge_of_a_night_on_which_nobody_came(tmp_path, capsys):
    with Index(tmp_path / "i.sqlite"):
        pass

    assert call(merge, tmp_path / "i.sqlite", "--night", "2026-11-28", "--matrix", SIMULATED) == 3

    assert capsys.readouterr().out.count("suite.never-ran") == len(load(SIMULATED).cells())


@pytest.mark.parametrize("words, text", [
    ((), "has no night"), (("--night", "2026-11-28"), "has no night"),
    (("--matrix", "MATRIX"), "has no night"),
    (("--night", "today", "--matrix", "MATRIX"), "'today' is no night such as 2026-11-27")])
def test_merge_refuses_what_is_no_night(tmp_path, words, text):
    with Index(tmp_path / "i.sqlite"):
        pass

    with pytest.raises(Refused, match=text):
        call(merge, tmp_path / "i.sqlite", *(SIMULATED if one == "MATRIX" else one for one in words))


def test_merge_tells_of_the_last_night_and_names_others(make, tmp_path, capsys):
    with Index(tmp_path / "i.sqlite") as opened:
        opened.add(make("2026-11-26", outcome("FAIL", id="hardware.x", observed="two\nlines")))
        opened.add(make("2026-11-27", outcome()))

    assert call(merge, tmp_path / "i.sqlite") == 0
    assert capsys.readouterr().out == f"PASS   {CELL.name}  -  -\n"
    assert call(merge, tmp_path / "i.sqlite", "--night", "2026-11-26") == 1
    assert capsys.readouterr().out == f"FAIL   {CELL.name}  -  hardware.x  RED  two lines\n"
    with pytest.raises(Refused, match="unknown night '2026-11-25', valid are 2026-11-26"):
        call(merge, tmp_path / "i.sqlite", "--night", "2026-11-25")


@pytest.mark.parametrize("has_file", [True, False])
def test_merge_of_nothing_is_refused(tmp_path, has_file):
    if has_file:
        Index(tmp_path / "i.sqlite").close()

    with pytest.raises(Refused, match="has no night" if has_file else "there is no index"):
        call(merge, tmp_path / "i.sqlite")
