# SPDX-License-Identifier: Apache-2.0
"""The verb `report`, from bundles of twelve nights to files."""

import argparse
import os
import stat
from dataclasses import asdict

import html5lib
import pytest
import records

from gpu_selftest_harness.bundle import Bundle
from gpu_selftest_harness.commands import report
from gpu_selftest_harness.errors import Failed, Refused
from gpu_selftest_harness.index import Index
from gpu_selftest_harness.model import Outcome
from gpu_selftest_harness.report import files

# One cell that the index has, and one of a driver that nobody brought.
MATRIX = """
version: 1
axes:
  driver: ["535", "580"]
  cuda: ["13.0"]
  variant: [runtime]
  distro: [ubuntu22.04]
  engine: [local]
  gpu: [h100-sxm5-80gb]
  devices: ["count:1"]
  capabilities: ["compute,utility"]
  level: [quick]
models:
  h100-sxm5-80gb: {names: ["NVIDIA H100 80GB HBM3"]}
rows:
  - product: {driver: "*"}
tiers:
  ran: {select: {driver: "580"}}
"""
NIGHTS = [f"2026-11-{day:02}" for day in range(16, 28)]


def parse(*arguments):
    parser = argparse.ArgumentParser()
    report.register(parser.add_subparsers(required=True))
    return parser.parse_args(["report", *map(str, arguments)])


def bundle(root, night, word, rate):
    cell = records.cell()
    said = {"cell": cell.key, "stage": "run", "expected": records.PASSES,
            "is_as_expected": word == "PASS", "word": word, "launches": ("0001",)}
    if word == "FAIL":
        said |= {"layer": "hardware", "id": "hardware.data-mismatch", "observed": "1 byte differs",
                 "remedy": "replace gpu 0"}
    else:
        said |= {"layer": None, "id": None}
    header = {"night": night, "node": asdict(records.node()), "plan": [records.planned(cell)]}
    with Bundle.create(root, header, ballast_bytes=0) as opened:
        opened.append("launch", records.launch(1, records.report(
            metrics=[records.metric(value=rate)])))
        for workload in ("", "host-copy"):
            opened.append("outcome", Outcome(workload=workload, **said))
        opened.seal()


@pytest.fixture
def index(tmp_path):
    """Eleven good nights, and one on which data was wrong."""
    for night in NIGHTS[:-1]:
        bundle(tmp_path / "runs", night, "PASS", 5e10)
    bundle(tmp_path / "runs", NIGHTS[-1], "FAIL", 5e10)
    path = tmp_path / "index.sqlite"
    with Index.rebuild(path, tmp_path / "runs") as made:
        assert made.refused == []
    return path


def text_of(path):
    page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(path.read_text())
    return " ".join("".join(page.find("body").itertext()).split())


def test_report__writes_page_summary_and_metrics(index, tmp_path, capsys):
    assert report.run(parse(index, "--out", tmp_path / "told")) == 0
    names = sorted(path.name for path in (tmp_path / "told").iterdir())
    assert names == ["gpu-selftest.prom", "index.html", "summary.md"]
    page = text_of(tmp_path / "told/index.html")
    assert "hardware.data-mismatch" in page and "Next: replace gpu 0" in page
    assert "1 byte differs" in page and "SIMULATED" in page and "node7" in page
    assert 'verdict{word="FAIL"} 1.0' in (tmp_path / "told/gpu-selftest.prom").read_text()
    assert "## ✗ FAIL" in (tmp_path / "told/summary.md").read_text()
    assert capsys.readouterr().out.splitlines()[-1].startswith("FAIL  ")


def test_report__of_a_good_night_is_good(index, tmp_path):
    assert report.run(parse(index, "--night", NIGHTS[-2], "--out", tmp_path / "told")) == 0
    page = text_of(tmp_path / "told/index.html")
    assert "✓ PASS" in page and "hardware.data-mismatch" not in page
    assert f"Nothing changed since {NIGHTS[-3]}" in page


def test_report__can_be_read_by_a_collector_that_is_somebody_else(index, tmp_path):
    report.run(parse(index, "--out", tmp_path / "told"))
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "told").iterdir()}
    assert modes == {0o644}


def test_report__says_which_file_could_not_be_made(index, tmp_path, monkeypatch):
    def broken(_):
        raise ValueError("no such night")
    monkeypatch.setitem(files.FILES, "summary.md", broken)
    with pytest.raises(ValueError, match="no such night") as raised:
        report.run(parse(index, "--out", tmp_path / "told"))
    assert raised.value.__notes__ == ["while 'summary.md' was made"]
    assert sorted(path.name for path in (tmp_path / "told").iterdir()) == [
        "gpu-selftest.prom", "index.html"]


@pytest.mark.parametrize("arguments, text", [
    (("--night", "2026-01-01"), "unknown night '2026-01-01', valid are 2026-11-16, "),
    (("--night", "<script>"), "unknown night '<script>'")])
def test_report__refuses_a_night_that_is_not_there(index, tmp_path, arguments, text):
    with pytest.raises(Refused, match=text):
        report.run(parse(index, *arguments, "--out", tmp_path / "told"))
    assert not (tmp_path / "told").exists()


def test_report__refuses_an_index_that_is_not_there(tmp_path):
    with pytest.raises(Refused, match="there is no index"):
        report.run(parse(tmp_path / "none.sqlite", "--out", tmp_path / "told"))
    assert not (tmp_path / "none.sqlite").exists()


def test_report__leaves_the_old_files_where_new_ones_do_not_fit(index, tmp_path, monkeypatch):
    options = parse(index, "--out", tmp_path / "told")
    report.run(options)
    before = {path.name: path.read_bytes() for path in (tmp_path / "told").iterdir()}

    def full(_):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Failed, match="cannot write the report: No space left on device"):
        report.run(options)
    assert {path.name: path.read_bytes() for path in (tmp_path / "told").iterdir()} == before


def test_report__cells_of_the_matrix_that_nobody_ran_are_a_miss(index, tmp_path, capsys):
    matrix = tmp_path / "matrix.yaml"
    matrix.write_text(MATRIX)

    report.run(parse(index, "--night", NIGHTS[-2], "--matrix", matrix, "--out", tmp_path / "told"))

    assert capsys.readouterr().out.splitlines()[-1].startswith(
        "MISS  no node with driver 535 reported this night, in 1 cell, since ")
    assert 'cells{word="MISS"} 1.0' in (tmp_path / "told/gpu-selftest.prom").read_text()


def test_report__tier_that_ran_is_all_that_is_asked_for(index, tmp_path, capsys):
    matrix = tmp_path / "matrix.yaml"
    matrix.write_text(MATRIX)

    report.run(parse(index, "--night", NIGHTS[-2], "--matrix", matrix, "--tier", "ran",
                     "--out", tmp_path / "told"))

    assert capsys.readouterr().out.splitlines()[-1].startswith(
        "PASS  the one cell as expected")


def test_report__tier_without_its_matrix_is_refused(index, tmp_path):
    with pytest.raises(Refused, match="'--tier' goes with '--matrix'"):
        report.run(parse(index, "--tier", "ran", "--out", tmp_path / "told"))


# --- Nights that no run came of ---

@pytest.fixture
def matrix(tmp_path):
    path = tmp_path / "matrix.yaml"
    path.write_text(MATRIX)
    return path


def test_report__of_a_night_on_which_nobody_came(index, matrix, tmp_path, capsys):
    """Not of the last one on which somebody did."""
    report.run(parse(index, "--night", "2026-11-28", "--matrix", matrix, "--out", tmp_path / "told"))

    assert capsys.readouterr().out.splitlines()[-1].startswith("MISS  ")
    told = (tmp_path / "told/gpu-selftest.prom").read_text()
    assert 'cells{word="MISS"} 2.0' in told and 'verdict{word="MISS"} 1.0' in told


def test_report__of_the_first_night_on_which_nobody_came(matrix, tmp_path, capsys):
    with Index(tmp_path / "empty.sqlite"):
        pass

    report.run(parse(tmp_path / "empty.sqlite", "--night", "2026-11-28", "--matrix", matrix,
                     "--out", tmp_path / "told"))

    assert capsys.readouterr().out.splitlines()[-1].startswith("MISS  ")
    assert (tmp_path / "told/index.html").is_file()


@pytest.mark.parametrize("night, text", [
    ((), "has no night"), (("--night", "<script>"), "'<script>' is no night such as 2026-11-27")])
def test_report__what_is_no_night_is_refused_with_a_matrix_too(matrix, tmp_path, night, text):
    with Index(tmp_path / "empty.sqlite"):
        pass

    with pytest.raises(Refused, match=text):
        report.run(parse(tmp_path / "empty.sqlite", *night, "--matrix", matrix,
                         "--out", tmp_path / "told"))
    assert not (tmp_path / "told").exists()


# --- Exit codes ---

@pytest.mark.parametrize("arguments, code", [
    ((), 1), (("--night", NIGHTS[-2]), 0), (("--night", NIGHTS[-2], "--matrix", "matrix.yaml"), 3)])
def test_report__exit_code_is_of_the_verdict(index, matrix, tmp_path, arguments, code):
    words = [str(matrix) if word == matrix.name else word for word in arguments]

    assert report.run(parse(index, *words, "--out", tmp_path / "told")) == 0
    assert report.run(parse(index, *words, "--exit-code", "--out", tmp_path / "told")) == code


def test_report__exit_code_of_a_number_that_dropped(tmp_path):
    """No cell is red, and the page is."""
    for day in range(5, 29):
        bundle(tmp_path / "runs", f"2026-11-{day:02}", "PASS",
               (5e10 if day < 24 else 4e10) + 1e7 * (day % 3))
    with Index.rebuild(tmp_path / "index.sqlite", tmp_path / "runs"):
        pass

    assert report.run(parse(tmp_path / "index.sqlite", "--exit-code", "--out", tmp_path / "told")) == 1


def test_report__a_loss_of_speed_that_is_accepted(tmp_path, capsys):
    # Twelve nights, on the last four of which a number is lower by a tenth.
    for at, night in enumerate(NIGHTS):
        bundle(tmp_path / "runs", night, "PASS", 5e10 if at < 8 else 4.5e10)
    Index.rebuild(tmp_path / "index.sqlite", tmp_path / "runs").close()
    known = tmp_path / "known.yaml"

    def told(loss, workload):
        known.write_text("version: 1\naccepted:\n  - {when: {driver: '580'}, since: 2026-11-24,"
                         f" loss_percent: {loss}, workload: {workload}, owner: site, reason: x}}\n")
        report.run(parse(tmp_path / "index.sqlite", "--out", tmp_path / "told",
                         "--quarantine", known))
        return capsys.readouterr().out.splitlines()[-2:]

    assert told(10, "host-copy")[1] == "PASS  the one cell as expected"
    assert told(5, "host-copy")[1].endswith("; 1 number suspect")
    note, verdict = told(10, "sgemm")
    assert verdict.endswith("; 1 number suspect")
    assert note.startswith(f"note: {known}:3: accepted[0]: no number of this night is meant")
