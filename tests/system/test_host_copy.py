# SPDX-License-Identifier: Apache-2.0
"""host-copy on every profile: what it measures is what the profile's own data say, worked out here;
and what it says where it cannot judge. Its faults are rows of faults.yaml."""

import pytest

from model_of import PCIE_PROFILES, PROFILES, gpus_of, host_rate, is_split, pcie_theory


def metrics(outcome, name):
    return {metric["src_gpu"]: metric for metric in outcome.report["metrics"]
            if metric["name"] == f"host-copy.{name}"}


@pytest.mark.parametrize("profile", PCIE_PROFILES)
def test_rates_are_those_of_the_links(simulated, profile):
    outcome = simulated.report("host-copy", profile=profile)
    gpus = gpus_of(profile)

    assert outcome.exit == 0, outcome.describe()
    assert outcome.counted() == set() and outcome.notes() == set()
    for name in ("to-gpu", "from-gpu"):
        found = metrics(outcome, name)
        assert sorted(found) == list(range(len(gpus)))
        for index, metric in found.items():
            assert metric["value"] == pytest.approx(host_rate(gpus[index]), rel=0.01)
            assert metric["stats"]["count"] == 16
            assert metric["variant"] == "pinned"


@pytest.mark.parametrize("profile", [name for name in PROFILES if name not in PCIE_PROFILES])
def test_other_links_to_the_cpu_are_not_judged_by_pcie(simulated, profile):
    """A GH200 has a PCIe link, which NVML tells; what is copied goes over NVLink-C2C. The memory of
    a GB10 is the host's: it is read and written, at the rate of the memory."""
    outcome = simulated.report("host-copy", "--size", "128M", profile=profile)

    assert_not_judged(outcome)
    for name in ("to-gpu", "from-gpu"):
        for index, metric in metrics(outcome, name).items():
            assert metric["value"] == pytest.approx(host_rate(gpus_of(profile)[index]), rel=0.01)


@pytest.mark.parametrize("profile", [name for name in PCIE_PROFILES if not is_split(name)])
def test_each_direction_is_judged_by_gpu_and_slot(simulated, profile):
    outcome = simulated.report("host-copy", profile=profile)
    gpus = gpus_of(profile)

    for name in ("to-gpu", "from-gpu"):
        for index, metric in metrics(outcome, name).items():
            generation, width = int(gpus[index]["pcie-gen"]), int(gpus[index]["pcie-width"])
            assert metric["verdict"] == "PASS"
            assert metric["ceiling"] == pytest.approx(pcie_theory(generation, width))
            assert 0.5 * metric["ceiling"] < metric["floor"] < metric["value"]
    for gpu in outcome.report["gpus"]:
        link = gpu["facts"]["pcie_link_under_load"]["nvml"]
        model = gpus[gpu["index"]]
        assert link.startswith(f"PCIe {model['pcie-gen']}.0 x{model['pcie-width']}, ")


@pytest.mark.parametrize("fault, generation, width", [
    ("pcie 1 width=8", None, 8), ("pcie 1 gen=3", 3, None), ("pcie 1 width=4 gen=1", 1, 4)])
def test_a_slow_link_is_measured_as_slow_as_it_is(simulated, fault, generation, width):
    outcome = simulated.report("host-copy", profile="a100-pcie-x4", faults=[fault])
    gpus = gpus_of("a100-pcie-x4")

    for name in ("to-gpu", "from-gpu"):
        found = metrics(outcome, name)
        for index, gpu in enumerate(gpus):
            expected = host_rate(gpu, generation, width) if index == 1 else host_rate(gpu)
            assert found[index]["value"] == pytest.approx(expected, rel=0.01)
            assert found[index]["verdict"] == ("FAIL" if index == 1 else "PASS")
    # Each direction is explained, and nothing is said of the other GPUs.
    assert [check["gpu"] for check in outcome.checks("FAIL")] == [1, 1]


@pytest.mark.parametrize("profile", ["t4x1", "mig"])
def test_full_level_goes_both_ways_and_copies_pageable_memory(simulated, profile):
    """Each direction has its own wires, so both at once are twice as much. Pageable memory takes
    the model's 2.2 times as long; neither is judged."""
    outcome = simulated.report("host-copy", "--level", "full", "--size", "64M", profile=profile)
    shares = {"to-gpu": 1, "from-gpu": 1, "both-ways": 2, "pageable-to-gpu": 1 / 2.2,
              "pageable-from-gpu": 1 / 2.2}

    assert outcome.exit == 0, outcome.describe()
    for name, share in shares.items():
        found = metrics(outcome, name)
        assert list(found) == [0]
        for index, metric in found.items():
            expected = share * host_rate(gpus_of(profile)[index])
            assert metric["value"] == pytest.approx(expected, rel=0.01)
            assert metric["stats"]["count"] == 3 * 16
            if name not in ("to-gpu", "from-gpu"):
                assert metric["verdict"] == "not judged"


# --- what is not judged ---

def assert_not_judged(outcome):
    assert outcome.exit == 0, outcome.describe()
    assert outcome.counted() == set()
    assert outcome.report["metrics"]
    assert {metric["verdict"] for metric in outcome.report["metrics"]} == {"not judged"}
    assert "speed judged 0 of" in outcome.out.splitlines()[0]


def test_an_instance_is_not_judged(simulated):
    """It shares the link with others, whose traffic nobody sees."""
    outcome = simulated.report("host-copy", profile="mig")

    assert_not_judged(outcome)
    assert all("ceiling" not in metric or metric["ceiling"] is None
               for metric in outcome.report["metrics"])


@pytest.mark.parametrize("call", ["nvmlDeviceGetCurrPcieLinkGeneration",
                                  "nvmlDeviceGetCurrPcieLinkWidth",
                                  "nvmlDeviceGetMaxPcieLinkGeneration",
                                  "nvmlDeviceGetMaxPcieLinkWidth"])
def test_a_link_that_nvml_does_not_tell_is_no_fault(simulated, call):
    """NVML_ERROR_NOT_SUPPORTED is 3: virtual machines, WSL."""
    assert_not_judged(simulated.report("host-copy", profile="l4x1", faults=[f"{call} returns 3"]))


def test_small_copies_are_not_judged(simulated):
    """1 MiB takes 40 us, of which starting the copy is a part that depends on the machine."""
    assert_not_judged(simulated.report("host-copy", "--size", "1M", profile="l4x1"))


def test_a_link_that_sleeps_when_idle_is_no_fault(simulated):
    """Before the copies NVML says generation 1, which device-query shows; under them it says 5."""
    outcome = simulated.report("device-query", "host-copy", profile="h100x8",
                               faults=["pcie 4 idle-gen=1"])
    facts = outcome.report["gpus"][4]["facts"]

    assert outcome.exit == 0, outcome.describe()
    assert facts["pcie_generation"]["nvml"] == 1
    assert facts["pcie_link_under_load"]["nvml"].startswith("PCIe 5.0 x16, ")
    judged = [*metrics(outcome, "to-gpu").values(), *metrics(outcome, "from-gpu").values()]
    assert len(judged) == 2 * 8
    assert {metric["verdict"] for metric in judged} == {"PASS"}


# --- data ---

@pytest.mark.parametrize("level, comparisons", [("quick", 1 + 1), ("full", 1 + 3 * (1 + 2 + 1 / 8))])
def test_every_word_is_counted(simulated, level, comparisons):
    """Once there and back, then after each batch; both directions at once are two comparisons, and
    pageable memory is one of an eighth of the size."""
    outcome = simulated.report("host-copy", "--size", "1M", "--level", level, profile="rtx4090x2")
    [workload] = outcome.report["workloads"]

    assert workload["elements_checked"] == 2 * comparisons * (1 << 20) // 4


@pytest.mark.parametrize("size, words", [("1", 1), ("7", 1), ("4099", 1024)])
def test_odd_sizes_are_whole_words(simulated, size, words):
    outcome = simulated.report("host-copy", "--size", size, profile="t4x1")
    [workload] = outcome.report["workloads"]

    assert outcome.exit == 0, outcome.describe()
    assert workload["elements_checked"] == 2 * words


# --- less memory than wanted ---

def fact(outcome):
    return outcome.report["gpus"][0]["facts"]["copied_less_than_wanted"]["host-copy"]


def test_less_is_copied_where_the_driver_pins_no_more(simulated):
    outcome = simulated.report("host-copy", "--size", "32M", profile="l4x1",
                               faults=["cuMemHostAlloc call=2 returns 2"])

    assert outcome.exit == 0, outcome.describe()
    assert {metric["verdict"] for metric in outcome.report["metrics"]} == {"PASS"}
    assert fact(outcome) == "16777216 bytes: the driver does not pin 64 MiB"
    assert "16 MiB a copy (less than wanted)" in outcome.out


@pytest.mark.parametrize("call", [1, 2])
def test_less_is_copied_where_the_gpu_has_no_more(simulated, call):
    outcome = simulated.report("host-copy", "--size", "32M", profile="l4x1",
                               faults=[f"cuMemAlloc_v2 call={call} returns 2"])

    assert outcome.exit == 0, outcome.describe()
    assert fact(outcome) == "16777216 bytes: the driver does not allocate 64 MiB on the GPU"
    for name in ("to-gpu", "from-gpu"):
        [metric] = metrics(outcome, name).values()
        assert metric["value"] == pytest.approx(host_rate(gpus_of("l4x1")[0]), rel=0.01)


def test_enough_memory_is_not_worth_a_word(simulated):
    outcome = simulated.report("host-copy", "--size", "32M", profile="l4x1")

    assert "copied_less_than_wanted" not in outcome.report["gpus"][0]["facts"]
    assert "(less than wanted)" not in outcome.out
