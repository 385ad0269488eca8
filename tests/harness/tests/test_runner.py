# SPDX-License-Identifier: Apache-2.0
"""What is launched, again or not at all, and that it is written down first."""

import json
import threading
from contextlib import contextmanager

import pytest

from fakes import FakeBundle, FakeEngine, answer, ended, refused
from gpu_selftest_harness.bundle import DiskFull
from gpu_selftest_harness.engines import Ran
from gpu_selftest_harness.errors import Failed
from gpu_selftest_harness.judge import judge
from gpu_selftest_harness.lease import Leases
from gpu_selftest_harness.model import Trouble
from gpu_selftest_harness.runner import Launcher, Runner, order, runner
from records import UUIDS, FakeMatrix, cell, check, launch, node, planned, report

TWO = [planned(cell(cuda="12.4")), planned(cell(cuda="13.0"))]


def night(tmp_path, engine, plan=TWO, bundle=None, stop=None, end=None, done=(), on=None, jobs=1,
          leases=None, **settings):
    bundle = bundle or FakeBundle()
    names = {name: settings.pop(name) for name in ("explain", "others") if name in settings}
    launcher = Launcher(on or node(), {"local": engine} if engine else {},
                        leases or Leases(tmp_path / "leases"), "run1", end or threading.Event(),
                        lease_wait_s=0.0, **names)
    runner = Runner(on or node(), bundle, launcher, seed=7, jobs=jobs,
                    stop=stop or threading.Event(), done=tuple(done), **settings)
    return runner.run(plan), bundle


def test_each_cell_three_times_in_the_recorded_order(tmp_path):
    engine = FakeEngine()
    launches, bundle = night(tmp_path, engine)
    assert [(one.cell, one.round) for one in launches] \
        == [(task.planned.cell.key, task.round) for task in order(TWO, node(), 7)]
    assert [record["id"] for record in bundle.of("launch")] == [f"{i:04}" for i in range(1, 7)]
    [note] = bundle.of("note")
    assert (note["seed"], note["tasks"]) == (7, [task.record for task in order(TWO, node(), 7)])
    assert engine.resolved == [""]


def test_a_launch_says_what_was_asked_and_seen(tmp_path):
    engine = FakeEngine()
    [one], _ = night(tmp_path, engine, [planned(launches=1)])
    [request] = engine.requests
    assert request.arguments == ("--level", "quick", "--only", "vector-add,host-copy", "--samples",
                                 "30")
    assert (request.devices, request.cuda, request.variant, request.timeout_s) \
        == (one.gpus, "13.0", "runtime", 60.0)
    assert (one.kind, one.round, one.digest, one.stage, one.exit_code, one.injection) \
        == ("measure", 1, "sha256:0", "run", 0, "host")
    assert one.report["verdict"] == "PASS"


def test_it_is_on_the_disk_before_anybody_hears_of_it(tmp_path):
    bundle, heard = FakeBundle(), []
    night(tmp_path, FakeEngine(), bundle=bundle,
          progress=lambda one, count, of: heard.append((one.id in {
              record["id"] for record in bundle.of("launch")}, count, of)))
    assert heard == [(True, count, 6) for count in range(1, 7)]


def words(launches, of=None):
    return [(one.kind, one.round) for one in launches if of is None or one.cell == of]


def test_what_could_not_tell_is_tried_again_once(tmp_path):
    launches, bundle = night(tmp_path, FakeEngine(lambda request, number: ended(None)),
                             [planned(launches=1)])
    assert words(launches) == [("measure", 1), ("again", 1)]
    assert len(bundle.of("launch")) == 2


def test_one_bad_launch_is_made_good(tmp_path):
    engine = FakeEngine(lambda request, number: ended(None) if number == 1 else answer(request))
    launches, _ = night(tmp_path, engine, [planned(launches=1)])
    [of_cell, *_] = judge(planned(launches=1), launches, FakeMatrix(), node())
    assert (of_cell.word, of_cell.is_intermittent) == ("PASS", True)


@pytest.mark.parametrize("finding", ["hardware.wrong-result", "hardware.slow", "host.driver-too-old"])
def test_a_failure_is_never_tried_again(tmp_path, finding):
    def fails(request, number):
        told = answer(request)
        bad = report(told["workloads"], [check(finding, "vector-add")], [])
        bad["workloads"][0]["verdict"] = "FAIL"
        return {**bad, "plan": told["plan"], "gpus": told["gpus"]}

    launches, _ = night(tmp_path, FakeEngine(fails), [planned(launches=2)])
    assert words(launches) == [("measure", 1), ("measure", 2)]
    assert judge(planned(), launches, FakeMatrix(), node())[0].id == finding


def test_disturbed_numbers_are_tried_again(tmp_path):
    seen = iter([("gpu 0: pid 77",), (), (), ()])
    launches, _ = night(tmp_path, FakeEngine(), [planned(launches=1)],
                        others=lambda uuids: next(seen))
    assert [(one.kind, one.foreign) for one in launches] \
        == [("measure", ("gpu 0: pid 77",)), ("again", ())]
    assert judge(planned(), launches, FakeMatrix(), node())[0].noise == ""


@pytest.mark.parametrize("engine, finding", [
    (None, "suite.engine-missing"), (FakeEngine(digest=None), "suite.engine-missing"),
    (FakeEngine(images=["other"]), "suite.image-absent")])
def test_what_is_not_there_is_a_miss_and_not_tried_again(tmp_path, engine, finding):
    launches, _ = night(tmp_path, engine, [planned(launches=1, image="gpu-selftest:13.0")])
    [one] = launches
    assert (one.stage, one.trouble.id) == ("engine", finding)
    assert judge(planned(), launches, FakeMatrix(), node())[0].word == "MISS"


def test_a_gpu_that_somebody_else_has(tmp_path):
    asked = planned(cell(devices="all"), launches=1)
    with Leases(tmp_path / "leases", what="another run").hold(UUIDS[3:4]):
        [one], _ = night(tmp_path, FakeEngine(), [asked])
    assert one.trouble.id == "suite.gpu-leased" and UUIDS[3] in one.trouble.observed
    [one], _ = night(tmp_path, FakeEngine(), [asked])
    assert one.trouble is None


def test_a_stuck_launch_keeps_its_gpu_from_all_others(tmp_path):
    stuck = Ran("2026-11-27T02:00:00Z", 1.0, is_stuck=True,
                trouble=Trouble("suite.process-stuck", "it goes on running"))
    launches, _ = night(tmp_path, FakeEngine(lambda request, number: stuck), [planned(launches=2)])
    assert [one.trouble.id for one in launches] \
        == ["suite.process-stuck", "suite.gpu-poisoned", "suite.gpu-poisoned"]
    assert launches[1].trouble.observed.endswith("it goes on running")
    assert Leases(tmp_path / "leases").clear_of("gpu-selftest-run1-0001") == list(launches[0].gpus)


def test_an_error_of_the_engines_own_code_costs_one_launch(tmp_path):
    engine = FakeEngine(lambda request, number: KeyError("x") if number == 1 else answer(request))
    launches, _ = night(tmp_path, engine)
    assert [one.trouble.id for one in launches if one.trouble] == ["suite.harness-failed"]
    assert len(launches) == 7


class Broken:
    """Leases of which one part cannot be had."""

    def __init__(self, at):
        self.at = at

    @contextmanager
    def hold(self, uuids, **options):
        if self.at == "hold":
            raise Failed("cannot open '/run/lock/gpu-selftest/fabric.lock': no space left on device")
        yield self

    def poison(self, why, launch):
        if self.at == "poison":
            raise OSError(28, "No space left on device")


def troubles(launches):
    return [(one.trouble.id, one.trouble.observed) for one in launches if one.trouble]


def test_leases_that_cannot_be_had_cost_launches_and_not_the_night(tmp_path):
    engine = FakeEngine()
    launches, bundle = night(tmp_path, engine, leases=Broken("hold"))
    assert {one for one, _ in troubles(launches)} == {"suite.harness-failed"}
    assert (len(bundle.of("launch")), engine.requests) == (len(launches), [])
    assert "fabric.lock" in launches[0].trouble.observed


def test_poison_that_cannot_be_kept_is_told_with_what_is_stuck(tmp_path):
    stuck = Ran("2026-11-27T02:00:00Z", 1.0, is_stuck=True,
                trouble=Trouble("suite.process-stuck", "it goes on running"))
    launches, _ = night(tmp_path, FakeEngine(lambda request, number: stuck),
                        [planned(launches=1)], leases=Broken("poison"))
    assert troubles(launches)[0] == ("suite.process-stuck", "it goes on running; then OSError: "
                                     "[Errno 28] No space left on device")


def test_report_is_kept_where_nobody_can_tell_who_else_was_there(tmp_path):
    seen = iter([(), ValueError("no such GPU")])

    def others(uuids):
        told = next(seen, ())
        if isinstance(told, Exception):
            raise told
        return told

    launches, _ = night(tmp_path, FakeEngine(), [planned(launches=1)], others=others)
    assert troubles(launches) == [("suite.harness-failed", "ValueError: no such GPU")]
    assert launches[0].report["verdict"] == "PASS"
    assert words(launches) == [("measure", 1), ("again", 1)]


def test_image_that_cannot_be_asked_for_costs_its_cells_and_not_the_night(tmp_path):
    engine = FakeEngine()
    asked = engine.resolve

    def resolve(image):
        if image == "odd":
            raise KeyError("Id")
        return asked(image)

    engine.resolve = resolve
    plan = [planned(cell(cuda="12.4"), launches=1, image="odd"), planned(launches=1)]
    launches, _ = night(tmp_path, engine, plan, tries=1)
    assert {(one.image, one.trouble and one.trouble.id) for one in launches} \
        == {("odd", "suite.harness-failed"), ("", None)}


def test_numbers_that_no_double_holds_are_no_numbers(tmp_path):
    def script(request, number):
        told = answer(request)
        told["gpus_total"] = 10 ** 400
        return ended(json.dumps(told).replace('"duration_s": 1.0', '"duration_s": 1e999'))

    [one], _ = night(tmp_path, FakeEngine(script), [planned(launches=1)])
    assert (one.trouble, one.report["gpus_total"], one.report["duration_s"]) == (None, None, None)
    [one], _ = night(tmp_path, FakeEngine(), [planned(launches=1)])
    assert (one.report["gpus_total"], one.report["duration_s"]) == (8, 1.0)


def fails(*_):
    raise ZeroDivisionError("so")


@pytest.mark.parametrize("settings", [{"others": fails}, {"explain": fails}])
def test_a_fault_of_ours_costs_the_launch_alone(tmp_path, settings):
    launches, bundle = night(tmp_path, FakeEngine(lambda request, number: refused("so\n")), **settings)
    assert {one.trouble.id for one in launches} == {"suite.harness-failed"}
    assert {one.trouble.observed for one in launches} == {"ZeroDivisionError: so"}
    assert {one.cell for one in launches} == {of.cell.key for of in TWO}
    assert len(bundle.of("launch")) == len(launches)


def test_a_fault_of_those_who_find_suspects_costs_their_launches_alone(tmp_path):
    launches, bundle = night(tmp_path, FakeEngine(), suspects=fails)
    assert len(launches) == 6
    assert [note["what"] for note in bundle.of("note")[1:]] == ["could not be confirmed"] * 2


def test_a_report_that_nobody_can_judge_costs_no_other_launch(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "say", fails)
    launches, bundle = night(tmp_path, FakeEngine())
    assert len(launches) == 6
    assert {note["what"] for note in bundle.of("note")[1:]} == {"could not be judged"}


def test_the_message_of_a_container_that_never_began_is_explained(tmp_path):
    asked = []
    launches, _ = night(
        tmp_path, FakeEngine(lambda request, number: refused("nvidia-container-cli: so\n")),
        [planned(launches=1)],
        explain=lambda message: asked.append(message) or "host.image-requirement-unmet")
    assert asked == ["nvidia-container-cli: so\n"]
    assert [(one.explained, one.injection, one.stage) for one in launches] \
        == [("host.image-requirement-unmet", "legacy", "engine")]


@pytest.mark.parametrize("text", ["", "{", "[1]", "[" * 100000, '"PASS"'])
def test_a_file_that_is_no_report(tmp_path, text):
    launches, _ = night(tmp_path, FakeEngine(lambda request, number: ended(text)),
                        [planned(launches=1)], tries=1)
    assert [one.trouble.id for one in launches] == ["suite.report-unreadable"]


def test_folders_of_results_are_removed(tmp_path):
    engine = FakeEngine()
    night(tmp_path, engine)
    assert not any(request.results.exists() for request in engine.requests)


# --- Stopping and going on ---

def test_after_a_stop_nothing_starts(tmp_path):
    stop = threading.Event()

    def stops(request, number):
        if number == 2:
            stop.set()
        return answer(request)

    launches, _ = night(tmp_path, FakeEngine(stops), stop=stop)
    assert len(launches) == 2


def test_an_ended_launch_is_none_that_counts(tmp_path):
    end, stop = threading.Event(), threading.Event()

    def ends(request, number):
        stop.set()
        assert request.stop is end
        return ended(None, exit_code=143, is_stopped=True)

    [one], _ = night(tmp_path, FakeEngine(ends), [planned(launches=1)], stop=stop, end=end)
    assert one.trouble.id == "suite.not-run"


def test_a_full_disk_stops_and_loses_nothing(tmp_path):
    bundle = FakeBundle(fails_at=2)
    with pytest.raises(DiskFull, match="full"):
        night(tmp_path, FakeEngine(), bundle=bundle)
    assert len(bundle.of("launch")) == 2


def test_going_on_skips_what_is_complete(tmp_path):
    first, _ = night(tmp_path, FakeEngine())
    engine = FakeEngine()
    launches, _ = night(tmp_path, engine, done=first[:4])
    assert len(engine.requests) == 2
    assert [one.id for one in launches] == [f"{i:04}" for i in range(1, 7)]
    assert launches[:4] == first[:4]


def test_going_on_tries_again_what_could_not_tell(tmp_path):
    first, _ = night(tmp_path, None)
    engine = FakeEngine()
    launches, _ = night(tmp_path, engine, done=first)
    assert len(engine.requests) == 6
    assert {one.kind for one in launches[6:]} == {"again"}
    for asked in TWO:
        own = [one for one in launches if one.cell == asked.cell.key]
        assert judge(asked, own, FakeMatrix(), node())[0].word == "PASS"


def test_of_another_image_nothing_is_taken_over(tmp_path):
    first, _ = night(tmp_path, FakeEngine())
    engine = FakeEngine(digest="sha256:1")
    launches, _ = night(tmp_path, engine, done=first)
    assert len(engine.requests) == 6
    assert {one.digest for one in launches} == {"sha256:1"}
    assert min(one.id for one in launches) == "0007"


def test_cells_that_cannot_run_are_not_tried(tmp_path):
    engine = FakeEngine()
    launches, _ = night(tmp_path, engine, [planned(miss="no such engine")])
    assert (launches, engine.requests) == ([], [])


# --- Confirming launches ---

def test_a_suspect_is_launched_twice_more_once(tmp_path):
    asked = []

    def suspects(of, launches):
        asked.append((of.cell.key, len(launches)))
        return 2 if of.cell.cuda == "13.0" else 0

    launches, _ = night(tmp_path, FakeEngine(), suspects=suspects)
    assert sorted(asked) == sorted((of.cell.key, 3) for of in TWO)
    assert words(launches, TWO[1].cell.key)[3:] == [("confirm", 4), ("confirm", 5)]
    assert len(words(launches, TWO[0].cell.key)) == 3


# --- Several at a time ---

def together(tmp_path, plan, jobs, meeting):
    """The most launches that were seen at once, and whether two ever shared a GPU."""
    lock, running, most, shared = threading.Lock(), [], [0], []
    # The first ones wait for each other: without that a fast machine might never overlap them.
    meet = threading.Barrier(meeting)

    def script(request, number):
        with lock:
            shared.extend(set(request.devices) & {gpu for one in running for gpu in one.devices})
            running.append(request)
            most[0] = max(most[0], len(running))
        if number <= meet.parties:
            meet.wait(timeout=20.0)
        with lock:
            running.remove(request)
        return answer(request)

    launches, _ = night(tmp_path, FakeEngine(script), plan, jobs=jobs)
    return len(launches), most[0], shared


def test_disjoint_gpus_at_the_same_time(tmp_path):
    # Each of its own GPU.
    plan, used = [], set()
    for i in range(200):
        asked = planned(cell(cuda=f"12.{i}"), launches=1)
        gpu = int(asked.cell.key, 16) % 8
        if gpu not in used:
            used.add(gpu)
            plan.append(asked)
    assert together(tmp_path, plan[:4], 4, 4) == (4, 4, [])


def test_one_gpu_is_never_shared(tmp_path):
    plan = [planned(cell(cuda=f"12.{i}", devices="all"), launches=1) for i in range(3)]
    count, most, shared = together(tmp_path, plan, 3, 1)
    assert (count, most, shared) == (3, 1, [])


def test_the_fabric_is_used_alone(tmp_path):
    plan = [planned(cell(cuda=f"12.{i}", devices="none"), launches=1, needs_fabric=i == 0)
            for i in range(3)]
    seen, lock, running = [], threading.Lock(), set()

    def script(request, number):
        with lock:
            running.add(request.cuda)
            seen.append(set(running))
        with lock:
            running.discard(request.cuda)
        return answer(request)

    night(tmp_path, FakeEngine(script), plan, jobs=3)
    assert all(cudas == {"12.0"} for cudas in seen if "12.0" in cudas)
    assert {"12.0"} in seen


def test_launch_of_a_node_without_gpus(tmp_path):
    launches, _ = night(tmp_path, FakeEngine(), [planned(cell(devices="none"), launches=1)],
                        on=node(0))
    assert launches[0].gpus == () and launches[0].report["verdict"] == "PASS"

