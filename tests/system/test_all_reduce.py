# SPDX-License-Identifier: Apache-2.0
"""all-reduce and its kin: every number against the closed form of the way that NCCL takes, what is
compared, in which processes, and that nothing is left behind."""

import os
import re
import signal
import subprocess
import time

import pytest

from collective_of import (ELEMENT_BYTES, SLOTS, bus_bandwidth, bus_factor, compared, duration,
                           elements_of)
from model_of import MIB
from processes import parent_of, wait_until, workers_of

SEVERAL = ["h100x8", "b200x8", "v100x16", "a100-pcie-x4", "a100-pcie-switch-x4", "rtx4090x2"]
ALONE = ["l4x1", "t4x1", "gh200", "mig", "gb10x1"]
MODELS = ["per-gpu", "one-process"]
COLLECTIVES = ["all-reduce", "all-gather", "reduce-scatter", "broadcast", "reduce", "send-recv",
               "all-to-all"]
COMBINING = ["all-reduce", "reduce-scatter", "reduce"]

pytestmark = pytest.mark.usefixtures("nothing_is_left", "kernels_of_profile")


def run(whole, profile, *args, **options):
    outcome = whole.report("all-reduce", *args, profile=profile, **options)

    assert outcome.exit == 0, outcome.describe()
    assert outcome.counted() == set()
    return outcome


def checked_by(outcome):
    [workload] = outcome.report["workloads"]
    return workload["elements_checked"]


def named(size):
    return f"{size // 1024} KiB" if size % 1024 == 0 else f"{size} B"


def indices_of(outcome):
    return list(range(outcome.report["gpus_tested"]))


# --- numbers ---

@pytest.mark.parametrize("profile", SEVERAL)
def test_numbers_are_the_models(whole, profile):
    """In both process models, out of place and in place: where one host thread queues for all GPUs,
    too, it has done so before they begin."""
    outcome = run(whole, profile, "--size", "1M")
    metrics, gpus = outcome.metrics(), indices_of(outcome)
    names = {(f"all-reduce.{name}", f"{model} {size}") for model in MODELS
             for name, size in [("time", "8 B"), ("bus-bandwidth", "4 KiB"),
                                ("bus-bandwidth", "1 MiB"), ("algorithm-bandwidth", "1 MiB"),
                                ("bus-bandwidth", "1 MiB in-place")]}

    assert set(metrics) == names
    for model in MODELS:
        wanted = duration(profile, gpus, "all-reduce", 8)
        found = metrics["all-reduce.time", f"{model} 8 B"]["value"]
        assert found == pytest.approx(wanted, rel=0.01)
        wanted = bus_bandwidth(profile, gpus, "all-reduce", MIB)
        found = metrics["all-reduce.bus-bandwidth", f"{model} 1 MiB"]["value"]
        assert found == pytest.approx(wanted, rel=0.01)
        assert metrics["all-reduce.algorithm-bandwidth", f"{model} 1 MiB"]["value"] \
            == pytest.approx(wanted / bus_factor("all-reduce", len(gpus)), rel=0.01)
        assert metrics["all-reduce.bus-bandwidth", f"{model} 1 MiB in-place"]["value"] \
            == pytest.approx(wanted, rel=0.01)
    assert "collectives_host_late" not in outcome.report["facts"]


def test_in_place_has_the_same_floor(whole):
    """What the host does before the first message is covered in place as it is out of place."""
    outcome = run(whole, "a100-pcie-switch-x4", "--device", "0,1", "--min-bytes", "32M", "--max-bytes",
                  "32M", "--samples", "1", "--process-model", "per-gpu")
    metrics = outcome.metrics()
    beside, in_place = (metrics["all-reduce.bus-bandwidth", f"per-gpu 32 MiB{place}"]
                        for place in ("", " in-place"))

    assert in_place["floor"] == beside["floor"] > 0
    assert in_place["ceiling"] == beside["ceiling"] > 0
    assert in_place["verdict"] == "PASS"


def test_samples_are_as_many_as_asked_for(whole):
    metrics = run(whole, "rtx4090x2", "--size", "4K", "--samples", "5").metrics()

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
    metrics = outcome.metrics()

    assert metrics[f"{collective}.bus-bandwidth", "per-gpu 1 MiB"]["value"] == pytest.approx(
        bus_bandwidth("a100-pcie-x4", indices_of(outcome), collective, MIB), rel=0.01)


# --- what is compared ---

def test_every_element_of_every_rank_is_counted(whole):
    """8 B and 4 KiB in 8 slots each, 1 MiB in one; out of place and in place; two process
    models."""
    assert checked_by(run(whole, "h100x8", "--size", "1M")) \
        == 8 * 2 * 2 * (SLOTS * 2 + SLOTS * 1024 + MIB // 4)


# rtx4090x2 has no P2P and two ranks; three of a100-pcie-x4 divide nothing evenly.
FEW = [("rtx4090x2", "0,1", 2), ("a100-pcie-x4", "0,1,3", 3)]


@pytest.mark.parametrize("collective", COLLECTIVES)
@pytest.mark.parametrize("element", ELEMENT_BYTES)
def test_every_type_of_every_collective(whole, collective, element):
    """What is compared, and the bytes of a message, tell how wide an element is, and into how many
    parts it is cut."""
    for profile, devices, count in FEW:
        outcome = run(whole, profile, "--collective", collective, "--data-type", element, "--size",
                      "4K", "--samples", "1", "--device", devices)
        sizes = [elements_of(collective, count, element, size) * ELEMENT_BYTES[element]
                 for size in (8, 4096)]

        assert checked_by(outcome) \
            == len(MODELS) * compared(collective, count, element, (8, 4096))
        other = "" if element == "float" else f" {element}"
        for name, size in (("time", sizes[0]), ("algorithm-bandwidth", sizes[1])):
            assert {variant for metric, variant in outcome.metrics()
                    if metric == f"{collective}.{name}"} == {f"{model} {named(size)}{other}"
                                                             for model in MODELS}


# Byte 3 ends the first element of four bytes, and the second of two; bit 6 is the highest of the
# exponent, which numbers from 2 on have set: 127 + 1, and with a half's 15 + 1. Without it, they
# are so much smaller. A sum of two ranks is 2 or more, and what its bits hold is exact.
FLIPPED = {"float": (0, 2.0 ** -127, 2.0 ** -104), "half": (1, 2.0 ** -15, 2.0 ** -5),
           "bfloat16": (1, 2.0 ** -127, 2.0 ** -120), "int32": (0, 2.0 ** 29, 2.0 ** 31)}


@pytest.mark.parametrize("element", ELEMENT_BYTES)
def test_the_type_is_the_one_that_was_asked_for(whole, element):
    """One bit of the message means something else in each type."""
    outcome = whole.report("all-reduce", "--data-type", element, "--min-bytes", "8", "--max-bytes",
                           "8", "--samples", "1", "--process-model", "one-process",
                           profile="rtx4090x2", faults=["rank 0 flip=0x3:6"])
    [check] = outcome.checks("FAIL")
    place, least, most = FLIPPED[element]
    found = re.search(r"element (\d+) holds (\S+)", check["observed"])

    assert check["id"] == "hardware.collective-corrupted"
    assert int(found[1]) == place
    assert least <= abs(float(found[2])) <= most


# --- reductions ---

TRIO = ["--size", "4K", "--samples", "1", "--device", "0,1,2"]
REDUCTIONS = ["sum", "max", "avg", "premulsum"]


def broken(whole, collective, reduction, fault, *args):
    """The finding of three ranks of one process, of which one is broken."""
    outcome = whole.report("all-reduce", "--collective", collective, "--op", reduction, *TRIO,
                           "--process-model", "one-process", *args, profile="a100-pcie-x4",
                           faults=[fault])

    assert outcome.exit == 1, outcome.describe()
    [check] = outcome.checks("FAIL", "ERROR")
    return check


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("collective", COMBINING)
def test_every_reduction(whole, collective, reduction):
    """Of three, so that an average is no exact number. The first type is timed, the others are
    compared once, at the largest size."""
    outcome = run(whole, "a100-pcie-x4", "--collective", collective, "--op", reduction,
                  "--data-type", "float,half,bfloat16", *TRIO)

    assert checked_by(outcome) == len(MODELS) * (
        compared(collective, 3, "float", (8, 4096))
        + sum(compared(collective, 3, element, [4096], is_timed=False)
              for element in ("half", "bfloat16")))


@pytest.mark.parametrize("reduction, rank", [
    ("sum", 0), ("premulsum", 0), ("avg", 0), ("max", 0), ("max", 1), ("max", 2)])
@pytest.mark.parametrize("collective", COMBINING)
def test_a_missing_contribution_shows_in_every_reduction(whole, collective, reduction, rank):
    """Of sums it can be told whose it is. Of a maximum each rank's is at other places."""
    check = broken(whole, collective, reduction, f"rank {rank} dropped")
    is_sum = reduction in ("sum", "premulsum")

    assert check["id"] == ("hardware.contribution-missing" if is_sum
                           else "hardware.collective-corrupted")
    assert f"(float, {reduction})" in check["observed"]
    assert (f"as if rank {rank} had given nothing" in check["observed"]) == is_sum


# A sum without factors is what an unscaled rank makes of premulsum.
INSTEAD = [(reduction, f"rank 1 combines={other}") for reduction in REDUCTIONS
           for other in ("sum", "prod", "max", "min", "avg")
           if other != reduction and (reduction, other) != ("premulsum", "sum")]


@pytest.mark.parametrize("reduction, fault", [*INSTEAD, ("premulsum", "rank 0 unscaled")])
def test_another_reduction_than_was_asked_for_is_no_pass(whole, reduction, fault):
    check = broken(whole, "all-reduce", reduction, fault)

    assert check["id"] == "hardware.collective-corrupted"
    assert f"(float, {reduction})" in check["observed"]


@pytest.mark.parametrize("collective", ["reduce", "reduce-scatter"])
@pytest.mark.parametrize("reduction, fault", [
    ("sum", "rank 0 combines=max"), ("max", "rank 0 combines=sum"), ("avg", "rank 0 combines=sum"),
    ("premulsum", "rank 0 unscaled")])
def test_another_reduction_of_other_collectives_is_no_pass(whole, collective, reduction, fault):
    check = broken(whole, collective, reduction, fault)

    assert check["id"] == "hardware.collective-corrupted"
    assert f"{collective} of " in check["observed"]


# An average may be 2 units in the last place off what it is in float; rounding it to its own type
# takes half of one, so that 1 must pass and 3 must not.
@pytest.mark.parametrize("element", ["float", "half", "bfloat16"])
def test_an_average_may_be_a_little_off(whole, element):
    run(whole, "a100-pcie-x4", "--op", "avg", "--data-type", element, *TRIO, "--process-model",
        "one-process", faults=["rank 0 ulps=1"])


@pytest.mark.parametrize("element, reduction, ulps", [
    ("float", "avg", 3), ("half", "avg", 3), ("bfloat16", "avg", 3), ("float", "avg", 4),
    ("float", "sum", 1), ("half", "premulsum", 1), ("bfloat16", "max", 1), ("int32", "sum", 1)])
def test_more_than_that_is_wrong_and_all_else_is_exact(whole, element, reduction, ulps):
    check = broken(whole, "all-reduce", reduction, f"rank 0 ulps={ulps}", "--data-type", element)

    assert check["id"] == "hardware.collective-corrupted"
    assert check["gpu"] == 0
    assert f"({element}, {reduction})" in check["observed"]
    # The first element of each message of the smallest size.
    assert f"on rank 0 {SLOTS} of " in check["observed"]


# --- both models ---

SPOILT = {"rank 2 nan": "nan", "rank 2 flip=0x3:6": "corrupted", "rank 2 swapped": "corrupted",
          "rank 2 dropped": None}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("fault", SPOILT)
def test_each_model_alone_sees_what_is_wrong(whole, fault, model):
    outcome = whole.report("all-reduce", "--size", "4K", "--samples", "1", "--process-model", model,
                           profile="a100-pcie-x4", faults=[fault])

    assert outcome.exit == 1, outcome.describe()
    assert outcome.counted() == {f"hardware.collective-{SPOILT[fault]}" if SPOILT[fault]
                                 else "hardware.contribution-missing"}
    assert outcome.checks("FAIL")[0]["gpu"] == 2


@pytest.mark.parametrize("fault", SPOILT)
def test_what_both_models_do_not_share_is_the_diagnosis(whole, fault):
    """Between processes alone it is what lies between them; in one process alone the GPU's."""
    between, within = (
        whole.report("all-reduce", "--size", "4K", "--samples", "1", profile="a100-pcie-x4",
                     faults=[f"{fault} in={place}"]) for place in ("processes", "process"))

    assert between.counted() == {"runtime.collective-across-processes"}, between.describe()
    assert "per-gpu" in between.checks("FAIL")[0]["observed"]
    assert within.counted() == {f"hardware.collective-{SPOILT[fault]}" if SPOILT[fault]
                                else "hardware.contribution-missing"}, within.describe()
    assert "one-process" in within.checks("FAIL")[0]["observed"]
    assert {between.exit, within.exit} == {1}


def test_sizes_are_those_asked_for(whole):
    outcome = run(whole, "rtx4090x2", "--min-bytes", "24", "--max-bytes", "40", "--process-model",
                  "per-gpu")

    assert set(outcome.metrics()) == {
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

# From outside, all ranks that wait for one look alike: NCCL is asked who is missing before they are
# ended. All ranks of one process have nobody else to ask.
ENDS = [
    ("rank 3 dies at=init", "per-gpu", "rank 3 was killed by signal 9"),
    ("rank 3 dies at=collective", "per-gpu", "rank 3 was killed by signal 9"),
    ("rank 3 absent", "per-gpu", "NCCL says: INCOMPLETE; Missing communicator data from 1 rank; "
                                 "The missing rank: 3"),
    ("ncclAllReduce call=9 hangs", "per-gpu", "NCCL says: MISMATCH; Communicator ranks have "
                                              "different collective operation counts"),
    ("ncclAllReduce call=9 hangs", "one-process", "all ranks are in 'collect all-reduce of 2"),
]


@pytest.mark.alone
@pytest.mark.parametrize("fault, model, words", ENDS,
                         ids=[f"{fault}, {model}" for fault, model, _ in ENDS])
def test_whatever_happens_nothing_is_left_and_time_is_kept(whole, fault, model, words):
    begun = time.monotonic()
    outcome = whole.report("all-reduce", "--size", "4K", "--process-model", model, "--timeout",
                           "14", profile="h100x8", faults=[fault])
    took = time.monotonic() - begun

    assert outcome.exit == 3, outcome.describe()
    assert took < 14
    assert not workers_of(whole.folder)
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
    reports = [run(whole, "h100x8", "--size", "4K", "--seed", "5").metrics() for _ in range(2)]

    assert reports[0] == reports[1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_who_is_stopped_takes_the_ranks_along(whole, number):
    """Even the supervisor's death without a word: nobody is left who waits for a rank. What it had
    no time to remove goes with the next run, unless that is so soon that it may be another's."""
    process = subprocess.Popen(
        whole.command("all-reduce", "--size", "4K", "--process-model", "per-gpu",
                      profile="h100x8", faults=["rank 3 absent"]),
        env=whole.environment(), cwd=whole.folder, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    wait_until(lambda: len(workers_of(whole.folder)) == 8)
    supervisor = parent_of(parent_of(min(workers_of(whole.folder))))
    os.kill(supervisor, number)
    out, _ = process.communicate(timeout=20)

    wait_until(lambda: not workers_of(whole.folder))
    if number == signal.SIGKILL:
        [left] = (whole.folder / "tmp").iterdir()
        os.utime(left, (0, 0))
        run(whole, "rtx4090x2", "--size", "4K")
    assert (b"suite.interrupted" in out) == (number != signal.SIGKILL)


# --- what the host takes ---

# Two GPUs over PCIe and shared memory take about 10 us for 4 KiB; this host takes so much more for
# each message, or more than any cover lasts (10 ms) for the eight of a sample.
SLOW_HOST, SLOWEST_HOST = 60e-6, 5e-3


@pytest.mark.parametrize("model", MODELS)
def test_a_slow_host_is_covered(whole, model):
    """Small messages and those in place tell of the GPUs, though the host needs far longer."""
    outcome = run(whole, "rtx4090x2", "--size", "4K", "--process-model", model,
                  faults=[f"ncclGroupEnd takes={SLOW_HOST * 1e6:.0f}us"])
    metrics, gpus = outcome.metrics(), indices_of(outcome)
    wanted = bus_bandwidth("rtx4090x2", gpus, "all-reduce", 4096)

    assert duration("rtx4090x2", gpus, "all-reduce", 4096) < SLOW_HOST / 4
    for place in ("", " in-place"):
        assert metrics["all-reduce.bus-bandwidth", f"{model} 4 KiB{place}"]["value"] \
            == pytest.approx(wanted, rel=0.01)
    assert metrics["all-reduce.time", f"{model} 8 B"]["value"] == pytest.approx(
        duration("rtx4090x2", gpus, "all-reduce", 8), rel=0.01)
    assert "collectives_host_late" not in outcome.report["facts"]


@pytest.mark.parametrize("model", MODELS)
def test_a_host_slower_than_any_cover_is_told_and_not_judged(whole, model):
    """What comes out is then the host's time, and nobody's fault that is looked for here."""
    outcome = run(whole, "rtx4090x2", "--size", "4K", "--process-model", model, "--samples", "3",
                  faults=[f"ncclGroupEnd takes={SLOWEST_HOST * 1e3:.0f}ms"])
    metrics = outcome.metrics()
    host_s = metrics["all-reduce.time", f"{model} 8 B"]["value"]

    assert SLOWEST_HOST * 0.8 < host_s < SLOWEST_HOST * 1.05
    assert {metric["verdict"] for metric in outcome.report["metrics"]} == {"not judged"}
    # 8 B and 4 KiB: 3 samples out of place and 2 in place each.
    [words] = outcome.report["facts"]["collectives_host_late"].values()
    assert words.startswith("10 of 10 samples")
    assert "4 cases have no others" in words


def test_a_sample_that_the_host_was_late_for_does_not_count(whole):
    """One call of all is slow, amid the first of 3 samples: the others say what is right."""
    samples, gpus = 3, [0, 1]
    # Of one process: joining, 8 messages that connect, an alignment and 8 that tell what the host
    # needs; then per sample an alignment and 8 that are timed.
    late = 1 + SLOTS + 1 + SLOTS + 1 + SLOTS // 2
    outcome = run(whole, "rtx4090x2", "--min-bytes", "8", "--max-bytes", "8", "--process-model",
                  "one-process", "--samples", str(samples),
                  faults=[f"ncclGroupEnd call={late} takes=50ms"])
    metric = outcome.metrics()["all-reduce.time", "one-process 8 B"]

    assert len(metric["samples"]) == samples - 1
    assert metric["value"] == pytest.approx(duration("rtx4090x2", gpus, "all-reduce", 8), rel=0.01)
    [words] = outcome.report["facts"]["collectives_host_late"].values()
    assert words.startswith(f"1 of {samples + 2} samples")
    assert "0 cases have no others" in words


# --- names of numbers ---

def test_type_and_reduction_are_part_of_what_is_compared(whole):
    """Only where they are not what is usual, so that numbers of before keep their names."""
    args = ("--size", "4K", "--process-model", "per-gpu", "--samples", "1")
    usual = set(run(whole, "rtx4090x2", *args).metrics())
    other = set(run(whole, "rtx4090x2", *args, "--data-type", "bfloat16", "--op",
                    "premulsum").metrics())
    moved = set(run(whole, "rtx4090x2", *args, "--collective", "all-gather", "--data-type",
                    "half").metrics())

    assert ("all-reduce.bus-bandwidth", "per-gpu 4 KiB in-place") in usual
    assert ("all-reduce.bus-bandwidth", "per-gpu 4 KiB bfloat16 premulsum in-place") in other
    assert ("all-reduce.time", "per-gpu 8 B bfloat16 premulsum") in other
    assert ("all-gather.bus-bandwidth", "per-gpu 4 KiB half") in moved
    assert not usual & other
