# SPDX-License-Identifier: Apache-2.0
"""A matrix as items of pytest: what is launched for which, and what each tells. The engine is one that
runs nothing; with the program itself see test_run_verb.py."""

import errno
import json
import os
import re
from contextlib import nullcontext

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped

from fakes import FakeEngine, answer, ended
from gpu_selftest_harness import bundle, node as nodes
from gpu_selftest_harness.bundle import disk
from gpu_selftest_harness.errors import Failed
from gpu_selftest_harness.index import Index
from gpu_selftest_harness.lease import Leases
from gpu_selftest_harness.plugin import night as nights, work
from gpu_selftest_harness.plugin.stopping import Stopping
from records import UUIDS, check, metric, node, report

pytest_plugins = ["pytester"]

MATRIX = """
version: 1
axes: {driver: ["580"], cuda: ["12.4", "13.0"], variant: [base, runtime], distro: [ubuntu22.04],
       engine: [local], gpu: [h100-sxm5-80gb], devices: ["count:1", all], level: [quick],
       capabilities: ["compute,utility"]}
models: {h100-sxm5-80gb: {pci_ids: ["0x2330"], names: ["NVIDIA H100 80GB HBM3"]}}
defaults: {launches: 2, samples: 30, timeout_s: 60, workloads: [vector-add, host-copy],
           axes: {driver: "*", devices: "count:1"}}
rows: [{product: {cuda: "*", variant: "*"}}]
"""
EXPECT = """
expect:
  - {when: {cuda: "13.0"}, word: FAIL, id: host.driver-too-old, reason: "the driver is older"}
"""


@pytest.fixture
def engine(monkeypatch):
    engine = FakeEngine()
    monkeypatch.setattr(nights, "make", lambda name, **settings: engine)
    # That records outlive the machine is tried where they are written.
    monkeypatch.setattr(os, "fdatasync", lambda file: None)
    monkeypatch.setattr(os, "fsync", lambda file: None)
    return engine


@pytest.fixture
def harness(pytester, engine):
    """Runs pytest with the plugin, in this process; '.tests' are the outcomes by cell and workload."""
    pytester.path.joinpath("node.json").write_text(json.dumps(nodes.to_json(node())))

    def run(*words, matrix=MATRIX, target="matrix.yaml"):
        pytester.path.joinpath("matrix.yaml").write_text(matrix)
        result = pytester.runpytest_inprocess(
            "-p", "gpu_selftest_harness.plugin", "-p", "no:hypothesispytest", "-p", "no:xdist", target, "--harness-node", "node.json",
            "--harness-leases", "leases", "--harness-seed", "7", "--junit-xml", "junit.xml",
            "--harness-program", "no-such-program", *words)
        path = pytester.path / "junit.xml"
        result.tests = {}
        if path.exists():
            for case in (case for suite in JUnitXml.fromfile(str(path)) for case in suite):
                if axes := re.search(r"cuda=([^,]+),variant=([^,]+),", case.classname):
                    result.tests[axes[1], axes[2], case.name] = case
            path.unlink()
        return result
    return run


def kinds(result):
    names = {Failure: "failure", Error: "error", Skipped: "skip"}
    return {key: names[type(case.result[0])] if case.result else "pass"
            for key, case in result.tests.items()}


def failing(finding):
    def script(request, number):
        told = answer(request)
        rows = [dict(row) for row in told["workloads"]]
        rows[0]["verdict"] = "FAIL"
        bad = report(rows, [check(finding, rows[0]["name"])], [])
        return {**bad, **{key: told[key] for key in ("plan", "gpus", "gpus_tested", "facts")}}
    return script


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


def test_gpus_of_a_container_that_could_be_swept_at_last_are_used_again(harness, engine, pytester):
    leases = Leases(pytester.path / "leases")
    leases.poison(UUIDS[:4], "docker does not answer", "gpu-selftest-run0-0001")
    leases.poison(UUIDS[4:5], "process 7 goes on", "gpu-selftest-run0-0002")
    engine.sweep = lambda: ["gpu-selftest-run0-0001"]

    harness()

    assert leases.poisoned() == {UUIDS[4]: "process 7 goes on"}
    [path] = bundle.find(pytester.path / "runs")
    assert [(note["gpu"], note["name"]) for note in bundle.read(path).notes
            if note.get("what") == "cleared"] \
        == [(uuid, "gpu-selftest-run0-0001") for uuid in UUIDS[:4]]


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


# --- Selection ---

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


# --- Known faults and earlier nights ---

def quarantine(until):
    return f"""
version: 1
quarantine:
  - {{when: {{cuda: "13.0", variant: base}}, id: hardware.slow, owner: operations,
      reason: "a riser is on order", until: {until}}}
"""


@pytest.mark.parametrize("until, code, kind", [("2026-11-27", 0, "skip"),
                                               ("2026-11-26", 1, "failure")])
def test_quarantine_until_its_day(harness, engine, pytester, until, code, kind):
    engine.script = lambda request, number: failing("hardware.slow")(request, number) \
        if request.cuda == "13.0" and request.variant == "base" else answer(request)
    pytester.path.joinpath("known.yaml").write_text(quarantine(until))
    result = harness("--harness-quarantine", "known.yaml", "--harness-night", "2026-11-27")
    assert (result.ret, kinds(result)["13.0", "base", "cell"]) == (code, kind)
    if code == 0:
        result.stdout.fnmatch_lines(["PASS*3 cells as expected, 1 in quarantine"])


def test_quarantine_hides_no_other_fault(harness, engine, pytester):
    engine.script = failing("hardware.wrong-result")
    pytester.path.joinpath("known.yaml").write_text(quarantine("2026-11-27"))
    assert harness("--harness-quarantine", "known.yaml", "--harness-night", "2026-11-27").ret == 1


def measuring(value):
    def script(request, number):
        told = answer(request)
        return {**told, "metrics": [metric(value=value(number))]}
    return script


def test_a_drop_against_earlier_nights_is_confirmed(harness, engine, pytester):
    words = ("--harness-index", "index.sqlite", "--harness-select", "cuda=13.0,variant=base")
    engine.script = measuring(lambda number: 5e10)
    for day in range(1, 11):
        harness(*words, "--harness-night", f"2026-11-{day:02}")
    with Index(pytester.path / "index.sqlite") as index:
        for path in bundle.find(pytester.path / "runs"):
            index.add(path)
    engine.script, engine.requests = measuring(lambda number: 4e10), []
    harness(*words, "--harness-night", "2026-11-11")
    assert len(engine.requests) == 4
    [last] = [contents for contents in map(bundle.read, bundle.find(pytester.path / "runs"))
              if contents.header["night"] == "2026-11-11"]
    assert [one.kind for one in last.launches] == ["measure", "measure", "confirm", "confirm"]


def test_a_number_that_earlier_nights_had_is_missed(harness, engine, pytester):
    words = ("--harness-index", "index.sqlite", "--harness-select", "cuda=13.0,variant=base")
    engine.script = measuring(lambda number: 5e10)
    assert harness(*words, "--harness-night", "2026-11-01").ret == 0
    with Index(pytester.path / "index.sqlite") as index:
        index.add(bundle.find(pytester.path / "runs")[0])
    engine.script = lambda request, number: answer(request)
    result = harness(*words, "--harness-night", "2026-11-02")
    assert result.ret == 3
    assert "suite.metric-missing" in result.tests["13.0", "base", "cell"].result[0].text


# --- GPUs that are gone ---

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


# --- Trouble that is one cell's, or a container's ---

def test_a_container_that_cannot_be_removed_costs_no_cell(harness, engine, pytester, monkeypatch):
    def cannot():
        raise Failed("cannot remove '0123': device or resource busy")

    monkeypatch.setattr(engine, "sweep", cannot)
    result = harness()
    assert (result.ret, len(engine.requests)) == (0, 8)
    result.stdout.fnmatch_lines(["local could not sweep away all of earlier runs: cannot remove '0123'*"])
    [path] = bundle.find(pytester.path / "runs")
    assert "not swept" in [note["what"] for note in bundle.read(path).notes]


def test_a_cell_that_nobody_can_judge_costs_no_other(harness, engine, monkeypatch):
    real = work.judge

    def cannot(planned, launches, *more):
        if (planned.cell.cuda, planned.cell.variant) == ("13.0", "base"):
            raise ZeroDivisionError("so")
        return real(planned, launches, *more)

    monkeypatch.setattr(work, "judge", cannot)
    result = harness()
    assert result.ret == 3
    assert {key for key, kind in kinds(result).items() if kind != "pass"} \
        == {("13.0", "base", name) for name in ("cell", "vector-add", "host-copy")}
    case = result.tests["13.0", "base", "cell"]
    assert "suite.harness-failed: ZeroDivisionError: so" in case.result[0].text


def garbage(path):
    path.write_bytes(b"no database at all" * 999)


def torn(path):
    """All but its first page, in which its tables are named, so that it opens."""
    with Index(path):
        pass
    data = path.read_bytes()
    path.write_bytes(data[:4096] + bytes(len(data) - 4096))


@pytest.mark.parametrize("damage, text", [(garbage, "file is not a database"),
                                          (torn, "database disk image is malformed")])
@pytest.mark.parametrize("words", [(), ("--harness-without", UUIDS[7])])
def test_an_index_that_cannot_be_read_is_told_and_costs_no_outcome(harness, pytester, damage, text,
                                                                   words):
    damage(pytester.path / "index.sqlite")

    result = harness("--harness-index", "index.sqlite", *words)

    assert result.ret == 3
    # What was measured is judged: a bundle is sealed once, and an index made again.
    assert set(kinds(result).values()) == {"pass"}
    result.stdout.fnmatch_lines([
        f"ERROR  node7 *nobody can tell what the nights before had: *{text}*",
        "nothing is missed and nothing is confirmed; make 'index.sqlite' again: *--rebuild DIR"])
    result.stdout.no_fnmatch_line("*--without*")


# --- A full disk ---

def test_a_full_disk_ends_the_run_and_loses_nothing(harness, engine, pytester, monkeypatch):
    real, calls = disk.append, []

    def fills(descriptor, data, end):
        calls.append(data)
        # The third launch; then there is what the ballast gives up.
        if data.startswith(b'{"kind":"launch"') and b'"0003"' in data and calls.count(data) == 1:
            raise OSError(errno.ENOSPC, "no space left on device")
        return real(descriptor, data, end)

    monkeypatch.setattr(disk, "append", fills)
    result = harness()
    assert result.ret == 3
    [path] = bundle.find(pytester.path / "runs")
    contents = bundle.read(path)
    assert ([one.id for one in contents.launches], contents.problems) \
        == (["0001", "0002", "0003"], [])
    assert {one.id for one in contents.outcomes if one.word == "MISS"} == {"suite.not-run"}
    result.stdout.fnmatch_lines(["ended early: the disk of *"])


# --- Going on ---

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
    assert (harness().ret, len(engine.requests)) == (1, 1)


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


def test_a_run_that_was_cut_off_goes_on(harness, engine, pytester):
    def dies(request, number):
        if number == 5:
            raise KeyboardInterrupt
        return answer(request)

    engine.script = dies
    with pytest.raises(KeyboardInterrupt):
        raise_of(harness)
    [path] = bundle.left_open(pytester.path / "runs")
    engine.script, engine.requests = (lambda request, number: answer(request)), []
    result = harness("--harness-resume")
    assert (result.ret, len(engine.requests)) == (0, 4)
    [path] = bundle.find(pytester.path / "runs")
    contents = bundle.read(path)
    assert (len(contents.launches), contents.problems) == (8, [])
    assert len({launch.id for launch in contents.launches}) == 8
    before, after = contents.launches[:4], contents.launches[4:]
    assert max(one.since_start_s for one in before) < min(one.since_start_s for one in after)


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
