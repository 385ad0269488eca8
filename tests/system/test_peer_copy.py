# SPDX-License-Identifier: Apache-2.0
"""peer-copy on every profile with peers: what it measures is what the profile's own data say, worked
out here; which pairs copy at the same time; and what it says where it cannot judge. Its faults are
rows of faults.yaml."""

import itertools

import pytest

from model_of import (COPY_S, KERNEL_S, MIB, PROFILES, STAGED_S, STAGED_SHARE, gpus_of, has_peers,
                      host_rate, nvlinks, pcie_theory, peer_rate, peer_rates_at_once, rounds_of,
                      shown, time_for)

WITH_PEERS = [name for name in PROFILES if shown(name) > 1 and has_peers(name)]

# Events tell time in steps of half a microsecond, of which 16 MiB to a B200 take 43.
SIZE = {"b200x8": 32 * MIB}

# Bytes per second of a link in one direction, by the generation that a compute capability has (data
# sheets of V100, H100 and B200).
NVLINK = {"7.0": 25e9, "9.0": 25e9, "10.0": 50e9}


def size_of(profile):
    return SIZE.get(profile, 16 * MIB)


def measured(profile, one, other, before=COPY_S):
    """Bytes per second of one copy between two GPUs, with what starting it takes."""
    return size_of(profile) / time_for(size_of(profile), peer_rate(profile, one, other), before)


def pairs_of(indices):
    return list(itertools.permutations(indices, 2))


def metrics(outcome, name, variant="copy-engine"):
    return {(metric["src_gpu"], metric["dst_gpu"]): metric for metric in outcome.report["metrics"]
            if metric["name"] == f"peer-copy.{name}" and metric["variant"] == variant}


def fact(outcome, key):
    return outcome.report["facts"][key]["peer-copy"]


def device_words(indices):
    return ["--device", ",".join(map(str, indices))]


@pytest.mark.parametrize("profile", WITH_PEERS)
def test_rates_are_those_of_the_links(simulated, profile):
    outcome = simulated.report("peer-copy", "--size", size_of(profile), profile=profile)
    found = metrics(outcome, "write")

    assert outcome.exit == 0, outcome.describe()
    assert outcome.counted() == set() and outcome.notes() == set()
    assert sorted(found) == pairs_of(range(shown(profile)))
    assert len(outcome.report["metrics"]) == len(found)
    for pair, metric in found.items():
        assert metric["value"] == pytest.approx(measured(profile, *pair), rel=0.01)
        assert metric["stats"]["count"] == 16


@pytest.mark.parametrize("profile", WITH_PEERS)
def test_pairs_are_judged_by_what_joins_them(simulated, profile):
    """NVLinks by their number; PCIe where switches alone forward, and not across the CPU."""
    outcome = simulated.report("peer-copy", "--size", size_of(profile),
                               *device_words(range(4)), profile=profile)
    gpus = gpus_of(profile)

    for pair, metric in metrics(outcome, "write").items():
        source, target = (gpus[index] for index in pair)
        if nvlinks(profile) > 0:
            ceiling = nvlinks(profile) * NVLINK[source["cc"]]
        else:
            ceiling = pcie_theory(int(source["pcie-gen"]), int(source["pcie-width"]))
        is_judged = nvlinks(profile) > 0 or (
            "switch" in source and source["switch"] == target["switch"])
        assert metric["ceiling"] == pytest.approx(ceiling)
        assert metric["verdict"] == ("PASS" if is_judged else "not judged")
        if is_judged:
            assert 0.5 * metric["ceiling"] < metric["floor"] < metric["value"]


@pytest.mark.parametrize("profile", WITH_PEERS)
def test_disjoint_pairs_copy_at_the_same_time_where_the_fabric_is_a_switch(simulated, profile):
    outcome = simulated.report("peer-copy", "--size", "64K", profile=profile)
    count = shown(profile)

    assert outcome.exit == 0, outcome.describe()
    assert sorted(metrics(outcome, "write")) == pairs_of(range(count))
    if nvlinks(profile) == 0:
        assert fact(outcome, "pairs_measured") == "one by one: pairs may share links"
        assert "rounds" not in outcome.report["facts"]
        assert fact(outcome, "pairs_alone_time_s") > 0
        return
    assert fact(outcome, "pairs_measured") == (
        f"in {rounds_of(count)} rounds of {count // 2} disjoint pairs")
    assert fact(outcome, "rounds") == rounds_of(count)
    assert "pairs_alone_time_s" not in outcome.report["facts"]


@pytest.mark.parametrize("count", [2, 3, 5])
def test_number_of_rounds(simulated, count):
    outcome = simulated.report("peer-copy", "--size", "64K", *device_words(range(count)),
                               profile="h100x8")

    assert fact(outcome, "rounds") == rounds_of(count)
    assert sorted(metrics(outcome, "write")) == pairs_of(range(count))


@pytest.mark.parametrize("profile", WITH_PEERS)
def test_path_of_each_pair_is_told(simulated, profile):
    outcome = simulated.report("peer-copy", "--size", "64K", profile=profile)
    links = nvlinks(profile)
    expected = (f"NVLink x{links} by switches, performance rank 1, native atomics" if links
                else "PCIe, performance rank 0")

    for one, other in pairs_of(range(shown(profile))):
        path = outcome.report["gpus"][one]["facts"][f"path_to_gpu_{other}"]["peer-copy"]
        assert path == expected


# --- full level ---

def full(simulated, profile, indices, size=None):
    outcome = simulated.report("peer-copy", "--level", "full", "--size", size or size_of(profile),
                               *device_words(indices), profile=profile)
    assert outcome.exit == 0, outcome.describe()
    assert outcome.counted() == set() and outcome.notes() == set()
    return outcome


@pytest.mark.parametrize("profile", ["h100x8", "b200x8", "a100-pcie-switch-x4"])
def test_full_level_goes_every_way(simulated, kernel_majors, profile):
    """By copy engine and by kernel, written and read; both directions have wires of their own."""
    outcome = full(simulated, profile, range(3))
    pairs = pairs_of(range(3))
    rows = {("write", 1): pairs, ("read", 1): pairs, ("both-ways", 2): [(0, 1), (0, 2), (1, 2)]}
    variants = {"copy-engine": COPY_S, **({"kernel": KERNEL_S} if kernel_majors else {})}

    for ((name, times), expected), (variant, before) in itertools.product(rows.items(),
                                                                          variants.items()):
        found = metrics(outcome, name, variant)
        # Of both directions at once there is one number for every two GPUs.
        assert sorted(found) == expected
        for pair, metric in found.items():
            assert metric["value"] == pytest.approx(times * measured(profile, *pair, before),
                                                    rel=0.01)
            assert metric["stats"]["count"] == 3 * 16
            if variant == "kernel" or name == "both-ways":
                assert metric["verdict"] == "not judged"


@pytest.mark.parametrize("profile", ["h100x8", "a100-pcie-switch-x4", "a100-pcie-x4"])
def test_contention_is_what_pairs_take_from_each_other(simulated, profile):
    """Through a switch nothing. Below PCIe switches, two pairs that leave one switch for the other
    share its uplink. With four GPUs the rounds are the three ways to make pairs of them."""
    found = metrics(full(simulated, profile, range(4)), "contention")

    assert sorted(found) == pairs_of(range(4))
    for pair, metric in found.items():
        rest = [index for index in range(4) if index not in pair]
        # The other pair of the round may go either way.
        expected = [peer_rates_at_once(profile, [pair, other])[pair] / peer_rate(profile, *pair)
                    for other in pairs_of(rest)]
        assert any(metric["value"] == pytest.approx(share, rel=0.01) for share in expected)
        assert metric["verdict"] == "not judged"
    least = min(metric["value"] for metric in found.values())
    assert least == pytest.approx(0.5 if profile == "a100-pcie-switch-x4" else 1, rel=0.01)


def test_rounds_take_less_time_than_pairs_alone(simulated):
    """Four GPUs: 6 rounds in place of 12 pairs."""
    outcome = full(simulated, "h100x8", range(4))

    assert fact(outcome, "rounds") == 6
    assert fact(outcome, "pairs_alone_time_s") / fact(outcome, "rounds_time_s") == pytest.approx(
        2, rel=0.02)


# --- through the host ---

def test_no_peers_is_a_skip_with_the_reason(simulated):
    outcome = simulated.report("peer-copy", profile="rtx4090x2")
    [workload] = outcome.report["workloads"]

    assert workload["verdict"] == "SKIP"
    assert workload["reason"] == (
        "no pair of GPUs can reach each other directly: CUDA gives no peer access")
    assert outcome.report["metrics"] == []
    for one, other in ((0, 1), (1, 0)):
        path = outcome.report["gpus"][one]["facts"][f"path_to_gpu_{other}"]["peer-copy"]
        assert path == "staged through the host: CUDA gives no peer access"


def test_the_way_through_the_host_is_measured_at_full_level_and_not_judged(simulated):
    """At four fifths of the narrower link, as the simulator's README has it."""
    outcome = full(simulated, "rtx4090x2", [0, 1])
    found = metrics(outcome, "write", "staged")
    link = host_rate(gpus_of("rtx4090x2")[0])
    expected = size_of("rtx4090x2") / time_for(size_of("rtx4090x2"), STAGED_SHARE * link, STAGED_S)

    assert sorted(found) == [(0, 1), (1, 0)]
    assert len(outcome.report["metrics"]) == 2
    for metric in found.values():
        assert metric["value"] == pytest.approx(expected, rel=0.01)
        assert metric["verdict"] == "not judged"
    assert "2 pairs through the host" in outcome.out


@pytest.mark.parametrize("profile", ["l4x1", "mig"])
def test_one_gpu_is_a_skip(simulated, profile):
    outcome = simulated.report("peer-copy", profile=profile)
    [workload] = outcome.report["workloads"]

    assert (workload["verdict"], workload["reason"]) == ("SKIP", "needs 2 GPUs, 1 is selected")


# --- data ---

@pytest.mark.parametrize("level, by_engine, by_kernel", [("quick", 1, 0), ("full", 4, 3)])
def test_every_word_is_counted(simulated, kernel_majors, level, by_engine, by_kernel):
    """Quick: each pair once. Full: written twice, in rounds and alone, read, both ways, and three
    of these by kernel."""
    outcome = simulated.report("peer-copy", "--size", "64K", "--level", level,
                               *device_words([0, 1, 2]), profile="h100x8")
    [workload] = outcome.report["workloads"]
    passes = by_engine + (by_kernel if kernel_majors else 0)

    assert workload["elements_checked"] == 6 * passes * (64 << 10) // 4


@pytest.mark.parametrize("size, words", [("1", 4), ("4099", 1024)])
def test_odd_sizes_are_whole_vectors(simulated, size, words):
    outcome = simulated.report("peer-copy", "--size", size, *device_words([0, 1]), profile="h100x8")
    [workload] = outcome.report["workloads"]

    assert outcome.exit == 0, outcome.describe()
    assert workload["elements_checked"] == 2 * words


def test_small_copies_are_not_judged(simulated):
    outcome = simulated.report("peer-copy", "--size", "1M", *device_words([0, 1]), profile="h100x8")

    assert {metric["verdict"] for metric in outcome.report["metrics"]} == {"not judged"}


def test_links_whose_ends_are_not_told_are_not_judged_as_pcie(simulated):
    """3, NVML_ERROR_NOT_SUPPORTED: 381 GB/s would be more than PCIe can do."""
    outcome = simulated.report("peer-copy", *device_words([0, 1]), profile="h100x8",
                               faults=["nvmlDeviceGetNvLinkRemotePciInfo_v2 returns 3"])

    assert outcome.exit == 0, outcome.describe()
    assert {metric["verdict"] for metric in outcome.report["metrics"]} == {"not judged"}
    path = outcome.report["gpus"][0]["facts"]["path_to_gpu_1"]["peer-copy"]
    assert path.startswith("PCIe or NVLinks, whose ends NVML does not tell")


def test_without_nvml_nothing_is_judged(simulated):
    outcome = simulated.report("peer-copy", *device_words([0, 1]), profile="h100x8",
                               faults=["libnvidia-ml missing"])

    assert {metric["verdict"] for metric in outcome.report["metrics"]} == {"not judged"}
    assert outcome.counted() == {"runtime.nvml-missing"}
    assert outcome.workloads() == {"peer-copy": "PASS"}


def test_less_is_copied_where_the_driver_pins_no_more(simulated):
    outcome = simulated.report("peer-copy", "--size", "32M", *device_words([0, 1]),
                               profile="h100x8", faults=["cuMemHostAlloc call=2 returns 2"])

    assert outcome.exit == 0, outcome.describe()
    assert fact(outcome, "copied_less_than_wanted") == (
        "16777216 bytes: the driver does not pin 64 MiB")
    assert "16 MiB a copy (less than wanted)" in outcome.out


# --- whose fault it is ---

def test_a_pair_is_named_both_ways_and_no_other(simulated):
    outcome = simulated.report("peer-copy", "--size", "16M", *device_words([0, 1, 2]),
                               profile="h100x8", faults=["link 0-1 rate=0.5"])
    found = metrics(outcome, "write")

    for pair, metric in found.items():
        is_slow = set(pair) == {0, 1}
        assert metric["verdict"] == ("FAIL" if is_slow else "PASS")
    assert [(check["id"], check["gpu"]) for check in outcome.checks("FAIL")] == [
        ("hardware.nvlink-slow", 0), ("hardware.nvlink-slow", 1)]


def test_a_gpu_that_is_slow_with_everybody_is_named_once(simulated):
    """Ten of its 18 links are down: its links are one finding, what it costs its pairs another."""
    outcome = simulated.report("peer-copy", "--size", "16M", *device_words(range(4)),
                               profile="h100x8", faults=["nvlink 3 down=10"])
    failed = outcome.checks("FAIL")

    assert [(check["id"], check["gpu"]) for check in failed] == [("hardware.nvlink-down", 3)] * 2
    assert "8 of 18 NVLinks are up" in failed[0]["observed"]
    assert "6 of 6 pairs with gpu 3 are slow" in failed[1]["observed"]
    slow = {pair for pair, metric in metrics(outcome, "write").items() if metric["verdict"] == "FAIL"}
    assert slow == {pair for pair in pairs_of(range(4)) if 3 in pair}


def test_all_pairs_slow_is_nobody_in_particular(simulated):
    outcome = simulated.report("peer-copy", "--size", "16M", *device_words(range(4)),
                               profile="h100x8", faults=["link all rate=0.5"])

    assert [(check["id"], check["gpu"]) for check in outcome.checks("FAIL")] == [
        ("hardware.nvlink-slow", None)]
    assert "all 12 pairs are slow" in outcome.checks("FAIL")[0]["observed"]


def test_rates_of_wrong_data_are_not_told(simulated):
    outcome = simulated.report("peer-copy", "--size", "1M", *device_words([0, 1, 2]),
                               profile="h100x8", faults=["link 0>1 flip=0x1000:3"])

    assert sorted(metrics(outcome, "write")) == [pair for pair in pairs_of(range(3))
                                                 if pair != (0, 1)]
    [check] = outcome.checks("FAIL")
    # Byte 0x1000 is word 1024.
    assert "1 of 262144 words are wrong after copies from gpu 0 to gpu 1, the first is 1024" in (
        check["observed"])


def test_copies_that_all_vanish_are_one_finding(simulated):
    outcome = simulated.report("peer-copy", "--size", "1M", profile="a100-pcie-switch-x4",
                               faults=["link all drops=yes"])

    assert [(check["id"], check["gpu"]) for check in outcome.checks("FAIL")] == [
        ("host.peer-copies-dropped", None)]
    assert "all 12 pairs" in outcome.checks("FAIL")[0]["observed"]


def test_limit_of_peers_is_no_fault(simulated):
    """711, CUDA_ERROR_TOO_MANY_PEERS: the pair is staged, which is noticed, and the others go on."""
    outcome = simulated.report("peer-copy", "--size", "1M", profile="h100x8",
                               faults=["cuCtxEnablePeerAccess call=3 returns 711"])

    assert outcome.exit == 0, outcome.describe()
    assert outcome.notes() == {"host.peer-copies-staged"}
    assert len(metrics(outcome, "write")) == 8 * 7 - 2
    assert "2 pairs through the host left out" in outcome.out
