# SPDX-License-Identifier: Apache-2.0
"""A fault of an engine, of a lease or of ours costs its launch, and no other."""

import errno
import json
import os
from contextlib import contextmanager

import pytest

from fakes import FakeEngine, answer, ended, refused
from gpu_selftest_harness.engines import Ran
from gpu_selftest_harness.errors import Failed
from gpu_selftest_harness.lease import Leases
from gpu_selftest_harness.model import Trouble
from gpu_selftest_harness.runner import runner
from records import UUIDS, cell, planned
from running import TWO, night, troubles, words


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


def test_a_stuck_launch_without_gpus_keeps_none(tmp_path):
    stuck = Ran("2026-11-27T02:00:00Z", 1.0, is_stuck=True,
                trouble=Trouble("suite.process-stuck", "it goes on running"))
    [one], _ = night(tmp_path, FakeEngine(lambda request, number: stuck),
                     [planned(cell(devices="none"), launches=1)], tries=1)
    assert (one.trouble.id, one.trouble.observed) == ("suite.process-stuck", "it goes on running")
    assert Leases(tmp_path / "leases").poisoned() == {}


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


@pytest.mark.parametrize("number, finding", [(errno.ENOSPC, "suite.disk-full"),
                                             (errno.EDQUOT, "suite.disk-full"),
                                             (errno.EIO, "suite.harness-failed")])
def test_a_full_disk_is_told_as_one(tmp_path, number, finding):
    error = OSError(number, os.strerror(number), "/tmp/results")
    launches, _ = night(tmp_path, FakeEngine(lambda request, count: error), [planned(launches=1)], tries=1)
    assert [one.trouble.id for one in launches] == [finding]
    assert "/tmp/results" in launches[0].trouble.observed


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


@pytest.mark.parametrize("text", ["", "{", "[1]", "[" * 100000, '"PASS"'])
def test_a_file_that_is_no_report(tmp_path, text):
    launches, _ = night(tmp_path, FakeEngine(lambda request, number: ended(text)),
                        [planned(launches=1)], tries=1)
    assert [one.trouble.id for one in launches] == ["suite.report-unreadable"]
