# SPDX-License-Identifier: Apache-2.0
"""The order of a night's launches."""

from gpu_selftest_harness.runner import gpus_of, order
from records import UUIDS, cell, node, planned

CELLS = [planned(cell(cuda=cuda, variant=variant)) for cuda in ("11.8", "12.4", "13.0")
         for variant in ("base", "runtime", "devel")]


def test_each_cell_has_its_launches_in_rounds():
    tasks = order(CELLS, node(), 7)
    assert [task.round for task in tasks] == [1] * 9 + [2] * 9 + [3] * 9
    for number in (1, 2, 3):
        assert {task.planned.cell for task in tasks if task.round == number} \
            == {asked.cell for asked in CELLS}


def test_order_is_the_seeds_and_not_the_plans():
    assert order(CELLS, node(), 7) == order(CELLS[::-1], node(), 7)
    orders = {tuple(task.place for task in order(CELLS, node(), seed)) for seed in range(20)}
    assert len(orders) == 20


def test_rounds_differ_from_each_other():
    tasks = [task.planned.cell for task in order(CELLS, node(), 7)]
    assert len({tuple(tasks[i:i + 9]) for i in (0, 9, 18)}) == 3


def test_a_cell_may_have_more_launches_than_others():
    tasks = order([planned(launches=1), planned(cell(cuda="12.4"), launches=5)], node(), 1)
    assert [task.round for task in tasks] == [1, 1, 2, 3, 4, 5]


def test_devices():
    def given(devices, gpus=8):
        return gpus_of(planned(cell(devices=devices)), node(gpus))

    assert given("none") == [()]
    assert given("all") == [UUIDS]
    assert given("each", 2) == [(UUIDS[0],), (UUIDS[1],)]
    [pair] = given("count:2")
    assert pair in [UUIDS[i:i + 2] for i in (0, 2, 4, 6)]
    assert given("count:8") == [UUIDS]


def test_one_gpu_is_the_same_each_night_and_all_have_their_turn():
    one = planned(cell(devices="count:1"))
    assert gpus_of(one, node()) == gpus_of(one, node())
    asked = [planned(cell(cuda=f"12.{i}")) for i in range(100)]
    assert {gpus for each in asked for [gpus] in [gpus_of(each, node())]} \
        == {(uuid,) for uuid in UUIDS}
