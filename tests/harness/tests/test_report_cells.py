# SPDX-License-Identifier: Apache-2.0
"""Cells on the page: what changed in them, in which order they are told, and what is folded where
they are many."""

from dataclasses import replace

import html5lib
import pytest

from gpu_selftest_harness.analysis.values import Change
from gpu_selftest_harness.model import Expectation, Outcome
from gpu_selftest_harness.report import markdown, page
from gpu_selftest_harness.report.sample import sample

HTML = "{http://www.w3.org/1999/xhtml}"


def parsed(analysis):
    return html5lib.HTMLParser(strict=True).parse(page(analysis))


def words(node):
    return " ".join("".join(node.itertext()).split())


def rows_of(tree, table):
    return [" ".join(map(words, row)).strip() for row in tree.iterfind(f"{table}/{HTML}table/{HTML}tbody/{HTML}tr")]


def changed(analysis):
    return rows_of(parsed(analysis), f".//{HTML}section[@id='changes']/{HTML}div")[
        :-len(analysis.differences)]


def test_changes__of_a_cell_and_its_workloads_are_one_row():
    analysis = sample(30, 10)
    whole = analysis.changes[0]
    parts = [replace(whole, workload=name) for name in ("host-copy", "sgemm")]
    analysis.changes = [*parts, whole]
    assert len(changed(analysis)) == 1 and "sgemm" not in changed(analysis)[0]
    analysis.changes = parts
    assert len(changed(analysis)) == 1 and "host-copy and sgemm" in changed(analysis)[0]


def test_changes__for_the_worse_come_first():
    analysis = sample(30, 10)
    analysis.changes.reverse()
    rows = changed(analysis)
    assert len(rows) == 2 and "✗ FAIL" in rows[0] and "MISS" in rows[1]


def passed(key):
    return Outcome(key, "", "PASS", None, None, "run", Expectation("PASS"), True)


def with_new_cells(count):
    """Beside one that became red and one that is in quarantine."""
    analysis = sample(30, 10)
    had = {change.cell for change in analysis.changes}
    new = [key for key in analysis.cells if key not in had][:count]
    analysis.changes += [Change(key, "", None, passed(key)) for key in reversed(new)]
    return analysis, [f"driver {cell.driver} · cuda {cell.cuda} · {cell.variant} not there ✓ PASS"
                      for cell in (analysis.cells[key] for key in new)]


def test_changes__of_few_cells_are_all_told():
    analysis, _ = with_new_cells(5)
    assert len(changed(analysis)) == 7
    assert parsed(analysis).find(f".//{HTML}section[@id='changes']/{HTML}details") is None


def test_changes__with_nothing_wrong_are_folded_where_they_are_many():
    analysis, new = with_new_cells(20)
    assert [row.partition("before")[0] for row in changed(analysis)] == [
        "driver 580 · cuda 12.9 · devel ✓ PASS ✗ FAIL hardware.pcie-link-narrow the link of gpu 5"
        " is x8, both ends can do x16"]
    folded = rows_of(parsed(analysis), f".//{HTML}section[@id='changes']/{HTML}details/{HTML}div")
    assert sorted(new) == [row for row in folded if "MISS" not in row] and len(folded) == 21
    assert "22 cells changed" in words(parsed(analysis).find(f".//{HTML}section[@id='changes']"))
    assert "| 21 more |  | nothing wrong | nothing wrong |" in markdown(analysis)


def test_changes__of_what_was_wrong_and_is_well_now_are_not_folded():
    analysis, _ = with_new_cells(20)
    broken, other = analysis.changes[:2]
    analysis.changes = [replace(broken, before=broken.after, after=passed(broken.cell)), other,
                        *analysis.changes[2:]]
    assert len(changed(analysis)) == 1 and "✗ FAIL ✓ PASS" in changed(analysis)[0]


def test_cells__are_told_in_the_order_of_their_versions():
    analysis = sample(30, 10)
    analysis.cells = {key: replace(cell, cuda="9.2") if cell.cuda == "11.8" else cell
                      for key, cell in reversed(analysis.cells.items())}
    analysis.outcomes.reverse()
    tree = parsed(analysis)
    good = [words(one) for one in tree.iterfind(
        f".//{HTML}details[@class='fold cells']/{HTML}details/{HTML}summary")]
    told = [[float(part.split()[1]) for part in name.split(" · ")[:2]] for name in good]
    assert told == sorted(told) and told[0] == [535, 9.2]
    assert len({tuple(one) for one in told}) == 10


# --- The grid of driver and CUDA ---

def grids(analysis):
    """Tables shown at once, and folded ones."""
    section = parsed(analysis).find(f".//{HTML}section[@id='grid']")
    return [len(section.findall(f"{fold}{HTML}div[@class='facets']/{HTML}div"))
            for fold in ("", f"{HTML}details/")]


@pytest.mark.parametrize("times, shown", [(2, [6, 0]), (3, [9, 0])])
def test_grids__with_something_to_see_are_never_folded(times, shown):
    analysis = sample(30, 10)
    analysis.grids = analysis.grids * times  # each has failures that are expected
    assert grids(analysis) == shown


def test_grids__in_which_all_passed_are_folded_where_they_are_many():
    analysis = sample(30, 10)
    first = analysis.grids[0]
    good = replace(first, squares={place: square for place, square in first.squares.items()
                                   if square.word == "PASS"})
    place, square = next(iter(good.squares.items()))
    flaky = replace(good, squares={place: replace(square, is_intermittent=True)})
    analysis.grids = [first, flaky, *[good] * 7]
    assert grids(analysis) == [2, 7]
