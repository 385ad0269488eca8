# SPDX-License-Identifier: Apache-2.0
"""GPUs and links beside one another: drawn where one is slow, a row where none is."""

from dataclasses import replace

import html5lib
import pytest

from gpu_selftest_harness.report import machines, page
from gpu_selftest_harness.report.names import Names
from gpu_selftest_harness.report.sample import NAMES, sample
from gpu_selftest_harness.report.standings import DRAWN, of_gpus, of_pairs
from gpu_selftest_harness.report.text import against, deviations

HTML = "{http://www.w3.org/1999/xhtml}"


def parsed(analysis):
    return html5lib.HTMLParser(strict=True).parse(page(analysis))


def text_of(tree, found):
    return " ".join("".join(tree.find(found).itertext()).split())


def names_of(analysis):
    return Names(analysis.cells, machines.gpu_names(analysis))


def alike(fleet):
    """The same with no slow GPU in it."""
    return replace(fleet, standings=tuple(
        replace(one, value=fleet.median, below=0.0, z=0.0, is_slow=False)
        for one in fleet.standings))


def fleets_of(analysis, count):
    """So many numbers of the fleet that has a slow GPU."""
    fleet, = analysis.fleets
    return [replace(fleet, metric=f"m{place}.rate") for place in range(count)]


def test_gpus__a_slow_one_is_drawn_and_counted_at_the_top():
    tree = parsed(sample(20, 10))

    assert "slow GPU1" in text_of(tree, f".//{HTML}dl").replace("slow GPU 1", "slow GPU1")
    assert "✗ slow" in text_of(tree, f".//{HTML}section[@id='fleet']")


def test_gpus__equal_ones_are_one_row_and_nothing_at_the_top():
    analysis = sample(20, 10)
    analysis.fleets = [replace(alike(analysis.fleets[0]), cell=key)
                       for key in list(analysis.cells)[:5]]
    tree = parsed(analysis)

    assert "slow" not in text_of(tree, f".//{HTML}dl")
    row, = tree.iterfind(f".//{HTML}section[@id='fleet']//{HTML}table/{HTML}tbody/{HTML}tr")
    assert ["".join(cell.itertext()) for cell in row] == [
        "sgemm.rate fp32-default", "5", *["51.20 TFLOP/s"] * 3]


def test_gpus__the_same_slow_one_in_many_cells_is_drawn_once():
    analysis = sample(20, 10)
    analysis.fleets = [replace(analysis.fleets[0], cell=key) for key in list(analysis.cells)[:5]]

    drawn, = of_gpus(analysis, names_of(analysis)).drawn

    assert drawn.more_cells == 4


@pytest.mark.parametrize("count, left_out", [(DRAWN, 0), (DRAWN + 5, 5)])
def test_gpus__what_is_not_drawn_is_counted(count, left_out):
    analysis = sample(20, 10)
    analysis.fleets = fleets_of(analysis, count)

    told = of_gpus(analysis, names_of(analysis))

    assert (len(told.drawn), told.left_out) == (DRAWN, left_out)


def test_pairs__equal_ones_need_no_picture():
    analysis = sample(20, 10)
    slow = analysis.pairs[0]
    even = replace(slow, metric="even.write", slow=(), values=tuple(
        tuple(value and 3.86e11 for value in row) for row in slow.values))
    uneven = replace(even, metric="uneven.write", values=tuple(
        tuple(value and value * (1 + 0.02 * (at == 3)) for value in row)
        for at, row in enumerate(even.values)))
    analysis.pairs = [slow, uneven, even]

    told = of_pairs(analysis, names_of(analysis))

    assert [one.name for one in told.drawn] == ["peer-copy.bandwidth direct"]
    assert {row.name: row.heat is not None for row in told.rows} == {
        "even.write direct": False, "uneven.write direct": True}


# --- Which machine a GPU is in ----------------------------------------------------------------


def two_machines(analysis, others):
    """`others`: UUIDs that the second machine says it has."""
    run = analysis.runs[0]
    node = {"name": "node8", "driver": "550", "gpus": [
        {"uuid": uuid, "index": place} for place, uuid in enumerate(others)]}
    return replace(analysis, runs=[run, replace(run, node="node8", header={"node": node})])


def test_gpus__of_several_machines_are_told_with_the_machine_once_a_table():
    analysis = two_machines(sample(20, 10), ["GPU-of-node8"])

    drawn, = of_gpus(analysis, names_of(analysis)).drawn
    picture = of_pairs(analysis, names_of(analysis)).drawn[0].heat

    assert names_of(analysis).gpu(list(NAMES)[5]) == "node7 gpu 5"
    assert drawn.where.startswith("node7 · ") and picture.cell.startswith("node7 · ")
    assert picture.labels == [f"gpu {place}" for place in range(8)]
    assert "claimed" not in page(analysis)


def test_gpus__that_two_machines_say_they_have_are_of_neither():
    analysis = two_machines(sample(20, 10), list(NAMES))
    tree = parsed(analysis)

    assert names_of(analysis).gpu(list(NAMES)[5]) == "gpu 5"
    assert text_of(tree, f".//{HTML}p[@id='claimed']").startswith(
        "node7 and node8 say that they have the same 8 GPUs.")


# --- Words ------------------------------------------------------------------------------------


@pytest.mark.parametrize("below, told", [
    (0.2, "20.0 % worse"), (-0.013, "1.3 % better"), (0.0, "equal"), (-0.0004, "equal")])
def test_against__the_median(below, told):
    assert against(below) == told


@pytest.mark.parametrize("z, told", [(-4.26, "−4.3"), (0.099, "0.1"), (float("-inf"), "no spread")])
def test_deviations__of_equal_values_are_none(z, told):
    assert deviations(z) == told
