# SPDX-License-Identifier: Apache-2.0
"""burn: its rate against a closed form worked out here from the models' data, how long it works, and
what is left of it when it is cut short. What it finds are rows of faults.yaml."""

import os
import re
import signal
import time

import pytest

from model_of import KERNEL_S, MIB, PROFILES, Memory, Products, side_of
from test_supervision import Running

SIZE = 4 * MIB
SIDE = side_of(SIZE, squares=1, element=4)
COPIES = 4  # of host/workloads/burn/plan.h
KINDS = ["fp32", "fp16"]
STEP_S = 0.5e-6


def rate_of(profile, kind="fp32"):
    """What one product needs to begin passes while the one before it is under way."""
    return Products(profile).rate(kind)


def sustained(profile):
    """FP32 with a comparison after each four products, which reads these and the original."""
    operations = COPIES * 2 * SIDE ** 3
    return operations / (operations / rate_of(profile)
                         + KERNEL_S + (COPIES + 1) * SIZE / Memory(profile).rate)


def metrics_of(outcome, kind="fp32"):
    return {metric["src_gpu"]: metric for metric in outcome.report["metrics"]
            if metric["name"] == f"burn.{kind}"}


def facts_of(outcome, gpu, kind="fp32"):
    found = next(row for row in outcome.report["gpus"] if row["index"] == gpu)
    source = f"burn-{kind}"
    return {key: told[source] for key, told in found["facts"].items() if source in told}


def burn(program, profile, *args, **options):
    return program.report("burn", "--minutes", "0.005", "--size", str(SIZE), *args, profile=profile,
                          **options)


@pytest.mark.parametrize("profile", PROFILES)
def test_rate_is_the_models(whole, profile, kernel_majors):
    if profile == "v100x16" and min(kernel_majors) > 12:
        pytest.skip("this build carries no kernels of CUDA 12 or older")
    outcome = burn(whole, profile)

    assert outcome.exit == 0, outcome.describe()
    assert outcome.counted() == set() and outcome.notes() == set()
    assert len(metrics_of(outcome)) == outcome.report["gpus_tested"]
    for kind in KINDS:
        # Where a GPU is done with small products before the host has queued the next, it has none.
        # Four products are timed at once, in steps of half a microsecond.
        operations = COPIES * 2 * SIDE ** 3
        for metric in metrics_of(outcome, kind).values():
            assert operations / metric["value"] == pytest.approx(
                operations / rate_of(profile, kind), rel=0.01, abs=STEP_S)
    for gpu in range(outcome.report["gpus_tested"]):
        told = facts_of(outcome, gpu, "fp16")
        assert ("not_measured" in told) == (gpu not in metrics_of(outcome, "fp16"))
    for gpu in metrics_of(outcome):
        facts = facts_of(outcome, gpu)
        # Once, poison was written, too.
        made = facts["products"] * 2 * SIDE ** 3 / facts["time_s"]
        assert made < 1.03 * sustained(profile)
        # One thread queues for all: eight GPUs are done with small products before it is round.
        assert made > (0.97 if outcome.report["gpus_tested"] < 8 else 0.5) * sustained(profile)


def test_tensor_cores_are_loaded(whole):
    outcome = whole.report("burn", "--minutes", "0.005", "--size", "16M", profile="l4x1")

    for kind in KINDS:
        [metric] = metrics_of(outcome, kind).values()
        assert metric["value"] == pytest.approx(rate_of("l4x1", kind), rel=0.01)


def test_time_is_what_was_asked_for(whole):
    outcome = whole.report("burn", "--minutes", "0.2", "--size", "4M", profile="t4x1")

    assert outcome.exit == 0, outcome.describe()
    for kind in KINDS:
        assert 6 <= facts_of(outcome, 0, kind)["time_s"] < 6.5
        [metric] = metrics_of(outcome, kind).values()
        # Rounds of a tenth of a second, and of what is compared.
        assert 40 <= len(metric["samples"]) <= 128
        assert re.search(r"SM clock 1590 to 1590 MHz", facts_of(outcome, 0, kind)["course"])


def test_state_is_read_once_a_second(whole):
    outcome = whole.report("burn", "--minutes", "0.1", "--size", "4M", profile="t4x1",
                           faults=["clock 0 cap=900MHz reason=power-cap"])

    assert "held down in 3 of 3 readings by software power cap" in facts_of(outcome, 0)["course"]


# Nobody who asks for everything waits a minute for it; nobody who asks for a group does.
@pytest.mark.parametrize("args", [["--level", "full"], ["compute", "--level", "full"]])
def test_only_who_names_it_gets_it(whole, args):
    outcome = whole.report(*args, "--size", "1M", profile="l4x1")

    assert "sgemm" in outcome.workloads()
    assert "burn" not in outcome.workloads()


@pytest.mark.parametrize("profile, gpus", [("l4x1", set()), ("rtx4090x2", {0, 1})])
def test_only_who_has_a_sibling_is_told_that_it_agrees(whole, profile, gpus):
    outcome = burn(whole, profile)
    agreed = [check for check in outcome.checks("PASS") if check["id"] == "hardware.product-differs"]

    assert outcome.exit == 0, outcome.describe()
    assert {check["gpu"] for check in agreed} == gpus


# Both in the middle of a product. A GPU is called hung after a quarter of the time-out.
@pytest.mark.parametrize("fault, finding, word, code", [
    ("gemm gpu=1 after=150ms hangs", "hardware.gpu-hang", "ERROR", 3),
    ("gpu 1 lost after=150ms", "hardware.gpu-lost", "FAIL", 1),
])
def test_one_gpu_takes_no_number_of_another(whole, fault, finding, word, code):
    outcome = burn(whole, "rtx4090x2", "--timeout", "12s", faults=[fault])

    assert outcome.exit == code, outcome.describe()
    assert outcome.counted() == {finding}
    assert {(check["id"], check["gpu"]) for check in outcome.checks(word)} == {(finding, 1)}
    for kind in KINDS:
        assert metrics_of(outcome, kind)[0]["value"] == pytest.approx(
            rate_of("rtx4090x2", kind), rel=0.02)
        assert facts_of(outcome, 0, kind)["products"] > 0
    assert 1 not in metrics_of(outcome, "fp16")


def test_a_gpu_that_hung_is_asked_for_nothing_by_what_comes_after(whole):
    """The next workload, in the same process, names it at once and tests the other one."""
    outcome = whole.report("burn", "sgemm", "--minutes", "0.005", "--size", "1M", "--timeout", "12s",
                           profile="rtx4090x2", faults=["gemm gpu=1 after=150ms hangs"])

    assert outcome.exit == 3, outcome.describe()
    assert outcome.counted() == {"hardware.gpu-hang"}
    found = outcome.checks("ERROR")
    assert {check["gpu"] for check in found} == {1}
    assert {check["workload"] for check in found} == {"burn", "sgemm"}
    assert any("nothing more is asked of it" in check["observed"] for check in found)
    assert {metric["src_gpu"] for metric in outcome.report["metrics"]
            if metric["name"].startswith("sgemm.")} == {0}


def test_share_of_the_time_in_which_a_gpu_works(whole):
    outcome = whole.report("burn", "--minutes", "0.05", "--size", "16M", profile="t4x1")

    assert outcome.exit == 0, outcome.describe()
    for kind in KINDS:
        assert 0.99 < facts_of(outcome, 0, kind)["busy_fraction"] <= 1


def test_a_size_that_is_too_small_for_the_host_is_not_judged(whole):
    """Products of FP16 of 64 KiB take less time than it takes to queue them."""
    outcome = whole.report("burn", "--minutes", "0.02", "--size", "64K", profile="a100-pcie-x4")

    assert outcome.exit == 0, outcome.describe()
    told = facts_of(outcome, 0, "fp16")
    assert told["busy_fraction"] < 0.85
    assert "too small for one thread to keep 4 GPUs busy" in told["not_judged"]
    for metric in metrics_of(outcome, "fp16").values():
        assert metric["verdict"] == "not judged"


@pytest.mark.alone
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_was_measured_survives_an_interruption(whole, number):
    run = Running(whole, "burn", "--minutes", "1000", faults=())
    run.wait_for(b" of 3e+04 s")
    start = time.monotonic()
    os.kill(run.process.pid, number)
    outcome = run.finish()

    assert time.monotonic() - start < 1.0
    assert outcome.exit == 3, outcome.describe()
    assert outcome.report["interrupted"] == number.name
    assert outcome.counted() == {"suite.interrupted"}
    assert metrics_of(outcome)[0]["value"] == pytest.approx(rate_of("l4x1"), rel=0.01)
    assert facts_of(outcome, 0)["products"] > 0


def test_an_nvml_that_hangs_takes_no_number_of_an_interrupted_run(whole):
    """Each GPU's other processes are asked for before the work and after it; nobody waits for that."""
    run = Running(whole, "burn", "--minutes", "1000", profile="rtx4090x2",
                  faults=["nvmlDeviceGetComputeRunningProcesses_v3 call=3 hangs"])
    run.wait_for(b" of 3e+04 s")
    run.wait_for(b".")  # a clock that is not at 0: the first round of each has ended
    os.kill(run.process.pid, signal.SIGTERM)
    outcome = run.finish()

    assert outcome.exit == 3, outcome.describe()
    assert set(metrics_of(outcome)) == {0, 1}


def test_minutes_come_on_top_of_the_timeout(whole):
    outcome = whole.report("burn", "--minutes", "0.02", "--timeout", "1s", "--size", "1M",
                           profile="t4x1", faults=["cuEventQuery call=2 hangs"], timeout=60)

    assert outcome.counted() == {"hardware.gpu-hang"}
    [check] = outcome.checks("ERROR")
    assert "not done after 2.2 s in cuEventQuery" in check["observed"]


def test_a_variable_that_rounds_changes_no_product(whole):
    """The mode that it cannot change is asked for: that promises numbers and no speed."""
    outcome = whole.report("burn", "--minutes", "0.002", "--size", "16M", profile="t4x1",
                           env={"NVIDIA_TF32_OVERRIDE": "1"})

    assert outcome.exit == 0, outcome.describe()
    assert outcome.notes() == {"user.cublas-changed"}
    assert metrics_of(outcome)[0]["verdict"] == "not judged"
    assert metrics_of(outcome)[0]["floor"] is None


def test_who_names_it_needs_the_library(whole):
    outcome = whole.report("burn", "--minutes", "0.002", profile="l4x1",
                           faults=["libcublas missing"])

    assert outcome.exit == 1, outcome.describe()
    assert outcome.counted() == {"image.cublas-missing"}
