# SPDX-License-Identifier: Apache-2.0
"""The rows of troubles: each is used, each id that is used has one, and none is the program's."""

import re
import subprocess
from pathlib import Path

import pytest

from gpu_selftest_harness.troubles import TROUBLES
from gpu_selftest_harness.words import ERROR, MISS

PACKAGE = Path(__file__).resolve().parent.parent / "gpu_selftest_harness"
USED = {id for path in PACKAGE.rglob("*.py") if path.name != "troubles.py"
        for id in re.findall(r"\"(suite\.[a-z-]+)\"", path.read_text(encoding="utf-8"))}


def explains(program, id):
    return subprocess.run([program, "explain", id], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("id, row", TROUBLES.items())
def test_row_is_whole(id, row):
    assert re.fullmatch(r"suite(\.[a-z0-9]+(-[a-z0-9]+)*)", id)
    assert row.word in (ERROR, MISS)
    for text in (row.expected, row.remedy):
        assert text and not text.endswith(".") and not text[0].isupper()


def test_a_run_that_goes_on_is_told_where_the_nights_are():
    """Without them nothing of the cells that ran is known."""
    told = [row.remedy for row in TROUBLES.values() if "--resume" in row.remedy]

    assert len(told) == 3
    for remedy in told:
        assert remedy.endswith("run MATRIX --resume --out DIR/runs --index DIR/index.sqlite")


def test_every_id_that_is_used_has_a_row():
    assert USED <= TROUBLES.keys()


def test_every_row_is_used():
    assert TROUBLES.keys() <= USED


@pytest.mark.parametrize("id", TROUBLES)
def test_no_id_is_also_the_programs(program_path, id):
    """One id means one thing: a workload that ran out of time is not a launch that did."""
    assert not explains(program_path, id)


def test_program_explains_ids_of_its_own(program_path):
    assert explains(program_path, "suite.crashed")
