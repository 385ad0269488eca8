# SPDX-License-Identifier: Apache-2.0
"""What bundles say is found again across nights, nodes and launches, whatever the order in which
they came."""

import contextlib
import hashlib
import os
import sqlite3
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from gpu_selftest_harness import cli
from gpu_selftest_harness.bundle import Bundle, reader
from gpu_selftest_harness.errors import Failed, Refused
from gpu_selftest_harness.index import Index, measure_ingest
from gpu_selftest_harness.index.database import held
from gpu_selftest_harness.model import (Cell, EngineFacts, Expectation, Launch, Node, Outcome,
                                        Planned, SeriesKey)

CELL = Cell("580", "13.0", "runtime", "debian12", "local", "h100", "all", "compute,utility",
            "quick")
OTHER = Cell("580", "12.4", "runtime", "debian12", "local", "h100", "all", "compute,utility",
             "quick")
UUID = "GPU-00000000-0000-4000-8000-000000000001"


def metric(value, samples=None, **changes):
    return {"name": "host-copy.to-gpu", "workload": "host-copy", "variant": "pinned",
            "unit": "bytes_per_s", "src_gpu": 0, "dst_gpu": 0, "value": value,
            "verdict": "PASS", "samples": samples or [value] * 3, **changes}


NODE = Node("n7", "580.95.05", "13.0", (), (EngineFacts("local", "0.1.0"),), "x86_64", "6.1",
            "debian12")


def gpu(index=0, uuid=UUID, **facts):
    facts = {"clock_limits_under_load": {"host-copy": "none"}, **facts}
    return {"index": index, "facts": {"uuid": {"driver": uuid}, "sm_clock_under_load_hz": {
        "host-copy": 1.98e9, "sgemm": 1.0}, **facts}}


def report(*metrics, gpus=(gpu(),), **changes):
    return {"suite": {"version": "0.1.0", "commit": "abc"}, "verdict": "PASS", "exit_code": 0,
            "headline": None, "simulated": False, "plan": "", "gpus_tested": len(gpus),
            "workloads": [{"name": "host-copy", "verdict": "PASS"}], "facts": {},
            "metrics": list(metrics), "gpus": list(gpus), **changes}


def launch(identity, *metrics, cell=CELL, **changes):
    values = dict(id=identity, cell=cell.key, kind="measure", round=0, engine="local", image="",
                  digest=None, arguments=(), gpus=(UUID,), started_utc="2026-11-27T02:00:00Z",
                  since_start_s=float(int(identity)), duration_s=2.0, stage="run", exit_code=0,
                  report=report(*metrics) if metrics else None)
    return Launch(**{**values, **changes})


def outcome(word="PASS", workload="", cell=CELL, **changes):
    values = dict(cell=cell.key, workload=workload, word=word, layer=None, id=None, stage="run",
                  expected=Expectation("PASS"), is_as_expected=word == "PASS")
    return Outcome(**{**values, **changes})


@pytest.fixture
def make(tmp_path):
    """A sealed bundle of a night."""
    def made(night, *records, node="n7", cells=(CELL,), root=tmp_path / "runs", **header):
        plan = [Planned(cell, "", (), 3, 30, 60.0) for cell in cells]
        with Bundle.create(root, {"night": night, "node": replace(NODE, name=node), "plan": plan,
                                  **header}, ballast_bytes=0) as bundle:
            for record in records:
                bundle.append("launch" if isinstance(record, Launch) else "outcome", record)
            return bundle.seal()
    return made


@pytest.fixture
def index(tmp_path):
    with Index(tmp_path / "index.sqlite") as opened:
        yield opened


def dump(index):
    """All that is in it, by names instead of by numbers that depend on the order of coming."""
    connection = sqlite3.connect(index.path)
    queries = (
        "SELECT run_id, sha256, night, node, is_simulated, started_utc, header, notes FROM bundles",
        "SELECT * FROM cells",
        "SELECT run_id, cell, body FROM plans JOIN bundles ON id = bundle",
        "SELECT run_id, l.id, cell, since_start_s, line_offset, line_bytes, body FROM launches l"
        " JOIN bundles b ON b.id = bundle",
        "SELECT run_id, cell, workload, body FROM outcomes JOIN bundles ON id = bundle",
        "SELECT digest, body FROM provenances",
        "SELECT s.cell, workload, metric, variant, unit, src, dst, s.node, b.night, run_id, launch,"
        " since_start_s, median, q1, q3, low, high, samples, clock_hz, flag, digest FROM points p"
        " JOIN series s ON s.id = series JOIN bundles b ON b.id = bundle"
        " JOIN provenances v ON v.id = provenance")
    rows = [sorted(map(repr, connection.execute(query))) for query in queries]
    connection.close()
    assert all(rows)
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def test_night_is_found_again(index, make):
    said = outcome("FAIL", "sgemm", id="hardware.x", layer="hardware", launches=("0001",))
    path = make("2026-11-27", launch("0001", metric(5e10)), said)

    assert index.add(path) is True

    assert index.nights() == ["2026-11-27"]
    run, = index.runs("2026-11-27")
    assert (run.run_id, run.node, run.is_simulated) == (path.name, "n7", False)
    assert run.header["node"]["driver"] == "580.95.05"
    said.run_id = path.name
    assert index.outcomes("2026-11-27") == [said]
    assert index.cell(CELL.key) == CELL
    assert index.runs("2026-11-28") == []


def test_bundle_comes_in_once(index, make):
    path = make("2026-11-27", launch("0001", metric(5e10)), outcome())

    assert [index.add(path), index.add(path)] == [True, False]

    assert len(index.runs()) == 1


def test_launch_comes_with_its_report(index, make):
    first = launch("0001", metric(5e10), message="two\nlines")
    path = make("2026-11-27", first, launch("0002"))
    index.add(path)

    assert index.launch(path.name, "0001") == first

    for file in path.iterdir():
        file.unlink()
    without = index.launch(path.name, "0001")
    assert without.report is None
    assert without.message == "two\nlines"


def test_launch_of_the_run_that_was_gone_on_with_is_found(index, make):
    first, second = launch("0001", metric(1.0)), launch("0002", metric(2.0))
    before = make("2026-11-27", first)
    after = make("2026-11-27", second, resumes=before.name)
    index.add(before)
    index.add(after)

    assert index.launch(after.name, "0001") == first
    assert index.launch(after.name, "0002") == second
    with pytest.raises(KeyError, match="'0002'"):
        index.launch(before.name, "0002")


@pytest.mark.parametrize("ask", [
    lambda index: index.cell("0" * 16), lambda index: index.provenance("0" * 16),
    lambda index: index.launch("x", "0001"),
])
def test_what_is_not_there_is_a_key_error(index, ask):
    with pytest.raises(KeyError):
        ask(index)


# --- What is refused --------------------------------------------------------------------------


def test_open_bundle_is_refused_and_says_what_to_do(index, tmp_path):
    with Bundle.create(tmp_path / "runs", {"night": "2026-11-27"}, ballast_bytes=0) as bundle:
        with pytest.raises(Refused, match="seal"):
            index.add(bundle.path)

    assert index.nights() == []


def test_damaged_bundle_is_refused_whole(index, make):
    path = make("2026-11-27", launch("0001", metric(5e10)), outcome())
    records = path / "records.jsonl"
    records.chmod(0o644)
    records.write_bytes(records.read_bytes().replace(b"50000000000.0", b"60000000000.0"))

    with pytest.raises(Refused, match="not what was sealed"):
        index.add(path)

    assert index.nights() == []
    assert list(index.histories()) == []


def test_another_bundle_of_the_same_run_is_refused(index, make, tmp_path):
    run_id = "20261127T020000Z-n7-00000001"
    index.add(make("2026-11-27", outcome(), run_id=run_id))
    other = make("2026-11-27", outcome("FAIL"), run_id=run_id, root=tmp_path / "elsewhere")

    with pytest.raises(Refused, match="another bundle of the run"):
        index.add(other)

    assert [one.word for one in index.outcomes("2026-11-27")] == ["PASS"]


def test_simulated_and_real_runs_are_kept_apart(index, make):
    index.add(make("2026-11-27", outcome()))
    simulated = make("2026-11-27", node="x")

    with Bundle.create(simulated.parent, {
            "night": "2026-11-27", "node": replace(NODE, simulated="h100x8")}, 0) as bundle:
        path = bundle.seal()
    with pytest.raises(Refused, match="never of both"):
        index.add(path)

    assert index.add(simulated)


def test_plan_that_does_not_fit_is_refused(index, make):
    with pytest.raises(Refused, match=r"plan\[0\].cell.*cuda.*missing"):
        index.add(make("2026-11-27", cells=(), plan=[{
            "cell": {"driver": "580"}, "image": "", "workloads": [], "launches": 3, "samples": 30,
            "timeout_s": 60}]))

    assert index.nights() == []


# --- Numbers ----------------------------------------------------------------------------------


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
    assert [[note["what"] for note in run.notes] for run in index.runs()] == [
        ["clock", "clock"], ["clock"]]


def test_pause_of_a_resumed_run_is_not_noted_as_a_jump(index, tmp_path):
    with Bundle.create(tmp_path, {"night": "2026-11-27", "started_utc": "2026-11-27T02:00:00Z"},
                       0) as bundle:
        bundle.append("launch", launch("0001", started_utc="2026-11-27T02:00:01Z"))
    with Bundle.resume(bundle.path) as bundle:
        bundle.append("launch", launch("0002", started_utc="2026-11-27T09:00:00Z"))
        index.add(bundle.seal())

    run, = index.runs()

    assert [note["kind"] for note in run.notes] == ["resume"]


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


def test_cells_and_nights_are_chosen(index, make):
    for night in ("2026-11-26", "2026-11-27", "2026-11-28"):
        index.add(make(night, launch("0001", metric(1.0)),
                       launch("0002", metric(2.0), cell=OTHER), cells=(CELL, OTHER)))

    chosen = list(index.histories(cells=[OTHER.key], nights=["2026-11-26", "2026-11-28"]))

    assert [history.key.cell for history in chosen] == [OTHER.key]
    assert chosen[0].nights == ["2026-11-26", "2026-11-28"]
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


# --- Outcomes of several runs -----------------------------------------------------------------


def test_later_run_of_a_node_counts(index, make):
    index.add(make("2026-11-27", outcome("FAIL"), outcome("FAIL", "sgemm"),
                   started_utc="2026-11-27T02:00:00Z"))
    index.add(make("2026-11-27", outcome("PASS"), started_utc="2026-11-27T04:00:00Z"))

    assert [(one.workload, one.word) for one in index.outcomes("2026-11-27")] == [
        ("", "PASS"), ("sgemm", "FAIL")]


def test_no_node_hides_another(index, make):
    index.add(make("2026-11-27", outcome("FAIL"), node="n7"))
    index.add(make("2026-11-27", outcome("PASS"), node="n8"))

    one, = index.outcomes("2026-11-27")

    assert one.word == "FAIL"


def test_what_is_red_on_one_node_is_not_hidden_by_an_expected_failure(index, make):
    index.add(make("2026-11-27", outcome("FAIL", is_as_expected=True), node="n7"))
    index.add(make("2026-11-27", outcome("PASS", is_as_expected=False), node="n8"))

    one, = index.outcomes("2026-11-27")

    assert (one.word, one.is_red) == ("PASS", True)


def test_miss_hides_nothing_that_ran(index, make):
    index.add(make("2026-11-27", outcome("PASS"), outcome("MISS", cell=OTHER)))
    index.add(make("2026-11-27", outcome("MISS"), outcome("MISS", cell=OTHER)))
    index.add(make("2026-11-27", outcome("MISS"), node="n8"))

    words = {one.cell: one.word for one in index.outcomes("2026-11-27")}

    assert words == {CELL.key: "PASS", OTHER.key: "MISS"}


# --- The file ---------------------------------------------------------------------------------


def many(make):
    return [make(f"2026-11-{20 + number}", launch("0001", metric(float(number))),
                 launch("0002", metric(2.0, variant=f"v{number}")), outcome(), node=f"n{number % 2}",
                 run_id=f"202611{20 + number}T020000Z-n-0000000{number}")
            for number in range(6)]


def test_content_does_not_depend_on_the_order_of_coming(make, tmp_path):
    paths = many(make)
    with Index(tmp_path / "one.sqlite") as one, Index(tmp_path / "two.sqlite") as two:
        for path in paths:
            one.add(path)
        for path in (paths[3], paths[0], paths[5], paths[3], paths[1], paths[4], paths[2]):
            two.add(path)

        assert dump(one) == dump(two)
        assert list(one.histories())[0].values == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]


def test_rebuilt_index_has_the_same_content_and_order(make, tmp_path):
    paths = many(make)
    with Index(tmp_path / "index.sqlite") as index:
        for path in reversed(paths):
            index.add(path)
        before, order = dump(index), [run.run_id for run in index.runs()]

    with Index.rebuild(tmp_path / "index.sqlite", paths[0].parent) as again:
        assert dump(again) == before
        assert [run.run_id for run in again.runs()] == order == [
            path.name for path in reversed(paths)]
        assert again.refused == []
    assert not (tmp_path / "index.sqlite.new").exists()


def test_rebuild_leaves_out_what_is_damaged_and_names_it(make, tmp_path):
    paths = many(make)
    (paths[2] / "seal.json").unlink()

    with Index.rebuild(tmp_path / "index.sqlite", paths[0].parent) as index:
        assert len(index.runs()) == 5
        assert len(index.refused) == 1 and paths[2].name in index.refused[0]


def test_rebuild_takes_the_place_of_what_is_no_index(make, tmp_path):
    paths = many(make)
    (tmp_path / "index.sqlite").write_bytes(b"\xff" * 5000)
    with pytest.raises(Refused, match="is no index.*--rebuild"):
        Index(tmp_path / "index.sqlite")

    with Index.rebuild(tmp_path / "index.sqlite", paths[0].parent) as index:
        assert len(index.runs()) == 6


def in_pages(path, first):
    size_bytes = path.stat().st_size
    with open(path, "r+b") as file:
        file.seek(first)
        file.write(b"\xff" * (size_bytes - first))


def in_a_header(path, _):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE bundles SET header = '{'")
        connection.commit()


def in_a_table(path, _):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE bundles")


@pytest.mark.parametrize("damage, at", [(in_pages, 100), (in_pages, 4096), (in_pages, 8192),
                                        (in_a_header, 0), (in_a_table, 0)])
def test_rebuild_takes_the_place_of_a_damaged_index(make, tmp_path, damage, at):
    path, paths = tmp_path / "index.sqlite", many(make)
    with Index(path) as index:
        for bundle in paths:
            index.add(bundle)
    damage(path, at)

    with Index.rebuild(path, paths[0].parent) as again:
        assert sorted(run.run_id for run in again.runs()) == sorted(one.name for one in paths)
        assert again.refused == []


def test_rebuild_that_fails_leaves_the_old_index(make, tmp_path, monkeypatch):
    path, paths = tmp_path / "index.sqlite", many(make)
    with Index(path) as index:
        index.add(paths[0])
        before = dump(index)

    def no_room(*words):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        for name in ("rename", "replace"):
            patch.setattr(os, name, no_room)
        with pytest.raises(OSError, match="No space left"):
            Index.rebuild(path, paths[0].parent)

    assert path.exists()
    with Index(path) as index:
        assert dump(index) == before


# --- Whose fault it is ------------------------------------------------------------------------


def test_index_that_somebody_has_locked_is_one_all_the_same(make, tmp_path, monkeypatch):
    monkeypatch.setattr("gpu_selftest_harness.index.database.BUSY_S", 0)
    path = tmp_path / "index.sqlite"
    Index(path).close()
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Failed, match="cannot use .*database is locked"):
            Index(path)
        other.execute("ROLLBACK")

    with Index(path) as index:
        assert index.add(make("2026-11-27"))


def test_place_that_holds_no_index_is_told(tmp_path):
    (tmp_path / "index.sqlite").mkdir()

    with pytest.raises(Failed, match="cannot use .*unable to open"):
        Index(tmp_path / "index.sqlite")

    (tmp_path / "i.sqlite.lock").mkdir()
    with pytest.raises(Failed, match="cannot open .*i.sqlite.lock"):
        Index(tmp_path / "i.sqlite")


def test_disk_that_is_full_is_told_and_a_bundle_is_not_in(make, tmp_path):
    paths = many(make)
    with Index(tmp_path / "index.sqlite") as index:
        index.add(paths[0])
        before = dump(index)
        pages = index._connection.execute("PRAGMA page_count").fetchone()[0]
        index._connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(Failed, match="cannot use .*full"):
            for path in paths[1:]:
                index.add(path)
                before = dump(index)
        assert dump(index) == before


@pytest.mark.parametrize("is_damaged", [True, False])
def test_what_is_to_be_typed_for_a_new_index_is_a_command(tmp_path, is_damaged):
    path = tmp_path / "index.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 7")
    if is_damaged:
        path.write_bytes(b"\xff" * 5000)

    with pytest.raises(Refused) as refused:
        Index(path)
    words = str(refused.value).partition("gpu-selftest-harness ")[2].split()

    options = cli.parser().parse_args(words)
    assert (options.index, options.rebuild, options.paths) == (path, Path("DIR"), [])


def test_rebuild_does_not_take_the_old_log_for_its_own(make, tmp_path):
    """As it is left by a killed importer, and by who then deleted the index alone."""
    path, wal = tmp_path / "index.sqlite", tmp_path / "index.sqlite-wal"
    paths = many(make)
    with Index(path) as index:
        index.add(paths[0])
        log = wal.read_bytes()
    assert log
    path.unlink()
    wal.write_bytes(log)

    with Index.rebuild(path, paths[0].parent) as index:
        assert len(index.runs()) == 6
        assert index._connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_index_of_another_version_is_refused(tmp_path):
    Index(tmp_path / "index.sqlite").close()
    connection = sqlite3.connect(tmp_path / "index.sqlite")
    connection.execute("PRAGMA user_version = 7")
    connection.close()

    with pytest.raises(Refused, match="of version 7, this harness knows 2"):
        Index(tmp_path / "index.sqlite")


def test_database_of_somebody_else_is_refused_and_left_alone(tmp_path):
    connection = sqlite3.connect(tmp_path / "index.sqlite")
    connection.execute("CREATE TABLE theirs (a)")
    connection.close()

    with pytest.raises(Refused, match="of version 0"):
        Index(tmp_path / "index.sqlite")


def test_file_is_not_swapped_under_a_reader(index):
    with pytest.raises(Failed, match="in use"):
        with held(index.path, is_exclusive=True, wait_s=0):
            pass

    index.close()
    with held(index.path, is_exclusive=True, wait_s=0):
        assert index.path.exists()


def test_index_finds_its_bundles_after_both_moved(make, tmp_path):
    first = launch("0001", metric(5e10))
    path = make("2026-11-27", first, root=tmp_path / "a" / "runs")
    with Index(tmp_path / "a" / "index.sqlite") as index:
        index.add(path)
    (tmp_path / "a").rename(tmp_path / "b")

    with Index(tmp_path / "b" / "index.sqlite") as index:
        assert index.launch(path.name, "0001") == first


def test_speed_of_ingest_is_measured_with_all_rows_in():
    ours, plain = measure_ingest(2000)

    assert ours > 0 and plain > 0


def test_cells_are_whole_in_the_table(index, make):
    index.add(make("2026-11-27", outcome(), cells=(CELL, OTHER)))

    assert asdict(index.cell(OTHER.key)) == asdict(OTHER)


def test_bundle_that_is_known_is_not_read_again(index, make):
    path = make("2026-11-27", launch("0001", metric(5e10)), outcome())
    index.add(path)
    (path / "records.jsonl").unlink()

    assert index.add(path) is False


def test_reports_are_not_all_in_memory_at_once(index, make, monkeypatch):
    kept = []
    real = reader.read

    def read(*arguments):
        kept.append(real(*arguments))
        return kept[0]

    monkeypatch.setattr(reader, "read", read)

    index.add(make("2026-11-27", launch("0001", metric(5e10)), launch("0002", metric(5e10))))

    assert [one.report for one in kept[0].launches] == [None, None]
    assert len(list(index.histories())[0].launches[0]) == 2


def test_histories_are_read_in_the_order_of_the_table(index, make):
    index.add(make("2026-11-27", launch("0001", metric(1.0))))
    asked = []
    index._connection.set_trace_callback(asked.append)
    list(index.histories(cells=[CELL.key]))
    index._connection.set_trace_callback(None)

    query, = [text for text in asked if "FROM points" in text]
    plan = [row[3] for row in index._connection.execute(f"EXPLAIN QUERY PLAN {query}")]

    assert not any("TEMP B-TREE FOR ORDER BY" in step for step in plan), plan
