# SPDX-License-Identifier: Apache-2.0
"""memory-bandwidth: every number against a closed form, worked out here from the models' data, and
what is judged."""

import pytest

from model_of import MIB, WAYS, Memory

PROFILES = ["h100x8", "a100-pcie-x4", "l4x1", "t4x1", "rtx4090x2", "mig"]


def metrics_of(outcome):
    return {(metric["src_gpu"], metric["name"].removeprefix("memory-bandwidth.")): metric
            for metric in outcome.report["metrics"]}


@pytest.mark.parametrize("profile", PROFILES)
def test_numbers_are_the_models(whole, profile):
    memory = Memory(profile)
    outcome = whole.report("memory-bandwidth", "--size", "16M", profile=profile)
    metrics = metrics_of(outcome)

    assert outcome.exit == 0, outcome.describe()
    assert outcome.counted() == set()
    gpus = {gpu for gpu, _ in metrics}
    assert gpus == set(range(outcome.report["gpus_tested"]))
    assert set(metrics) == {(gpu, way) for gpu in gpus for way in WAYS}
    for (_, way), metric in metrics.items():
        assert metric["value"] == pytest.approx(memory.bandwidth(way, 16 * MIB), rel=0.01), way
        assert metric["stats"]["count"] == 16


# Four times the L2: 4 MiB of a T4, 48 MiB of an L4, 40 MiB of an A100.
@pytest.mark.parametrize("profile, size, judged", [
    ("t4x1", 16, True), ("t4x1", 15, False), ("l4x1", 192, True), ("l4x1", 191, False),
    ("a100-pcie-x4", 160, True), ("mig", 64, False)])
def test_only_what_exceeds_the_cache_is_judged(whole, profile, size, judged):
    """An instance of a GPU is never judged: it shares the memory with others."""
    memory = Memory(profile)
    outcome = whole.report("memory-bandwidth", "--device", "0", "--size", f"{size}M",
                           profile=profile)

    assert outcome.exit == 0, outcome.describe()
    for (_, way), metric in metrics_of(outcome).items():
        assert metric["value"] == pytest.approx(memory.bandwidth(way, size * MIB), rel=0.01)
        if judged:
            assert metric["ceiling"] == pytest.approx(memory.peak)
        else:
            assert metric["ceiling"] is None
        is_copy = way == "copy-engine"
        assert metric["verdict"] == ("PASS" if judged and is_copy else "not judged")
        if metric["verdict"] == "PASS":
            assert ("HBM" if memory.is_hbm else "GDDR") in metric["floor_from"]
            assert 0.5 * memory.peak < metric["floor"] < metric["value"]


def test_slow_memory_slows_every_way(whole):
    memory = Memory("t4x1")
    memory.rate /= 2
    outcome = whole.report("memory-bandwidth", "--size", "16M", profile="t4x1",
                           faults=["mem 0 rate=0.5"])

    for (_, way), metric in metrics_of(outcome).items():
        assert metric["value"] == pytest.approx(memory.bandwidth(way, 16 * MIB), rel=0.01)


def test_slow_memory_of_an_instance_is_no_verdict(whole):
    outcome = whole.report("memory-bandwidth", "--size", "64M", profile="mig",
                           faults=["mem 0 rate=0.5"])

    assert outcome.exit == 0, outcome.describe()
    assert {metric["verdict"] for metric in outcome.report["metrics"]} == {"not judged"}


def test_full_level_keeps_three_times_sixteen_samples(whole):
    outcome = whole.report("memory-bandwidth", "--level", "full", "--size", "1M", profile="l4x1")

    assert {len(metric["samples"]) for metric in outcome.report["metrics"]} == {48}


def test_every_element_is_counted(whole):
    """Five ways and two inputs; more than the host's one period of 4194301 words, and not a multiple
    of it. What is no whole vector of 16 bytes is left out."""
    outcome = whole.report("memory-bandwidth", "--size", str(17 * MIB + 5), profile="l4x1")
    [workload] = outcome.report["workloads"]

    assert workload["elements_checked"] == 7 * 17 * MIB // 4


@pytest.mark.parametrize("size", ["1", "16", "17"])
def test_smallest_sizes_work(whole, size):
    outcome = whole.report("memory-bandwidth", "--size", size, profile="t4x1")
    [workload] = outcome.report["workloads"]

    assert outcome.exit == 0, outcome.describe()
    assert workload["elements_checked"] == 7 * 4


def test_last_words_beyond_the_first_period_are_compared(whole):
    """20 MiB are 5242880 words: the last is in the second piece that the host compares."""
    outcome = whole.report("memory-bandwidth", "--size", "20M", profile="l4x1",
                           faults=["kernel memory_copy element=5242879 wrong"])

    assert outcome.counted() == {"hardware.wrong-result"}, outcome.describe()
    [check] = outcome.checks("FAIL")
    assert "the first is 5242879:" in check["observed"]


# --- less memory than wanted ---

@pytest.mark.parametrize("call", [1, 2, 3])
def test_less_is_moved_where_the_driver_gives_no_more(whole, call):
    """Three buffers of 32 MiB are asked for; whichever is refused, all are halved."""
    memory = Memory("t4x1")
    outcome = whole.report("memory-bandwidth", "--size", "32M", profile="t4x1",
                           faults=[f"cuMemAlloc_v2 call={call} returns 2"])
    [gpu] = outcome.report["gpus"]

    assert outcome.exit == 0, outcome.describe()
    assert gpu["facts"]["moved_less_than_wanted"]["driver"] == (
        "16777216 bytes: the driver does not allocate 3 x 32 MiB")
    assert "16 MiB moved in five ways (less than wanted)" in outcome.out
    for (_, way), metric in metrics_of(outcome).items():
        assert metric["value"] == pytest.approx(memory.bandwidth(way, 16 * MIB), rel=0.01)


def test_enough_memory_is_not_worth_a_word(whole):
    outcome = whole.report("memory-bandwidth", "--size", "32M", profile="t4x1")

    assert "moved_less_than_wanted" not in outcome.report["gpus"][0]["facts"]
    assert "(less than wanted)" not in outcome.out
