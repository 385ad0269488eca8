# SPDX-License-Identifier: Apache-2.0
"""What is appended to a bundle is there, whole, and what is sealed stays as it is."""

import json
import os
import stat
import threading
from datetime import datetime, timezone

import pytest
from gpu_selftest_harness import bundle as bundles
from gpu_selftest_harness.bundle.layout import MAX_TEXT
from gpu_selftest_harness.bundle.text import bounded
from gpu_selftest_harness.errors import Failed, Refused
from gpu_selftest_harness.model import Expectation, Launch, Outcome, Trouble

CELL = "0123456789abcdef"


def launch(identity="0001", **changes):
    values = dict(id=identity, cell=CELL, kind="measure", round=0, engine="local", image="",
                  digest=None, arguments=("--json", "-"), gpus=("GPU-1",),
                  started_utc="2026-11-27T02:00:00Z", since_start_s=1.5, duration_s=2.0,
                  stage="run", exit_code=0)
    return Launch(**{**values, **changes})


def outcome(workload="", word="PASS", **changes):
    values = dict(cell=CELL, workload=workload, word=word, layer=None, id=None, stage="run",
                  expected=Expectation("PASS"), is_as_expected=word == "PASS")
    return Outcome(**{**values, **changes})


def header(**changes):
    return {"night": "2026-11-27", "started_utc": "2026-11-27T02:00:00Z", "node": {"name": "n7"},
            "plan": [], **changes}


@pytest.fixture
def opened(tmp_path):
    with bundles.Bundle.create(tmp_path, header(), ballast_bytes=4096) as bundle:
        yield bundle


def records(path):
    return path / "records.jsonl"


def test_sealed_bundle_gives_back_what_was_appended(opened):
    first = launch(report={"verdict": "PASS"}, trouble=Trouble("suite.image-absent", "no 'x'"))
    opened.append("launch", first)
    opened.append("outcome", outcome(observed="fine"))
    opened.append("note", {"text": "clock went back"})

    contents = bundles.read(opened.seal())

    assert contents.problems == []
    assert contents.is_sealed
    assert contents.launches == [first]
    assert contents.outcomes == [outcome(observed="fine")]
    assert contents.notes == [{"kind": "note", "text": "clock went back"}]
    assert contents.header["night"] == "2026-11-27"


def test_each_record_is_on_the_disk_when_append_returns(opened, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fdatasync", lambda descriptor: synced.append(
        records(opened.path).read_bytes().count(b"\n")))

    opened.append("launch", launch("0001"))
    opened.append("launch", launch("0002"))

    assert synced == [1, 2]


def test_open_bundle_is_told_from_a_sealed_one(opened, tmp_path):
    assert bundles.find(tmp_path) == []
    assert bundles.left_open(tmp_path) == [opened.path]

    sealed = opened.seal()

    assert bundles.find(tmp_path) == [sealed]
    assert bundles.left_open(tmp_path) == []


@pytest.mark.parametrize("call", [
    lambda bundle: bundle.append("note", {}),
    lambda bundle: bundle.seal(),
    lambda bundle: bundles.Bundle.resume(bundle.path),
])
def test_sealed_bundle_refuses_every_writer(opened, call):
    sealed = opened.seal()
    before = {path: path.read_bytes() for path in sealed.iterdir()}

    with pytest.raises(Refused):
        call(opened)

    assert {path: path.read_bytes() for path in sealed.iterdir()} == before
    assert all(not stat.S_IMODE(path.stat().st_mode) & 0o222 for path in before)


def test_second_run_of_one_name_is_refused(opened, tmp_path):
    with pytest.raises(Refused, match="already"):
        bundles.Bundle.create(tmp_path, header(run_id=opened.run_id))

    opened.seal()
    with pytest.raises(Refused, match="already"):
        bundles.Bundle.create(tmp_path, header(run_id=opened.run_id))


def test_launch_is_kept_once(opened):
    opened.append("launch", launch())

    with pytest.raises(ValueError, match="'?0001"):
        opened.append("launch", launch())

    assert len(bundles.read(opened.path).launches) == 1


def test_last_outcome_of_a_cell_counts(opened):
    opened.append("outcome", outcome("sgemm", "FAIL"))
    opened.append("outcome", outcome("sgemm", "PASS"))

    assert bundles.read(opened.path).outcomes == [outcome("sgemm", "PASS")]


def test_unknown_kind_is_refused_and_valid_ones_named(opened):
    with pytest.raises(ValueError, match="'lunch'.*launch, outcome, note, resume"):
        opened.append("lunch", {})


def test_threads_write_whole_lines(opened):
    def add(first):
        for number in range(first, first + 20):
            opened.append("launch", launch(f"{number:04}", message="x" * 5000))

    threads = [threading.Thread(target=add, args=(first,)) for first in (0, 20, 40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    contents = bundles.read(opened.seal())
    assert contents.problems == []
    assert sorted(one.id for one in contents.launches) == [f"{n:04}" for n in range(60)]


# --- Resuming ---------------------------------------------------------------------------------


def test_resumed_run_goes_on(opened):
    opened.append("launch", launch("0001"))
    opened.close()

    with bundles.Bundle.resume(opened.path) as resumed:
        resumed.append("launch", launch("0002"))
        with pytest.raises(ValueError, match="already"):
            resumed.append("launch", launch("0001"))
        contents = bundles.read(resumed.seal())

    assert contents.problems == []
    assert [one.id for one in contents.launches] == ["0001", "0002"]
    assert [note["kind"] for note in contents.notes] == ["resume"]
    assert contents.notes[0]["torn_bytes"] == 0


def test_half_a_line_is_named_and_cut_off_by_resume(opened):
    opened.append("launch", launch("0001"))
    opened.close()
    with open(records(opened.path), "ab") as file:
        file.write(b'{"kind":"laun')
    assert bundles.read(opened.path).problems == [
        "records.jsonl: line 2 is cut off after 13 bytes"]

    with bundles.Bundle.resume(opened.path) as resumed:
        resumed.append("launch", launch("0002"))
        contents = bundles.read(resumed.seal())

    assert contents.problems == []
    assert [one.id for one in contents.launches] == ["0001", "0002"]
    assert contents.notes[0]["torn_bytes"] == 13


def test_open_bundle_that_is_written_cannot_be_resumed(opened):
    with pytest.raises(Refused, match="another process"):
        bundles.Bundle.resume(opened.path)

    opened.close()
    bundles.Bundle.resume(opened.path).close()


def test_death_between_the_end_and_the_seal_is_made_good(opened, monkeypatch):
    opened.append("launch", launch())
    monkeypatch.setattr(type(opened), "_write_seal", lambda self: (_ for _ in ()).throw(OSError))
    with pytest.raises(OSError):
        opened.seal()
    opened.close()
    monkeypatch.undo()

    with bundles.Bundle.resume(opened.path) as resumed:
        with pytest.raises(Refused, match="has ended"):
            resumed.append("note", {})
        contents = bundles.read(resumed.seal())

    assert contents.problems == []
    assert len(contents.launches) == 1


# --- What was done to it ----------------------------------------------------------------------


def change(path, data):
    path.chmod(0o644)
    path.write_bytes(data)


def edit(name, function):
    return lambda sealed: change(sealed / name, function((sealed / name).read_bytes()))


def link_out(sealed):
    records(sealed).rename(sealed.parent / "elsewhere")
    records(sealed).symlink_to("../elsewhere")


def pipe(sealed):
    records(sealed).unlink()
    os.mkfifo(records(sealed))


@pytest.mark.parametrize("damage, problem, launches", [
    (edit("records.jsonl", lambda data: data[:-5]), "cut off after", 2),
    (edit("records.jsonl", lambda data: data.replace(b'{"kind":"launch","number":1',
                                                     b'{"kind"-"launch","number":1')),
     "line 1 is not JSON", 1),
    (edit("records.jsonl", lambda data: data.replace(b'"exit_code":0', b'"exit_code":1', 1)),
     "is not what was sealed", 2),
    (edit("records.jsonl", lambda data: data.replace(b'"exit_code":0', b'"exit_code":"a"', 1)),
     "'exit_code' is 'a', not a whole number", 1),
    (edit("records.jsonl", lambda data: data.replace(b'"0002"', b'"0001"')), "is there twice", 1),
    (edit("records.jsonl", lambda data: data.replace(b'"kind":"launch","n', b'"kind":"x","n', 1)),
     "unknown kind 'x'", 1),
    (edit("records.jsonl", lambda data: data[:20] + b"\0" * 30 + data[50:]), "NUL bytes", 1),
    (edit("records.jsonl", lambda data: data.splitlines(True)[0]), "has 1 lines, 4 were sealed", 1),
    (edit("records.jsonl", lambda data: data.splitlines(True)[0]), "has no end", 1),
    (edit("records.jsonl", lambda data: data + data.splitlines(True)[2]), "after the end", 2),
    (edit("header.json", lambda data: data.replace(b"2026-11-27", b"2026-11-28")),
     "header.json is not what was sealed", 2),
    (edit("header.json", lambda data: data.replace(b'_version": 1', b'_version": 9')),
     "schema_version 9 is unknown; this harness knows 1", 0),
    (edit("seal.json", lambda data: data.replace(b'_version": 1', b'_version": 9')),
     "seal.json: its schema_version is unknown", 2),
    (edit("seal.json", lambda data: b"{"), "seal.json is not JSON", 2),
    (lambda sealed: (sealed / "seal.json").unlink(), "seal.json cannot be read", 2),
    (lambda sealed: (sealed / "header.json").unlink(), "header.json cannot be read", 0),
    (lambda sealed: records(sealed).unlink(), "records.jsonl cannot be read", 0),
    (lambda sealed: (sealed / "more").write_text(""), "'more' does not belong", 2),
    (link_out, "records.jsonl is a symbolic link", 0),
    (pipe, "records.jsonl is not a file", 0),
])
def test_damage_is_named_and_the_rest_is_given(opened, damage, problem, launches):
    opened.append("launch", launch("0001"))
    opened.append("launch", launch("0002"))
    opened.append("outcome", outcome())
    sealed = opened.seal()
    assert bundles.read(sealed).problems == []

    damage(sealed)

    contents = bundles.read(sealed)
    assert any(problem in one for one in contents.problems), contents.problems
    assert len(contents.launches) == launches


def test_sealed_bundle_under_another_name_is_named(opened, tmp_path):
    sealed = opened.seal()
    other = sealed.rename(tmp_path / "20260101T000000Z-n7-00000000")

    assert "do not agree" in bundles.read(other).problems[0]


def test_what_is_no_folder_is_refused(tmp_path):
    with pytest.raises(Refused, match="not the folder"):
        bundles.read(tmp_path / "absent")


# --- Hostile texts ----------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "two\nlines\r\n", "nul\0inside",
                                  "\u202eright to left", "\u2028", '"\\', "\x1b[31m"])
def test_hostile_text_is_kept_as_it_is(opened, text):
    opened.append("launch", launch(message=text))

    contents = bundles.read(opened.seal())

    assert contents.problems == []
    assert contents.launches[0].message == text


def test_long_text_keeps_head_and_tail(opened):
    opened.append("launch", launch(message="head" + "x" * (1 << 20) + "tail"))

    kept = bundles.read(opened.path).launches[0].message

    assert len(kept) <= MAX_TEXT
    assert kept.startswith("headx") and kept.endswith("xtail")
    assert "characters left out" in kept
    assert bounded("x" * MAX_TEXT) == "x" * MAX_TEXT


def test_half_a_surrogate_pair_becomes_text_that_utf8_has(opened):
    opened.append("note", {"name": json.loads('"\\ud800"')})

    note = bundles.read(opened.path).notes[0]

    assert note["name"] == "\\ud800"


def test_what_is_no_number_is_missing(opened):
    opened.append("launch", launch(report={"metrics": [float("nan"), float("inf"), 1.5]}))

    assert bundles.read(opened.path).launches[0].report == {"metrics": [None, None, 1.5]}


def test_deep_report_is_cut_off(opened):
    report = 1
    for _ in range(500):
        report = {"a": report}
    opened.append("launch", launch(report=report))

    contents = bundles.read(opened.path)

    assert contents.problems == []
    assert "deeper than 64 levels" in json.dumps(contents.launches[0].report)


def test_what_json_cannot_keep_leaves_the_bundle_as_it_was(opened):
    with pytest.raises(TypeError, match="'set'"):
        opened.append("note", {"a": {1}})

    opened.append("note", {"a": 1})
    assert bundles.read(opened.seal()).problems == []


# --- Names ------------------------------------------------------------------------------------


@pytest.mark.parametrize("node, part", [
    ("node7", "node7"), ("../../etc/passwd", "etc-passwd"), ("Node.Example\n", "node-example"),
    ("", "node"), ("\0", "node"), ("-" * 300, "node"), ("x" * 300, "x" * 40),
])
def test_run_id_is_a_plain_file_name(node, part):
    moment = datetime(2026, 11, 27, 2, 3, 4, tzinfo=timezone.utc)

    run_id = bundles.make_run_id(node, moment)

    assert run_id.startswith(f"20261127T020304Z-{part}-")
    assert len(run_id.removeprefix(f"20261127T020304Z-{part}-")) == 8


def test_run_ids_of_one_second_differ():
    moment = datetime(2026, 11, 27, tzinfo=timezone.utc)

    assert len({bundles.make_run_id("n", moment) for _ in range(100)}) == 100


@pytest.mark.parametrize("changes, message", [
    ({"night": "tonight"}, "'tonight' is not like"),
    ({"night": None}, "'night' is missing or no text"),
    ({"run_id": "../x"}, "'../x' is not a run id"),
])
def test_header_that_is_wrong_is_refused(tmp_path, changes, message):
    with pytest.raises(Refused, match=message):
        bundles.Bundle.create(tmp_path, header(**changes))

    assert list(tmp_path.iterdir()) == []


def test_root_that_cannot_be_written_fails(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(Failed, match="cannot make a bundle"):
        bundles.Bundle.create(tmp_path / "file", header())
