# SPDX-License-Identifier: Apache-2.0
"""Numbers of launches become histories, one for each GPU, whatever strange reports there are."""

from dataclasses import replace

import pytest
from gpu_selftest_harness.analysis import analyse
from gpu_selftest_harness.bundle import Bundle
from gpu_selftest_harness.index import Index, measure_ingest
from gpu_selftest_harness.model import SeriesKey
from stored import CELL, OTHER, UUID, gpu, launch, metric, outcome, report


def test_history_is_medians_of_launches_oldest_first(index, make):
    index.add(make("2026-11-28", launch("0001", metric(8.0, [1.0, 8.0, 9.0]))))
    index.add(make("2026-11-27", launch("0001", metric(5.0, [1.0, 5.0, 9.0])),
                   launch("0002", metric(7.0, [3.0, 7.0, 11.0])),
                   launch("0003", metric(6.0, [2.0, 6.0, 7.0]))))

    history, = index.histories()

    assert history.key == SeriesKey(CELL.key, "host-copy", "host-copy.to-gpu", "pinned",
                                    "bytes_per_s", UUID, UUID)
    assert history.nights == ["2026-11-27", "2026-11-28"]
    assert history.values == [6.0, 8.0]
    assert history.launches == [[5.0, 7.0, 6.0], [8.0]]
    assert history.lows == [4.0, 4.5]  # first quartiles 3, 5, 4 and 4.5
    assert history.highs == [7.0, 8.5]  # third quartiles 7, 9, 6.5 and 8.5
    assert history.clocks_hz == [1.98e9, 1.98e9]
    assert history.flags == ["", ""]


def test_bundles_of_one_night_are_more_launches(index, make):
    index.add(make("2026-11-27", launch("0001", metric(5.0))))
    index.add(make("2026-11-27", launch("0001", metric(7.0)), launch("0002", metric(9.0))))

    history, = index.histories()

    assert (history.values, history.launches) == ([7.0], [[5.0, 7.0, 9.0]])


def test_confirming_launches_stand_apart_whatever_others_there_are(index, make):
    index.add(make("2026-11-27", launch("0001", metric(5.0)),
                   launch("0002", metric(4.0), kind="confirm"),
                   launch("0003", metric(3.0), kind="again")))
    index.add(make("2026-11-27", launch("0001", metric(7.0))))
    index.add(make("2026-11-28", launch("0001", metric(5.0))))

    history, = index.histories()

    assert history.launches == [[5.0, 3.0, 7.0], [5.0]]
    assert history.confirming == [[4.0], []]
    assert history.values == [4.5, 5.0]


def test_launches_are_in_the_order_of_import_and_run_whatever_the_clock_said(index, make):
    index.add(make("2026-11-27", launch("0002", metric(2.0), started_utc="2031-01-01T00:00:00Z",
                                        since_start_s=9.0),
                   launch("0003", metric(1.0), started_utc="1999-01-01T00:00:00Z",
                          since_start_s=4.0), started_utc="2026-11-27T02:00:00Z"))
    index.add(make("2026-11-27", launch("0001", metric(3.0), started_utc="1970-01-01T00:00:00Z")))

    history, = index.histories()

    assert history.launches == [[1.0, 2.0, 3.0]]
    assert [len(run.jumps) for run in index.runs()] == [2, 1]


def test_jump_of_the_clock_is_told(index, make):
    index.add(make("2026-11-27", launch("0001", metric(3.0), started_utc="2026-11-27T01:00:01Z"),
                   started_utc="2026-11-27T02:00:00Z"))

    assert analyse(index, "2026-11-27", ()).notes == [
        "'n7': its clock jumped by -3600 s before launch 0001"]


def test_pause_of_a_resumed_run_is_not_noted_as_a_jump(index, tmp_path):
    with Bundle.create(tmp_path, {"night": "2026-11-27", "started_utc": "2026-11-27T02:00:00Z"},
                       0) as bundle:
        bundle.append("launch", launch("0001", started_utc="2026-11-27T02:00:01Z"))
    with Bundle.resume(bundle.path) as bundle:
        bundle.append("launch", launch("0002", started_utc="2026-11-27T09:00:00Z"))
        index.add(bundle.seal())

    run, = index.runs()

    assert run.jumps == ()


def test_metrics_gpus_and_variants_are_series_of_their_own(index, make):
    index.add(make("2026-11-27", launch(
        "0001", metric(1.0), metric(2.0, variant=None), metric(3.0, name="host-copy.from-gpu"),
        metric(4.0, dst_gpu=1), metric(5.0, src_gpu=None, dst_gpu=None))))

    histories = list(index.histories())

    assert len({history.key for history in histories}) == 5
    assert [history.values for history in histories] == [[1.0], [2.0], [3.0], [4.0], [5.0]]
    assert [history.key.node for history in histories] == ["", "", "", "", "n7"]
    assert histories[3].key.dst == "n7#1"  # no UUID was told for it


def test_gpu_keeps_its_series_when_it_moves_and_nodes_have_their_own(index, make):
    alone = metric(1.0, src_gpu=None, dst_gpu=None)
    index.add(make("2026-11-27", launch("0001", metric(1.0), alone), node="n7"))
    index.add(make("2026-11-28", launch("0001", metric(2.0), alone), node="n8"))

    values = sorted((history.key.src, history.key.node, len(history.nights))
                    for history in index.histories())

    assert values == [("", "n7", 1), ("", "n8", 1), (UUID, "", 2)]


@pytest.mark.parametrize("bad, flag", [
    (dict(foreign=("1234 python",)), "other processes: 1234 python"),
    (dict(is_timed_out=True), "the launch ran out of time"),
    (dict(report=report(metric(1.0), gpus=[gpu(clock_limits_under_load={
        "host-copy": "hardware thermal slowdown"})])), "gpu 0: hardware thermal slowdown"),
    (dict(report=report(metric(1.0), gpus=[gpu(other_processes={"host-copy": "pid 5"})])),
     "gpu 0: other processes: pid 5"),
    (dict(report=report(metric(1.0), exit_code=1)), "the report says PASS and exit code 1"),
    (dict(report=report(metric(1.0), simulated=True, profile="h100x8")),
     "the report is of a simulated machine, the node is none"),
    (dict(arguments=("--level", "full")), "its plan is '', not that of '--level full'"),
    (dict(report=report(metric(1.0), workloads=None)), "its report cannot be read"),
    (dict(cell=OTHER.key), "the bundle does not tell what was planned, or where"),
])
def test_flagged_launch_counts_only_where_there_is_no_other(index, make, bad, flag):
    bad = replace(launch("0002", metric(1.0)), **bad)
    fine = launch("0001", metric(5.0))
    index.add(make("2026-11-27", fine, bad))
    index.add(make("2026-11-28", bad))

    histories = list(index.histories(cells=[bad.cell]))

    assert flag in histories[0].flags[-1] and histories[0].values[-1] == 1.0
    if bad.cell == CELL.key:
        assert (histories[0].flags[0], histories[0].values[0]) == ("", 5.0)


def test_gpu_that_is_held_back_takes_no_other_with_it(index, make):
    other = "GPU-00000000-0000-4000-8000-000000000002"
    hot = gpu(1, other, clock_limits_under_load={"host-copy": "hardware slowdown"})
    index.add(make("2026-11-27", launch("0001", gpus=(), report=report(
        metric(1.0), metric(2.0, src_gpu=1, dst_gpu=1), metric(3.0, src_gpu=0, dst_gpu=1),
        metric(4.0, src_gpu=None, dst_gpu=None), metric(5.0, workload="sgemm", src_gpu=1),
        gpus=[gpu(), hot]))))

    flags = {history.values[0]: history.flags[0] for history in index.histories()}

    assert flags == {1.0: "", 2.0: "gpu 1: hardware slowdown", 3.0: "gpu 1: hardware slowdown",
                     4.0: "gpu 1: hardware slowdown", 5.0: ""}


def test_number_that_cannot_be_true_is_flagged_and_no_number_is_none(index, make):
    index.add(make("2026-11-27", launch(
        "0001", metric(9e99, verdict="ERROR"), metric(-1.0, name="n"), metric(None, name="a"),
        metric("fast", name="b"),
        metric(float("nan"), name="c"), metric(True, name="d"))))

    assert [(history.values, history.flags) for history in index.histories()] == [
        ([9e99], ["the number cannot be true"]), ([-1.0], ["the number cannot be true"])]


def test_report_of_any_shape_does_no_harm(index, make):
    shapes = [{"metrics": "none"}, {"metrics": [None, 1, {}]}, {"metrics": [{"value": 1}]},
              {"gpus": [{"facts": {}}], "metrics": [{"value": 1.0, "samples": "many"}]},
              {"gpus": [{"index": 0, "facts": []}], "metrics": [metric(1.0)]},
              {"gpus": [{"index": {}, "facts": {"uuid": []}}], "metrics": [metric(1.0)]},
              {"metrics": [metric(1.0, src_gpu=[1], variant={"a": 1})], "facts": [1]},
              {"gpus": [{"index": 0, "facts": {"uuid": "x", "sm_clock_under_load_hz": 5}}],
               "metrics": [metric(1.0)], "suite": 7}]
    index.add(make("2026-11-27", outcome(), *(launch(f"{number:04}", report=shape)
                                              for number, shape in enumerate(shapes))))

    assert len(index.outcomes("2026-11-27")) == 1
    assert all(history.values == [1.0] for history in index.histories())


def test_hostile_names_are_kept(index, make):
    name = "<script>alert(1)</script>\n\0'; DROP TABLE points; --"
    index.add(make("2026-11-27", launch("0001", metric(1.0, name=name), gpus=())))
    history, = index.histories()

    assert history.key.metric == name


def test_cells_are_chosen(index, make):
    for night in ("2026-11-26", "2026-11-27", "2026-11-28"):
        index.add(make(night, launch("0001", metric(1.0)),
                       launch("0002", metric(2.0), cell=OTHER), cells=(CELL, OTHER)))

    chosen = list(index.histories(cells=[OTHER.key]))

    assert [history.key.cell for history in chosen] == [OTHER.key]
    assert chosen[0].nights == ["2026-11-26", "2026-11-27", "2026-11-28"]
    assert list(index.histories(cells=[])) == []
    assert len(list(index.histories())) == 2


def test_provenance_tells_drivers_apart(index, make):
    index.add(make("2026-11-27", launch("0001", metric(1.0)), launch("0002", metric(1.0))))
    index.add(make("2026-11-28", launch("0001", metric(1.0)),
                   node="n7"))
    index.add(make("2026-11-29", launch("0001", metric(1.0), digest="sha256:1", image="x")))

    history, = index.histories()

    first, second, third = history.provenance
    assert first == second != third
    assert index.provenance(first)["driver"]["version"] == "580.95.05"
    assert index.provenance(third)["image"] == {"name": "x", "digest": "sha256:1"}


HUGE = 10 ** 400  # an integer of JSON, larger than any float


def test_number_too_large_for_any_keeps_no_other_out(index, make):
    odd = [metric(HUGE, variant="value"), metric(1.0, samples=[1.0, HUGE], variant="samples"),
           metric(2.0, src_gpu=HUGE, variant="source"), metric(3.0)]
    gpus = [gpu(sm_clock_under_load_hz={"host-copy": HUGE})]

    assert index.add(make("2026-11-27", launch("0001", report=report(*odd, gpus=gpus))))

    found = {history.key.variant: history.values for history in index.histories()}
    assert found["pinned"] == [3.0]
    assert "value" not in found and found["samples"] == [1.0]


def test_samples_that_no_float_is_as_far_apart_as_have_quartiles(index, make):
    far = metric(1.0, samples=[-1.7e308, 1.7e308, 1.7e308])

    assert index.add(make("2026-11-27", launch("0001", far)))

    history, = index.histories()
    assert (history.values, history.lows, history.highs) == ([1.0], [0.0], [1.7e308])


def test_launches_of_a_night_are_in_the_order_of_its_runs(make, tmp_path):
    runs = [make("2026-11-27", launch("0001", metric(1.0)), launch("0002", metric(2.0)),
                 started_utc="2026-11-27T02:00:00Z"),
            make("2026-11-27", launch("0001", metric(3.0), digest="sha256:1", image="x"),
                 started_utc="2026-11-27T04:00:00Z")]

    for order in (runs, runs[::-1]):
        with Index(tmp_path / order[0].name) as index:
            for run in order:
                index.add(run)
            history, = index.histories()
            assert history.launches == [[1.0, 2.0, 3.0]]
            assert index.provenance(history.provenance[0])["image"] == {
                "name": "x", "digest": "sha256:1"}


def test_histories_are_read_in_the_order_of_the_table(index, make):
    index.add(make("2026-11-27", launch("0001", metric(1.0))))
    asked = []
    index._connection.set_trace_callback(asked.append)
    list(index.histories(cells=[CELL.key]))
    index._connection.set_trace_callback(None)

    query, = [text for text in asked if "FROM points" in text]
    plan = [row[3] for row in index._connection.execute(f"EXPLAIN QUERY PLAN {query}")]

    assert not any("TEMP B-TREE FOR ORDER BY" in step for step in plan), plan


def test_speed_of_ingest_is_measured_with_all_rows_in():
    ours, plain = measure_ingest(2000)

    assert ours > 0 and plain > 0
