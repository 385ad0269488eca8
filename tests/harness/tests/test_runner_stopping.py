# SPDX-License-Identifier: Apache-2.0
"""A run that is stopped, and going on with it."""

import threading
from dataclasses import replace

import pytest

from fakes import FakeBundle, FakeEngine, answer, ended
from gpu_selftest_harness.bundle import DiskFull
from gpu_selftest_harness.judge import judge
from records import FakeMatrix, cell, node, planned
from running import TWO, night


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


def test_what_was_told_to_end_and_had_its_report_counts(tmp_path):
    engine = FakeEngine(lambda request, number: ended(answer(request), is_stopped=True))
    [one], _ = night(tmp_path, engine, [planned(launches=1)])
    assert (one.trouble, one.report["verdict"]) == (None, "PASS")


def test_after_a_full_disk_nothing_starts_though_others_come_to_their_end(tmp_path):
    bundle, meet = FakeBundle(fails_at=1), threading.Barrier(2)

    def script(request, number):
        if number <= 2:
            meet.wait(timeout=20.0)
        return answer(request)

    plan = [planned(cell(cuda=f"12.{i}", devices="none"), launches=1) for i in range(6)]
    engine = FakeEngine(script)
    with pytest.raises(DiskFull):
        night(tmp_path, engine, plan, bundle=bundle, jobs=2)
    assert (len(engine.requests), len(bundle.of("launch"))) == (2, 2)


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


def test_what_a_cell_showed_stays_though_its_engine_is_gone(tmp_path):
    first, _ = night(tmp_path, FakeEngine())
    gone = [replace(TWO[0], miss="docker: no daemon answers"), TWO[1]]
    engine, asked = FakeEngine(digest=None), []
    launches, _ = night(tmp_path, engine, gone, done=first[:4], tries=1,
                        suspects=lambda of, own: asked.append(of.cell.key) or 1)
    own = [one for one in first[:4] if one.cell == TWO[0].cell.key]
    assert own and [one for one in launches if one.cell == TWO[0].cell.key] == own
    assert asked == [TWO[1].cell.key]
