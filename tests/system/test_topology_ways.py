# SPDX-License-Identifier: Apache-2.0
"""gpu-selftest topology: what IOMMU and ACS do to what devices send each other over PCIe, as far as
files tell it, with and without the rights to read all of a port's configuration."""

import struct

import pytest

from selftest import plant
from test_topology import MACHINES, machine_files, topology

SWITCH = next(machine for machine in MACHINES if machine["name"] == "pcie-switch-v100")
EPYC = next(machine for machine in MACHINES if machine["name"] == "dual-socket-epyc")
LEFT, RIGHT = "0000:3c:10.0", "0000:3c:14.0"  # ports above the GPUs of SWITCH

# What Linux sets where an IOMMU is on: source validation, request and completion redirect, upstream
# forwarding (drivers/pci/pci.c); bits of the base specification, 7.7.11.3.
BY_LINUX = 0x0001 | 0x0004 | 0x0008 | 0x0010


def config(control):
    """4096 bytes of a port with the ACS capability that a PLX 9797 has at 0xf24, as lspci shows."""
    data = bytearray(4096)
    struct.pack_into("<I", data, 0x100, 0x0003 | 1 << 16 | 0xf24 << 20)
    struct.pack_into("<IHH", data, 0xf24, 0x000d | 1 << 16, 0x7f, control)
    return bytes(data)


def real_path(machine, address):
    """Where /sys/bus/pci/devices/ADDRESS leads."""
    for row in machine["gpus"] + machine["nics"]:
        names = row["path"].split()
        if address in names:
            return "/sys/devices/" + "/".join(names[:names.index(address) + 1])
    raise KeyError(address)


def with_acs(machine, controls, size=4096):
    return {real_path(machine, port) + "/config": config(control)[:size]
            for port, control in controls.items()}


def with_groups(machine, types, group_of):
    """IOMMU groups: `group_of` numbers the devices; `types` says what each is of, None: no file."""
    files = {"/sys/kernel/iommu_groups": None}
    rows = machine["gpus"] + machine["nics"]
    for index, row in enumerate(rows):
        address = row["path"].split()[-1]
        group = group_of(index)
        if group is None:
            continue
        folder = real_path(machine, address)
        files[f"{folder}/iommu_group"] = (
            "-> " + "../" * (folder.count("/") - 1) + f"kernel/iommu_groups/{group}")
        files[f"/sys/kernel/iommu_groups/{group}/devices"] = None
        if types(index) is not None:
            files[f"/sys/kernel/iommu_groups/{group}/type"] = types(index) + "\n"
    return files


def show(program, tmp_path, machine, files):
    return topology(program, plant(tmp_path / "root", {**machine_files(machine), **files}))


def pair(outcome, one, other):
    return next(pair for pair in outcome.report["pairs"] if pair["between"] == [one, other])


# control of the port above each GPU; bytes of it that are shown; what becomes of a request
ACS = {
    "as published": (SWITCH["acs"], 4096, "none"),
    "as Linux sets it": ({LEFT: BY_LINUX, RIGHT: BY_LINUX}, 4096, "acs"),
    "of one port": ({LEFT: 0, RIGHT: BY_LINUX}, 4096, "acs"),
    "source validation alone": ({LEFT: 0x0001, RIGHT: 0x0001}, 4096, "none"),
    "to users": ({LEFT: BY_LINUX, RIGHT: BY_LINUX}, 64, "not_told"),
    "not at all": ({}, 0, "not_told"),
}


@pytest.mark.parametrize("name", ACS)
def test_acs_of_the_ports_of_a_switch(program, tmp_path, name):
    controls, size, redirect = ACS[name]
    outcome = show(program, tmp_path, SWITCH, with_acs(SWITCH, controls, size))
    redirecting = [port for port, control in controls.items() if control & 0x0004 and size == 4096]

    assert outcome.exit == 0, outcome.describe()
    assert pair(outcome, "GPU0", "GPU1")["redirect"] == redirect
    # Two functions of one adapter meet in no switch; GPUs and adapters only at the CPU.
    assert pair(outcome, "NIC0", "NIC1")["redirect"] == "none"
    assert pair(outcome, "GPU0", "NIC0")["redirect"] == "no_switch"
    assert ("ACS of a port sends it up to the CPU" in outcome.out) == bool(redirecting)
    for port in redirecting:
        assert port in outcome.out.split("sends it up")[1]
    assert ("pci=disable_acs_redir=" in outcome.out) == bool(redirecting)
    assert ("ACSCtl" in outcome.out) == (redirect == "not_told")


# type of the groups, group of GPU0 and GPU1, kernel's command line; IOMMU, what becomes of a request
IOMMU = {
    "translating, each its own": ("DMA-FQ", (15, 16), "", "translating", "at_start"),
    "translating strictly": ("DMA", (15, 16), "", "translating", "at_start"),
    "translating, both in one": ("DMA-FQ", (15, 15), "", "translating", "none"),
    "passthrough": ("identity", (15, 16), "", "passthrough", "at_start"),
    "taken by VFIO": ("unmanaged", (15, 16), "", "translating", "at_start"),
    "off": ("identity", (None, None), "", "off", "not_told"),
    "an old kernel": (None, (15, 16), "ro quiet", "not_told", "at_start"),
    "an old kernel, passthrough": (None, (1, 1), "ro iommu=pt quiet", "passthrough", "none"),
    "an old kernel, on Arm": (None, (1, 1), "iommu.passthrough=1", "passthrough", "none"),
    "another word": (None, (1, 1), "intel_iommu=pt2 xiommu=pt", "not_told", "none"),
    "a type of tomorrow": ("quantum", (15, 16), "iommu=pt", "not_told", "at_start"),
}


@pytest.mark.parametrize("name", IOMMU)
def test_iommu_groups_and_their_types(program, tmp_path, name):
    kind, groups, line, iommu, redirect = IOMMU[name]
    files = with_groups(SWITCH, lambda index: kind,
                        lambda index: groups[index] if index < 2 else None)
    outcome = show(program, tmp_path, SWITCH, {**files, "/proc/cmdline": line + "\n"})
    gpus = outcome.report["gpus"]

    assert outcome.exit == 0, outcome.describe()
    assert [gpu["iommu"] for gpu in gpus] == [iommu, iommu]
    assert [gpu["iommu_group"] for gpu in gpus] == list(groups)
    assert outcome.report["nics"][0]["iommu"] == "off"
    assert pair(outcome, "GPU0", "GPU1")["redirect"] == redirect
    assert f"  IOMMU: {iommu.replace('_', ' ')}\n" in outcome.out


def test_what_is_not_told_is_not_off(program, tmp_path):
    outcome = show(program, tmp_path, SWITCH, {})

    assert {gpu["iommu"] for gpu in outcome.report["gpus"]} == {"not_told"}
    assert {gpu["iommu_group"] for gpu in outcome.report["gpus"]} == {None}
    assert "  IOMMU: not told\n" in outcome.out


def test_gpus_that_the_iommu_treats_differently(program, tmp_path):
    files = with_groups(EPYC, lambda index: "identity" if index == 1 else "DMA-FQ",
                        lambda index: index + 20)
    outcome = show(program, tmp_path, EPYC, files)

    assert "  IOMMU: passthrough for GPU1; translating for GPU0,2,3\n" in outcome.out
    assert [gpu["iommu_group"] for gpu in outcome.report["gpus"]] == [20, 21, 22, 23]


# machine, type of all groups, ports that redirect; are copies between GPUs in danger?
DANGER = {
    "over the CPU, translated": (EPYC, "DMA-FQ", {}, True),
    "over the CPU, as it is": (EPYC, "identity", {}, False),
    "sent up by ACS, translated": (SWITCH, "DMA-FQ", {LEFT: BY_LINUX, RIGHT: BY_LINUX}, True),
    "within the switch": (SWITCH, "DMA-FQ", {LEFT: 0, RIGHT: 0}, False),
    "perhaps within the switch": (SWITCH, "DMA-FQ", {}, False),
}


@pytest.mark.parametrize("name", DANGER)
def test_copies_that_are_translated_are_warned_of(program, tmp_path, name):
    machine, kind, controls, is_danger = DANGER[name]
    files = with_groups(machine, lambda index: kind, lambda index: index)
    outcome = show(program, tmp_path, machine, {**files, **with_acs(machine, controls)})

    assert outcome.exit == 0, outcome.describe()
    assert ("boot the host with iommu=pt" in outcome.out) == is_danger


# groups of GPU0 and GPU1, ports that redirect; is it noted, and how?
REDIRECTED = {
    "groups differ": ((15, 16), {}, "when the kernel started: IOMMU groups differ; IOMMU translating"),
    "by ACS": ((15, 15), {LEFT: BY_LINUX, RIGHT: 0}, f"sends it up to the CPU ({LEFT}); IOMMU"),
    "handed over": ((15, 16), {LEFT: 0, RIGHT: 0}, None),
    "one group": ((15, 15), {}, None),
    "not told": ((None, None), {}, None),
}


@pytest.mark.parametrize("name", REDIRECTED)
def test_peer_copies_that_are_sent_up_are_noted(simulated, tmp_path, name):
    """Two of the simulated GPUs, below a switch as that of a real machine."""
    groups, controls, words = REDIRECTED[name]
    files = {**machine_files(SWITCH), **with_acs(SWITCH, controls),
             **with_groups(SWITCH, lambda index: "DMA-FQ",
                           lambda index: groups[index] if index < 2 else None)}
    # The simulated GPUs have addresses of their own.
    for real, address in (("0000:40:00.0", "0000:17:00.0"), ("0000:41:00.0", "0000:18:00.0")):
        files = {path.replace(real, address):
                 text.replace(real, address) if isinstance(text, str) else text
                 for path, text in files.items()}
    outcome = simulated.report("peer-copy", "--device", "0,1", "--root",
                               plant(tmp_path / "root", files), profile="a100-pcie-switch-x4")
    notes = [check for check in outcome.report["checks"]
             if check["id"] == "host.peer-copies-redirected"]

    assert outcome.exit == 0, outcome.describe()
    assert [check["verdict"] for check in notes] == (["NOTE"] if words else [])
    if words:
        assert words in notes[0]["observed"]
        pairs = 1 if "ACS" in words or controls else 2
        assert f"copies of {pairs} pair" in notes[0]["observed"]


def test_hostile_groups_and_configurations(program, tmp_path):
    """What a port says of its capabilities leads in circles, groups have no numbers."""
    circle = bytearray(4096)
    struct.pack_into("<I", circle, 0x100, 0x0001 | 1 << 16 | 0x100 << 20)
    files = {real_path(SWITCH, LEFT) + "/config": bytes(circle),
             real_path(SWITCH, RIGHT) + "/config": b"\xff" * 5000,
             real_path(SWITCH, "0000:40:00.0") + "/iommu_group": "-> ../99999999999999999999",
             real_path(SWITCH, "0000:41:00.0") + "/iommu_group": "-> /etc"}
    outcome = show(program, tmp_path, SWITCH, files)

    assert outcome.exit == 0, outcome.describe()
    assert [gpu["iommu_group"] for gpu in outcome.report["gpus"]] == [None, None]
    assert pair(outcome, "GPU0", "GPU1")["redirect"] == "none"
