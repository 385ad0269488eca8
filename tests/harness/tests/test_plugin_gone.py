# SPDX-License-Identifier: Apache-2.0
"""GPUs and drivers that a machine had, and has no more."""

import json

import pytest

from gpu_selftest_harness import bundle, node as nodes
from gpu_selftest_harness.index import Index
from plugged import MATRIX, kinds
from records import UUIDS, node

pytest_plugins = ["pytester", "plugged"]

ALL = MATRIX.replace('devices: "count:1"', "devices: all")


@pytest.fixture
def evening(harness, pytester):
    """A night of a machine that has these GPUs, taken into the index."""
    def run(day, gpus, *words, matrix=ALL, **more):
        pytester.path.joinpath("node.json").write_text(json.dumps(nodes.to_json(node(gpus, **more))))
        result = harness("--harness-index", "index.sqlite", "--harness-night", f"2026-11-{day:02}",
                         *words, matrix=matrix)
        with Index(pytester.path / "index.sqlite") as index:
            for path in bundle.find(pytester.path / "runs"):
                index.add(path)
        return result
    return run


def test_a_gpu_that_is_gone_is_a_failure_until_somebody_says_why(evening, pytester):
    assert evening(1, 8).ret == 0
    for day in (2, 3):
        result = evening(day, 7)
        assert result.ret == 1
        text = result.tests["13.0", "base", "cell"].result[0].text
        assert f"hardware.gpu-lost: an earlier run had {UUIDS[7]}, which 'node7' has no more" in text
        assert kinds(result)["13.0", "base", "vector-add"] == "pass"
    assert evening(4, 7, "--harness-without", UUIDS[7]).ret == 0
    assert evening(5, 7).ret == 0


def test_all_that_is_gone_may_be_taken_out(evening):
    assert evening(1, 8).ret == 0
    assert evening(2, 6, "--harness-without", "all").ret == 0
    result = evening(3, 6, "--harness-without", UUIDS[0])
    assert result.ret == 0
    result.stdout.fnmatch_lines([f"--without: '{UUIDS[0]}' is not missed; these are: none"])


def test_what_is_taken_out_of_nothing_known_is_refused(harness, pytester):
    result = harness("--harness-without", "all")
    assert result.ret == 4  # pytest's own code of wrong words
    result.stderr.fnmatch_lines(["*'--without' needs '--index FILE' of the nights before*"])
    assert not pytester.path.joinpath("runs").exists()


def test_an_index_that_is_not_there_is_told(harness):
    result = harness("--harness-index", "typo.sqlite")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["there is no 'typo.sqlite' yet: no drop is confirmed, and no GPU *"])


def test_a_gpu_that_comes_back_is_missed_no_more(evening):
    assert [evening(day, gpus).ret for day, gpus in enumerate((8, 7, 8, 8), 1)] == [0, 1, 0, 0]


def test_where_no_cell_is_of_all_gpus_each_tells_of_the_gone_one(evening):
    assert [evening(day, gpus, matrix=MATRIX).ret for day, gpus in enumerate((8, 7), 1)] == [0, 1]


def test_a_driver_that_is_gone_is_not_blamed_on_gpus(evening):
    assert evening(1, 8).ret == 0
    result = evening(2, 0, driver=None, problems=("NVML: driver not loaded",))
    assert result.ret == 3
    assert "suite.node-gone" in result.tests["13.0", "base", "cell"].result[0].text
    assert [evening(3, 8).ret, evening(4, 7).ret] == [0, 1]


def test_gpus_of_another_machine_are_not_missed(evening):
    assert evening(1, 8).ret == 0
    assert evening(2, 7, name="node8").ret == 0


@pytest.mark.parametrize("gpus, withheld, code", [(7, 1, 0), (6, 1, 1), (7, 0, 1)])
def test_a_gpu_that_is_withheld_is_not_missed(evening, gpus, withheld, code):
    assert evening(1, 8).ret == 0
    assert evening(2, gpus, withheld=withheld).ret == code


def test_a_gpu_that_was_withheld_and_then_is_gone_is_missed(evening):
    assert [evening(1, 8).ret, evening(2, 7, withheld=1).ret, evening(3, 7, withheld=1).ret] == [0] * 3
    assert evening(4, 7).ret == 1


def test_a_gpu_that_the_driver_lost_is_a_failure_without_history(evening):
    lost = ("gpu 7: gpu is lost",)
    result = evening(1, 7, problems=lost, lost=lost)
    assert result.ret == 1
    assert "hardware.gpu-lost: gpu 7: gpu is lost" in result.tests["13.0", "base", "cell"].result[0].text
