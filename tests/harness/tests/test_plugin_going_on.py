# SPDX-License-Identifier: Apache-2.0
"""A run that was cut off or stopped, and going on with it."""

import json
from contextlib import nullcontext

import pytest
from junitparser import Error

from fakes import answer, ended
from gpu_selftest_harness import bundle, node as nodes
from gpu_selftest_harness.plugin import work
from gpu_selftest_harness.plugin.stopping import Stopping
from plugged import failing, kinds, quarantine
from records import node

pytest_plugins = ["pytester", "plugged"]


def test_going_on_with_a_sealed_run_runs_what_could_not_tell(harness, engine, pytester):
    engine.script = lambda request, number: ended(None) if request.cuda == "13.0" else answer(request)
    assert harness().ret == 3
    [first] = bundle.find(pytester.path / "runs")
    was = (first / "records.jsonl").read_bytes()
    engine.script, engine.requests = (lambda request, number: answer(request)), []
    result = harness("--harness-resume")
    assert (result.ret, len(engine.requests), len(result.tests)) == (0, 4, 12)
    assert {request.cuda for request in engine.requests} == {"13.0"}
    assert (first / "records.jsonl").read_bytes() == was
    [second] = set(bundle.find(pytester.path / "runs")) - {first}
    assert bundle.read(second).header["resumes"] == first.name
    assert len(bundle.read(second).launches) == 4


def test_going_on_with_a_complete_run_runs_nothing(harness, engine, pytester):
    harness()
    engine.requests = []
    result = harness("--harness-resume")
    assert (result.ret, engine.requests, len(result.tests)) == (0, [], 12)
    assert len(bundle.find(pytester.path / "runs")) == 1


def test_of_another_image_a_sealed_run_says_nothing(harness, engine):
    harness()
    engine.digest, engine.requests = "sha256:1", []
    assert harness("--harness-resume").ret == 0
    assert len(engine.requests) == 8


@pytest.fixture
def stop(monkeypatch):
    """Set in the place of a signal."""
    stopping = Stopping()
    monkeypatch.setattr(work, "Stopping", lambda say: nullcontext(stopping))
    return stopping.stop


@pytest.mark.parametrize("count", [4, 7], ids=["after one round", "before the last launch"])
def test_a_run_that_was_stopped_could_not_tell_and_goes_on(harness, engine, pytester, stop, count):
    def stops(request, number):
        if number == count:
            stop.set()
        return answer(request)

    engine.script = stops
    result = harness("--harness-night", "2026-11-26")
    assert (result.ret, len(engine.requests)) == (3, count)
    result.stdout.fnmatch_lines([f"ended early: it was stopped, {8 - count} launches are left"])
    assert any("1 of 2 launches ran" in case.result[0].text for case in result.tests.values()
               if case.result and isinstance(case.result[0], Error))
    stop.clear()
    engine.script, engine.requests = (lambda request, number: answer(request)), []
    result = harness("--harness-resume")
    assert (result.ret, len(result.tests), set(kinds(result).values())) == (0, 12, {"pass"})
    # Cells are run as a whole, those that were complete are not.
    assert len(engine.requests) == (8 if count == 4 else 2)
    assert {bundle.read(path).header["night"] for path in bundle.find(pytester.path / "runs")} \
        == {"2026-11-26"}


def test_a_failure_in_a_run_that_was_stopped_stays_one(harness, engine, stop):
    def stops(request, number):
        stop.set()
        return failing("hardware.wrong-result")(request, number)

    engine.script = stops
    result = harness()
    assert (result.ret, len(engine.requests)) == (1, 1)
    result.stdout.fnmatch_lines(["  hardware.wrong-result: 1 of 2 launches: seen of hardware.wrong-result (GPU-*"])


def test_a_stop_after_the_last_launch_leaves_nothing(harness, engine, stop):
    def stops(request, number):
        if number == 8:
            stop.set()
        return answer(request)

    engine.script = stops
    assert harness().ret == 0


@pytest.mark.parametrize("words, code", [(("--harness-quarantine", "known.yaml"), 0), ((), 1)],
                         ids=["it is still known", "it is no longer known"])
def test_going_on_asks_the_quarantine_again(harness, engine, pytester, words, code):
    engine.script = lambda request, number: failing("hardware.slow")(request, number) \
        if request.cuda == "13.0" and request.variant == "base" else answer(request)
    pytester.path.joinpath("known.yaml").write_text(quarantine("2026-11-27"))
    known = ("--harness-quarantine", "known.yaml", "--harness-night", "2026-11-27")
    assert harness(*known).ret == 0
    assert harness("--harness-resume", *words).ret == code


def cut_off(harness, engine, pytester):
    """The open bundle of a run that died in its fifth launch."""
    def dies(request, number):
        if number == 5:
            raise KeyboardInterrupt
        return answer(request)

    engine.script = dies
    with pytest.raises(KeyboardInterrupt):
        raise_of(harness)
    [path] = bundle.left_open(pytester.path / "runs")
    return path


def test_a_run_that_was_cut_off_goes_on(harness, engine, pytester):
    cut_off(harness, engine, pytester)
    engine.script, engine.requests = (lambda request, number: answer(request)), []
    # Sealed without the others' outcomes, it would say that they never ran.
    result = harness("--harness-resume", "-k", "cuda13.0 and base")
    assert (result.ret, engine.requests) == (pytest.ExitCode.USAGE_ERROR, [])
    assert "has launches of 3 cells that are not selected: go on with all of it" in result.stderr.str()
    result = harness("--harness-resume")
    assert (result.ret, len(engine.requests)) == (0, 4)
    [path] = bundle.find(pytester.path / "runs")
    contents = bundle.read(path)
    assert (len(contents.launches), contents.problems) == (8, [])
    assert len({launch.id for launch in contents.launches}) == 8
    before, after = contents.launches[:4], contents.launches[4:]
    assert max(one.since_start_s for one in before) < min(one.since_start_s for one in after)


def test_a_line_that_the_disk_garbled_is_told_and_its_launch_made_good(harness, engine, pytester):
    path = cut_off(harness, engine, pytester)
    records = path / "records.jsonl"
    records.write_bytes(records.read_bytes().replace(b'"id":"0002"', b'"id":"0\xff02', 1))
    engine.script, engine.requests = (lambda request, number: answer(request)), []
    result = harness("--harness-resume")
    assert (result.ret, len(engine.requests)) == (0, 5)
    result.stdout.fnmatch_lines(["the run that is gone on with is damaged: *records.jsonl*"])


def raise_of(harness):
    """What ends a process in the middle ends this call."""
    if harness().ret == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt


def test_resume_of_another_driver_is_refused(harness, engine, pytester):
    harness()
    pytester.path.joinpath("node.json").write_text(json.dumps(nodes.to_json(
        node(driver="580.105.08"))))
    result = harness("--harness-resume")
    assert "its driver was '580.95.05', now it is '580.105.08'" in result.stderr.str()


def test_resume_without_a_run(harness):
    assert "there is no run yet" in harness("--harness-resume").stderr.str()
