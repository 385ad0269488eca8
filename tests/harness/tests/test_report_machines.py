# SPDX-License-Identifier: Apache-2.0
"""Whose night it is, on which machine a cause was seen, and what is the matter with machines."""

from dataclasses import replace

import html5lib
import pytest

from gpu_selftest_harness.report import markdown, page
from gpu_selftest_harness.report.sample import sample

HTML = "{http://www.w3.org/1999/xhtml}"


def of_machines(*names, **node):
    analysis = sample(20, 10)
    run = analysis.runs[0]
    analysis.runs = [replace(run, node=name, header={"node": {"name": name, **node}})
                     for name in names]
    return analysis


def text_of(analysis, found):
    tree = html5lib.HTMLParser(strict=True).parse(page(analysis))
    at = tree.find(f".//{HTML}{found}")
    return None if at is None else " ".join("".join(at.itertext()).split())


@pytest.mark.parametrize("names, told", [
    (("node7",), "node7"), (("b", "a", "b"), "a and b"), (("a", "b", "c", "d"), "4 machines")])
def test_page__says_whose_night_it_is(names, told):
    analysis = of_machines(*names)
    assert text_of(analysis, "title") == (
        f"FAIL · {told} · 2026-11-27 · SIMULATED · nightly regression")
    assert text_of(analysis, "p[@class='eyebrow']").startswith(
        f"Nightly regression · {told} · 2026-11-27 ·")
    assert f"Night 2026-11-27 of {told}: " in markdown(analysis)


def test_page__of_no_machine_says_only_the_night():
    assert text_of(of_machines(), "p[@class='eyebrow']").startswith(
        "Nightly regression · 2026-11-27 ·")


@pytest.mark.parametrize("where, nodes, told", [
    ("", ("node7", "node8"), "node7 and node8"), ("", tuple("abcd"), "4 machines"), ("", (), None),
    ("GPU-00000005-5a1e-4c0d-9b57-0123456789ab", ("node7",), "gpu 5")])
def test_incident__says_where_it_was_seen(where, nodes, told):
    analysis = sample(20, 10)
    analysis.incidents = [replace(analysis.incidents[0], where=where, nodes=nodes)]
    line = text_of(analysis, "article").partition("layer hardware · ")[2]
    assert line.startswith(f"{told} · since" if told else "since")


def test_problems__of_machines_are_told_though_cells_pass():
    analysis = of_machines("node7", "node8", "node7", problems=["docker: no daemon <answers>"])
    assert text_of(analysis, "ul[@id='problems']") == (
        "node7: docker: no daemon <answers> node8: docker: no daemon <answers>")
    assert "| node7 | docker: no daemon &#60;answers&#62; |" in markdown(analysis)


def test_problems__are_silent_where_there_are_none():
    analysis = of_machines("node7", problems=[])
    assert text_of(analysis, "ul[@id='problems']") is None
    assert "Seen of the machines" not in markdown(analysis)


# --- What it was measured with ---

def parts_of(analysis):
    """Of what differs, and what is the same everywhere."""
    section = html5lib.HTMLParser(strict=True).parse(page(analysis)).find(
        f".//{HTML}section[@id='provenance']")
    tables = section.findall(f"{HTML}div/{HTML}table")[1:] + section.findall(
        f"{HTML}details/{HTML}div/{HTML}table")
    return [[[" ".join(" ".join(cell.itertext()).split()) for cell in row]
             for row in table.iterfind(f"{HTML}tbody/{HTML}tr")] for table in tables]


def test_provenance__tells_each_value_of_a_part_once():
    analysis = sample(20, 10)
    analysis.provenance = {"a": {"cuda": "12.4", "os": "x"}, "b": {"cuda": "13.0", "os": "x"},
                           "c": {"cuda": "12.4", "os": "x", "nccl": "2"}}
    assert parts_of(analysis) == [[["cuda", "12.4 in 2 of 3 13.0 in 1 of 3"],
                                   ["nccl", "none in 2 of 3 2 in 1 of 3"]], [["os", "x"]]]


def test_provenance__of_one_combination_has_no_shares():
    analysis = sample(20, 10)
    analysis.provenance = {"a": {"cuda": "12.4"}}
    assert parts_of(analysis) == [[["cuda", "12.4"]]]


def test_provenance__says_how_many_values_are_not_shown():
    analysis = sample(20, 10)
    analysis.provenance = {str(n): {"cuda": f"12.{n}"} for n in range(15)}
    (row,), = parts_of(analysis)
    assert row[1].count(" of 15") == 12 and row[1].endswith("3 more are not shown.")
