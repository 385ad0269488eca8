# SPDX-License-Identifier: Apache-2.0
"""Known faults, and what earlier nights measured."""

import pytest

from fakes import answer
from gpu_selftest_harness import bundle
from gpu_selftest_harness.index import Index
from gpu_selftest_harness.plugin import work
from plugged import failing, kinds, quarantine
from records import UUIDS, metric

pytest_plugins = ["pytester", "plugged"]


@pytest.mark.parametrize("until, code, kind", [("2026-11-27", 0, "skip"),
                                               ("2026-11-26", 1, "failure")])
def test_quarantine_until_its_day(harness, engine, pytester, until, code, kind):
    engine.script = lambda request, number: failing("hardware.slow")(request, number) \
        if request.cuda == "13.0" and request.variant == "base" else answer(request)
    pytester.path.joinpath("known.yaml").write_text(quarantine(until))
    result = harness("--harness-quarantine", "known.yaml", "--harness-night", "2026-11-27")
    assert (result.ret, kinds(result)["13.0", "base", "cell"]) == (code, kind)
    if code == 0:
        result.stdout.fnmatch_lines(["PASS*3 cells as expected, 1 in quarantine"])


def test_quarantine_hides_no_other_fault(harness, engine, pytester):
    engine.script = failing("hardware.wrong-result")
    pytester.path.joinpath("known.yaml").write_text(quarantine("2026-11-27"))
    assert harness("--harness-quarantine", "known.yaml", "--harness-night", "2026-11-27").ret == 1


def measuring(value):
    def script(request, number):
        told = answer(request)
        return {**told, "metrics": [metric(value=value(number))]}
    return script


def test_a_drop_against_earlier_nights_is_confirmed(harness, engine, pytester):
    words = ("--harness-index", "index.sqlite", "--harness-select", "cuda=13.0,variant=base")
    engine.script = measuring(lambda number: 5e10)
    for day in range(1, 11):
        harness(*words, "--harness-night", f"2026-11-{day:02}")
    with Index(pytester.path / "index.sqlite") as index:
        for path in bundle.find(pytester.path / "runs"):
            index.add(path)
    engine.script, engine.requests = measuring(lambda number: 4e10), []
    harness(*words, "--harness-night", "2026-11-11")
    assert len(engine.requests) == 4
    [last] = [contents for contents in map(bundle.read, bundle.find(pytester.path / "runs"))
              if contents.header["night"] == "2026-11-11"]
    assert [one.kind for one in last.launches] == ["measure", "measure", "confirm", "confirm"]


def test_a_number_that_earlier_nights_had_is_missed(harness, engine, pytester):
    words = ("--harness-index", "index.sqlite", "--harness-select", "cuda=13.0,variant=base")
    engine.script = measuring(lambda number: 5e10)
    assert harness(*words, "--harness-night", "2026-11-01").ret == 0
    with Index(pytester.path / "index.sqlite") as index:
        index.add(bundle.find(pytester.path / "runs")[0])
    engine.script = lambda request, number: answer(request)
    result = harness(*words, "--harness-night", "2026-11-02")
    assert result.ret == 3
    assert "suite.metric-missing" in result.tests["13.0", "base", "cell"].result[0].text


def garbage(path):
    path.write_bytes(b"no database at all" * 999)


def torn(path):
    """All but its first page, in which its tables are named, so that it opens."""
    with Index(path):
        pass
    data = path.read_bytes()
    path.write_bytes(data[:4096] + bytes(len(data) - 4096))


@pytest.mark.parametrize("damage, text", [(garbage, "file is not a database"),
                                          (torn, "database disk image is malformed")])
@pytest.mark.parametrize("words", [(), ("--harness-without", UUIDS[7])])
def test_an_index_that_cannot_be_read_is_told_and_costs_no_outcome(harness, pytester, damage, text,
                                                                   words):
    damage(pytester.path / "index.sqlite")

    result = harness("--harness-index", "index.sqlite", *words)

    assert result.ret == 3
    # What was measured is judged: a bundle is sealed once, and an index made again.
    assert set(kinds(result).values()) == {"pass"}
    result.stdout.fnmatch_lines([
        f"ERROR  node7 *nobody can tell what the nights before had: *{text}*",
        "nothing is missed and nothing is confirmed; make 'index.sqlite' again: *--rebuild DIR"])
    result.stdout.no_fnmatch_line("*--without*")


def test_a_suspicion_that_nobody_could_look_into_is_no_pass(harness, engine, monkeypatch):
    def fails(self, planned, launches):
        raise ZeroDivisionError("so")

    monkeypatch.setattr(work.Suspects, "__call__", fails)
    result = harness("--harness-select", "cuda=13.0,variant=base")
    assert (result.ret, len(engine.requests)) == (3, 2)
    result.stdout.fnmatch_lines(["ERROR  node7 *nobody can tell whether * is slower: ZeroDivisionError: so*"])
