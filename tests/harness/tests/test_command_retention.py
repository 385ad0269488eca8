# SPDX-License-Identifier: Apache-2.0
"""The verb that deletes bundles of old nights, and never what nothing else has."""

import os

import pytest
from gpu_selftest_harness import bundle as bundles
from gpu_selftest_harness.bundle import Bundle
from gpu_selftest_harness.commands import retention
from gpu_selftest_harness.errors import Failed, Refused
from gpu_selftest_harness.index import Index
from verbs import call


@pytest.fixture
def runs(tmp_path):
    return tmp_path / "runs"


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

    assert call(retention, runs) == 0
    assert call(retention, runs, "--keep-nights", 2) == 0
    assert bundles.find(runs) == sorted([old, also_old, *kept])
    assert states(capsys) == ["kept"] * 4 + [
        "old" if path in (old, also_old) else "kept" for path in bundles.find(runs)]

    assert call(retention, runs, "--keep-nights", 2, "--yes", "--index", indexed()) == 0

    assert bundles.find(runs) == sorted(kept)
    assert sorted(runs.iterdir()) == sorted(kept)


def test_retention_keeps_what_the_index_does_not_have(runs, make, indexed, capsys):
    old, alone, kept = make("2026-11-01"), make("2026-11-01"), make("2026-11-27")

    assert call(retention, runs, "--keep-nights", 1, "--yes", "--index", indexed(alone)) == 0

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

    assert call(retention, runs, "--keep-nights", 1, "--yes", "--index", path) == 0

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

    assert call(retention, runs, "--keep-nights", 1) == 0
    assert states(capsys) == ["kept", "left", "left"]
    assert deleted.exists() and dead.exists()

    assert call(retention, runs, "--keep-nights", 1, "--yes", "--index", indexed()) == 0

    assert sorted(runs.iterdir()) == sorted([kept, new, own])


@pytest.mark.parametrize("arguments, message", [
    ((), "goes with '--index FILE'"), (("--index", "no.sqlite"), "no index 'no.sqlite'")])
def test_retention_refuses_to_delete_without_an_index(runs, make, arguments, message):
    old, kept = make("2026-11-01"), make("2026-11-27")

    with pytest.raises(Refused, match=message):
        call(retention, runs, "--keep-nights", 1, "--yes", *arguments)

    assert bundles.find(runs) == sorted([old, kept])


@pytest.mark.parametrize("arguments", [("--yes",), ("--keep-nights", "0", "--yes")])
def test_retention_refuses_to_delete_everything(runs, make, arguments):
    path = make("2026-11-27")

    with pytest.raises(Refused):
        call(retention, runs, *arguments)

    assert path.is_dir()


def test_retention_takes_what_vanishes_meanwhile_as_it_is(runs, make, monkeypatch, capsys):
    kept = make("2026-11-27")
    monkeypatch.setattr(bundles, "left_open", lambda root: [runs / "sealed-since.open"])

    assert call(retention, runs) == 0

    assert states(capsys) == ["kept", "open"] and kept.is_dir()


def test_retention_that_may_not_delete_says_so(runs, make, indexed, monkeypatch):
    old, _ = make("2026-11-01"), make("2026-11-27")
    path = indexed()

    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", refuse)
        with pytest.raises(Failed, match=f"cannot delete '{old}': Operation not permitted"):
            call(retention, runs, "--keep-nights", 1, "--yes", "--index", path)
    with monkeypatch.context() as patch:
        patch.setattr("shutil.rmtree", refuse)
        with pytest.raises(Failed, match=f"cannot delete '{old}.deleted': Operation not"):
            call(retention, runs, "--keep-nights", 1, "--yes", "--index", path)
