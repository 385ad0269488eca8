# SPDX-License-Identifier: Apache-2.0
"""The verb that takes sealed bundles in, makes an index again and writes its series down."""

import csv
import shutil

import pytest
from gpu_selftest_harness.commands import index
from gpu_selftest_harness.errors import Failed, Refused
from gpu_selftest_harness.index import Index
from stored import launch, metric
from verbs import call


@pytest.fixture
def runs(tmp_path):
    return tmp_path / "runs"


def test_index_takes_a_folder_and_knows_it_again(runs, make, tmp_path, capsys):
    make("2026-11-26"), make("2026-11-27")

    assert call(index, tmp_path / "i.sqlite", runs) == 0
    assert call(index, tmp_path / "i.sqlite", runs, make("2026-11-28")) == 0

    assert capsys.readouterr().out.splitlines() == [
        "2 added, 0 known before, 0 refused", "1 added, 3 known before, 0 refused"]


def test_index_goes_on_behind_a_damaged_bundle_and_cannot_tell(runs, make, tmp_path, capsys):
    damaged, _ = make("2026-11-26"), make("2026-11-27")
    (damaged / "seal.json").unlink()

    assert call(index, tmp_path / "i.sqlite", runs) == 3
    assert call(index, tmp_path / "i.sqlite", "--rebuild", runs) == 3

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
        call(index, tmp_path / "i.sqlite", *arguments)

    assert not (tmp_path / "i.sqlite").exists()


def test_index_of_no_bundle_is_an_empty_one(tmp_path, capsys):
    """No node came: what had to run can still be told with it."""
    assert call(index, tmp_path / "i.sqlite") == 0

    assert capsys.readouterr().out == "0 added, 0 known before, 0 refused\n"
    with Index(tmp_path / "i.sqlite") as opened:
        assert opened.nights() == []


def test_index_is_made_again_from_one_folder_alone(runs, make, tmp_path):
    make("2026-11-26")

    with pytest.raises(Refused, match="'--rebuild DIR' takes no PATH beside it"):
        call(index, tmp_path / "i.sqlite", runs, "--rebuild", runs)


def test_index_that_is_made_again_tells_where_the_other_file_is(runs, make, tmp_path, capsys):
    make("2026-11-26")
    (tmp_path / "notes").write_text("mine")

    assert call(index, tmp_path / "notes", "--rebuild", runs) == 0

    assert (tmp_path / "notes.replaced").read_text() == "mine"
    assert f"it is '{tmp_path}/notes.replaced' now" in capsys.readouterr().out


def test_index_that_is_made_again_tells_what_it_does_not_know_any_more(runs, make, tmp_path, capsys):
    gone = make("2026-11-26")
    make("2026-11-27")
    path = tmp_path / "i.sqlite"
    assert call(index, path, runs) == 0
    shutil.rmtree(gone)

    assert call(index, path, "--rebuild", runs) == 0

    assert f"'{path}' had 1 of its runs from no bundle in '{runs}': it is '{path}.replaced' now" \
        in capsys.readouterr().out


def test_csv_has_a_line_for_each_night_and_no_formula(runs, make, tmp_path):
    make("2026-11-26", launch("0001", metric(1.5, name="m")))
    make("2026-11-27", launch("0001", metric(1.5, name="m")))
    make("2026-11-27", launch("0001", metric(1.5, name="=cmd|' /C calc'!A0")))

    assert call(index, tmp_path / "i.sqlite", runs, "--csv", tmp_path / "out.csv") == 0

    with open(tmp_path / "out.csv", newline="", encoding="utf-8") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: (row["night"], row["metric"] != "m"))
    assert [(row["night"], row["value"]) for row in rows] == [
        ("2026-11-26", "1.5"), ("2026-11-27", "1.5"), ("2026-11-27", "1.5")]
    assert [row["metric"] for row in rows] == ["m", "m", "'=cmd|' /C calc'!A0"]


def test_csv_that_cannot_be_written_is_told(runs, make, tmp_path):
    make("2026-11-26")

    with pytest.raises(Failed, match="cannot write '.*no/out.csv': No such file or directory"):
        call(index, tmp_path / "i.sqlite", runs, "--csv", tmp_path / "no/out.csv")
