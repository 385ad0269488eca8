# SPDX-License-Identifier: Apache-2.0
"""gpu_selftest_harness.night.evening: which slices a night has, with the real program."""

from datetime import date
from pathlib import Path

import pytest

from gpu_selftest_harness.engines.local import Local
from gpu_selftest_harness.matrix import load
from gpu_selftest_harness.night import evening

MATRICES = Path(__file__).resolve().parent.parent / "matrices"


@pytest.fixture(scope="module")
def matrix():
    return load(MATRICES / "simulated.yaml")


def made_up(matrix, program_path, count):
    return evening.made_up(matrix, date(2026, 11, 27), str(program_path), "nightly", count)


def test_made_up__one_night_has_a_machine_for_each_driver(matrix, program_path):
    parts = made_up(matrix, program_path, 1)

    assert [(part.night, part.node.name, part.node.driver, part.tier) for part in parts] == [
        ("2026-11-27", "simulated-535", "535.261.03", "nightly"),
        ("2026-11-27", "simulated-550", "550.163.01", "nightly"),
        ("2026-11-27", "simulated-580", "580.95.05", "nightly")]
    assert all(part.node.simulated == "h100x8" and len(part.node.gpus) == 8 for part in parts)
    assert {gpu.model for part in parts for gpu in part.node.gpus} == {"h100-sxm5-80gb"}


def test_made_up__slices_together_are_the_whole_matrix(matrix, program_path):
    parts = made_up(matrix, program_path, 1)

    planned = [item.cell for part in parts for item in matrix.plan(part.node)]
    assert len(planned) == 36 and set(planned) == set(matrix.cells())


def test_made_up__earlier_nights_have_one_machine_and_one_cell(matrix, program_path):
    parts = made_up(matrix, program_path, 3)

    assert [(part.night, part.node.name) for part in parts] == [
        ("2026-11-25", "simulated-580"), ("2026-11-26", "simulated-580"),
        ("2026-11-27", "simulated-535"), ("2026-11-27", "simulated-550"),
        ("2026-11-27", "simulated-580")]
    assert [len(matrix.plan(part.node, tier=part.tier)) for part in parts] == [1, 1, 12, 12, 12]


def test_made_up__memory_differs_on_the_newest_driver_alone(matrix, program_path):
    parts = made_up(matrix, program_path, 2)

    with_memory = {part.node.name for part in parts
                   if any(fault.startswith("mem ") for fault in part.node.faults)}
    assert with_memory == {"simulated-580"}


def test_real__a_machine_without_a_gpu_is_a_node_too(program_path):
    matrix = load(MATRICES / "simulated-580.yaml")

    [part] = evening.real(matrix, date(2026, 11, 27), str(program_path), None)

    assert part.node.simulated is None and part.night == "2026-11-27"


def test_real__what_was_left_behind_is_swept_by_the_run_alone(matrix, program_path, monkeypatch):
    """It has the bundle that this is noted in, and lets GPUs be used again that were kept for it."""
    monkeypatch.setattr(Local, "sweep", lambda self: pytest.fail("swept by the night"))

    evening.real(matrix, date(2026, 11, 27), str(program_path), None)
