# SPDX-License-Identifier: Apache-2.0
"""The index's file: the same whatever the order in which bundles came, made again at any time, and
whose fault it is where that cannot be."""

import contextlib
import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from gpu_selftest_harness import cli
from gpu_selftest_harness.errors import Failed, Refused
from gpu_selftest_harness.index import Index
from gpu_selftest_harness.index.database import held
from stored import dump, many


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


def test_rebuild_of_no_bundle_is_refused(make, tmp_path):
    """As where '/runs' was forgotten: retention may have deleted what this file has."""
    path, paths = tmp_path / "index.sqlite", many(make)
    with Index(path) as index:
        index.add(paths[0])
        before = dump(index)

    with pytest.raises(Refused, match="no sealed bundle lies in .*runs/"):
        Index.rebuild(path, tmp_path)

    with Index(path) as index:
        assert dump(index) == before


def test_rebuild_keeps_what_only_the_old_index_knew(make, tmp_path):
    path, paths = tmp_path / "index.sqlite", many(make)
    with Index(path) as index:
        for bundle in paths[1:]:
            index.add(bundle)
        before = dump(index)
    shutil.rmtree(paths[1])
    (paths[2] / "seal.json").unlink()

    with Index.rebuild(path, paths[0].parent) as again:
        assert (again.forgotten, len(again.runs()), len(again.refused)) == (2, 4, 1)
        aside = again.aside
    with Index(aside) as old:
        assert dump(old) == before
    with Index.rebuild(path, paths[0].parent) as again:
        assert (again.forgotten, again.aside) == (0, None)


def of_somebody_else(path):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (a)")


@pytest.mark.parametrize("write", [lambda path: path.write_text("version: 1\n"), of_somebody_else])
def test_rebuild_keeps_what_was_no_index(make, tmp_path, write):
    """A slip of the pen, such as the matrix's name for the index's."""
    path, paths = tmp_path / "matrix.yaml", many(make)
    write(path)
    before = path.read_bytes()

    with Index.rebuild(path, paths[0].parent) as index:
        assert len(index.runs()) == 6
        assert index.aside.read_bytes() == before
    with Index.rebuild(path, paths[0].parent) as index:
        assert index.aside is None

    path.write_bytes(before)
    with pytest.raises(Refused, match="is no index, and '.*matrix.yaml.replaced' is there already"):
        Index.rebuild(path, paths[0].parent)
    assert path.read_bytes() == before and not (tmp_path / "matrix.yaml.new").exists()


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
        with pytest.raises(Failed, match="cannot use .*No space left"):
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

    with pytest.raises(Failed, match="cannot use .*i.sqlite"):
        Index(tmp_path / "index.sqlite.lock" / "i.sqlite")
    with pytest.raises(Failed, match="cannot use .*i.sqlite"):
        Index.rebuild(tmp_path / "index.sqlite.lock" / "i.sqlite", tmp_path)

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

    with pytest.raises(Refused, match="of version 7, this harness knows 3"):
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


def test_what_is_in_stays_when_the_power_goes(index):
    """Bundles that the index has may be deleted: each commit waits for the disk."""
    assert index._connection.execute("PRAGMA synchronous").fetchone() == (2,)
