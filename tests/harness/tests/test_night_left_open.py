# SPDX-License-Identifier: Apache-2.0
"""gpu_selftest_harness.night: bundles that a killed run left open, or that somebody still adds to."""

from dataclasses import asdict, replace

import pytest
import records

from gpu_selftest_harness.bundle import Bundle, left_open, read
from gpu_selftest_harness.index import Index
from gpu_selftest_harness.model import Outcome
from gpu_selftest_harness.night import cut_short
from gpu_selftest_harness.quarantine import Quarantine
from gpu_selftest_harness.runner import gpus_of
from whole_night import NIGHT, NODES, header

pytest_plugins = ["whole_night"]


def open_bundle(settings, matrix, *reports, **more):
    """As a killed run leaves it: with these reports of its launches."""
    node = NODES["535"]
    [planned] = matrix.plan(node)
    with Bundle.create(settings.runs, {**header(matrix, node, [planned]), **more}, 0) as bundle:
        for number, report in enumerate(reports, 1):
            report["facts"] = {"driver_version": {"nvml": "535.261.03"},
                               "cudart_version": {"runtime": "12.4"}}
            bundle.append("launch", asdict(records.launch(
                number, report, cell=planned.cell.key, gpus=gpus_of(planned, node)[0])))
        return bundle.path


def test_night__open_bundle_of_a_process_that_lives_leaves_others_their_way(
        night, passes, settings, matrix):
    with Bundle.create(settings.runs, header(matrix, NODES["535"], [], "2026-11-01"), 0) as held:
        done = night(of_old=passes("535"), of_new=passes("580"))

    assert (done.exit_code, done.problems) == (0, []) and done.analysis.counts == {"PASS": 2}
    [note] = done.notes
    assert f"is under way in '{held.path}'" in note and "move it away" not in note
    assert held.path.name in done.page.read_text()


def test_night__open_bundle_with_a_damaged_header_leaves_others_their_way(
        night, passes, settings, matrix):
    path = open_bundle(settings, matrix)
    (path / "header.json").write_text("{")

    done = night(of_old=passes("535"), of_new=passes("580"))

    assert (done.exit_code, done.problems) == (0, []) and done.analysis.counts == {"PASS": 2}
    assert [path.name in one for one in done.notes] == [True]


def test_night__bundle_of_its_own_with_a_damaged_header_is_a_problem(
        night, passes, settings, matrix):
    def breaks():
        (open_bundle(settings, matrix) / "header.json").write_text("{")
        return 0
    done = night(of_old=breaks, of_new=passes("580"))

    assert done.exit_code == 3 and done.notes == []
    assert len(done.problems) == 1 and "cannot seal" in done.problems[0]


@pytest.mark.parametrize("name", [NIGHT, "2026-11-01"])
def test_night__run_that_somebody_begins_meanwhile_is_a_note(
        night, passes, settings, matrix, name):
    """By hand, beside the night, to look closer: whatever he calls it."""
    held = []

    def begins():
        held.append(Bundle.create(settings.runs, header(matrix, NODES["535"], [], name), 0))
        return passes("535")()
    done = night(of_old=begins, of_new=passes("580"))
    for one in held:
        one.close()

    assert (done.exit_code, done.problems, len(done.notes)) == (0, [], 1)


def test_night__run_of_somebody_that_has_ended_meanwhile_is_taken_in(
        night, passes, settings, matrix):
    held = Bundle.create(settings.runs, header(matrix, NODES["535"], [], "2026-11-01"), 0)

    def ends():
        held.seal()
        return passes("535")()
    done = night(of_old=ends, of_new=passes("580"))

    assert (done.exit_code, done.problems, done.notes) == (0, [], [])
    with Index(settings.index) as index:
        assert index.nights() == ["2026-11-01", NIGHT]


def red_of(done):
    return {(one.workload, one.word, one.id): one.observed for one in done.analysis.outcomes
            if one.is_red}


def killed(settings, matrix, *reports, **more):
    def one():
        open_bundle(settings, matrix, *reports, **more)
        return -9
    return one


def test_night__what_a_killed_slice_found_is_told(night, settings, matrix):
    bad = records.failing("hardware.memory-corrupted")

    done = night(of_old=killed(settings, matrix, bad))

    assert (done.exit_code, done.analysis.verdict.id) == (1, "hardware.memory-corrupted")
    assert red_of(done)["vector-add", "FAIL", "hardware.memory-corrupted"].startswith(
        "1 of 3 launches: ")
    assert left_open(settings.runs) == []


def test_night__cell_that_a_killed_slice_completed_is_no_miss(night, settings, matrix):
    done = night(of_old=killed(settings, matrix, *(records.report() for _ in range(3))))

    assert red_of(done) == {} and done.analysis.counts == {"PASS": 1}
    # The slice itself did not come to its end, and who knows why.
    assert (done.exit_code, done.analysis.verdict.word) == (3, "ERROR")


def test_night__killed_slice_of_a_node_that_lost_a_gpu_is_no_pass(night, settings, matrix):
    lost = replace(NODES["535"].gpus[7], uuid="GPU-gone")

    done = night(of_old=killed(settings, matrix, *(records.report() for _ in range(3)),
                               missed=[asdict(lost)]))

    assert (done.exit_code, done.analysis.verdict.id) == (1, "hardware.gpu-lost")
    assert "GPU-gone" in red_of(done)["", "FAIL", "hardware.gpu-lost"]


def test_night__cell_with_too_few_launches_is_no_pass(night, settings, matrix):
    done = night(of_old=killed(settings, matrix, records.report()))

    assert done.exit_code == 3
    assert red_of(done)["", "MISS", "suite.not-run"].startswith("1 of 3 launches")


def test_night__cell_without_a_launch_has_not_had_its_turn(night, settings, matrix):
    done = night(of_old=killed(settings, matrix))

    assert red_of(done) == {("", "MISS", "suite.never-ran"):
                            "the run on node 'old' ended before the cell's turn"}


def test_finish__what_a_run_had_said_before_it_was_killed_stays(settings, matrix):
    """It knew more: its index, and which GPUs were taken out."""
    path = open_bundle(settings, matrix, *(records.report() for _ in range(3)))
    [planned] = matrix.plan(NODES["535"])
    said = Outcome(planned.cell.key, "vector-add", "ERROR", "suite", "suite.metric-missing", "run",
                   records.PASSES, False)
    with Bundle.resume(path) as bundle:
        bundle.append("outcome", said)

    path_of, problems = cut_short.finish(path)

    assert problems == []
    words = {one.workload: one.word for one in read(path_of).outcomes}
    assert words == {"vector-add": "ERROR", "": "PASS", "host-copy": "PASS"}


def test_finish__quarantine_holds_for_a_killed_slice(settings, matrix, tmp_path):
    path = tmp_path / "quarantine.yaml"
    path.write_text("""
version: 1
quarantine:
  - {when: {driver: "535"}, id: hardware.slow, owner: site, reason: known, until: 2026-12-31}
""")
    bad = [records.failing("hardware.slow") for _ in range(3)]
    open_bundle(settings, matrix, *bad)

    path_of, problems = cut_short.finish(left_open(settings.runs)[0], Quarantine.load(path))

    assert problems == []
    outcomes = {one.workload: one for one in read(path_of).outcomes}
    assert outcomes["vector-add"].quarantine["owner"] == "site"
    assert not any(one.is_red for one in outcomes.values())


def test_finish__damaged_index_costs_no_outcome(settings, matrix, tmp_path):
    open_bundle(settings, matrix, *(records.report() for _ in range(3)))
    index = tmp_path / "index.sqlite"
    with Index(index):
        pass
    index.write_bytes(index.read_bytes()[:4096].ljust(index.stat().st_size, b"\0"))

    with Index(index) as torn:
        path_of, problems = cut_short.finish(left_open(settings.runs)[0], index=torn)

    assert {one.word for one in read(path_of).outcomes} == {"PASS"}
    assert len(problems) == 1 and "no number is missed" in problems[0]


def test_night__launches_that_nobody_can_judge_are_kept(night, settings, matrix):
    node = NODES["535"]
    torn = header(matrix, node, matrix.plan(node))
    torn["matrix"]["text"] = "version: 9"
    with Bundle.create(settings.runs, torn, 0) as bundle:
        bundle.append("launch", asdict(records.launch(1, records.report())))

    done = night(of_old=lambda: -9)

    assert done.exit_code == 3 and left_open(settings.runs) == []
    assert any("is sealed without its outcomes" in one for one in done.problems)
