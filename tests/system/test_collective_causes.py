# SPDX-License-Identifier: Apache-2.0
"""Why NCCL does not take the best way, and who has to act then: causes that a row of faults.yaml
cannot say, since they lie in the process, its namespaces or what is left in files. Each is seen in
whole runs, next to one that differs in nothing else and is silent."""

import errno
import json
import platform
import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from model_of import gpus_of
from selftest import Program, free_port, plant

SWITCHED = "a100-pcie-switch-x4"  # GPUs 0 and 1 below one switch


def run(program, profile, *args, **options):
    return program.report("all-reduce", "--size", "1M", *args, profile=profile, timeout=60,
                          **options)


def observed(outcome, finding):
    return [check["observed"] for check in outcome.report["checks"] if check["id"] == finding]


def permitted(*command):
    """The command, or a skip where this machine does not let it change namespaces."""
    done = subprocess.run([*command, "true"], capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"may not: {' '.join(command)}")
    return command


# --- what somebody left behind ---

LEFT_BEHIND = {
    "environment": ({"NCCL_P2P_LEVEL": "NVL"}, None, "NCCL_P2P_LEVEL=NVL"),
    "a home's file": ({"HOME": "/srv/eve"}, "/srv/eve/.nccl.conf", "NCCL_P2P_DISABLE=1"),
    "a file that is named": ({"NCCL_CONF_FILE": "/srv/nccl"}, "/srv/nccl", "NCCL_P2P_LEVEL=LOC"),
    "everybody's file": ({}, "/etc/nccl.conf", "NCCL_P2P_DISABLE=1"),
}


@pytest.mark.parametrize("name", LEFT_BEHIND)
def test_what_is_left_behind_is_named_with_its_place(simulated, name):
    variables, path, line = LEFT_BEHIND[name]
    faults = [f"host nccl-conf={line} nccl-conf-at={path}"] if path else []
    outcome = run(simulated, SWITCHED, "--device", "0,1", faults=faults, env=variables)

    assert outcome.counted() == {"user.nccl-peers-off"}, outcome.describe()
    assert f"{line} in {path or 'the environment'}" in outcome.report["headline"]["observed"]


def test_a_file_that_another_one_replaces_does_nothing(simulated):
    """NCCL_CONF_FILE stands for the file of the home."""
    outcome = run(simulated, SWITCHED, "--device", "0,1",
                  faults=["host nccl-conf=NCCL_P2P_DISABLE=1 nccl-conf-at=/srv/eve/.nccl.conf"],
                  env={"HOME": "/srv/eve", "NCCL_CONF_FILE": "/srv/nccl"})

    assert outcome.exit == 0, outcome.describe()
    assert outcome.counted() == set()


@pytest.mark.parametrize("value, finds", [("nosuch", False), ("=l", False),
                                          ("lo", True), ("=lo", True), ("^docker", True)])
def test_an_interface_that_is_not_there(simulated, value, finds):
    outcome = run(simulated, "rtx4090x2", env={"NCCL_SOCKET_IFNAME": value})

    assert outcome.counted() == (set() if finds else {"user.nccl-no-interface"}), outcome.describe()
    if not finds:
        observed_line = outcome.report["headline"]["observed"]
        assert observed_line.endswith(f"; NCCL_SOCKET_IFNAME={value} in the environment")


# --- what the bus does to what GPUs send each other ---

def bus(files=()):
    """Ports of a switch above GPU 0 and GPU 1 as sysfs has them."""
    tree = {"/sys/bus/pci/devices": None}
    for place, gpu in enumerate(gpus_of(SWITCHED)[:2]):
        names = ["0000:14:00.0", "0000:15:00.0", f"0000:16:{place:02x}.0", gpu["pci"]]
        for depth in range(1, len(names) + 1):
            folder = "devices/pci0000:14/" + "/".join(names[:depth])
            tree[f"/sys/bus/pci/devices/{names[depth - 1]}"] = f"-> ../../../{folder}"
            tree[f"/sys/{folder}/numa_node"] = "0\n"
            tree[f"/sys/{folder}/max_link_speed"] = "16.0 GT/s PCIe\n"
            tree[f"/sys/{folder}/max_link_width"] = "16\n"
    return {**tree, **dict(files)}


def below_switch(place):
    gpu = gpus_of(SWITCHED)[place]["pci"]
    return f"/sys/devices/pci0000:14/0000:14:00.0/0000:15:00.0/0000:16:{place:02x}.0", gpu


# Request redirect and what Linux sets with it where an IOMMU is on (drivers/pci/pci.c), in the
# control word of the ACS capability (PCI Express base specification, 7.7.11.3).
ACS_BY_LINUX = 0x001d


def acs(control):
    """4096 bytes of a port's configuration with ACS as the only extended capability."""
    data = bytearray(4096)
    struct.pack_into("<IHH", data, 0x100, 0x000d | 1 << 16, 0x7f, control)
    return bytes(data)


def groups(kind, first, second):
    files = {}
    for place, group in enumerate((first, second)):
        port, gpu = below_switch(place)
        folder = f"{port}/{gpu}"
        files[f"{folder}/iommu_group"] = (
            "-> " + "../" * (folder.count("/") - 1) + f"kernel/iommu_groups/{group}")
        files[f"/sys/kernel/iommu_groups/{group}/type"] = kind + "\n"
    return files


BUSES = {
    "ACS": ({below_switch(0)[0] + "/config": acs(ACS_BY_LINUX),
             below_switch(1)[0] + "/config": acs(ACS_BY_LINUX)},
            "ACS of a port sends it up to the CPU (0000:16:00.0)"),
    "IOMMU": (groups("DMA-FQ", 15, 16),
              "switches sent it up to the CPU when the kernel started: IOMMU groups differ; "
              "IOMMU translating"),
    "neither": ({below_switch(0)[0] + "/config": acs(0), below_switch(1)[0] + "/config": acs(0),
                 **groups("identity", 15, 15)},
                "a switch hands it over; IOMMU passthrough"),
}


@pytest.mark.parametrize("name", BUSES)
def test_peers_unused_tells_what_the_bus_does(simulated, tmp_path, name):
    files, words = BUSES[name]
    root = plant(tmp_path / "root", bus(files))
    outcome = run(simulated, SWITCHED, "--device", "0,1", "--root", root,
                  faults=["link 0-1 nvml-p2p=no"])

    assert outcome.counted() == {"host.nccl-peers-unused"}, outcome.describe()
    assert "2 of 2 connections (per-gpu)" in outcome.report["headline"]["observed"]
    assert words in outcome.report["headline"]["observed"]


@pytest.mark.parametrize("profile", ["h100x8", "rtx4090x2"])
def test_a_hidden_bus_does_no_harm_where_it_decides_nothing(simulated, profile):
    """NVLink is NVML's to tell; and GPUs that cannot copy to each other do not, wherever they are."""
    outcome = run(simulated, profile, faults=["host bus-hidden"])

    assert outcome.exit == 0, outcome.describe()
    assert outcome.counted() == set()
    assert not observed(outcome, "user.nccl-topology-hidden")


def test_a_variable_comes_before_a_hidden_bus(simulated):
    """Whoever set it gets to know: what is hidden may have been why."""
    outcome = run(simulated, SWITCHED, faults=["host bus-hidden"], env={"NCCL_P2P_DISABLE": "1"})

    assert outcome.counted() == {"user.nccl-peers-off"}, outcome.describe()


# --- releases that know less ---

@pytest.mark.parametrize("version", ["2.16", "2.17", "2.18"])
def test_an_old_release_does_not_lack_what_it_cannot_tell(simulated, version):
    """The first has no multicast, the second dumps no graph of it."""
    outcome = run(simulated, "h100x8", faults=[f"libnccl version={version}"])

    assert outcome.exit == 0, outcome.describe()
    assert not observed(outcome, "host.nccl-without-nvls")


def test_an_old_release_with_the_cause_in_its_last_words(simulated):
    """Before 2.24 the thread that asks for memory makes it itself."""
    outcome = run(simulated, "rtx4090x2", faults=["libnccl version=2.23", "host shm=16MiB"])

    assert outcome.counted() == {"user.nccl-shm-full"}, outcome.describe()
    assert "; first '" not in outcome.report["headline"]["observed"]


# --- two ranks, each in a container of its own ---

def two_ranks(build, tmp_path, profile="h100x8", before=None, faults=None):
    """What stands before the command and what is wrong, by rank."""
    port = free_port()

    def rank(number):
        folder = tmp_path / f"rank-{number}"
        folder.mkdir()
        return Program(build, folder).report(
            "all-reduce", "--size", "1M", profile=profile, timeout=60,
            before=(before or {}).get(number, ()), faults=(faults or {}).get(number, ()),
            env={"RANK": str(number), "WORLD_SIZE": "2", "LOCAL_RANK": str(number),
                 "LOCAL_WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)})

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(rank, range(2)))


APART = {
    "host names": (["--uts"], 'hostname elsewhere && exec "$@"', "'elsewhere'"),
    "/dev/shm": (["--mount"], 'mount -t tmpfs none /dev/shm && exec "$@"',
                 "have a '/dev/shm' each"),
    # As `docker run` makes it: one comes with the other, and NCCL looks at the folder.
    "/dev/shm with an IPC namespace": (
        ["--mount", "--ipc"], 'mount -t tmpfs none /dev/shm && exec "$@"',
        "have a '/dev/shm' each, and an IPC namespace"),
}


@pytest.mark.parametrize("name", APART)
def test_ranks_that_nccl_takes_for_apart(build, tmp_path, whole, name):
    options, script, words = APART[name]
    before = permitted("unshare", *options, "sh", "-c", script, "sh")

    for outcome in two_ranks(build, tmp_path, before={1: before}):
        assert outcome.counted() == {"user.nccl-ranks-apart"}, outcome.describe()
        assert words in outcome.report["headline"]["observed"]
        assert "over NET" in outcome.report["headline"]["observed"]


def test_an_ipc_namespace_alone_keeps_nobody_apart(build, tmp_path, whole):
    """NCCL looks at host names, boot ids and /dev/shm."""
    before = permitted("unshare", "--ipc")

    for outcome in two_ranks(build, tmp_path, before={1: before}):
        assert outcome.exit == 0, outcome.describe()
        assert outcome.counted() == set()


@pytest.mark.parametrize("full", [0, 1])
def test_who_knows_why_speaks_before_those_who_only_lost_it(build, tmp_path, whole, full):
    """What that rank is told by NCCL sounds like a lost rank, too; its log says what it ran into. All
    that the other one hears from NCCL is that it is gone."""
    outcomes = two_ranks(build, tmp_path, profile="rtx4090x2", faults={full: ["host shm=16MiB"]})

    assert outcomes[full].counted() == {"user.nccl-shm-full"}, outcomes[full].describe()
    other = outcomes[1 - full]
    assert other.counted() == {"host.rank-lost"}, other.describe()
    assert f"rank {full}" in other.report["headline"]["observed"]
    assert "failed to extend /dev/shm/nccl-" in other.report["headline"]["observed"]


# --- a container's seccomp profile ---

# Loads a filter that answers get_mempolicy with EPERM, as Docker's default profile does without
# SYS_NICE, and then runs what follows. Numbers of the system call: asm/unistd.h.
GET_MEMPOLICY = {"x86_64": 239, "aarch64": 236}
FILTER = '''
import ctypes, os, struct, sys
number, answer = int(sys.argv[1]), int(sys.argv[2])
code = b"".join(struct.pack("HBBI", *row) for row in [
    (0x20, 0, 0, 0),                      # load the number of the call
    (0x15, 0, 1, number),                 # is it this one?
    (0x06, 0, 0, 0x00050000 | answer),    # SECCOMP_RET_ERRNO
    (0x06, 0, 0, 0x7fff0000)])            # SECCOMP_RET_ALLOW
rows = ctypes.create_string_buffer(code, len(code))
program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", 4, ctypes.addressof(rows)))
libc = ctypes.CDLL(None, use_errno=True)
if libc.prctl(38, 1, 0, 0, 0) != 0 or libc.prctl(22, 2, program, 0, 0) != 0:
    sys.exit(125)
os.execvp(sys.argv[3], sys.argv[3:])
'''


def refusing(number, answer=errno.EPERM):
    return permitted(sys.executable, "-c", FILTER, str(number), str(answer))


@pytest.mark.skipif(platform.machine() not in GET_MEMPOLICY, reason="no number of get_mempolicy")
def test_host_memory_refused_by_seccomp(simulated):
    outcome = run(simulated, "h100x8", before=refusing(GET_MEMPOLICY[platform.machine()]))

    assert outcome.exit == 0, outcome.describe()
    [note] = observed(outcome, "user.seccomp-blocks-numa")
    assert note.startswith("get_mempolicy says EPERM")
    assert "/dev/shm" in note


@pytest.mark.skipif(platform.machine() not in GET_MEMPOLICY, reason="no number of get_mempolicy")
def test_a_kernel_without_numa_refuses_nothing(simulated):
    outcome = run(simulated, "h100x8",
                  before=refusing(GET_MEMPOLICY[platform.machine()], errno.ENOSYS))

    assert outcome.exit == 0, outcome.describe()
    assert not observed(outcome, "user.seccomp-blocks-numa")


# --- nowhere to write ---

READ_ONLY = ('mount --bind /tmp /tmp && mount --bind /dev/shm /dev/shm && '
             'mount --bind "$0" "$0" && mount -o remount,bind,ro /tmp && '
             'mount -o remount,bind,ro /dev/shm && exec "$@"')


def test_standard_output_stays_the_report_s_without_a_folder_for_files(simulated):
    """What the user has NCCL tell goes to standard error, and is no more than warnings. The simulator
    takes a longer path than the program does (GST_SCRATCH_SIZE), so that it has a folder."""
    scratch = simulated.folder / ("x" * (128 - len(str(simulated.folder))))
    scratch.mkdir()
    before = permitted("unshare", "--mount", "sh", "-c", READ_ONLY, str(simulated.folder))
    outcome = simulated.run("all-reduce", "--size", "1M", "--json", "-", profile="rtx4090x2",
                            before=before, env={"NCCL_DEBUG": "INFO", "TMPDIR": str(scratch)})

    assert outcome.exit == 0, outcome.describe()
    report = json.loads(outcome.out)
    assert "transports" not in report["facts"]  # there was nowhere to write them
    assert "NCCL version 2.28.9" in outcome.err
    assert "NCCL INFO" not in outcome.err
