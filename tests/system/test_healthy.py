# SPDX-License-Identifier: Apache-2.0
"""Healthy machines: PASS, no finding, SIMULATED everywhere, the same report each time; and what the
options choose."""

import json
import re

import pytest

from selftest import (
    BANDWIDTH, BASIC, COLLECTIVES, COMPUTE, QUICK, healthy, kernel_module, pci_device, plant)

# profile: GPUs that CUDA shows, their name (deviceQuery outputs, public), compute capability
PROFILES = {
    "h100x8": (8, "NVIDIA H100 80GB HBM3", "9.0"),
    "a100-pcie-x4": (4, "NVIDIA A100-PCIE-40GB", "8.0"),
    "l4x1": (1, "NVIDIA L4", "8.9"),
    "t4x1": (1, "Tesla T4", "7.5"),
    "rtx4090x2": (2, "NVIDIA GeForce RTX 4090", "8.9"),
    "b200x8": (8, "NVIDIA B200", "10.0"),
    "gh200": (1, "NVIDIA GH200 480GB", "9.0"),
    "gb10x1": (1, "NVIDIA GB10", "12.1"),
    "a100-pcie-switch-x4": (4, "NVIDIA A100-PCIE-40GB", "8.0"),
    "v100x16": (16, "Tesla V100-SXM3-32GB", "7.0"),
    "mig": (1, "NVIDIA A100 80GB PCIe MIG 1g.10gb", "8.0"),
}
FULL = ["audit", *BASIC, *BANDWIDTH, "memory-test", *COMPUTE, *COLLECTIVES]


def assert_healthy(outcome, workloads=QUICK):
    assert outcome.exit == 0, outcome.describe()
    assert outcome.report["verdict"] == "PASS"
    assert outcome.report["headline"] is None
    assert outcome.counted() == set()
    assert outcome.notes() == set(), outcome.describe()
    assert list(outcome.workloads()) == workloads
    assert outcome.workloads() == healthy(outcome, workloads)
    assert outcome.report["simulated"] is True


# CUDA 13 knows no GPU below 7.5.
LAST_CUDA = {"v100x16": 12}


def too_old_for(profile, kernel_majors):
    return min(kernel_majors) > LAST_CUDA.get(profile, min(kernel_majors))


@pytest.mark.parametrize("profile", PROFILES)
def test_healthy_profile_has_no_finding(whole, profile, kernel_majors):
    if too_old_for(profile, kernel_majors):
        pytest.skip(f"this build carries no kernels of CUDA {LAST_CUDA[profile]} or older")
    count, name, capability = PROFILES[profile]
    outcome = whole.report("--size", "1M", profile=profile)
    first = outcome.out.splitlines()[0]

    assert_healthy(outcome)
    assert first.startswith("PASS") and f"SIMULATED {profile}" in first
    assert f"{count}x {name}" in first
    assert outcome.report["profile"] == profile
    # CUDA shows a process one MIG instance; the profile has two, and the other is not forgotten.
    total = 2 if profile == "mig" else count
    assert (outcome.report["gpus_total"], outcome.report["gpus_tested"]) == (total, count)
    assert ("(tested 1 of 2)" in first) == (profile == "mig")
    assert len(outcome.report["gpus"]) == total
    for gpu in outcome.report["gpus"][:count]:
        assert gpu["facts"]["name"]["driver"] == name
        assert gpu["facts"]["compute_capability"]["driver"] == capability
    assert outcome.err == ""


@pytest.mark.parametrize("profile", LAST_CUDA)
def test_gpu_that_the_kernels_do_not_know(whole, profile, kernel_majors):
    if not too_old_for(profile, kernel_majors):
        pytest.skip("this build carries kernels of a CUDA that knows this GPU")
    outcome = whole.report("--size", "1M", profile=profile)

    assert outcome.counted() == {"image.kernels-for-other-gpu"}, outcome.describe()
    without = ["audit", "device-query", "host-copy", "peer-copy", "fan", "sgemm"]
    assert outcome.workloads() == {name: "PASS" if name in without else "FAIL" for name in QUICK}


@pytest.mark.parametrize("profile", ["h100x8", "rtx4090x2"])
def test_every_element_is_counted(whole, profile):
    """1 MiB is 87381 vectors of 12 bytes; each is compared with the sum, and both inputs with what
    was sent, beside three small sizes: 1 + 31 + 1025. Through two paths on each GPU."""
    outcome = whole.report("vector-add", "--size", "1M", profile=profile)
    [workload] = outcome.report["workloads"]

    assert workload["elements_checked"] == PROFILES[profile][0] * 2 * (1 + 31 + 1025 + 3 * 87381)


def test_no_number_beats_its_ceiling(whole):
    """300.0 GB/s is 6251 MHz x 2 x 192 bit: an L4's peak. It holds for data that is several times
    the cache of 48 MiB."""
    outcome = whole.report("vector-add", "--size", "200M", profile="l4x1")

    assert {metric["variant"] for metric in outcome.report["metrics"]} == {"driver", "runtime"}
    for metric in outcome.report["metrics"]:
        assert metric["ceiling"] == pytest.approx(300.048e9)
        assert 0.5 * metric["ceiling"] < metric["value"] < metric["ceiling"]
        assert metric["verdict"] == "not judged"
        assert len(metric["samples"]) == metric["stats"]["count"] >= 16


def test_driver_without_gpu(simulated):
    outcome = simulated.report(profile="empty")

    assert outcome.exit == 1
    assert outcome.counted() == {"host.no-gpu"}, outcome.describe()
    assert outcome.report["simulated"] is True
    assert "SIMULATED empty" in outcome.out.splitlines()[0]


def test_slot_of_a_virtual_machine_is_no_contradiction(simulated, tmp_path):
    """Its sysfs shows the virtual slot, NVML the real link."""
    width = {"/sys/bus/pci/devices/0000:00:07.0/current_link_width": "1\n"}
    root = plant(tmp_path / "root", {**pci_device("0000:00:07.0"), **kernel_module(), **width})
    outcome = simulated.report("device-query", "--root", root, profile="t4x1")

    assert_healthy(outcome, ["device-query"])
    assert outcome.report["gpus"][0]["facts"]["pcie_width"] == {"nvml": 16, "sysfs": 1}


def test_link_that_sleeps_when_idle_is_healthy(whole):
    outcome = whole.report("--size", "1M", profile="h100x8", faults=["pcie 0 idle-gen=1"])

    assert_healthy(outcome)
    assert outcome.report["gpus"][0]["facts"]["pcie_generation"] == {"nvml": 1}


def test_build_without_kernels_says_so(simulated, kernel_majors):
    if kernel_majors:
        pytest.skip("this build carries kernels")
    outcome = simulated.report(profile="l4x1")

    assert outcome.counted() == {"image.no-kernels"}
    assert outcome.workloads() == {"audit": "PASS", "device-query": "PASS", "vector-add": "SKIP",
                                   "launch": "SKIP", **dict.fromkeys(BANDWIDTH, "SKIP"),
                                   "sgemm": "PASS", "all-reduce": "SKIP"}


# --- the same each time ---

VOLATILE = re.compile(r'^\s*"(started_utc|duration_s|commit)":.*$|selftest-sim\.\w{6}', re.M)


@pytest.mark.parametrize("faults", [
    [], ["kernel vector_add element=5 wrong"],
    ["libcudart missing"]],
    ids=["pass", "fail", "missing"])
def test_same_seed_same_bytes(whole, faults):
    texts = []
    for _ in range(2):
        outcome = whole.run("--seed", "7", "--size", "1M", "--json", "-", profile="rtx4090x2",
                            faults=faults)
        texts.append(VOLATILE.sub("", outcome.out))

    assert texts[0] == texts[1]
    assert json.loads(outcome.out)["seed"] == "7"


@pytest.mark.parametrize("profile", PROFILES)
def test_every_machine_gives_the_same_bytes(whole, profile):
    texts = [VOLATILE.sub("", whole.run("--seed", "7", "--size", "1M", "--json", "-",
                                        profile=profile).out) for _ in range(2)]

    assert texts[0] == texts[1]


def test_seed_is_fixed_in_a_simulation(whole):
    seeds = {whole.report("device-query", profile="l4x1").report["seed"] for _ in range(2)}

    assert len(seeds) == 1


# --- what is chosen ---

def test_full_level_takes_more_samples(whole):
    counts = {}
    for level, workloads in (("quick", QUICK), ("full", FULL)):
        outcome = whole.report("--level", level, "--size", "1M", profile="t4x1")
        assert_healthy(outcome, workloads)
        counts[level] = {metric["stats"]["count"] for metric in outcome.report["metrics"]}

    assert min(counts["full"]) >= 3 * 16 > max(counts["quick"]) >= 16


@pytest.mark.parametrize("words, chosen", [
    (["--only", "device-query"], ["device-query"]),
    (["--only", "launch,device-query"], ["device-query", "launch"]),
    (["--only", "basic"], BASIC),
    (["--only", "basic,audit"], ["audit", *BASIC]),
    (["--only", "bandwidth"], BANDWIDTH),
    (["--skip", "launch"], [name for name in QUICK if name != "launch"]),
    (["--skip", "audit,bandwidth"], [*BASIC, *COMPUTE, *COLLECTIVES]),
    (["--only", "compute"], COMPUTE),
    (["--only", "collectives"], COLLECTIVES),
    (["--only", "basic", "--skip", "vector-add"], ["device-query", "launch"]),
    (["launch", "device-query"], ["launch", "device-query"]),
    (["launch", "audit"], ["audit", "launch"]),
    (["bandwidth"], BANDWIDTH),
    (["basic", "launch"], BASIC),
    (["launch", "basic"], ["launch", "device-query", "vector-add"]),
    (["memory-test", "bandwidth"], ["memory-test", *BANDWIDTH]),
    (["memory", "--level", "full"], ["memory-test"]),
], ids=lambda value: "-".join(value))
def test_workloads_are_chosen(whole, words, chosen):
    assert_healthy(whole.report(*words, "--size", "1M", profile="l4x1"), chosen)


@pytest.mark.parametrize("samples", [1, 15, 17, 100])
@pytest.mark.parametrize("level", ["quick", "full"])
def test_samples_are_exactly_those_asked_for(whole, level, samples):
    """Neither a multiple of a batch of sixteen copies, nor the level's own number."""
    outcome = whole.report("basic", "bandwidth", "--samples", samples, "--level", level, "--size",
                           "1M", profile="t4x1")

    assert_healthy(outcome, [*BASIC, *BANDWIDTH])
    assert outcome.report["metrics"]
    for metric in outcome.report["metrics"]:
        assert len(metric["samples"]) == metric["stats"]["count"] == samples, metric["name"]


@pytest.mark.parametrize("samples", [1, 17])
def test_samples_between_gpus_are_those_asked_for(simulated, samples):
    outcome = simulated.report("peer-copy", "fan", "--samples", samples, "--level", "full", "--size",
                               "64K", "--device", "0,1", profile="a100-pcie-x4")

    assert_healthy(outcome, ["peer-copy", "fan"])
    assert len({metric["name"] for metric in outcome.report["metrics"]}) == 4 + 5
    for metric in outcome.report["metrics"]:
        assert len(metric["samples"]) == metric["stats"]["count"] == samples, metric["name"]


# Profiles name their GPUs: addresses as such machines have them, UUIDs that are counted from 1.
@pytest.mark.parametrize("words, indices", [
    (["--device", "1"], [1]),
    (["-d", "0,3"], [0, 3]),
    (["-d3", "--device", "1"], [1, 3]),
    (["--device", "0000:ca:00.0"], [2]),
    (["--device", "0000:CA:00.0"], [2]),
    (["--device", "GPU-00000000-0000-4000-8000-000000000003"], [2]),
    (["--device", "gpu-00000000-0000-4000-8000-000000000003,2,0000:ca:00.0"], [2]),
], ids=lambda value: "-".join(map(str, value)))
def test_devices_are_chosen(whole, words, indices):
    outcome = whole.report("vector-add", "--size", "1M", *words, profile="a100-pcie-x4")

    assert_healthy(outcome, ["vector-add"])
    assert outcome.report["gpus_total"] == 4
    assert outcome.report["gpus_tested"] == len(indices)
    assert sorted({metric["src_gpu"] for metric in outcome.report["metrics"]}) == indices
    assert f"(tested {len(indices)} of 4)" in outcome.out.splitlines()[0]


@pytest.mark.parametrize("words, pairs", [
    (["--pairs", "0-1"], [(0, 1), (1, 0)]),
    (["--pairs", "5-2,2-5"], [(2, 5), (5, 2)]),
    (["--pairs", "0-1,2-3", "--pairs", "1-7"], [(0, 1), (1, 0), (1, 7), (2, 3), (3, 2), (7, 1)]),
    (["--pairs", "6-4", "--device", "4,5,6"], [(4, 6), (6, 4)]),
], ids=lambda value: "-".join(value) if isinstance(value[0], str) else "")
def test_pairs_are_chosen_in_both_directions(simulated, words, pairs):
    """Each copies 64 KiB, of which every word is compared."""
    outcome = simulated.report("peer-copy", "--size", "64K", *words, profile="h100x8")
    [workload] = outcome.report["workloads"]

    assert_healthy(outcome, ["peer-copy"])
    assert sorted((metric["src_gpu"], metric["dst_gpu"])
                  for metric in outcome.report["metrics"]) == pairs
    assert workload["elements_checked"] == len(pairs) * (64 << 10) // 4
    assert f"{len(pairs)} direct pairs in " in outcome.out


def test_isolated_workloads_find_the_same(whole):
    reports = [whole.report("--size", "1M", *words, profile="rtx4090x2")
               for words in ([], ["--isolate"])]
    for outcome in reports:
        assert_healthy(outcome)
    checks = [[(check["id"], check["workload"], check["gpu"], check["verdict"])
               for check in outcome.report["checks"]] for outcome in reports]

    assert sorted(checks[0], key=str) == sorted(checks[1], key=str)


@pytest.mark.parametrize("words, exit_code", [
    (["device-query"], 0),
    (["device-query", "--strict"], 0),
    (["vector-add"], 0),
    (["vector-add", "--strict"], 3),
    (["device-query", "--strict", "--device", "0"], 3),
], ids=lambda value: "-".join(value) if isinstance(value, list) else str(value))
def test_strict_wants_everything_judged_and_tested(whole, words, exit_code):
    outcome = whole.report(*words, "--size", "1M", profile="rtx4090x2")

    assert outcome.exit == exit_code, outcome.describe()
    assert outcome.report["verdict"] == "PASS"
    assert outcome.report["exit_code"] == exit_code


def test_a_floor_that_is_met_is_judged(whole, tmp_path):
    (tmp_path / "bars.json").write_text('{"vector-add.bandwidth": {"floor": "1 GB/s"}}')
    outcome = whole.report("vector-add", "--strict", "--size", "1M", "--bars", "bars.json",
                           profile="l4x1")

    assert outcome.exit == 0, outcome.describe()
    for metric in outcome.report["metrics"]:
        assert (metric["verdict"], metric["floor"]) == ("PASS", 1e9)
        assert "bars.json" in metric["floor_from"]
    assert "speed judged 2 of 2" in outcome.out.splitlines()[0]
