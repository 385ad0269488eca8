# SPDX-License-Identifier: Apache-2.0
"""'Drain this GPU' helps nobody who is not told which: from the report to the page."""

from dataclasses import replace

import html5lib
import pytest
from analysed import CELL, GPUS, index_of, nights, outcome
from judging import judged
from records import UUIDS, check, launch, report, workload

from gpu_selftest_harness.analysis import analyse
from gpu_selftest_harness.plugin.told import reason
from gpu_selftest_harness.report import markdown, page, prometheus

HTML = "{http://www.w3.org/1999/xhtml}"


def corrupted(gpu, facts=None):
    """A report in which a workload finds that on a GPU."""
    told = report([workload("vector-add", "FAIL"), workload("host-copy")],
                  [check("hardware.memory-corrupted", "vector-add", gpu=gpu)])
    if facts is not None:
        told["gpus"][gpu]["facts"]["uuid"] = facts
    return told


@pytest.mark.parametrize("gpu, facts, uuid", [
    (5, None, UUIDS[5]), (None, None, ""), (99, None, ""), (5, {}, ""), (5, {"nvml": None}, ""),
    (5, {"driver": "GPU-d", "nvml": "GPU-n"}, "GPU-d"), (5, {"nvml": "a\x1b[31m"}, "a")])
def test_outcome__says_of_which_gpu_its_finding_is(gpu, facts, uuid):
    of_cell, workloads = judged(launch(1, corrupted(gpu, facts)))
    assert (of_cell.gpu, workloads["vector-add"].gpu, workloads["host-copy"].gpu) == (
        uuid, uuid, "")


def test_outcome__is_told_with_its_gpu_on_a_terminal():
    of_cell, _ = judged(launch(1, corrupted(5)))
    assert reason(of_cell) == (
        f"hardware.memory-corrupted: seen of hardware.memory-corrupted ({UUIDS[5]})")


def red(gpu, cell=CELL, **more):
    return outcome("FAIL", cell, id="hardware.x", layer="hardware", observed="one bit flipped",
                   remedy="drain this GPU", gpu=gpu, **more)


def test_incidents__of_two_gpus_are_two_and_of_one_are_one():
    cells = [replace(CELL, cuda=cuda) for cuda in ("12.4", "13.0")]
    index = index_of(cells=cells, said=[
        red(GPUS[1], cells[0]), red(GPUS[1], cells[1]), red(GPUS[2], cells[0], workload="sgemm")])
    assert [(one.where, one.title) for one in analyse(index).incidents] == [
        (GPUS[1], f"{GPUS[1]}: one bit flipped in 2 cells"),
        (GPUS[2], f"{GPUS[2]}: one bit flipped in 1 cell")]


@pytest.mark.parametrize("gpu, since", [(GPUS[3], 58), (GPUS[1], 59)])
def test_verdict__of_another_gpu_is_new(gpu, since):
    index = index_of(said=[red(GPUS[3])])
    index.said[nights(60)[58]] = [red(gpu)]
    told = analyse(index)
    assert told.verdict.headline == (
        f"{GPUS[3]}: one bit flipped, in 1 cell, since {nights(60)[since]}")
    assert bool(told.changes) == (gpu != GPUS[3])


def test_page_and_summary__call_the_gpu_by_its_name():
    told = analyse(index_of(said=[red(GPUS[3]), red(GPUS[3], workload="sgemm")]))
    tree = html5lib.HTMLParser(strict=True).parse(page(told))
    parts = {part: " ".join("".join(tree.find(f".//{HTML}{part}").itertext()).split())
             for part in ("h1", "ol", "article", "section[@id='changes']", "section[@id='cells']")}
    assert all("gpu 3: one bit flipped" in text for text in parts.values()), parts
    assert markdown(told).count("gpu 3: one bit flipped") == 3  # headline, causes, cells
    assert f'gpu="{GPUS[3]}",id="hardware.x",layer="hardware",word="FAIL"' in prometheus(told)
