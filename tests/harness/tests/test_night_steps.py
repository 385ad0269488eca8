# SPDX-License-Identifier: Apache-2.0
"""gpu_selftest_harness.night.whole: what becomes of a night when one of its steps fails."""

import errno
from dataclasses import replace
from pathlib import Path

from gpu_selftest_harness.night import slices, whole
from gpu_selftest_harness.night.slices import Slice, Stop
from whole_night import MATRIX, NIGHT, NODES, prometheus, ran

pytest_plugins = ["whole_night"]


# --- Slices -----------------------------------------------------------------------------------


def test_night__all_slices_ran_is_a_pass(night, passes, settings):
    done = night(of_old=passes("535"), of_new=passes("580"))

    assert (done.exit_code, done.analysis.verdict.word, done.problems) == (0, "PASS", [])
    assert 'verdict{word="PASS"} 1.0' in prometheus(settings)


def test_night__slice_without_a_bundle_is_a_miss_of_its_cells(night, passes, settings):
    done = night(of_old=lambda: -9, of_new=passes("580"))

    assert (done.exit_code, done.analysis.verdict.word) == (3, "MISS")
    assert done.analysis.verdict.id == "suite.never-ran"
    assert done.analysis.counts == {"PASS": 1, "MISS": 1}
    assert 'verdict{word="PASS"} 0.0' in prometheus(settings)
    assert "MISS" in (settings.report / "summary.md").read_text()


def test_night__no_bundle_at_all_is_a_page_of_this_night(night, settings):
    done = night(of_old=lambda: -9, of_new=lambda: 2)

    assert (done.exit_code, done.analysis.verdict.word) == (3, "MISS")
    assert done.analysis.counts == {"MISS": 2} and done.analysis.night == NIGHT


def test_night__slice_that_failed_after_an_earlier_run_of_the_night_is_no_pass(
        night, passes, settings, matrix):
    ran(settings, matrix, NODES["535"])

    done = night(of_old=lambda: -9, of_new=passes("580"))

    assert (done.exit_code, done.analysis.verdict.word) == (3, "ERROR")
    assert "exit code -9" in done.analysis.verdict.headline
    assert 'verdict{word="PASS"} 0.0' in prometheus(settings)


def test_night__slice_that_a_full_disk_keeps_from_its_start_leaves_the_rest(
        night, passes, settings):
    def full():
        raise OSError(errno.ENOSPC, "No space left on device", "n1.node.json")

    done = night(of_old=full, of_new=passes("580"))

    assert (done.exit_code, done.analysis.counts) == (3, {"PASS": 1, "MISS": 1})
    assert done.problems == [
        "'old' was not run: [Errno 28] No space left on device: 'n1.node.json'"]
    assert done.page == settings.report / "index.html"


def test_night__slice_without_a_log_is_told_of(night, settings):
    def no_log():
        for path in (settings.out / "logs").iterdir():
            path.unlink()
        return -9

    done = night(of_old=no_log)

    assert done.exit_code == 3 and "cannot be read: No such file" in done.problems[0]


def test_night__that_was_stopped_starts_no_other_slice_and_is_no_pass(
        settings, passes, matrix, monkeypatch):
    started = []

    def one(settings, part, place, stop):
        started.append(part.night)
        stop.set()
        return passes("580")()
    monkeypatch.setattr(slices, "run", one)
    ran(settings, matrix, NODES["580"])

    done = whole.run(settings, [Slice(NODES["580"], "2026-11-26"), Slice(NODES["580"], NIGHT)],
                     Stop(), lambda line: None)

    assert started == ["2026-11-26"]
    assert (done.exit_code, done.analysis.verdict.word) == (3, "ERROR")
    assert done.problems == ["stopped before all of it was run"]


# --- What is told when there is nothing to tell of ---------------------------------------------

GONE = replace(NODES["535"], driver=None, gpus=(), problems=("NVML: driver is not loaded",))


def test_night__node_whose_driver_is_gone_misses_what_it_ran_before(
        passes, settings, matrix, monkeypatch):
    ran(settings, matrix, NODES["535"], night="2026-11-26")

    # Its slice leaves nothing, as one that was killed at once.
    monkeypatch.setattr(slices, "run", lambda settings, part, place, stop: (
        Path(f"{place}.log").write_text("the end\n"), 3)[1])
    done = whole.run(settings, [Slice(GONE, NIGHT)], Stop(), lambda line: None)

    assert (done.exit_code, done.analysis.verdict.word) == (3, "MISS")
    [cell] = done.analysis.cells.values()
    assert cell.driver == "535" and done.analysis.counts == {"MISS": 1}
    assert 'verdict{word="MISS"} 1.0' in prometheus(settings)


def test_night__of_a_tier_misses_cells_of_that_alone(settings, monkeypatch):
    settings.matrix.write_text(MATRIX.replace('cuda: ["12.4"]', 'cuda: ["12.4", "13.0"]').replace(
        'driver: "*"}', 'driver: "*", cuda: "*"}') + "tiers: {short: {select: {cuda: '13.0'}}}\n")
    monkeypatch.setattr(slices, "run", lambda settings, part, place, stop: (
        Path(f"{place}.log").write_text("the end\n"), -9)[1])

    done = whole.run(settings, [Slice(NODES["580"], NIGHT, "short")], Stop(), lambda line: None)

    assert [cell.cuda for cell in done.analysis.cells.values()] == ["13.0"]
    assert done.analysis.counts == {"MISS": 1}


def test_night__that_cannot_be_analysed_is_an_error_on_its_page(
        night, passes, settings, monkeypatch):
    night(of_new=passes("580"))
    monkeypatch.setattr(whole, "analyse", lambda *_: 1 / 0)

    done = night(of_old=passes("535"), of_new=passes("580"))

    assert done.exit_code == 3 and done.page == settings.report / "index.html"
    assert 'verdict{word="ERROR"} 1.0' in prometheus(settings)
    for name in ("index.html", "summary.md"):
        text = (settings.report / name).read_text()
        assert "ERROR" in text and "cannot tell of the night: ZeroDivisionError" in text
        assert "PASS" not in text.partition("ZeroDivisionError")[0]


def test_night__page_that_cannot_be_written_keeps_the_other_files_up_to_date(
        night, passes, settings):
    (settings.report / "index.html").mkdir(parents=True)

    done = night(of_old=passes("535"), of_new=passes("580"))

    assert done.exit_code == 3 and done.page is None
    assert 'verdict{word="ERROR"} 1.0' in prometheus(settings)
    assert "cannot tell of the night" in (settings.report / "summary.md").read_text()
