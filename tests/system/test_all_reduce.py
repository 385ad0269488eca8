# SPDX-License-Identifier: Apache-2.0
"""all-reduce and its kin: every number against the closed form of the way that NCCL takes, what is
compared, in which processes, and that nothing is left behind."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from collective_of import bus_bandwidth, bus_factor, duration
from model_of import MIB

pytestmark = pytest.mark.usefixtures("kernels_of_profile")

SEVERAL = ["h100x8", "b200x8", "v100x16", "a100-pcie-x4", "a100-pcie-switch-x4", "rtx4090x2"]
ALONE = ["l4x1", "t4x1", "gh200", "mig", "gb10x1"]
MODELS = ["per-gpu", "one-process"]
SLOTS = 8
COLLECTIVES = ["all-reduce", "all-gather", "reduce-scatter", "broadcast", "reduce", "send-recv",
               "all-to-all"]
COMBINING = ["all-reduce", "reduce-scatter", "reduce"]

# Calls of one round of all ranks in one process: a call for each rank, and what surrounds it. The
# double's host takes 1.5 us for a collective, and less for all else.
HOST_CALL = 1.5e-6


def metrics_of(outcome):
    return {(metric["name"], metric["variant"]): metric for metric in outcome.report["metrics"]}


def run(whole, profile, *args, **options):
    outcome = whole.report("all-reduce", *args, profile=profile, **options)

    assert outcome.exit == 0, outcome.describe()
    assert outcome.counted() == set()
    return outcome


def indices_of(outcome):
    return list(range(outcome.report["gpus_tested"]))


def left_behind(program):
    """Rank workers of this program that still live, told by the folder in their environment."""
    workers = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            variables = (entry / "environ").read_bytes()
        except OSError:
            continue
        if b"GPU_SELFTEST_RANK_FD=" in variables and str(program.folder).encode() in variables:
            workers.add(int(entry.name))
    return workers


def parent_of(pid):
    return int(re.search(r"(?m)^PPid:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1])


def wait_until(is_true, bound_s=20):
    end = time.monotonic() + bound_s
    while not is_true():
        assert time.monotonic() < end


# --- numbers ---

@pytest.mark.parametrize("profile", SEVERAL)
def test_numbers_are_the_models(whole, profile):
    """Between processes exactly; where one host thread queues for all GPUs, it may tell on small
    messages, by no more than its calls take."""
    outcome = run(whole, profile, "--size", "1M")
    metrics, gpus = metrics_of(outcome), indices_of(outcome)
    names = {(f"all-reduce.{name}", f"{model} {size}") for model in MODELS
             for name, size in [("time", "8 B"), ("bus-bandwidth", "4 KiB"),
                                ("bus-bandwidth", "1 MiB"), ("algorithm-bandwidth", "1 MiB"),
                                ("bus-bandwidth", "1 MiB in-place")]}

    assert set(metrics) == names
    for model in MODELS:
        wanted = duration(profile, gpus, "all-reduce", 8)
        found = metrics["all-reduce.time", f"{model} 8 B"]["value"]
        slack = 2 * len(gpus) * HOST_CALL if model == "one-process" else 0
        assert wanted * 0.99 <= found <= wanted * 1.01 + slack
        wanted = bus_bandwidth(profile, gpus, "all-reduce", MIB)
        found = metrics["all-reduce.bus-bandwidth", f"{model} 1 MiB"]["value"]
        assert found == pytest.approx(wanted, rel=0.01)
        assert metrics["all-reduce.algorithm-bandwidth", f"{model} 1 MiB"]["value"] \
            == pytest.approx(wanted / bus_factor("all-reduce", len(gpus)), rel=0.01)
    assert metrics["all-reduce.bus-bandwidth", "per-gpu 1 MiB in-place"]["value"] \
        == pytest.approx(bus_bandwidth(profile, gpus, "all-reduce", MIB), rel=0.01)


def test_in_place_has_no_floor(whole):
    """No message covers what the host does before the first, so that it may be the host's time.
    Below 32 MiB the report says whose time NCCL's launch is, and above it does not."""
    outcome = run(whole, "a100-pcie-switch-x4", "--device", "0,1", "--min-bytes", "64M", "--max-bytes",
                  "64M", "--samples", "1", "--process-model", "per-gpu")
    metrics = metrics_of(outcome)

    assert metrics["all-reduce.bus-bandwidth", "per-gpu 64 MiB"]["floor"] > 0
    in_place = metrics["all-reduce.bus-bandwidth", "per-gpu 64 MiB in-place"]
    assert in_place.get("floor") is None and in_place["ceiling"] > 0
    assert "nccl_launch" not in outcome.report["facts"]
    assert "nccl_launch" in run(whole, "rtx4090x2", "--size", "4K").report["facts"]


def test_samples_are_as_many_as_asked_for(whole):
    metrics = metrics_of(run(whole, "rtx4090x2", "--size", "4K", "--samples", "5"))

    assert len(metrics["all-reduce.time", "per-gpu 8 B"]["samples"]) == 5
    assert len(metrics["all-reduce.bus-bandwidth", "per-gpu 4 KiB in-place"]["samples"]) == 2


@pytest.mark.parametrize("collective", COLLECTIVES)
def test_every_collective_has_its_own_numbers(whole, collective):
    outcome = run(whole, "a100-pcie-x4", "--collective", collective, "--size", "1M")
    names = {metric["name"] for metric in outcome.report["metrics"]}

    assert names == {f"{collective}.{name}"
                     for name in ("time", "bus-bandwidth", "algorithm-bandwidth")}


@pytest.mark.parametrize("collective", ["all-gather", "reduce-scatter", "broadcast", "reduce"])
def test_other_collectives_are_the_models(whole, collective):
    outcome = run(whole, "a100-pcie-x4", "--collective", collective, "--size", "1M",
                  "--process-model", "per-gpu")
    metrics = metrics_of(outcome)

    assert metrics[f"{collective}.bus-bandwidth", "per-gpu 1 MiB"]["value"] == pytest.approx(
        bus_bandwidth("a100-pcie-x4", indices_of(outcome), collective, MIB), rel=0.01)


# --- what is compared ---

def test_every_element_of_every_rank_is_counted(whole):
    """8 B and 4 KiB in 8 slots each, 1 MiB in one; out of place and in place; two process
    models."""
    [workload] = run(whole, "h100x8", "--size", "1M").report["workloads"]

    assert workload["elements_checked"] == 8 * 2 * 2 * (SLOTS * 2 + SLOTS * 1024 + MIB // 4)


@pytest.mark.parametrize("collective", COLLECTIVES)
@pytest.mark.parametrize("element", ["float", "half", "bfloat16", "int32"])
def test_every_type_of_every_collective(whole, collective, element):
    """rtx4090x2 has no P2P and two ranks; three of a100-pcie-x4 divide nothing evenly."""
    for profile, devices in (("rtx4090x2", "0,1"), ("a100-pcie-x4", "0,1,3")):
        run(whole, profile, "--collective", collective, "--data-type", element, "--size", "4K",
            "--samples", "1", "--device", devices)


@pytest.mark.parametrize("reduction", ["sum", "max", "avg", "premulsum"])
@pytest.mark.parametrize("collective", COMBINING)
def test_every_reduction(whole, collective, reduction):
    """Of three, so that an average is no exact number."""
    run(whole, "a100-pcie-x4", "--collective", collective, "--op", reduction, "--data-type",
        "float,half,bfloat16", "--size", "4K", "--samples", "1", "--device", "0,1,2")


def test_sizes_are_those_asked_for(whole):
    outcome = run(whole, "rtx4090x2", "--min-bytes", "24", "--max-bytes", "40", "--process-model",
                  "per-gpu")

    assert set(metrics_of(outcome)) == {
        ("all-reduce.time", "per-gpu 24 B"), ("all-reduce.bus-bandwidth", "per-gpu 40 B"),
        ("all-reduce.algorithm-bandwidth", "per-gpu 40 B"),
        ("all-reduce.bus-bandwidth", "per-gpu 40 B in-place")}


# --- one GPU ---

@pytest.mark.parametrize("profile", ALONE)
def test_one_gpu_runs_nccls_kernels_and_claims_no_bandwidth(whole, profile):
    outcome = run(whole, profile, "--size", "1M")
    [workload] = outcome.report["workloads"]

    assert "nothing crossed a link" in workload["summary"]
    assert workload["elements_checked"] > 2 * MIB // 4
    for metric in outcome.report["metrics"]:
        assert not metric["name"].endswith("bus-bandwidth")
        assert metric["verdict"] == "not judged"


# --- the library ---

def test_without_nccl_it_is_skipped_unless_promised(whole):
    """In a run of the level nobody asked for it; in an image that carries it, it is a fault."""
    args = ["--skip", "audit,launch,bandwidth", "--size", "1M"]
    options = {"profile": "rtx4090x2", "faults": ["libnccl missing"]}
    skipped = whole.report(*args, **options)
    promised = whole.report(*args, env={"GPU_SELFTEST_VARIANT": "runtime"}, **options)

    assert skipped.exit == 0, skipped.describe()
    assert skipped.workloads()["all-reduce"] == "SKIP"
    assert "libnccl.so.2" in skipped.report["workloads"][-1]["reason"]
    assert promised.exit == 1
    assert promised.counted() == {"image.nccl-missing"}


def test_the_library_is_part_of_the_report(whole):
    facts = run(whole, "rtx4090x2", "--size", "4K").report["facts"]

    assert "(double)" in str(facts["libnccl"])
    assert re.search(r"2\.\d+\.\d+", str(facts["nccl_version"]))


def test_launches_do_not_block_whatever_the_user_set(whole):
    """One thread that waits for each launch would wait for the other ranks' for good."""
    facts = run(whole, "rtx4090x2", "--size", "4K", env={"CUDA_LAUNCH_BLOCKING": "1"}).report["facts"]

    assert "0, not 1 as set" in str(facts["ranks_launch_blocking"])
    assert "ranks_launch_blocking" not in run(whole, "rtx4090x2", "--size", "4K").report["facts"]


# --- ends ---

@pytest.mark.parametrize("fault, model", [
    ("rank 3 dies at=init", "per-gpu"), ("rank 3 dies at=collective", "per-gpu"),
    ("rank 3 absent", "per-gpu"), ("ncclAllReduce call=9 hangs", "one-process")])
def test_whatever_happens_nothing_is_left_and_time_is_kept(whole, fault, model):
    begun = time.monotonic()
    outcome = whole.report("all-reduce", "--size", "4K", "--process-model", model, "--timeout",
                           "14", profile="h100x8", faults=[fault])
    took = time.monotonic() - begun

    assert outcome.exit == 3, outcome.describe()
    assert took < 14
    assert not left_behind(whole)


@pytest.mark.parametrize("fault, words", [
    ("rank 3 absent", "NCCL says: INCOMPLETE; Missing communicator data from 1 rank; "
                      "The missing rank: 3"),
    ("ncclAllReduce call=9 hangs", "NCCL says: MISMATCH; Communicator ranks have different "
                                   "collective operation counts")])
def test_nccl_is_asked_who_is_missing_before_ranks_are_ended(whole, fault, words):
    """From outside all ranks that wait for one look alike."""
    outcome = whole.report("all-reduce", "--size", "4K", "--process-model", "per-gpu", "--timeout",
                           "14", profile="h100x8", faults=[fault])
    [check] = outcome.checks("ERROR")

    assert words in check["observed"]


@pytest.mark.parametrize("name, value", [("NCCL_RAS_ENABLE", "0"), ("NCCL_RAS_ADDR", "127.0.0.1:1")])
def test_nccl_is_not_asked_where_somebody_else_arranged_it(whole, name, value):
    outcome = whole.report("all-reduce", "--size", "4K", "--process-model", "per-gpu", "--timeout",
                           "14", profile="h100x8", faults=["rank 3 absent"], env={name: value})
    [check] = outcome.checks("ERROR")

    assert "NCCL says" not in check["observed"]


def test_same_seed_same_report(whole):
    """Times of day and of the machine apart: what ranks do at the same time does not show."""
    reports = [metrics_of(run(whole, "h100x8", "--size", "4K", "--seed", "5")) for _ in range(2)]

    assert reports[0] == reports[1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_who_is_stopped_takes_the_ranks_along(whole, number):
    """Even the supervisor's death without a word: nobody is left who waits for a rank."""
    process = subprocess.Popen(
        whole.command("all-reduce", "--size", "4K", "--process-model", "per-gpu",
                      profile="h100x8", faults=["rank 3 absent"]),
        env=whole.environment(), cwd=whole.folder, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    wait_until(lambda: len(left_behind(whole)) == 8)
    supervisor = parent_of(parent_of(min(left_behind(whole))))
    os.kill(supervisor, number)
    out, _ = process.communicate(timeout=20)

    wait_until(lambda: not left_behind(whole))
    assert (b"suite.interrupted" in out) == (number != signal.SIGKILL)
