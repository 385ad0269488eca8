# SPDX-License-Identifier: Apache-2.0
"""Which way collectives take on healthy machines, and what that lets them reach: transports, graphs
and floors worked out here from the data of profiles and models."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from collective_of import bus_bandwidth, has_nvls, hops_of, is_direct
from model_of import MIB, gpus_of, nvlinks
from selftest import Program, free_port

SEVERAL = ["h100x8", "b200x8", "a100-pcie-x4", "a100-pcie-switch-x4", "rtx4090x2"]
MODELS = {"per-gpu": "P2P/CUMEM", "one-process": "P2P/direct pointer"}

# NCCL's rate of an NVLink in GB/s (src/graph/topo.h), and the share of it, or of the PCIe link, that
# is the floor of an all-reduce (host/collective/way/bound.c names the reports behind them).
NVLINK = {"9.0": (20.6, 0.75), "10.0": (40.1, 0.60)}
THROUGH_HOST = 0.25
STEP_S = 12.2e-6

# Lanes x GT/s / 8 x 128/130, of PCIe 4.0 x16.
PCIE_4_X16 = 16 * 16e9 / 8 * 128 / 130


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
        rate, share = NVLINK[gpu["cc"]]
        reckoning = rate * 1e9 * nvlinks(profile)
    else:
        reckoning, share = PCIE_4_X16, THROUGH_HOST
    return share * reckoning * size / (size + STEP_S * count * reckoning)


@pytest.mark.parametrize("profile, devices, size", [
    ("rtx4090x2", 2, 4 * MIB), ("a100-pcie-x4", 4, 8 * MIB), ("a100-pcie-switch-x4", 4, 8 * MIB),
    ("h100x8", 2, 32 * MIB)])
def test_floors_are_shares_of_what_links_carry(whole, profile, devices, size):
    listed = ",".join(map(str, range(devices)))
    outcome = run(whole, profile, "--size", str(size), "--device", listed, "--process-model",
                  "one-process", "--samples", "1")
    [metric] = [metric for metric in outcome.report["metrics"]
                if metric["name"] == "all-reduce.bus-bandwidth"
                and metric["variant"] == f"one-process {size // MIB} MiB"]

    assert metric["verdict"] == "PASS"
    assert metric["floor"] == pytest.approx(floor_of(profile, devices, size), rel=1e-6)
    assert metric["value"] == pytest.approx(
        bus_bandwidth(profile, list(range(devices)), "all-reduce", size), rel=0.02)
    assert metric["value"] > metric["floor"]


def test_small_messages_have_a_ceiling_alone(whole):
    outcome = run(whole, "h100x8")
    judged = [metric for metric in outcome.report["metrics"]
              if metric["name"] == "all-reduce.bus-bandwidth"]

    # 18 links x 25 GB/s; sums made in the switch move each element once up and once down.
    assert {metric["ceiling"] for metric in judged} == {18 * 25e9 * 2 * 7 / 8}
    assert {metric["verdict"] for metric in judged} == {"not judged"}
    assert {metric["floor"] for metric in judged} == {None}


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
