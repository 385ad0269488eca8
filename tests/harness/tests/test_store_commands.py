# SPDX-License-Identifier: Apache-2.0
"""The verbs that seal, index, merge and delete bundles."""

import argparse
import csv
import os
from dataclasses import replace
from pathlib import Path

import pytest
import records
from gpu_selftest_harness import bundle as bundles
from gpu_selftest_harness.bundle import Bundle
from gpu_selftest_harness.commands import index, merge, retention, seal
from gpu_selftest_harness.errors import Failed, Refused
from gpu_selftest_harness.index import Index
from gpu_selftest_harness.matrix import load
from gpu_selftest_harness.model import Cell, Expectation, Launch, Outcome, Planned

CELL = Cell("580", "13.0", "runtime", "debian12", "local", "h100", "all", "compute,utility",
            "quick")
SIMULATED = Path(__file__).parent.parent / "matrices/simulated.yaml"


def call(*arguments):
    parser = argparse.ArgumentParser(exit_on_error=False)
    subparsers = parser.add_subparsers()
    for verb in (seal, index, merge, retention):
        verb.register(subparsers)
    options = parser.parse_args([str(argument) for argument in arguments])
    return options.run(options)


def outcome(word="PASS", **changes):
    return Outcome(**{**dict(cell=CELL.key, workload="", word=word, layer=None, id=None,
                             stage="run", expected=Expectation("PASS"),
                             is_as_expected=word == "PASS"), **changes})


@pytest.fixture
def runs(tmp_path):
    return tmp_path / "runs"


@pytest.fixture
def make(runs):
    def made(night, *outcomes, metric="m"):
        with Bundle.create(runs, {"night": night, "node": {"name": "n7", "driver": "580.1"},
                                  "plan": [Planned(CELL, "", (), 3, 30, 60.0)]}, 0) as bundle:
            report = {"metrics": [{"name": metric, "workload": "w", "unit": "s", "value": 1.5}]}
            bundle.append("launch", Launch("1", CELL.key, "measure", 0, "local", "", None, (), (),
                                           "", 0.0, 1.0, "run", 0, report=report))
            for one in outcomes:
                bundle.append("outcome", one)
            return bundle.seal()
    return made


# --- seal -------------------------------------------------------------------------------------


def test_seal_ends_what_was_left_open(runs, capsys):
    paths = []
    for _ in range(2):
        with Bundle.create(runs, {"night": "2026-11-27"}, 0) as bundle:
            paths.append(bundle.path)

    assert call("seal", runs) == 0

    assert bundles.left_open(runs) == []
    assert [bundles.read(path).problems for path in bundles.find(runs)] == [[], []]
    assert capsys.readouterr().out.count("sealed: ") == 2
    assert call("seal", runs) == 0


def test_seal_judges_what_a_killed_run_had_measured(runs):
    matrix = Path(__file__).parent.parent / "matrices/simulated-580.yaml"
    [planned, *_] = [one for one in load(matrix).plan(records.node())
                     if one.cell.variant == "runtime" and one.cell.cuda == "13.0"]
    planned = replace(planned, workloads=("vector-add", "host-copy"), launches=1)
    uuids = tuple(gpu.uuid for gpu in records.node().gpus)
    with Bundle.create(runs, {
            "night": "2026-11-27", "node": records.node(), "plan": [planned],
            "matrix": {"text": matrix.read_text(), "path": str(matrix)}}, 0) as bundle:
        bundle.append("launch", records.launch(
            1, records.failing("hardware.memory-corrupted"), cell=planned.cell.key, gpus=uuids))

    assert call("seal", runs) == 0

    [path] = bundles.find(runs)
    assert {(one.workload, one.word) for one in bundles.read(path).outcomes} == {
        ("", "FAIL"), ("vector-add", "FAIL"), ("host-copy", "PASS")}


def test_seal_that_is_given_no_quarantine_seals_nothing(runs, tmp_path):
    with Bundle.create(runs, {"night": "2026-11-27"}, 0) as bundle:
        pass

    with pytest.raises(Refused, match="no-such.yaml"):
        call("seal", runs, "--quarantine", tmp_path / "no-such.yaml")

    assert bundles.left_open(runs) == [bundle.path]


def test_seal_tells_what_the_disk_garbled(runs, capsys):
    with Bundle.create(runs, {"night": "2026-11-27"}, 0) as bundle:
        bundle.append("note", {"what": "order"})
    with open(bundle.path / "records.jsonl", "ab") as file:
        file.write(b"\0" * 512 + b"\n")

    assert call("seal", runs) == 3

    assert "is damaged: records.jsonl: line 2 has NUL bytes" in capsys.readouterr().out
    assert len(bundles.find(runs)) == 1


def test_seal_leaves_a_run_that_is_going_on_and_says_so(runs, capsys):
    with Bundle.create(runs, {"night": "2026-11-27"}, 0) as bundle:
        assert call("seal", bundle.path) == 3
        assert "another process is adding" in capsys.readouterr().out
        assert bundles.left_open(runs) == [bundle.path]


def test_seal_says_that_a_sealed_bundle_stays(make, capsys):
    assert call("seal", make("2026-11-27")) == 3

    assert "never changed" in capsys.readouterr().out


# --- index ------------------------------------------------------------------------------------


def test_index_takes_a_folder_and_knows_it_again(runs, make, tmp_path, capsys):
    make("2026-11-26"), make("2026-11-27")

    assert call("index", tmp_path / "i.sqlite", runs) == 0
    assert call("index", tmp_path / "i.sqlite", runs, make("2026-11-28")) == 0

    assert capsys.readouterr().out.splitlines() == [
        "2 added, 0 known before, 0 refused", "1 added, 3 known before, 0 refused"]


def test_index_goes_on_behind_a_damaged_bundle_and_cannot_tell(runs, make, tmp_path, capsys):
    damaged, _ = make("2026-11-26"), make("2026-11-27")
    (damaged / "seal.json").unlink()

    assert call("index", tmp_path / "i.sqlite", runs) == 3
    assert call("index", tmp_path / "i.sqlite", "--rebuild", runs) == 3

    out = capsys.readouterr().out
    assert out.count("1 added, 0 known before, 1 refused") == 2
    assert out.count(f"refused: '{damaged}' is not what was sealed") == 2


@pytest.mark.parametrize("arguments, message", [
    (("--csv", "out.csv"), "no bundle is named"),
    (("--rebuild", "absent"), "'absent' is neither a bundle nor a folder"),
    (("absent",), "'absent' is neither a bundle nor a folder"),
])
def test_index_refuses_what_makes_no_index(tmp_path, arguments, message):
    with pytest.raises(Refused, match=message):
        call("index", tmp_path / "i.sqlite", *arguments)

    assert not (tmp_path / "i.sqlite").exists()


def test_index_of_no_bundle_is_an_empty_one(tmp_path, capsys):
    """No node came: what had to run can still be told with it."""
    assert call("index", tmp_path / "i.sqlite") == 0

    assert capsys.readouterr().out == "0 added, 0 known before, 0 refused\n"
    with Index(tmp_path / "i.sqlite") as opened:
        assert opened.nights() == []


def test_index_is_made_again_from_one_folder_alone(runs, make, tmp_path):
    make("2026-11-26")

    with pytest.raises(Refused, match="'--rebuild DIR' takes no PATH beside it"):
        call("index", tmp_path / "i.sqlite", runs, "--rebuild", runs)


def test_index_that_is_made_again_tells_where_the_other_file_is(runs, make, tmp_path, capsys):
    make("2026-11-26")
    (tmp_path / "notes").write_text("mine")

    assert call("index", tmp_path / "notes", "--rebuild", runs) == 0

    assert (tmp_path / "notes.replaced").read_text() == "mine"
    assert f"it is '{tmp_path}/notes.replaced' now" in capsys.readouterr().out


def test_csv_has_a_line_for_each_night_and_no_formula(runs, make, tmp_path):
    make("2026-11-26"), make("2026-11-27"), make("2026-11-27", metric="=cmd|' /C calc'!A0")

    assert call("index", tmp_path / "i.sqlite", runs, "--csv", tmp_path / "out.csv") == 0

    with open(tmp_path / "out.csv", newline="", encoding="utf-8") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: (row["night"], row["metric"] != "m"))
    assert [(row["night"], row["value"]) for row in rows] == [
        ("2026-11-26", "1.5"), ("2026-11-27", "1.5"), ("2026-11-27", "1.5")]
    assert [row["metric"] for row in rows] == ["m", "m", "'=cmd|' /C calc'!A0"]


def test_csv_that_cannot_be_written_is_told(runs, make, tmp_path):
    make("2026-11-26")

    with pytest.raises(Failed, match="cannot write '.*no/out.csv': No such file or directory"):
        call("index", tmp_path / "i.sqlite", runs, "--csv", tmp_path / "no/out.csv")


# --- merge ------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcomes, code", [
    ([outcome()], 0),
    ([outcome("FAIL")], 1),
    ([outcome("FAIL", is_as_expected=True)], 0),
    ([outcome("FAIL", quarantine={"owner": "a"})], 0),
    ([outcome("ERROR")], 3),
    ([outcome("ERROR"), outcome("FAIL", workload="sgemm")], 1),
    ([outcome(is_as_expected=False)], 1),  # it passed where it has to fail
    ([outcome("MISS")], 3),
    ([outcome("SKIP", is_as_expected=True)], 77),
    # It was to pass, and nothing was tested.
    ([outcome("SKIP")], 3),
    ([outcome("SKIP"), outcome(workload="sgemm")], 3),
    ([outcome("SKIP"), outcome("FAIL", workload="sgemm")], 1),
    ([], 3),  # it was planned
])
def test_merge_ends_as_the_night_did(make, tmp_path, outcomes, code):
    with Index(tmp_path / "i.sqlite") as opened:
        opened.add(make("2026-11-27", *outcomes))

    assert call("merge", tmp_path / "i.sqlite") == code


def test_merge_of_a_night_on_which_nobody_came(tmp_path, capsys):
    with Index(tmp_path / "i.sqlite"):
        pass

    assert call("merge", tmp_path / "i.sqlite", "--night", "2026-11-28", "--matrix", SIMULATED) == 3

    assert capsys.readouterr().out.count("suite.never-ran") == len(load(SIMULATED).cells())


@pytest.mark.parametrize("words, text", [
    ((), "has no night"), (("--night", "2026-11-28"), "has no night"),
    (("--matrix", "MATRIX"), "has no night"),
    (("--night", "today", "--matrix", "MATRIX"), "'today' is no night such as 2026-11-27")])
def test_merge_refuses_what_is_no_night(tmp_path, words, text):
    with Index(tmp_path / "i.sqlite"):
        pass

    with pytest.raises(Refused, match=text):
        call("merge", tmp_path / "i.sqlite", *(SIMULATED if one == "MATRIX" else one for one in words))


def test_merge_tells_of_the_last_night_and_names_others(make, tmp_path, capsys):
    with Index(tmp_path / "i.sqlite") as opened:
        opened.add(make("2026-11-26", outcome("FAIL", id="hardware.x", observed="two\nlines")))
        opened.add(make("2026-11-27", outcome()))

    assert call("merge", tmp_path / "i.sqlite") == 0
    assert capsys.readouterr().out == f"PASS   {CELL.name}  -  -\n"
    assert call("merge", tmp_path / "i.sqlite", "--night", "2026-11-26") == 1
    assert capsys.readouterr().out == f"FAIL   {CELL.name}  -  hardware.x  RED  two lines\n"
    with pytest.raises(Refused, match="unknown night '2026-11-25', valid are 2026-11-26"):
        call("merge", tmp_path / "i.sqlite", "--night", "2026-11-25")


@pytest.mark.parametrize("has_file", [True, False])
def test_merge_of_nothing_is_refused(tmp_path, has_file):
    if has_file:
        Index(tmp_path / "i.sqlite").close()

    with pytest.raises(Refused, match="has no night" if has_file else "there is no index"):
        call("merge", tmp_path / "i.sqlite")


# --- retention --------------------------------------------------------------------------------


@pytest.fixture
def indexed(runs, tmp_path):
    """Of all bundles that there are now; its file."""
    def made(*but_not):
        with Index(tmp_path / "i.sqlite") as opened:
            for path in bundles.find(runs):
                if path not in but_not:
                    opened.add(path)
        return tmp_path / "i.sqlite"
    return made


def states(capsys):
    return [line.split()[0] for line in capsys.readouterr().out.splitlines()]


def test_retention_lists_and_deletes_only_when_told_so(runs, make, indexed, capsys):
    old, also_old = make("2026-11-01"), make("2026-11-01")
    kept = [make("2026-11-26"), make("2026-11-27")]

    assert call("retention", runs) == 0
    assert call("retention", runs, "--keep-nights", 2) == 0
    assert bundles.find(runs) == sorted([old, also_old, *kept])
    assert states(capsys) == ["kept"] * 4 + [
        "old" if path in (old, also_old) else "kept" for path in bundles.find(runs)]

    assert call("retention", runs, "--keep-nights", 2, "--yes", "--index", indexed()) == 0

    assert bundles.find(runs) == sorted(kept)
    assert sorted(runs.iterdir()) == sorted(kept)


def test_retention_keeps_what_the_index_does_not_have(runs, make, indexed, capsys):
    old, alone, kept = make("2026-11-01"), make("2026-11-01"), make("2026-11-27")

    assert call("retention", runs, "--keep-nights", 1, "--yes", "--index", indexed(alone)) == 0

    assert bundles.find(runs) == sorted([alone, kept])
    assert sorted(states(capsys)) == ["alone", "kept", "old"]
    assert old not in bundles.find(runs)


def test_retention_never_deletes_what_is_open_or_cannot_be_read(runs, make, indexed, capsys):
    unreadable = make("2026-11-01")
    make("2026-11-27")
    path = indexed()
    (unreadable / "header.json").unlink()
    with Bundle.create(runs, {"night": "2026-11-01"}, 0) as bundle:
        opened = bundle.path

    assert call("retention", runs, "--keep-nights", 1, "--yes", "--index", path) == 0

    assert unreadable.is_dir() and opened.is_dir()
    assert "open" in capsys.readouterr().out


def test_retention_removes_what_interrupted_work_left_behind(runs, make, indexed, capsys):
    kept = make("2026-11-27")
    name = "20261101T020000Z-n7-0000000"
    deleted, dead, new = (runs / (name + ending) for ending in ("1.deleted", "2.new", "3.new"))
    own = runs / "mine.deleted"
    for path in (deleted, dead, new, own):
        path.mkdir()
        (path / "header.json").write_text("{}")
    os.utime(dead, (1.0, 1.0))

    assert call("retention", runs, "--keep-nights", 1) == 0
    assert states(capsys) == ["kept", "left", "left"]
    assert deleted.exists() and dead.exists()

    assert call("retention", runs, "--keep-nights", 1, "--yes", "--index", indexed()) == 0

    assert sorted(runs.iterdir()) == sorted([kept, new, own])


@pytest.mark.parametrize("arguments, message", [
    ((), "goes with '--index FILE'"), (("--index", "no.sqlite"), "no index 'no.sqlite'")])
def test_retention_refuses_to_delete_without_an_index(runs, make, arguments, message):
    old, kept = make("2026-11-01"), make("2026-11-27")

    with pytest.raises(Refused, match=message):
        call("retention", runs, "--keep-nights", 1, "--yes", *arguments)

    assert bundles.find(runs) == sorted([old, kept])


@pytest.mark.parametrize("arguments", [("--yes",), ("--keep-nights", "0", "--yes")])
def test_retention_refuses_to_delete_everything(runs, make, arguments):
    path = make("2026-11-27")

    with pytest.raises(Refused):
        call("retention", runs, *arguments)

    assert path.is_dir()


def test_retention_takes_what_vanishes_meanwhile_as_it_is(runs, make, monkeypatch, capsys):
    kept = make("2026-11-27")
    monkeypatch.setattr(bundles, "left_open", lambda root: [runs / "sealed-since.open"])

    assert call("retention", runs) == 0

    assert states(capsys) == ["kept", "open"] and kept.is_dir()


def test_retention_that_may_not_delete_says_so(runs, make, indexed, monkeypatch):
    old, _ = make("2026-11-01"), make("2026-11-27")
    path = indexed()

    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", refuse)
        with pytest.raises(Failed, match=f"cannot delete '{old}': Operation not permitted"):
            call("retention", runs, "--keep-nights", 1, "--yes", "--index", path)
    with monkeypatch.context() as patch:
        patch.setattr("shutil.rmtree", refuse)
        with pytest.raises(Failed, match=f"cannot delete '{old}.deleted': Operation not"):
            call("retention", runs, "--keep-nights", 1, "--yes", "--index", path)
