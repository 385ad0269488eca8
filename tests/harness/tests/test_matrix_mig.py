# SPDX-License-Identifier: Apache-2.0
"""What a matrix makes of GPUs in MIG mode, and of their instances."""

from dataclasses import replace

import pytest

import matrices
from gpu_selftest_harness.model import Gpu

WHOLE, SLICE = "a100-pcie-80gb", "a100-1g"
NAME = "NVIDIA A100 80GB PCIe"
MODELS = {WHOLE: {"pci_ids": ["0x20b5"], "names": [NAME + "*"]},
          SLICE: {"names": [NAME + " MIG 1g.10gb"]}}
BOTH = (WHOLE, SLICE)


def gpu(number, **changes):
    return Gpu(**{"uuid": f"GPU-{number}", "name": NAME, "model": WHOLE, "pci_id": f"0000:0{number}:00.0",
                  "compute_capability": "8.0", "index": number, **changes})


def split(number, instances=2):
    """A GPU in MIG mode, as a probe without the matrix's names sees it."""
    yield gpu(number, model="", has_mig=True)
    for place in range(instances):
        yield gpu(number, uuid=f"MIG-{number}-{place}", name=NAME + " MIG 1g.10gb", model="",
                  parent=f"GPU-{number}")


def matrix_of(models=BOTH, devices="all"):
    return matrices.small(
        axes={"gpu": list(models), "devices": ["all", "each", "none", "count:1", "count:2"],
              "cuda": ["13.0"], "variant": ["runtime"], "driver": ["580"]},
        models={name: MODELS[name] for name in models},
        rows=[{"product": {"gpu": "*", "devices": devices}}])


def node_of(*gpus):
    return replace(matrices.node(gpus=0), gpus=gpus)


def planned(*gpus, devices="all", models=BOTH):
    plan = matrix_of(models, devices).plan(node_of(*gpus))
    return {one.cell.gpu: one.miss for one in plan}


def test_name_of_an_instance_is_none_of_its_gpu():
    matrix = matrix_of()
    assert matrix.model_of("0x20b5", NAME + " MIG 1g.10gb") == SLICE
    assert matrix.model_of("0x20b5", NAME + " MIG 2g.20gb") == ""
    assert matrix.model_of("0x20b5", NAME) == matrix.model_of("", NAME + " 2") == WHOLE


@pytest.mark.parametrize("devices", ["all", "each", "count:1"])
def test_split_gpu_whose_instances_have_no_model_is_missed_as_a_whole(devices):
    told = planned(*split(3), devices=devices, models=(WHOLE,))[WHOLE]
    assert told == (f"GPU-3 of node 'n1' is in MIG mode, and '{devices}' counts on it as a whole: nvidia-smi "
                    "-i 3 -mig 0, or name its instances in 'models' as 'NVIDIA A100 80GB PCIe MIG 1g.10gb'")
    assert planned(gpu(3), devices=devices, models=(WHOLE,)) == {WHOLE: None}


def test_split_gpu_without_instances_says_what_is_to_be_done():
    told = planned(*split(0, instances=0), *split(1, instances=0))[WHOLE]
    assert told.startswith("GPU-0 and 1 more of node 'n1' is in MIG mode")
    assert told.endswith("nvidia-smi -i 0 -mig 0, or make instances in it and name them in 'models'")


@pytest.mark.parametrize("devices, is_kept", [("all", True), ("each", True), ("count:2", True),
                                              ("count:1", False), ("none", False)])
def test_one_split_gpu_is_in_the_way_of_those_who_count_on_it(devices, is_kept):
    told = planned(gpu(0), *split(1), devices=devices, models=(WHOLE,))
    assert (told[WHOLE] is not None) == is_kept


def test_instances_are_gpus_of_their_own_model():
    assert planned(*split(0), devices="each") == {SLICE: None}
    assert planned(*split(0), devices="count:1") == {SLICE: None}
    # Who names instances knows of the split one.
    assert planned(gpu(1), *split(0), devices="each") == {WHOLE: None, SLICE: None}


@pytest.mark.parametrize("devices, count", [("all", 2), ("count:2", 2)])
def test_instances_are_not_put_together(devices, count):
    told = planned(*split(0), devices=devices)
    assert told == {SLICE: f"'{devices}' puts {count} MIG instances into one container, and CUDA shows a process "
                           "one of them: make it 'each' or 'count:1'"}


def test_the_only_instance_is_all():
    assert planned(*split(0, instances=1)) == {SLICE: None}


def test_node_of_which_nothing_is_named_is_shown_as_it_is():
    shown = matrix_of().shown(node_of(*split(0)))
    assert shown == ("driver 580.95.05 and NVIDIA A100 80GB PCIe MIG 1g.10gb, NVIDIA A100 80GB PCIe in MIG "
                     "mode")


def test_facts_count_what_can_be_used():
    matrix, node = matrix_of(), node_of(gpu(2), *split(0), *split(1))
    counts = {cell.gpu: matrix.facts(node, cell)["gpus"] for cell in matrix.cells()}
    assert counts == {WHOLE: 1, SLICE: 4}


def test_split_gpu_is_nearer_to_the_cell_than_another_driver():
    matrix = matrix_of((WHOLE,))
    [(_, why)] = matrix.uncovered([node_of(*split(0)), replace(node_of(gpu(1)), driver="535.261.03")])
    assert "is in MIG mode" in why
