# SPDX-License-Identifier: Apache-2.0
"""The verb `night` from end to end, with the real program: one cell, right and wrong expectations."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from gpu_selftest_harness.bundle import Bundle, reader
from gpu_selftest_harness.index import Index
from gpu_selftest_harness.night import whole

HARNESS = Path(__file__).resolve().parent.parent

MATRIX = """
version: 1
axes:
  driver: ["580"]
  cuda: ["13.0"]
  variant: [base]
  distro: [ubuntu22.04]
  engine: [local]
  gpu: [h100-sxm5-80gb]
  devices: ["count:1"]
  capabilities: ["compute,utility"]
  level: [quick]
models:
  h100-sxm5-80gb: {pci_ids: ["0x2330"], names: ["NVIDIA H100 80GB HBM3"]}
defaults: {launches: 1, samples: 3, timeout_s: 120, environment: {GPU_SELFTEST_SIZE: 64K}}
rows:
  - product: {driver: "*"}
    workloads: [vector-add]
"""
WRONG = """
expect:
  - when: {cuda: ">=13"}
    word: FAIL
    id: host.driver-too-old
    reason: "planted: nothing is wrong with it"
"""


@pytest.fixture
def night(tmp_path, program_path):
    def run(text, *more, program=program_path):
        matrix = tmp_path / "matrix.yaml"
        matrix.write_text(text)
        return subprocess.run(
            [sys.executable, "-m", "gpu_selftest_harness.cli", "night", "--simulate", "--night",
             "2026-11-27", "--out", str(tmp_path / "out"), "--program", str(program), *more,
             str(matrix)],
            capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONPATH": str(HARNESS)})
    return run


def test_night__as_expected_is_0_and_leaves_page_bundle_and_junit(night, tmp_path):
    done = night(MATRIX)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("PASS  ")
    out = tmp_path / "out"
    assert {path.name for path in (out / "report").iterdir()} == {
        "index.html", "summary.md", "gpu-selftest.prom"}
    assert (out / "logs/2026-11-27-simulated-580.junit.xml").exists()
    [bundle] = (out / "runs").iterdir()
    assert not bundle.name.endswith(".open")


def test_night__wrong_expectation_is_red(night):
    done = night(MATRIX + WRONG)

    assert done.returncode == 1
    assert "unexpected pass, host.driver-too-old was to come" in done.stdout.splitlines()[-1]


def test_night__report_that_cannot_be_written_keeps_what_was_measured(night, tmp_path):
    out = tmp_path / "out"
    (out / "report/index.html").mkdir(parents=True)

    done = night(MATRIX)

    assert done.returncode == 3 and "cannot tell of the night" in done.stdout
    assert "page: " not in done.stdout
    assert len(list((out / "runs").iterdir())) == 1


def test_what_is_known_is_not_read_again(tmp_path, monkeypatch):
    """A header has the matrix and the plan in it: those of ten years are most of a gigabyte."""
    settings = SimpleNamespace(runs=tmp_path / "runs", index=tmp_path / "index.sqlite",
                               quarantine=None)
    for number in range(3):
        with Bundle.create(settings.runs, {"night": f"2026-11-2{number}"}, 0) as bundle:
            bundle.seal()
    first, again = whole.Night(), whole.Night()
    whole._take_in(settings, first)
    with Index(settings.index) as index:
        assert len(index.runs()) == 3

    def read(*_):
        raise AssertionError("read again")

    monkeypatch.setattr(Index, "runs", read)
    monkeypatch.setattr(reader, "read", read)
    whole._take_in(settings, again)

    assert first.problems == again.problems == []


def test_night__tells_of_an_accepted_loss_that_nothing_has(night, tmp_path):
    known = tmp_path / "known.yaml"
    known.write_text("version: 1\naccepted:\n  - {when: {driver: '580'}, workload: sgemm,"
                     " since: 2026-11-20, loss_percent: 4, owner: site, reason: power}\n")

    done = night(MATRIX, "--quarantine", str(known))

    assert done.returncode == 0, done.stdout + done.stderr
    assert "note: " in done.stdout and "no number of this night is meant by what site" in done.stdout
    assert "no number of this night" in (tmp_path / "out/report/index.html").read_text()
