# SPDX-License-Identifier: Apache-2.0
"""The verb that ends what interrupted runs left open."""

from dataclasses import replace
from pathlib import Path

import pytest
import records
from gpu_selftest_harness import bundle as bundles
from gpu_selftest_harness.bundle import Bundle
from gpu_selftest_harness.commands import seal
from gpu_selftest_harness.errors import Refused
from gpu_selftest_harness.matrix import load
from verbs import call


@pytest.fixture
def runs(tmp_path):
    return tmp_path / "runs"


def test_seal_ends_what_was_left_open(runs, capsys):
    paths = []
    for _ in range(2):
        with Bundle.create(runs, {"night": "2026-11-27"}, 0) as bundle:
            paths.append(bundle.path)

    assert call(seal, runs) == 0

    assert bundles.left_open(runs) == []
    assert [bundles.read(path).problems for path in bundles.find(runs)] == [[], []]
    assert capsys.readouterr().out.count("sealed: ") == 2
    assert call(seal, runs) == 0


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

    assert call(seal, runs) == 0

    [path] = bundles.find(runs)
    assert {(one.workload, one.word) for one in bundles.read(path).outcomes} == {
        ("", "FAIL"), ("vector-add", "FAIL"), ("host-copy", "PASS")}


def test_seal_that_is_given_no_quarantine_seals_nothing(runs, tmp_path):
    with Bundle.create(runs, {"night": "2026-11-27"}, 0) as bundle:
        pass

    with pytest.raises(Refused, match="no-such.yaml"):
        call(seal, runs, "--quarantine", tmp_path / "no-such.yaml")

    assert bundles.left_open(runs) == [bundle.path]


def test_seal_tells_what_the_disk_garbled(runs, capsys):
    with Bundle.create(runs, {"night": "2026-11-27"}, 0) as bundle:
        bundle.append("note", {"what": "order"})
    with open(bundle.path / "records.jsonl", "ab") as file:
        file.write(b"\0" * 512 + b"\n")

    assert call(seal, runs) == 3

    assert "is damaged: records.jsonl: line 2 has NUL bytes" in capsys.readouterr().out
    assert len(bundles.find(runs)) == 1


def test_seal_leaves_a_run_that_is_going_on_and_says_so(runs, capsys):
    with Bundle.create(runs, {"night": "2026-11-27"}, 0) as bundle:
        assert call(seal, bundle.path) == 3
        assert "another process is adding" in capsys.readouterr().out
        assert bundles.left_open(runs) == [bundle.path]


def test_seal_says_that_a_sealed_bundle_stays(make, capsys):
    assert call(seal, make("2026-11-27")) == 3

    assert "never changed" in capsys.readouterr().out
