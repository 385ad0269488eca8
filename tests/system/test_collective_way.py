# SPDX-License-Identifier: Apache-2.0
"""Which way collectives take on healthy machines, and what that lets them reach: transports, graphs
and floors worked out here from the data of profiles and models."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from collective_of import bus_bandwidth, has_nvls, hops_of, is_direct
from model_of import MIB, gpus_of, nvlinks
from selftest import Program, free_port

SEVERAL = ["h100x8", "b200x8", "v100x16", "a100-pcie-x4", "a100-pcie-switch-x4", "rtx4090x2"]
MODELS = {"per-gpu": "P2P/CUMEM", "one-process": "P2P/direct pointer"}

# NCCL's rate of an NVLink in GB/s (src/graph/topo.h), the share of it, or of the PCIe link, that is the
# floor of an all-reduce, and what a step of the ring adds (host/collective/way/classes.c names the
# reports behind them).
NVLINK = {"7.0": (20.0, 0.75, 12.2e-6), "9.0": (20.6, 0.75, 7.9e-6), "10.0": (40.1, 0.70, 12.2e-6)}
OVER_PCIE = {"a100-pcie-switch-x4": (0.50, 12.2e-6), "rtx4090x2": (0.25, 12.2e-6)}

# Lanes x GT/s / 8 x 128/130, of PCIe 4.0 x16.
PCIE_4_X16 = 16 * 16e9 / 8 * 128 / 130


@pytest.fixture(autouse=True)
def has_kernels(request, kernel_majors):
    """For compute capability 7.0 CUDA 12 was the last."""
    callspec = getattr(request.node, "callspec", None)
    if callspec and callspec.params.get("profile") == "v100x16" and min(kernel_majors, default=0) > 12:
        pytest.skip("this build carries no kernels of CUDA 12")


def run(whole, profile, *args, **options):
    outcome = whole.report("all-reduce", "--size", "1M", *args, profile=profile, **options)

    assert outcome.exit == 0, outcome.describe()
    return outcome


def fact(outcome, key, model):
    return outcome.report["facts"].get(key, {}).get(f"nccl-{model}")


@pytest.mark.parametrize("profile", SEVERAL)
def test_transports_are_those_of_the_machine(whole, profile):
    """Every hop of the ring once; what cannot be direct goes through shared memory."""
    outcome = run(whole, profile)
    hops = hops_of(range(len(gpus_of(profile))))
    direct = sum(is_direct(profile, *hop) for hop in hops)

    for model, words in MODELS.items():
        parts = ([f"{direct} over {words}"] if direct else []) + (
            [f"{len(hops) - direct} over SHM"] if direct < len(hops) else [])
        assert fact(outcome, "transports", model) == ", ".join(parts)
        assert fact(outcome, "sources_differ", model) is None
        assert fact(outcome, "topology_not_read", model) is None
        assert (fact(outcome, "graph_nvls", model) is not None) \
            == has_nvls(profile, range(len(gpus_of(profile))))
    assert not [check for check in outcome.report["checks"] if "nccl" in check["id"]
                and check["verdict"] != "PASS"]


def floor_of(profile, count, size):
    """Share of the reckoning, at a size where the steps of the ring tell."""
    [gpu, *_] = gpus_of(profile)
    if nvlinks(profile) > 0:
        rate, share, step = NVLINK[gpu["cc"]]
        reckoning = rate * 1e9 * nvlinks(profile)
    else:
        reckoning, (share, step) = PCIE_4_X16, OVER_PCIE[profile]
    return share * reckoning * size / (size + step * count * reckoning)


def one_size(whole, profile, devices, size, model="per-gpu", **options):
    """The outcome, and the metric of the bus of messages of that size alone."""
    outcome = whole.report(
        "all-reduce", "--min-bytes", size, "--max-bytes", size, "--device",
        ",".join(map(str, devices)), "--process-model", model, "--samples", "1", profile=profile,
        timeout=180, **options)
    [metric] = [metric for metric in outcome.report["metrics"]
                if metric["name"] == "all-reduce.bus-bandwidth"
                and metric["variant"] == f"{model} {size // MIB} MiB"]
    return outcome, metric


# Eight H100 are judged from 141 MiB on, four B200 from 172: of less, half of what switches add up
# would pass.
@pytest.mark.parametrize("profile, count, size, model", [
    ("a100-pcie-switch-x4", 2, 8 * MIB, "per-gpu"),
    ("a100-pcie-switch-x4", 2, 8 * MIB, "one-process"),
    ("rtx4090x2", 2, 4 * MIB, "per-gpu"),
    ("v100x16", 8, 64 * MIB, "per-gpu"),
    pytest.param("b200x8", 4, 172 * MIB, "one-process", marks=pytest.mark.slow),
    pytest.param("h100x8", 8, 142 * MIB, "per-gpu", marks=pytest.mark.slow)])
def test_floors_are_shares_of_what_links_carry(whole, profile, count, size, model):
    outcome, metric = one_size(whole, profile, range(count), size, model)

    assert outcome.exit == 0 and not outcome.counted(), outcome.describe()
    assert metric["verdict"] == "PASS"
    assert metric["floor"] == pytest.approx(floor_of(profile, count, size), rel=1e-6)
    assert metric["value"] == pytest.approx(
        bus_bandwidth(profile, list(range(count)), "all-reduce", size), rel=0.02)
    assert metric["value"] > metric["floor"]
    # By half of each link it would fail, sums in the switch or not.
    assert bus_bandwidth(profile, list(range(count)), "all-reduce", size, slow=0.5) < metric["floor"]


@pytest.mark.parametrize("profile, devices, faults, words", [
    ("a100-pcie-x4", [0, 1], [], "a port above a GPU is narrower, or does not say"),
    ("a100-pcie-x4", [0, 1, 2, 3], [], "not at one NUMA node"),
    ("a100-pcie-switch-x4", [0, 1, 2, 3], [], "share a port on the way to the CPU"),
    ("a100-pcie-switch-x4", [0, 1], ["link 0-1 p2p=no"], "share a port on the way to the CPU"),
    ("h100x8", [0, 1], [], "with this number of GPUs"),
    ("h100x8", [0, 1, 2, 3], [], "with this number of GPUs")])
def test_what_no_report_covers_is_not_judged_and_says_why(whole, profile, devices, faults, words):
    outcome, metric = one_size(whole, profile, devices, 8 * MIB, faults=faults)

    assert outcome.exit == 0 and not outcome.counted(), outcome.describe()
    assert (metric["verdict"], metric["floor"]) == ("not judged", None)
    assert metric["ceiling"] > metric["value"]
    floor = outcome.report["facts"]["all_reduce_floor"]["bars"]
    assert floor.startswith("none: ") and words in floor


def test_small_messages_have_a_ceiling_alone(whole):
    outcome = run(whole, "h100x8")
    judged = [metric for metric in outcome.report["metrics"]
              if metric["name"] == "all-reduce.bus-bandwidth"]

    # 18 links x 25 GB/s; sums made in the switch move each element once up and once down.
    assert {metric["ceiling"] for metric in judged} == {18 * 25e9 * 2 * 7 / 8}
    assert {metric["verdict"] for metric in judged} == {"not judged"}
    assert {metric["floor"] for metric in judged} == {None}
    # 0.75 x 370.8 x / (1 + x) is half of 480 GB/s from x = 6.299 on, x 7.9 us x 8 x 370.8 GB/s.
    assert outcome.report["facts"]["all_reduce_floor"]["bars"] == "of messages of 141 MiB or more"


def test_every_variable_is_told(whole):
    outcome = run(whole, "rtx4090x2", env={"NCCL_DEBUG": "WARN", "NCCL_IB_HCA": "mlx5_0"})
    facts = outcome.report["facts"]

    assert facts["nccl_debug"]["nccl"] == "WARN in the environment"
    assert facts["nccl_ib_hca"]["nccl"] == "mlx5_0 in the environment"
    # Neither changes how data go on one machine.
    assert outcome.counted() == set()
    assert "user.nccl-tuned" not in {check["id"] for check in outcome.report["checks"]}


def test_nothing_is_left_in_the_folder_for_files(whole, tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    outcome = run(whole, "rtx4090x2", env={"TMPDIR": str(scratch)})

    assert fact(outcome, "transports", "per-gpu")
    assert not list(scratch.iterdir())


def test_docker_s_shared_memory_is_room_enough_for_two(whole):
    """Two ranks need one neighbour's two channels each, 4 x 9637892 bytes: no failure and no note."""
    outcome = run(whole, "rtx4090x2", faults=["host shm=64MiB"])

    assert fact(outcome, "transports", "per-gpu") == "2 over SHM"
    assert outcome.counted() == set()
    assert "user.shm-small" not in outcome.notes()


def test_way_is_in_the_json_alone(whole):
    """The page of facts is for who asks for it; the text has the findings."""
    outcome = run(whole, "rtx4090x2")

    assert "over SHM" not in outcome.out
    assert "over SHM" in json.dumps(outcome.report)


@pytest.mark.parametrize("hosts, finding", [(["a", "a"], None),
                                            (["a", "b"], "user.nccl-ranks-apart")])
def test_ranks_of_one_machine_that_nccl_takes_for_two(whole, build, tmp_path, hosts, finding):
    """As in a container each: what could be copied over NVLink goes over the network. Each tells."""
    port = free_port()

    def rank(number):
        folder = tmp_path / f"rank-{number}"
        folder.mkdir()
        return Program(build, folder).report(
            "all-reduce", "--size", "1M", profile="h100x8", timeout=60,
            env={"RANK": str(number), "WORLD_SIZE": "2", "LOCAL_RANK": str(number),
                 "LOCAL_WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port),
                 "NCCL_HOSTID": hosts[number]})

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(rank, range(2))

    assert first.counted() == ({finding} if finding else set()), first.describe()
    assert second.counted() == first.counted()
    assert fact(first, "transports", "per-gpu") == ("1 over NET" if finding else "1 over P2P/CUMEM")
    if finding:
        assert "NCCL_HOSTID=a in the environment" in first.report["headline"]["observed"]


def test_each_rank_tells_its_own_connections(build, tmp_path):
    """Two containers of two ranks each, on one machine, that NCCL takes for two: rank 0 copies to rank 1
    over NVLink and has nothing to tell. What goes over the network rank 1 and rank 3 alone know."""
    port = free_port()
    hosts = ["a", "a", "b", "b"]

    def rank(number):
        folder = tmp_path / f"rank-{number}"
        folder.mkdir()
        return Program(build, folder).report(
            "all-reduce", "--size", "1M", "--device", "0,1" if number < 2 else "2,3",
            profile="h100x8", timeout=60,
            env={"RANK": str(number), "WORLD_SIZE": "4", "LOCAL_RANK": str(number % 2),
                 "LOCAL_WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port),
                 "NCCL_HOSTID": hosts[number]})

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(rank, range(4)))

    for near in (outcomes[0], outcomes[2]):
        assert near.exit == 0, near.describe()
        assert fact(near, "transports", "per-gpu") == "1 over P2P/CUMEM"
    for number, to in [(1, 2), (3, 0)]:
        apart = outcomes[number]
        assert apart.counted() == {"user.nccl-ranks-apart"}, apart.describe()
        assert f"from rank {number} to rank {to} over NET" in apart.report["headline"]["observed"]
        assert not apart.report["metrics"]
