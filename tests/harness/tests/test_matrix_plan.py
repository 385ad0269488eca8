# SPDX-License-Identifier: Apache-2.0
"""A node's slice: each cell of its driver and GPUs, with a reason where it cannot run; a cell that
nobody runs is told of."""

from dataclasses import replace

import pytest
from matrices import H100, node, small

from gpu_selftest_harness.errors import Refused

ALL_ROWS = {"product": {"driver": "*", "cuda": "*", "variant": "*"}}


def misses(m, n, **selection):
    return {planned.miss for planned in m.plan(n, **selection)}


def test_node_runs_the_cells_of_its_driver():
    planned = small().plan(node("535.261.03"))

    assert {p.cell.driver for p in planned} == {"535"}
    assert len(planned) == 6
    assert {p.miss for p in planned} == {None}


def test_slices_of_two_nodes_are_the_matrix():
    m = small()
    cells = [p.cell for driver in ("535.1", "580.2") for p in m.plan(node(driver))]

    assert sorted(c.key for c in cells) == sorted(c.key for c in m.cells())
    assert m.uncovered([node("535.1"), node("580.2")]) == []


@pytest.mark.parametrize("n,expected", [
    (node("470.1"), "has driver 470.1 and h100-sxm5-80gb; "),
    (node(None), "has no driver and h100-sxm5-80gb; "),
    (node(gpus=0), "has driver 580.95.05 and no GPU; "),
    (node(gpu_name="NVIDIA L4"), "has driver 580.95.05 and NVIDIA L4; "),
])
def test_node_without_a_slice_is_refused(n, expected):
    with pytest.raises(Refused) as error:
        small().plan(n)

    assert expected in str(error.value)
    assert f"driver 535 with {H100}; driver 580 with {H100}" in str(error.value)


def test_engine_that_is_not_there_is_a_miss():
    assert misses(small(), node(engines=("podman",))) == {
        "node 'n1' has no engine 'docker', only podman"}
    assert misses(small(), node(engines=())) == {"node 'n1' has no engine 'docker', and no other"}


def test_engine_that_is_not_there_says_why():
    """The engine's own words; another's are not about it."""
    docker = "docker: cannot connect to the docker daemon at unix:///var/run/docker.sock"
    told = replace(node(engines=()), problems=("podman: no command 'podman'", docker))
    assert misses(small(), told) == {docker}


def test_too_few_gpus_are_a_miss():
    m = small(axes={"devices": ["count:4"]})

    assert misses(m, node(gpus=2)) == {"'count:4' needs 4 GPUs, node 'n1' has 2"}
    assert misses(m, node(gpus=4)) == {None}


def test_gpus_of_another_model_do_not_count():
    m = small(axes={"devices": ["count:2"]})
    mixed = replace(node(), gpus=node(gpus=1).gpus + node(gpus=3, gpu_name="NVIDIA L4").gpus)

    assert misses(m, mixed) == {"'count:2' needs 2 GPUs, node 'n1' has 1"}


@pytest.mark.parametrize("needs,n,expected", [
    ({"gpus": ">=2"}, node(gpus=1), "it needs gpus >=2, on node 'n1' it is 1"),
    ({"gpus": ">=2"}, node(gpus=2), None),
    ({"driver.version": ">=580.65"}, node("580.10.1"),
     "it needs driver.version >=580.65, on node 'n1' it is 580.10.1"),
    ({"driver.version": ">=580.65"}, node("580.95.05"), None),
    ({"simulated": False}, node(simulated="h100x8"),
     "it needs simulated false, on node 'n1' it is true"),
    ({"simulated": False}, node(), None),
    ({"driver.cuda": ">=13"}, node(cuda_of_driver=None),
     "it needs driver.cuda >=13, on node 'n1' it is not known"),
    ({"architecture": "aarch64"}, node(),
     "it needs architecture aarch64, on node 'n1' it is x86_64"),
])
def test_needs_that_are_not_met_are_a_miss(needs, n, expected):
    assert misses(small(rows=[{**ALL_ROWS, "needs": needs}]), n) == {expected}


@pytest.mark.parametrize("select,number", [
    ("cuda=13.0", 3), ("cuda=13.0,variant=base|devel", 2), ("cuda>=13,variant=base", 1),
    ("driver=580", 6), ("gpu.cc>=9", 6),
])
def test_selection_narrows_the_slice(select, number):
    assert len(small().plan(node(), select=select)) == number


@pytest.mark.parametrize("select,expected", [
    ("driver=535", "'driver=535' selects nothing for node 'n1'"),
    ("cuda=99.0", "'99.0' is not one of 12.4, 13.0"),
    ("colour=red", "no such condition here, valid are driver, cuda"),
])
def test_selection_of_nothing_is_refused(select, expected):
    with pytest.raises(Refused) as error:
        small().plan(node(), select=select)

    assert expected in str(error.value)


def test_name_of_a_cell_selects_it():
    m = small()
    cell = m.cells()[-1]

    assert [p.cell for p in m.plan(node(), select=cell.name)] == [cell]


def test_tier_is_a_selection_with_a_limit():
    m = small(tiers={"pr": {"select": {"variant": "base"}, "max_cells": 4},
                     "small": {"max_cells": 11}, "all": {"max_cells": 12}})

    assert len(m.plan(node(), tier="pr")) == 2
    assert len(m.plan(node(), tier="pr", select="cuda=13.0")) == 1
    assert len(m.plan(node(), tier="all")) == 6
    with pytest.raises(Refused, match="tier 'small' has 12 cells and may have 11"):
        m.plan(node(), tier="small")
    with pytest.raises(Refused, match="no tier 'weekly' in 'matrix.yaml', valid are pr, small"):
        m.plan(node(), tier="weekly")


def test_cells_that_no_node_can_run_are_told_of():
    m = small()

    left = m.uncovered([node("580.95.05")])
    assert {(cell.driver, why) for cell, why in left} == {("535", "no node with driver 535")}
    assert len(left) == 6
    assert {why for _, why in m.uncovered([])} == {"no node at all"}
    left = m.uncovered([node("535.1", gpus=0), node("580.2", engines=("local",))])
    assert {why for _, why in left} == {f"no node with driver 535 has a GPU '{H100}'",
                                        "node 'n1' has no engine 'docker', only local"}


def test_the_node_that_comes_nearest_says_why():
    m = small(rows=[{**ALL_ROWS, "needs": {"gpus": ">=9"}}])

    left = m.uncovered([node("470.1", name="far"), node("580.1", name="near")])
    assert {why for cell, why in left if cell.driver == "580"} == {
        "it needs gpus >=9, on node 'near' it is 8"}


@pytest.mark.parametrize("device_id,name,expected", [
    ("0x2330", "anything", H100), ("0x2330", "", H100), ("", "NVIDIA H100 80GB HBM3", H100),
    ("0xFFFF", "NVIDIA H100 80GB HBM3", H100), ("", "NVIDIA H100 PCIe", ""), ("", "", ""),
    ("", "<script>", ""),
])
def test_model_of_a_gpu(device_id, name, expected):
    assert small().model_of(device_id, name) == expected


def test_pci_id_goes_before_the_name():
    m = small(models={H100: {"names": ["NVIDIA *"], "pci_ids": ["0x2330"]},
                      "l4": {"names": ["NVIDIA L4"], "pci_ids": ["0x27b8"]}})

    assert m.model_of("0x27B8", "NVIDIA L4") == "l4"


def test_cell_is_found_by_key_and_name():
    m = small()
    cell = m.cells()[3]

    assert m.cell(cell.key) == m.cell(cell.key[:8]) == m.cell(cell.name) == cell
    with pytest.raises(Refused, match="'zzzz' is no cell of 'matrix.yaml'; valid are such as"):
        m.cell("zzzz")
    with pytest.raises(Refused, match="is no cell"):
        m.cell(cell.key[:3])


def test_exclusion_makes_no_cell():
    m = small(exclude=[{"when": {"cuda": ">=13", "variant": "devel"}, "reason": "no compiler"}])

    assert len(m.cells()) == 10
    assert not [c for c in m.cells() if c.cuda == "13.0" and c.variant == "devel"]


def test_exclusion_by_compute_capability():
    reason = {"when": {"cuda": ">=13", "gpu.cc": "<7.5"}, "reason": "CUDA 13 dropped it"}
    volta = {H100: {"names": ["x"], "compute_capability": "7.0"}}

    assert len(small(exclude=[reason]).cells()) == 12
    assert len(small(exclude=[reason], models=volta).cells()) == 6
