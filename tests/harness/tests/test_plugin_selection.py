# SPDX-License-Identifier: Apache-2.0
"""Which items there are to run: what is selected, and what failed before."""

import pytest

from fakes import answer
from gpu_selftest_harness import bundle
from plugged import failing

pytest_plugins = ["pytester", "plugged"]


@pytest.mark.parametrize("words, launches, items", [
    (("-k", "cuda13.0 and base"), 2, 3), (("-k", "cuda13.0 and vector-add"), 4, 2),
    (("--harness-select", "cuda=13.0,variant=base"), 2, 3)])
def test_only_what_is_selected_is_launched(harness, engine, words, launches, items):
    result = harness(*words)
    assert (result.ret, len(engine.requests), len(result.tests)) == (0, launches, items)
    assert {request.cuda for request in engine.requests} == {"13.0"}


def test_one_workload_by_its_id_runs_alone(harness, engine, pytester):
    cell = ("driver=580,cuda=13.0,variant=base,distro=ubuntu22.04,engine=local,gpu=h100-sxm5-80gb,"
            "devices=count:1,capabilities=compute,utility,level=quick")
    result = harness(target=f"matrix.yaml::{cell}::host-copy")
    assert (result.ret, list(result.tests)) == (0, [("13.0", "base", "host-copy")])
    assert {request.arguments[3] for request in engine.requests} == {"host-copy"}


@pytest.mark.parametrize("words, text", [
    (("-k", "nothing-like-that"), "nothing was selected; cells of this node are such as driver=580"),
    (("--harness-select", "cuda=9.9"), "9.9"), (("--harness-tier", "weekly"), "no tier 'weekly'")])
def test_an_empty_selection_is_an_error_that_names_choices(harness, engine, words, text):
    result = harness(*words)
    assert result.ret in (2, pytest.ExitCode.USAGE_ERROR)
    assert text in result.stdout.str() + result.stderr.str()
    assert engine.requests == []


def test_collecting_launches_nothing(harness, engine, pytester):
    result = harness("--collect-only", "-q")
    assert (result.ret, engine.requests) == (0, [])
    assert not (pytester.path / "runs").exists()


def test_last_failed_launches_what_failed(harness, engine):
    engine.script = lambda request, number: failing("hardware.slow")(request, number) \
        if request.cuda == "13.0" and request.variant == "base" else answer(request)
    assert harness().ret == 1
    engine.script, engine.requests = (lambda request, number: answer(request)), []
    result = harness("--lf")
    assert (result.ret, len(engine.requests), len(result.tests)) == (0, 2, 2)


def test_rerun_failed_of_the_latest_run(harness, engine):
    engine.script = lambda request, number: failing("hardware.slow")(request, number) \
        if request.cuda == "13.0" and request.variant == "base" else answer(request)
    harness()
    engine.script, engine.requests = (lambda request, number: answer(request)), []
    result = harness("--harness-rerun-failed")
    assert (result.ret, len(engine.requests), len(result.tests)) == (0, 2, 3)


@pytest.mark.parametrize("words, night", [
    ((), "2026-11-01"), (("--harness-night", "2026-11-02"), "2026-11-02")],
    ids=["the night that it was", "the night that it is told"])
def test_rerun_failed_belongs_to_the_night_whose_cells_it_runs(
        harness, engine, pytester, words, night):
    engine.script = failing("hardware.slow")
    harness("--harness-night", "2026-11-01")
    before = set(bundle.find(pytester.path / "runs"))
    engine.script = lambda request, number: answer(request)
    assert harness("--harness-rerun-failed", *words).ret == 0
    [new] = set(bundle.find(pytester.path / "runs")) - before
    assert bundle.read(new).header["night"] == night


def test_rerun_failed_of_a_run_in_which_nothing_is_red_is_refused(harness, engine, pytester):
    harness()
    [path] = bundle.find(pytester.path / "runs")
    engine.requests = []
    result = harness("--harness-rerun-failed")
    assert (result.ret, engine.requests) == (pytest.ExitCode.USAGE_ERROR, [])
    assert f"no cell is red in '{path.name}': nothing is to be run again" in result.stderr.str()


def test_rerun_failed_of_a_run_that_was_cut_off_is_refused(harness, engine, pytester):
    def dies(request, number):
        raise KeyboardInterrupt

    engine.script = dies
    with pytest.raises(KeyboardInterrupt):
        harness()
    [path] = bundle.left_open(pytester.path / "runs")
    engine.script = lambda request, number: answer(request)
    result = harness("--harness-rerun-failed")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert f"'{path.name.removesuffix('.open')}' was cut off before it said anything: go on with it by " \
        "'--resume'" in result.stderr.str()
