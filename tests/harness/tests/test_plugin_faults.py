# SPDX-License-Identifier: Apache-2.0
"""Trouble that is one cell's, or a container's, and a full disk."""

import errno

from gpu_selftest_harness import bundle
from gpu_selftest_harness.bundle import disk
from gpu_selftest_harness.errors import Failed
from gpu_selftest_harness.lease import Leases
from gpu_selftest_harness.runner import outcomes
from plugged import kinds
from records import UUIDS

pytest_plugins = ["pytester", "plugged"]


def test_gpus_of_a_container_that_could_be_swept_at_last_are_used_again(harness, engine, pytester):
    leases = Leases(pytester.path / "leases")
    leases.poison(UUIDS[:4], "docker does not answer", "gpu-selftest-run0-0001")
    leases.poison(UUIDS[4:5], "process 7 goes on", "gpu-selftest-run0-0002")
    engine.sweep = lambda: ["gpu-selftest-run0-0001"]

    harness()

    assert leases.poisoned() == {UUIDS[4]: "process 7 goes on"}
    [path] = bundle.find(pytester.path / "runs")
    assert [(note["gpu"], note["name"]) for note in bundle.read(path).notes
            if note.get("what") == "cleared"] \
        == [(uuid, "gpu-selftest-run0-0001") for uuid in UUIDS[:4]]


def test_a_container_that_cannot_be_removed_costs_no_cell(harness, engine, pytester, monkeypatch):
    def cannot():
        raise Failed("cannot remove '0123': device or resource busy")

    monkeypatch.setattr(engine, "sweep", cannot)
    result = harness()
    assert (result.ret, len(engine.requests)) == (0, 8)
    result.stdout.fnmatch_lines(["local could not sweep away all of earlier runs: cannot remove '0123'*"])
    [path] = bundle.find(pytester.path / "runs")
    assert "not swept" in [note["what"] for note in bundle.read(path).notes]


def test_a_cell_that_nobody_can_judge_costs_no_other(harness, engine, monkeypatch):
    real = outcomes.judge

    def cannot(planned, launches, *more):
        if (planned.cell.cuda, planned.cell.variant) == ("13.0", "base"):
            raise ZeroDivisionError("so")
        return real(planned, launches, *more)

    monkeypatch.setattr(outcomes, "judge", cannot)
    result = harness()
    assert result.ret == 3
    assert {key for key, kind in kinds(result).items() if kind != "pass"} \
        == {("13.0", "base", name) for name in ("cell", "vector-add", "host-copy")}
    case = result.tests["13.0", "base", "cell"]
    assert "suite.harness-failed: ZeroDivisionError: so" in case.result[0].text


def test_a_full_disk_ends_the_run_and_loses_nothing(harness, engine, pytester, monkeypatch):
    real, calls = disk.append, []

    def fills(descriptor, data, end):
        calls.append(data)
        # The third launch; then there is what the ballast gives up.
        if data.startswith(b'{"kind":"launch"') and b'"0003"' in data and calls.count(data) == 1:
            raise OSError(errno.ENOSPC, "no space left on device")
        return real(descriptor, data, end)

    monkeypatch.setattr(disk, "append", fills)
    result = harness()
    assert result.ret == 3
    [path] = bundle.find(pytester.path / "runs")
    contents = bundle.read(path)
    assert ([one.id for one in contents.launches], contents.problems) \
        == (["0001", "0002", "0003"], [])
    assert {one.id for one in contents.outcomes if one.word == "MISS"} == {"suite.not-run"}
    result.stdout.fnmatch_lines(["ended early: the disk of *"])


def test_leases_that_cannot_be_had_are_told_once(harness, engine, pytester):
    pytester.path.joinpath("file").write_text("")
    result = harness("--harness-leases", "file/leases")

    assert result.ret == 3
    assert "cannot make 'file/leases' for leases: not a directory; name another" in (
        result.stdout.str() + result.stderr.str())
    assert engine.requests == [] and not pytester.path.joinpath("runs").exists()
