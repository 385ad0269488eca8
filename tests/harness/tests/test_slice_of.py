# SPDX-License-Identifier: Apache-2.0
"""gpu_selftest_harness.plugin.slice_of: the cells of a node, also of one that shows no GPU."""

from pathlib import Path

import pytest
import records

from gpu_selftest_harness.bundle import Bundle
from gpu_selftest_harness.errors import Refused
from gpu_selftest_harness.index import Index
from gpu_selftest_harness.matrix import load
from gpu_selftest_harness.plugin import slice_of

MATRICES = Path(__file__).resolve().parent.parent / "matrices"
NODE = records.node(name="n1", driver="550.163.01")
GONE = records.node(name="n1", driver=None, gpus=0, problems=("NVML: driver not loaded",))


@pytest.fixture(scope="module")
def matrix():
    return load(MATRICES / "simulated.yaml")


@pytest.fixture
def index(tmp_path, matrix):
    """Two nights of the node, and the last one of another."""
    path = tmp_path / "index.sqlite"
    with Index(path) as opened:
        for night, node, plan in (
                ("2026-11-25", records.node(name="n1"), matrix.plan(records.node())),
                ("2026-11-26", NODE, matrix.plan(NODE)),
                ("2026-11-27", records.node(name="n2"), matrix.plan(records.node()))):
            with Bundle.create(tmp_path / "runs", {"night": night, "node": node, "plan": plan},
                               0) as bundle:
                opened.add(bundle.seal())
    return path


def test_node_with_gpus_has_its_own_slice(matrix, index):
    assert slice_of.plan(matrix, NODE, index=index) == matrix.plan(NODE)


def test_node_without_a_driver_misses_what_it_ran_last(matrix, index):
    plan = slice_of.plan(matrix, GONE, index=index)

    assert [one.cell for one in plan] == [one.cell for one in matrix.plan(NODE)]
    assert {one.miss for one in plan} == {"NVML: driver not loaded"}
    assert all(one.is_gone for one in plan)


def test_node_stays_gone_from_night_to_night(matrix, index, tmp_path):
    for night in ("2026-11-28", "2026-11-29"):
        plan = slice_of.plan(matrix, GONE, index=index)
        with Index(index) as opened, Bundle.create(
                tmp_path / "runs", {"night": night, "node": GONE, "plan": plan}, 0) as bundle:
            opened.add(bundle.seal())

    assert all(one.is_gone for one in slice_of.plan(matrix, GONE, index=index))


def test_node_that_never_could_run_them_is_not_gone(matrix, index, tmp_path):
    never = records.node(name="n9", driver=None, gpus=0)
    plan = slice_of.plan(matrix, never, index=index)
    assert not any(one.is_gone for one in plan)
    with Index(index) as opened, Bundle.create(
            tmp_path / "runs", {"night": "2026-11-27", "node": never, "plan": plan}, 0) as bundle:
        opened.add(bundle.seal())

    assert not any(one.is_gone for one in slice_of.plan(matrix, never, index=index))


def test_node_without_a_driver_that_nobody_knows_misses_all(matrix, tmp_path):
    plan = slice_of.plan(matrix, GONE, index=tmp_path / "none.sqlite")

    assert {one.cell for one in plan} == set(matrix.cells()) and all(one.miss for one in plan)
    assert not (tmp_path / "none.sqlite").exists()


def test_node_without_a_gpu_misses_the_cells_of_its_driver(matrix):
    gone = records.node(name="n3", driver="535.261.03", gpus=0)

    plan = slice_of.plan(matrix, gone)

    assert {one.cell.driver for one in plan} == {"535"} and len(plan) == 12
    assert {one.miss for one in plan} == {"node 'n3' has driver 535.261.03 and no GPU"}


def test_selection_holds_for_a_node_without_a_driver(matrix, index):
    plan = slice_of.plan(matrix, GONE, "cuda=12.4", "nightly", index)

    assert {one.cell.cuda for one in plan} == {"12.4"} and len(plan) == 3


@pytest.mark.parametrize("node", [
    records.node(driver="999.1"), records.node(driver="999.1", gpus=0)])
def test_driver_that_the_matrix_does_not_have_is_refused(matrix, node):
    with pytest.raises(Refused, match="the matrix has nothing for node"):
        slice_of.plan(matrix, node)
