# SPDX-License-Identifier: Apache-2.0
"""A matrix as items of pytest: one for each cell and workload, and what each tells."""

import pytest
from junitparser import Failure

from fakes import answer, ended
from gpu_selftest_harness import bundle
from plugged import MATRIX, failing, kinds

pytest_plugins = ["pytester", "plugged"]

EXPECT = """
expect:
  - {when: {cuda: "13.0"}, word: FAIL, id: host.driver-too-old, reason: "the driver is older"}
"""


def test_an_item_for_each_cell_and_each_workload(harness, engine):
    result = harness()
    assert result.ret == 0
    assert kinds(result) == {(cuda, variant, name): "pass" for cuda in ("12.4", "13.0")
                             for variant in ("base", "runtime")
                             for name in ("cell", "vector-add", "host-copy")}
    assert len(engine.requests) == 8 and engine.sweeps == 1


def test_what_was_seen_is_in_a_sealed_bundle(harness, pytester):
    harness()
    [path] = bundle.find(pytester.path / "runs")
    contents = bundle.read(path)
    assert (contents.is_sealed, contents.problems) == (True, [])
    assert (len(contents.launches), len(contents.outcomes)) == (8, 12)
    header = contents.header
    assert (header["seed"], len(header["plan"]), header["node"]["driver"]) == (7, 4, "580.95.05")
    assert header["matrix"]["text"] == MATRIX


def test_properties_for_junit(harness):
    case = harness().tests["13.0", "base", "vector-add"]
    told = {one.get("name"): one.get("value") for one in case._elem.iter("property")}
    assert (told["word"], told["digest"], len(told["launches"].split())) == ("PASS", "sha256:0", 2)
    assert told["expected"] == "PASS (no rule says otherwise)"
    assert harness().tests["13.0", "base", "cell"].time == 2.0


def test_a_failure_is_a_failure_and_exit_1(harness, engine):
    engine.script = lambda request, number: failing("hardware.wrong-result")(request, number) \
        if request.cuda == "13.0" and request.variant == "base" else answer(request)
    result = harness()
    assert result.ret == 1
    assert {key for key, kind in kinds(result).items() if kind != "pass"} \
        == {("13.0", "base", "cell"), ("13.0", "base", "vector-add")}
    case = result.tests["13.0", "base", "cell"]
    assert isinstance(case.result[0], Failure)
    assert "hardware.wrong-result: seen of hardware.wrong-result" in case.result[0].text
    result.stdout.fnmatch_lines(["FAIL  node7  driver 580.95.05  SIMULATED h100x8  1 of 4 cells red "
                                 "(1 FAIL, 3 PASS)  hardware.wrong-result",
                                 "      next: mend hardware.wrong-result"])


def test_could_not_tell_is_an_error_and_exit_3(harness, engine):
    engine.script = lambda request, number: ended(None)
    result = harness()
    assert result.ret == 3
    assert kinds(result)["13.0", "base", "cell"] == "error"
    assert kinds(result)["13.0", "base", "vector-add"] == "skip"
    assert "suite.no-report" in result.tests["13.0", "base", "cell"].result[0].text
    assert "blocked by suite.no-report" in result.tests["13.0", "base", "vector-add"].result[0].message


def test_could_not_tell_says_what_is_known_and_none_of_pythons_lines(harness, engine):
    engine.script = lambda request, number: ended(None)
    result = harness().tests["13.0", "base", "cell"].result[0]
    assert result.text.startswith("ERROR  cuda=13.0 variant=base\n  suite.no-report: ")
    assert ".py" not in result.text + result.message


def test_a_missing_engine_is_a_miss(harness, engine):
    engine.digest = None
    result = harness()
    assert result.ret == 3
    assert kinds(result)["13.0", "base", "cell"] == "error"


def test_a_failure_beats_could_not_tell(harness, engine):
    engine.script = lambda request, number: failing("hardware.slow")(request, number) \
        if request.cuda == "13.0" else ended(None)
    assert harness().ret == 1


def test_expected_failures_are_green_and_an_unexpected_pass_is_red(harness, engine):
    engine.script = lambda request, number: failing("host.driver-too-old")(request, number) \
        if request.cuda == "13.0" else answer(request)
    result = harness(matrix=MATRIX + EXPECT)
    assert (result.ret, set(kinds(result).values())) == (0, {"pass"})
    result.stdout.fnmatch_lines(["PASS  node7  *4 cells as expected, 2 of them fail as expected"])
    engine.script = lambda request, number: answer(request)
    result = harness(matrix=MATRIX + EXPECT)
    assert result.ret == 1
    assert {key for key, kind in kinds(result).items() if kind == "failure"} \
        == {("13.0", variant, name) for variant in ("base", "runtime")
            for name in ("cell", "vector-add", "host-copy")}


SKIPS = """
expect: [{when: {}, word: SKIP, reason: "nothing of it applies"}]
"""


@pytest.mark.parametrize("expect, code, word", [(SKIPS, 77, "SKIP"), ("", 3, "ERROR")],
                         ids=["it is to be skipped", "it is to pass"])
def test_nothing_tested_is_77_where_that_was_to_come(harness, engine, expect, code, word):
    def skips(request, number):
        told = answer(request)
        for row in told["workloads"]:
            row.update(verdict="SKIP", reason="it does not apply")
        return {**told, "verdict": "SKIP", "exit_code": 77}

    engine.script = skips
    result = harness(matrix=MATRIX + expect)
    assert result.ret == code
    result.stdout.fnmatch_lines([f"{word}  node7  *"])


@pytest.mark.parametrize("words", [("-n", "2"), ("--dist", "each", "--tx", "2*popen")])
def test_several_processes_of_pytest_are_refused_since_each_would_launch_all(
        harness, engine, pytester, words):
    pytest.importorskip("xdist")
    result = harness("-p", "xdist", *words)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*leave out '-n'; '--harness-jobs N'*"])
    assert (engine.requests, pytester.path.joinpath("runs").exists()) == ([], False)


def test_numbers_that_somebody_disturbed_are_in_the_first_line(harness, engine):
    def disturbed(request, number):
        told = answer(request)
        if request.cuda == "13.0":
            told["gpus"][0]["facts"]["other_processes"] = {"host-copy": "2, busy"}
        return told

    engine.script = disturbed
    result = harness()
    assert result.ret == 0
    result.stdout.fnmatch_lines(["PASS  node7  *4 cells as expected, numbers of 2 cannot be compared: gpu 0: "
                                 "other processes: 2, busy"])
