# SPDX-License-Identifier: Apache-2.0
"""fan: all GPUs at once. What each has to get is worked out here, from the profile's links, switches
and memory; and what is told where nothing shows what they share. Its faults are rows of faults.yaml."""

import pytest

from selftest import kernel_module, plant
from test_host_copy import PROFILES, SIM, gpus_of, is_pcie, is_split, rate, statements, theory

SWITCHED = "a100-pcie-switch-x4"
WAYS = ("host-to-all", "all-to-host")
MIB = 1 << 20

# What core/class_bars.c says of PCIe 3.0 and 4.0, and workloads/uplink_bars.c of all at once: nine
# tenths of 44.41 of 63.015 GB/s (eight H800 to the host), in whole percent.
EFFICIENCY = {3: 0.54, 4: 0.63}
assert EFFICIENCY[4] == int(90 * 44.41 / 63.015) / 100 < 0.66


def switches_of(profile):
    return {words[1]: values for words, values in statements(SIM / f"profiles/{profile}.profile")
            if words[0] == "switch"}


def nodes_of(profile):
    return {words[1]: float(values["memory"].removesuffix("GB/s")) * 1e9
            for words, values in statements(SIM / f"profiles/{profile}.profile")
            if words[0] == "node"}


def switch_rate(switch, width=None, gen=None):
    return (theory(gen or int(switch["gen"]), width or int(switch["width"]))
            * float(switch["efficiency"]))


def at_once(profile, **narrowed):
    """Bytes per second of each GPU while all copy: the resource with the least for each of its GPUs
    gives them that much, and what they take elsewhere is gone there; and so on. `narrowed` is the
    rate of a switch by its number."""
    gpus = gpus_of(profile)
    left, users = {}, {}
    for index, gpu in enumerate(gpus):
        left["link", index], users["link", index] = rate(gpu), {index}
        for kind, number in (("switch", gpu.get("switch")), ("node", gpu["numa"])):
            users.setdefault((kind, number), set()).add(index)
    for number, switch in switches_of(profile).items():
        left["switch", number] = narrowed.get(f"switch{number}", switch_rate(switch))
    left |= {("node", number): memory for number, memory in nodes_of(profile).items()}
    found = {}
    while len(found) < len(gpus):
        share, tightest = min((left[key] / len(users[key]), key) for key in left if users.get(key))
        for index in list(users[tightest]):
            found[index] = share
            for key, who in users.items():
                if index in who:
                    who.remove(index)
                    if key in left:
                        left[key] -= share
    return found


def metrics(outcome, name, variant):
    return {metric["src_gpu"]: metric for metric in outcome.report["metrics"]
            if (metric["name"], metric["variant"]) == (f"fan.{name}", variant)}


def assert_rates(outcome, profile, expected):
    switches = {None: float("inf"), **{number: switch_rate(switch)
                                       for number, switch in switches_of(profile).items()}}
    alone = [min(rate(gpu), switches[gpu.get("switch")]) for gpu in gpus_of(profile)]
    for way in WAYS:
        found, shares = metrics(outcome, way, "pinned"), metrics(outcome, "share", way)
        assert sorted(found) == sorted(shares) == list(range(len(expected)))
        for index, metric in found.items():
            assert metric["value"] == pytest.approx(expected[index], rel=0.01)
            assert shares[index]["value"] == pytest.approx(expected[index] / alone[index], rel=0.01)
            assert metric["stats"]["count"] == shares[index]["stats"]["count"] == 16


SEVERAL = [name for name in PROFILES if len(gpus_of(name)) > 1]


@pytest.mark.parametrize("profile", SEVERAL)
def test_each_gpu_has_its_share(simulated, profile):
    outcome = simulated.report("fan", profile=profile)

    assert outcome.exit == 0, outcome.describe()
    assert outcome.workloads() == {"fan": "PASS"}
    assert outcome.counted() == set() and outcome.notes() == set()
    assert_rates(outcome, profile, at_once(profile))


@pytest.mark.parametrize("profile", SEVERAL)
def test_judged_is_what_shares_a_link(simulated, profile):
    """A switch's link, as it could run, divided by the GPUs below it. Where each has a link of its
    own the host's memory decides, of which nobody tells what it can do: a ceiling only."""
    outcome = simulated.report("fan", profile=profile)
    gpus, switches = gpus_of(profile), switches_of(profile)

    for way in WAYS:
        for index, metric in metrics(outcome, way, "pinned").items():
            gpu = gpus[index]
            own = theory(int(gpu["pcie-gen"]), int(gpu["pcie-width"]))
            assert metric["ceiling"] == pytest.approx(own)
            if "switch" not in gpu:
                assert (metric["verdict"], metric["floor"]) == ("not judged", None)
                continue
            generation = int(switches[gpu["switch"]]["gen"])
            width = int(switches[gpu["switch"]]["width"])
            sharers = sum(other.get("switch") == gpu["switch"] for other in gpus)
            floor = theory(generation, width) / sharers * EFFICIENCY[generation]
            assert metric["verdict"] == "PASS"
            assert metric["floor"] == pytest.approx(floor)
            assert metric["floor_from"] == f"PCIe {generation}.0 x{width}, shared by {sharers}"


@pytest.mark.parametrize("fault, narrowed", [
    ("switch 0 width=8", {"switch0": {"width": 8}}),
    ("switch 1 gen=3", {"switch1": {"gen": 3}}),
    ("switch 1 width=2", {"switch1": {"width": 2}})])
def test_a_slow_uplink_is_measured_as_slow_as_it_is(simulated, fault, narrowed):
    outcome = simulated.report("fan", profile=SWITCHED, faults=[fault])
    switches = switches_of(SWITCHED)
    rates = {name: switch_rate(switches[name[-1]], **change) for name, change in narrowed.items()}
    expected = at_once(SWITCHED, **rates)
    slow = [index for index, gpu in enumerate(gpus_of(SWITCHED)) if "switch" + gpu["switch"] in rates]

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
            assert metric["value"] == pytest.approx(rate(gpus_of(SWITCHED)[index]), rel=0.01)
            assert metric["verdict"] == "not judged"


@pytest.mark.parametrize("profile", [name for name in PROFILES
                                     if len(gpus_of(name)) == 1 or is_split(name)])
def test_one_gpu_is_none_at_once(simulated, profile):
    outcome = simulated.report("fan", profile=profile)

    assert outcome.workloads() == {"fan": "SKIP"}
    assert "needs 2 GPUs, 1 is selected" in outcome.out
    assert outcome.report["metrics"] == []


def test_host_copy_is_not_repeated_for_the_share(simulated):
    """What host-copy has measured of a GPU alone is what its share is of: the trace counts copies."""
    copies = []
    for words in (["fan"], ["host-copy", "fan"]):
        outcome = simulated.report(*words, profile="rtx4090x2")
        shares = [metric["value"] for way in WAYS
                  for metric in metrics(outcome, "share", way).values()]
        assert shares == pytest.approx([1] * 4, rel=0.01)
        copies.append(outcome)
    assert copies[0].workloads() == {"fan": "PASS"}
    assert copies[1].workloads() == {"host-copy": "PASS", "fan": "PASS"}


def test_full_level_takes_three_batches(simulated):
    outcome = simulated.report("fan", "--level", "full", "--size", "1M", profile="rtx4090x2")

    for way in WAYS:
        for metric in metrics(outcome, way, "pinned").values():
            assert len(metric["samples"]) == metric["stats"]["count"] == 3 * 16


@pytest.mark.parametrize("level, comparisons", [("quick", 1 + 1), ("full", 1 + 3)])
def test_every_word_is_counted(simulated, level, comparisons):
    """Once there and back, then after each batch."""
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
