# SPDX-License-Identifier: Apache-2.0
"""The state a GPU was in while it was measured: kept as facts, and no fault where no number is slow.
What explains slow numbers, and what is a fault without one, are rows of faults.yaml."""

import pytest

from model_of import gpus_of
from selftest import plant

SOURCES = ["host-copy", "memory-bandwidth"]


def facts(outcome, gpu, source):
    found = next(row for row in outcome.report["gpus"] if row["index"] == gpu)
    return {key: told[source] for key, told in found["facts"].items() if source in told}


def measure(simulated, profile, faults=(), size="1M", args=(), workloads=SOURCES):
    return simulated.report(*workloads, "--size", size, *args, profile=profile, faults=list(faults))


def number(text, unit):
    assert text.endswith(unit)
    return float(text.removesuffix(unit))


@pytest.mark.parametrize("profile", ["h100x8", "rtx4090x2"])
def test_readings_are_those_of_the_model(simulated, kernel_majors, profile):
    if not kernel_majors:
        pytest.skip("built without nvcc: this build carries no kernels")
    outcome = measure(simulated, profile)
    model = gpus_of(profile)[1]

    assert outcome.exit == 0, outcome.describe()
    for source in SOURCES:
        told = facts(outcome, 1, source)
        assert told["sm_clock_under_load_hz"] == number(model["clock"], "MHz") * 1e6
        assert told["memory_clock_under_load_hz"] == number(model["memory-clock"], "MHz") * 1e6
        assert told["clock_limits_under_load"] == "none"
        assert told["performance_state_under_load"] == "P0"
        assert told["temperature_under_load_celsius"] == number(model["temperature"], "C")
        assert told["power_under_load_w"] == number(model["power-idle"], "W")
        assert told["other_processes"] == "none"
        # Only boards with ECC count its errors.
        assert told.get("memory_errors_uncorrected_meanwhile", 0) == 0
        assert ("memory_errors_uncorrected_meanwhile" in told) == (model.get("ecc") == "yes")


def test_without_nvml_nothing_is_told(simulated):
    outcome = measure(simulated, "rtx4090x2", ["gpu 1 hidden-from=nvml"], workloads=["host-copy"])

    assert outcome.exit == 0, outcome.describe()
    assert set(facts(outcome, 1, "host-copy")) == {"copied_from"}
    assert facts(outcome, 0, "host-copy")["other_processes"] == "none"


@pytest.mark.parametrize("reason, words", [("power-cap", "software power cap"),
                                           ("software-thermal", "software thermal slowdown")])
def test_clocks_that_the_driver_trims_are_a_fact(simulated, reason, words):
    """No rate falls below its floor, so it is no fault: boards run into their power limit."""
    outcome = measure(simulated, "h100x8", [f"clock 3 cap=1500MHz reason={reason}"], size="16M",
                      args=["--device", "2,3"], workloads=["host-copy"])

    assert outcome.exit == 0, outcome.describe()
    assert outcome.counted() == set()
    assert facts(outcome, 3, "host-copy")["clock_limits_under_load"] == words
    assert facts(outcome, 3, "host-copy")["sm_clock_under_load_hz"] == 1500e6
    assert facts(outcome, 2, "host-copy")["clock_limits_under_load"] == "none"


def test_somebody_else_who_takes_little_is_a_fact(simulated):
    # 88 % of the link, times 0.9, is 79 %: above the floor of 76 %.
    outcome = measure(simulated, "h100x8", ["gpu 2 busy=10"], size="16M", args=["--device", "1,2"],
                      workloads=["host-copy"])

    assert outcome.exit == 0, outcome.describe()
    assert outcome.counted() == set()
    assert facts(outcome, 2, "host-copy")["other_processes"].startswith("1, pid ")
    assert facts(outcome, 1, "host-copy")["other_processes"] == "none"


def test_memory_of_one_node_is_a_fact_where_copies_are_fast_enough(simulated):
    outcome = measure(simulated, "h100x8", ["host numa=1"], size="16M", args=["--device", "2,5"],
                      workloads=["host-copy"])

    assert outcome.exit == 0, outcome.describe()
    assert "far from the GPU at NUMA node 0" in facts(outcome, 2, "host-copy")["copied_from"]
    assert "far" not in facts(outcome, 5, "host-copy")["copied_from"]


def test_where_pinned_pages_are_is_a_fact(simulated):
    """Any address lies behind the first line, the mapping of all of them."""
    pci = gpus_of("l4x1")[0]["pci"]
    root = plant(simulated.folder / "root", {
        "/proc/self/status": "Cpus_allowed_list:\t0-31\nMems_allowed_list:\t0-1\n",
        "/proc/self/numa_maps": "00001000 bind:1 anon=7 N0=3 N1=4\n",
        f"/sys/bus/pci/devices/{pci}/numa_node": "0\n",
        f"/sys/bus/pci/devices/{pci}/local_cpulist": "0-15\n"})
    outcome = measure(simulated, "l4x1", args=["--root", root], workloads=["host-copy"])
    told = facts(outcome, 0, "host-copy")

    assert outcome.exit == 0, outcome.describe()
    assert told["pinned_pages_by_node"] == "N0=3 N1=4"
    assert "far from the GPU at NUMA node 0" in told["copied_from"]
    assert "memory of NUMA node 1 only" in told["copied_from"]
