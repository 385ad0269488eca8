# SPDX-License-Identifier: Apache-2.0
"""fan: all GPUs at once. What each has to get is worked out here, from the profile's links, switches
and memory; and what is told where nothing shows what they share. Its faults are rows of faults.yaml."""

import pytest

from model_of import (MIB, PROFILES, facts_of, fan, gpus_of, host_rate, host_rates_at_once,
                      pcie_theory, shown, uplinks_of)
from selftest import kernel_module, plant

SWITCHED = "a100-pcie-switch-x4"
WAYS = ("host-to-all", "all-to-host")
PEER_WAYS = ("all-to-one", "one-to-all")
SEVERAL = [name for name in PROFILES if shown(name) > 1]

# What core/class_bars.c says of PCIe 3.0, and workloads/fan/uplink_bars.c of all at once: nine tenths of
# 44.41 of 63.015 GB/s (eight H800 to the host), in whole percent; that is less than the 66 % of 4.0.
EFFICIENCY = {3: 0.54, 4: int(90 * 44.41 / 63.015) / 100}


def metrics(outcome, name, variant):
    return {metric["src_gpu"]: metric for metric in outcome.report["metrics"]
            if (metric["name"], metric["variant"]) == (f"fan.{name}", variant)}


def numbers(outcome):
    return {(metric["name"], metric["variant"], metric["src_gpu"], metric["dst_gpu"]):
            metric["value"] for metric in outcome.report["metrics"]}


@pytest.mark.parametrize("profile", SEVERAL)
def test_each_gpu_has_its_share(simulated, profile):
    outcome = simulated.report("fan", profile=profile)

    assert outcome.exit == 0, outcome.describe()
    assert outcome.workloads() == {"fan": "PASS"}
    assert outcome.counted() == set() and outcome.notes() == set()
    assert numbers(outcome) == pytest.approx(fan(profile, "quick", 16 * MIB, range(shown(profile))), rel=0.01)
    assert {metric["stats"]["count"] for metric in outcome.report["metrics"]} == {16}


@pytest.mark.parametrize("profile", [name for name in SEVERAL if len(gpus_of(name)) <= 4])
def test_full_level_goes_between_gpus_too(simulated, profile):
    """All GPUs of a machine with few: of others test_bandwidth.py takes some."""
    outcome = simulated.report("fan", "--level", "full", profile=profile)

    assert outcome.exit == 0, outcome.describe()
    assert outcome.workloads() == {"fan": "PASS"}
    assert outcome.counted() == set() and outcome.notes() == set()
    assert numbers(outcome) == pytest.approx(fan(profile, "full", 16 * MIB, range(shown(profile))), rel=0.01)
    assert {metric["stats"]["count"] for metric in outcome.report["metrics"]} == {3 * 16}


@pytest.mark.parametrize("profile", SEVERAL)
def test_judged_is_what_shares_a_link(simulated, profile):
    """A switch's link, as it could run, divided by the GPUs below it. Where each has a link of its
    own the host's memory decides, of which nobody tells what it can do: a ceiling only."""
    outcome = simulated.report("fan", profile=profile)
    gpus = gpus_of(profile)
    switches = {words[1]: values for words, values in facts_of(profile, "switch")}

    for way in WAYS:
        for index, metric in metrics(outcome, way, "pinned").items():
            gpu = gpus[index]
            own = pcie_theory(int(gpu["pcie-gen"]), int(gpu["pcie-width"]))
            assert metric["ceiling"] == pytest.approx(own)
            if "switch" not in gpu:
                assert (metric["verdict"], metric["floor"]) == ("not judged", None)
                continue
            generation = int(switches[gpu["switch"]]["gen"])
            width = int(switches[gpu["switch"]]["width"])
            sharers = sum(other.get("switch") == gpu["switch"] for other in gpus)
            floor = pcie_theory(generation, width) / sharers * EFFICIENCY[generation]
            assert metric["verdict"] == "PASS"
            assert metric["floor"] == pytest.approx(floor)
            assert metric["floor_from"] == f"PCIe {generation}.0 x{width}, shared by {sharers}"


@pytest.mark.parametrize("fault, number, share", [
    ("switch 0 width=8", "0", 1 / 2), ("switch 1 gen=3", "1", 1 / 2), ("switch 1 width=2", "1", 1 / 8)])
def test_a_slow_uplink_is_measured_as_slow_as_it_is(simulated, fault, number, share):
    outcome = simulated.report("fan", profile=SWITCHED, faults=[fault])
    uplinks = uplinks_of(SWITCHED)
    expected = host_rates_at_once(SWITCHED, {**uplinks, number: share * uplinks[number]})
    slow = [index for index, gpu in enumerate(gpus_of(SWITCHED)) if gpu["switch"] == number]

    for way in WAYS:
        found = metrics(outcome, way, "pinned")
        for index, value in expected.items():
            assert found[index]["value"] == pytest.approx(value, rel=0.01)
            assert found[index]["verdict"] == ("FAIL" if index in slow else "PASS")
    assert [check["gpu"] for check in outcome.checks("FAIL")] == slow * 2


def test_one_of_two_below_a_switch_shares_nothing(simulated):
    """What is not tested does not copy."""
    outcome = simulated.report("fan", "--device", "0,2", profile=SWITCHED)

    assert outcome.exit == 0, outcome.describe()
    for way in WAYS:
        found = metrics(outcome, way, "pinned")
        assert sorted(found) == [0, 2]
        for index, metric in found.items():
            assert metric["value"] == pytest.approx(host_rate(gpus_of(SWITCHED)[index]), rel=0.01)
            assert metric["verdict"] == "not judged"


@pytest.mark.parametrize("profile", [name for name in PROFILES if shown(name) == 1])
def test_one_gpu_is_none_at_once(simulated, profile):
    outcome = simulated.report("fan", profile=profile)

    assert outcome.exit == 77, outcome.describe()
    assert outcome.workloads() == {"fan": "SKIP"}
    assert "needs 2 GPUs, 1 is selected" in outcome.out
    assert outcome.report["metrics"] == []


@pytest.mark.parametrize("words", [["fan"], ["host-copy", "fan"]], ids="-".join)
def test_share_is_of_what_one_has_alone(simulated, words):
    """Measured by host-copy, or where that was not run by fan itself: the simulator says how often
    it was asked to copy. 2 x 20 copies of all at once and one of each before them; of each alone."""
    copies = 2 * (20 + 1) + (2 * 20 if words == ["fan"] else 2 * (20 + 1))
    last = f"cuMemcpyHtoDAsync_v2 call={copies} returns 0"
    outcome = simulated.report(*words, profile="rtx4090x2", faults=[last])
    beyond = simulated.run(*words, profile="rtx4090x2",
                           faults=[last.replace(f"call={copies}", f"call={copies + 1}")])

    assert outcome.err == ""
    assert "fault never fired" in beyond.err
    shares = [metric["value"] for way in WAYS
              for metric in metrics(outcome, "share", way).values()]
    assert len(shares) == 4 or words != ["fan"]


@pytest.mark.parametrize("level, comparisons", [("quick", 1 + 1), ("full", 1 + 3)])
def test_every_word_is_counted(simulated, level, comparisons):
    """Once there and back, then after each batch. These GPUs have no access to each other."""
    outcome = simulated.report("fan", "--size", "1M", "--level", level, profile="rtx4090x2")
    [workload] = outcome.report["workloads"]

    assert workload["elements_checked"] == 2 * comparisons * MIB // 4


def test_less_is_copied_by_all_where_one_can_pin_no_more(simulated):
    """The second buffer of the second GPU is refused, and all copies are of one size."""
    outcome = simulated.report("fan", "--size", "2M", profile="rtx4090x2",
                               faults=["cuMemHostAlloc call=4 returns 2"])
    [workload] = outcome.report["workloads"]
    facts = [gpu["facts"]["copied_less_than_wanted"]["fan"] for gpu in outcome.report["gpus"]]

    assert outcome.exit == 0, outcome.describe()
    assert workload["elements_checked"] == 2 * 2 * MIB // 4
    assert facts == ["1048576 bytes", "1048576 bytes: the driver does not pin 4 MiB"]
    assert "1 MiB a copy (less than wanted)" in outcome.out


@pytest.mark.parametrize("samples", [1, 17])
def test_samples_are_those_asked_for(simulated, samples):
    outcome = simulated.report("fan", "--level", "full", "--samples", samples, "--size", "1M",
                               profile="a100-pcie-x4")

    assert {metric["stats"]["count"] for metric in outcome.report["metrics"]} == {samples}
    assert {metric["name"] for metric in outcome.report["metrics"]} == {
        f"fan.{way}" for way in (*WAYS, *PEER_WAYS, "share")}


# --- between GPUs ---

def test_between_gpus_all_links_are_in_use_where_switches_are(simulated):
    """18 NVLinks of 25 GB/s, of which the class's floor is 72 %: with two GPUs, that each part be of
    16 MiB."""
    outcome = simulated.report("fan", "--level", "full", "--size", "17M", "--device", "2,6",
                               profile="h100x8")

    assert outcome.exit == 0, outcome.describe()
    for way in PEER_WAYS:
        found = metrics(outcome, way, "copy-engine")
        assert sorted(found) == [2, 6]
        for metric in found.values():
            assert metric["verdict"] == "PASS"
            assert metric["ceiling"] == pytest.approx(18 * 25e9)
            assert metric["floor"] == pytest.approx(0.72 * 18 * 25e9)


@pytest.mark.parametrize("profile", ["a100-pcie-x4", SWITCHED])
def test_between_gpus_pcie_is_a_ceiling_only(simulated, profile):
    outcome = simulated.report("fan", "--level", "full", "--size", "64M", profile=profile)

    for way in PEER_WAYS:
        for index, metric in metrics(outcome, way, "copy-engine").items():
            gpu = gpus_of(profile)[index]
            assert (metric["verdict"], metric["floor"]) == ("not judged", None)
            assert metric["ceiling"] == pytest.approx(
                pcie_theory(int(gpu["pcie-gen"]), int(gpu["pcie-width"])))


def test_gpus_without_access_are_left_out_and_named(simulated):
    """The driver refuses the first to reach the second; the third reaches both."""
    outcome = simulated.report("fan", "--level", "full", "--size", "1M", "--device", "0,1,2",
                               profile="a100-pcie-x4", faults=["cuCtxEnablePeerAccess call=1 returns 217"])
    left_out = {gpu["index"]: gpu["facts"]["peers_left_out"]["fan"]
                for gpu in outcome.report["gpus"] if "peers_left_out" in gpu["facts"]}

    assert outcome.exit == 0, outcome.describe()
    assert sorted(left_out) == [0, 1]
    assert left_out[0].startswith("gpu 1: ") and left_out[1].startswith("gpu 0: ")
    assert all("CUDA_ERROR_PEER_ACCESS_UNSUPPORTED" in text for text in left_out.values())
    for way in PEER_WAYS:
        assert sorted(metrics(outcome, way, "copy-engine")) == [0, 1, 2]


def test_no_access_at_all_leaves_the_host(simulated):
    outcome = simulated.report("fan", "--level", "full", "--size", "1M", profile="rtx4090x2")

    assert outcome.exit == 0, outcome.describe()
    assert {metric["name"] for metric in outcome.report["metrics"]} == {
        "fan.host-to-all", "fan.all-to-host", "fan.share"}
    assert [gpu["facts"]["peers_left_out"]["fan"] for gpu in outcome.report["gpus"]] == [
        "gpu 1: CUDA gives no peer access", "gpu 0: CUDA gives no peer access"]


def test_too_little_to_share_among_gpus(simulated):
    outcome = simulated.report("fan", "--level", "full", "--size", "4K", profile="a100-pcie-x4")

    assert outcome.exit == 0, outcome.describe()
    assert not any(metric["name"] == f"fan.{way}" for way in PEER_WAYS
                   for metric in outcome.report["metrics"])
    assert outcome.report["facts"]["peers_left_out"]["fan"] == (
        "4096 bytes are too few to share among them")


# --- what sysfs shows, and what it does not ---

SPEEDS = {1: "2.5 GT/s PCIe", 4: "16.0 GT/s PCIe"}


def switch_tree(uplink_generation=4, flags="fpu sse2"):
    """The profile's GPUs below two switches whose uplinks say this generation at the moment."""
    files = {**kernel_module(), "/proc/cpuinfo": f"processor\t: 0\nflags\t\t: {flags}\n"}
    for upper, bus, gpus in (("14", "15", ("17", "18")), ("c7", "c8", ("ca", "cb"))):
        root = f"pci0000:{upper}/0000:{upper}:00.0"
        folders = [(root, uplink_generation), (f"{root}/0000:{bus}:00.0", uplink_generation)]
        for place, gpu in enumerate(gpus):
            port = f"{root}/0000:{bus}:00.0/0000:{int(bus, 16) + 1:02x}:{place:02x}.0"
            folders += [(port, 4), (f"{port}/0000:{gpu}:00.0", 4)]
        for folder, generation in folders:
            address, whole = folder.split("/")[-1], "/sys/devices/" + folder
            files[f"/sys/bus/pci/devices/{address}"] = "-> ../../../devices/" + folder
            files |= {f"{whole}/current_link_speed": SPEEDS[generation] + "\n",
                      f"{whole}/max_link_speed": SPEEDS[4] + "\n",
                      f"{whole}/current_link_width": "16\n", f"{whole}/max_link_width": "16\n"}
    return files


def verdicts(outcome):
    return {metric["verdict"] for way in WAYS
            for metric in metrics(outcome, way, "pinned").values()}


@pytest.mark.parametrize("generation", [1, 4])
def test_an_uplink_that_sysfs_shows_asleep_is_no_fault(simulated, tmp_path, generation):
    root = plant(tmp_path / "root", switch_tree(generation))
    outcome = simulated.report("fan", "--root", root, profile=SWITCHED)

    assert outcome.exit == 0, outcome.describe()
    assert outcome.notes() == set()
    assert verdicts(outcome) == {"PASS"}


def test_links_that_sleep_are_no_fault(simulated):
    """Before the copies NVML and sysfs say generation 1, sysfs of the GPU even under them."""
    outcome = simulated.report("device-query", "fan", profile=SWITCHED,
                               faults=["pcie 0 idle-gen=1", "pcie 3 idle-gen=1"])

    assert outcome.exit == 0, outcome.describe()
    assert outcome.report["gpus"][3]["facts"]["pcie_generation"]["nvml"] == 1
    assert verdicts(outcome) == {"PASS"}


@pytest.mark.parametrize("generation", [1, 4])
def test_bridges_of_a_virtual_machine_judge_nothing(simulated, tmp_path, generation):
    root = plant(tmp_path / "root", switch_tree(generation, "fpu hypervisor sse2"))
    outcome = simulated.report("fan", "--root", root, profile=SWITCHED)

    assert outcome.exit == 0, outcome.describe()
    assert verdicts(outcome) == {"not judged"}
    # Half of what each has alone, and nothing that could be believed shows why.
    assert outcome.notes() == {"host.uplink-shared"}
    assert [check["gpu"] for check in outcome.checks("NOTE")] == [0, 1, 2, 3] * 2


def test_small_copies_are_not_judged(simulated):
    outcome = simulated.report("fan", "--size", "1M", profile=SWITCHED,
                               faults=["switch 0 width=8"])

    assert outcome.exit == 0, outcome.describe()
    assert outcome.notes() == set()
    assert verdicts(outcome) == {"not judged"}


def test_a_lost_gpu_does_not_keep_the_others_from_copying(simulated):
    """Its stream cannot be made."""
    outcome = simulated.report("fan", profile=SWITCHED,
                               faults=["cuStreamCreate call=2 returns 999"])

    assert outcome.counted() == {"host.call-failed"}
    for way in WAYS:
        assert sorted(metrics(outcome, way, "pinned")) == [0, 2, 3]
