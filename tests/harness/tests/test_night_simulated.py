# SPDX-License-Identifier: Apache-2.0
"""gpu_selftest_harness.night.simulated: what the made-up nights are made of."""

from datetime import date

import pytest

from gpu_selftest_harness.errors import Refused
from gpu_selftest_harness.night import simulated


def rates(statements):
    return [float(text.rpartition("=")[2]) for text in statements]


def test_driver_faults__are_a_statement_of_the_simulator():
    assert simulated.driver_faults("535") == ["driver version=535.261.03 cuda=12.2"]


def test_driver_faults__unknown_branch_names_the_known():
    with pytest.raises(Refused, match="'470'.*535, 550.*580"):
        simulated.driver_faults("470")


def test_drivers__are_of_their_branch_and_rise_with_it():
    assert all(version.split(".")[0] == branch
               for branch, (version, _) in simulated.DRIVERS.items())
    cudas = [tuple(map(int, cuda.split("."))) for _, cuda in simulated.DRIVERS.values()]
    assert cudas == sorted(set(cudas))


def test_nights_before__end_with_the_last_and_cross_months():
    assert simulated.nights_before(date(2026, 3, 1), 3) == ["2026-02-27", "2026-02-28", "2026-03-01"]


def test_memory_faults__one_gpu_is_a_fifth_slower_on_the_last_nights_only():
    nights = [rates(simulated.memory_faults(night, 40, 4, seed=1)) for night in range(40)]

    slow = [night[2] for night in nights]
    assert all(0.992 <= rate <= 1 for rate in slow[:35])
    assert all(0.793 <= rate <= 0.8 for rate in slow[35:])
    assert all(0.992 <= night[gpu] <= 1 for night in nights for gpu in (0, 1, 3))


def test_memory_faults__are_the_same_for_the_same_seed_alone():
    first = simulated.memory_faults(3, 40, 4, seed=1)

    assert first == simulated.memory_faults(3, 40, 4, seed=1)
    assert first != simulated.memory_faults(3, 40, 4, seed=2)
    assert first != simulated.memory_faults(4, 40, 4, seed=1)
