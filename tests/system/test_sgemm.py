# SPDX-License-Identifier: Apache-2.0
"""sgemm: every rate against a closed form, worked out here from the models' data; what is checked,
what is judged, and what the environment changes."""

import shutil

import pytest

from model_of import MIB, PRODUCTS, PROFILES, Products, side_of
from selftest import plant

# Of host/gpu/gemm/shape.c: rows, columns and length of the sums for shapes of about this side.
WIDE = (192, 160, 255)

# A machine of two models: that of l4x1, and the GPU of t4x1 beside it.
MIXED = """
driver version=580.95.05 cuda=13.0
cudart version=13.0
gpu 0 model=l4 pci=0000:01:00.0 numa=-1 uuid=GPU-00000000-0000-4000-8000-000000000001
gpu 1 model=t4 pci=0000:02:00.0 numa=-1 uuid=GPU-00000000-0000-4000-8000-000000000002
"""


def shapes(side):
    m, n, k = side - 1, side // 2 - 1, side * 3 // 4 + 1
    return [(2 * side, side // 8, side // 4), (m, n, k), (m, n, k),
            (side // 8 + 1, 2 * side - 3, side // 4 - 1), (n, k, m)]


def metrics_of(outcome):
    return {(metric["src_gpu"], metric["name"].removeprefix("sgemm.")): metric
            for metric in outcome.report["metrics"]}


def facts_of(outcome, gpu):
    return outcome.report["gpus"][gpu]["facts"]


@pytest.mark.parametrize("profile", PROFILES)
def test_rates_are_the_models(whole, profile):
    products = Products(profile)
    outcome = whole.report("sgemm", "--size", "16M", "--device", "0", profile=profile)
    metrics = metrics_of(outcome)

    assert outcome.exit == 0, outcome.describe()
    assert outcome.counted() == set() and outcome.notes() == set()
    assert set(metrics) == {(0, kind) for kind in products.kinds}
    for (_, kind), metric in metrics.items():
        low, high = products.measured(kind, side_of(16 * MIB))
        assert metric["value"] <= high, (kind, metric["value"])
        # Less than a microsecond is the host's pace.
        if products.seconds(kind, side_of(16 * MIB)) > 1e-6:
            assert low <= metric["value"], (kind, metric["value"])
        assert metric["unit"] == "flop_per_s" and metric["stats"]["count"] == 16


@pytest.mark.parametrize("profile, lanes", [
    # Multiply-adds per clock and multiprocessor.
    ("l4x1", {"fp32": 128, "fp32-default": 128, "fp64": 2, "tf32": 256, "fp16": 512, "bf16": 512}),
    ("t4x1", {"fp32": 64, "fp32-default": 64, "fp64": 2, "fp16": 512})])
def test_share_of_the_attribute_peak_is_told(whole, profile, lanes):
    products = Products(profile)
    outcome = whole.report("sgemm", "--size", "1M", profile=profile)

    for (_, kind), metric in metrics_of(outcome).items():
        peak = 2 * products.sms * products.clock * lanes[kind]
        key = f"{kind.replace('-', '_')}_share_of_attribute_peak_fraction"
        [share] = facts_of(outcome, 0)[key].values()
        assert share == pytest.approx(metric["value"] / peak)


def test_no_sample_holds_the_time_in_which_the_clocks_are_read(whole):
    """They are read while one in the middle is under way; products of this size take less time."""
    outcome = whole.report("sgemm", "--size", "4M", "--device", "0", profile="a100-pcie-x4")

    for kind in ("fp16", "bf16"):
        metric = metrics_of(outcome)[0, kind]
        assert min(metric["samples"]) > 0.98 * metric["value"]


def test_the_side_that_was_measured_is_told(whole):
    outcome = whole.report("sgemm", "--size", "16M", profile="t4x1")

    for _, kind in metrics_of(outcome):
        [side] = facts_of(outcome, 0)[f"{kind.replace('-', '_')}_side"].values()
        assert side == side_of(16 * MIB)


@pytest.mark.parametrize("profile", ["t4x1", "v100x16"])
def test_what_a_gpu_has_no_units_for_is_told(whole, profile):
    outcome = whole.report("sgemm", "--size", "1M", "--device", "0", profile=profile)

    assert outcome.exit == 0, outcome.describe()
    for kind in ("tf32", "bf16"):
        [told] = facts_of(outcome, 0)[f"{kind}_not_measured"].values()
        assert told == "this GPU has no units for it"
    assert "4 kinds of product" in outcome.out


def test_every_element_is_counted(whole):
    """At 16 MiB squares of 768: one of whole numbers, five shapes of half the side, numbers in which
    TF32 shows for both kinds of single precision, random numbers in one shape of a side of 256, and
    the square that is measured."""
    outcome = whole.report("sgemm", "--size", "16M", profile="l4x1")
    [workload] = outcome.report["workloads"]
    each = 768 * 768 + sum(m * n for m, n, _ in shapes(384)) + 255 * 127 + 768 * 768

    assert workload["elements_checked"] == len(PRODUCTS) * each + 2 * (192 * 160 + 768 * 768)


@pytest.mark.parametrize("left, args", [("65536 kB", ()), ("32768 kB", ("--size", "64M"))],
                         ids=["chosen", "asked"])
def test_the_host_is_the_one_that_is_read(whole, left, args):
    """What is left to the host is what the root says that the run reads: a quarter of 64 MiB, or half
    of 32 where more is asked for, are 16 MiB. An empty size is the workload's own."""
    root = plant(whole.folder / "root", {"/proc/meminfo": f"MemAvailable:  {left}\n"})
    outcome = whole.report("sgemm", "--root", root, *args, profile="t4x1",
                           env={"GPU_SELFTEST_SIZE": ""})

    assert outcome.exit == 0, outcome.describe()
    [told] = outcome.report["facts"]["made_smaller"].values()
    assert told.startswith(f"left to the host: {int(left.split()[0]) // 1024} MiB; ")
    # As in the test above, of four kinds.
    assert outcome.report["workloads"][0]["elements_checked"] == (
        4 * (2 * 768 * 768 + sum(m * n for m, n, _ in shapes(384)) + 255 * 127)
        + 2 * (192 * 160 + 768 * 768))


def test_memory_that_cannot_be_pinned_does_as_well(whole):
    """Pinned memory is a help alone: with none, or with it for the first of three matrices, everything
    is checked that is checked with it."""
    usual = whole.report("sgemm", "--size", "1M", profile="l4x1")
    for fault in ("cuMemHostAlloc returns 2", "cuMemHostAlloc call=2 returns 2"):
        outcome = whole.report("sgemm", "--size", "1M", profile="l4x1", faults=[fault])

        assert outcome.exit == 0, outcome.describe()
        assert outcome.counted() == set() and outcome.notes() == usual.notes()
        assert (outcome.report["workloads"][0]["elements_checked"]
                == usual.report["workloads"][0]["elements_checked"])
        assert len(metrics_of(outcome)) == len(PRODUCTS)


def test_what_is_asked_for_and_fits_is_not_made_smaller(whole):
    outcome = whole.report("sgemm", "--size", "1M", profile="t4x1")

    assert "made_smaller" not in outcome.report["facts"]


def test_each_level_checks_the_large_square_of_each_kind(whole):
    """Levels differ above a side of 4096 alone, which no simulated product has."""
    counts = [whole.report("sgemm", "--level", level, "--size", "1M", profile="t4x1")
              .report["workloads"][0]["elements_checked"] for level in ("quick", "full")]

    # Of 128 for each of four kinds, twice; of 64 the five shapes, one of them of random numbers;
    # and numbers in which TF32 shows.
    each = 2 * 128 * 128 + sum(m * n for m, n, _ in shapes(64)) + 63 * 31
    assert counts == 2 * [4 * each + 2 * (192 * 160 + 128 * 128)]


# --- what is judged ---

def test_a_large_product_is_judged(whole):
    """A T4 has 40 multiprocessors: four rounds of tiles of 128 are 160, a square of 1664 has 169.
    FP64 and the pedantic mode have no floor."""
    outcome = whole.report("sgemm", "--size", "64M", profile="t4x1")

    assert outcome.exit == 0, outcome.describe()
    for (_, kind), metric in metrics_of(outcome).items():
        judged = kind in ("fp32-default", "fp16")
        assert metric["verdict"] == ("PASS" if judged else "not judged"), kind
        if judged:
            # Reports of Tesla T4: 4.17 to 4.43 and 41.91 to 42.71 TFLOPS.
            lowest = {"fp32-default": 4.17e12, "fp16": 41.91e12}[kind]
            assert metric["floor"] == pytest.approx(
                {"fp32-default": 0.75, "fp16": 0.65}[kind] * lowest)


def test_a_small_product_is_not_judged(whole):
    outcome = whole.report("sgemm", "--size", "16M", profile="t4x1")

    assert {metric["verdict"] for metric in metrics_of(outcome).values()} == {"not judged"}


def test_an_instance_is_not_judged(whole):
    outcome = whole.report("sgemm", "--size", "16M", profile="mig")

    for metric in metrics_of(outcome).values():
        assert metric["verdict"] == "not judged" and metric["ceiling"] is None


def test_a_slow_gpu_without_siblings_is_below_its_floor(whole):
    outcome = whole.report("sgemm", "--size", "64M", profile="t4x1",
                           faults=["clock 0 cap=600MHz reason=power-cap"])

    assert outcome.counted() == {"host.clocks-limited"}, outcome.describe()
    assert {check["gpu"] for check in outcome.checks("FAIL")} == {0}
    assert all("SM clock 600 of 1590 MHz" in check["observed"] for check in outcome.checks("FAIL"))


@pytest.mark.slow
def test_a_slow_model_decides_for_no_other(whole, tmp_path):
    """2 x 2048 cubed in FP64 takes a T4 at 900 MHz 0.13 s, more than a tenth: it gets half the side,
    and an L4 that needs 0.04 s keeps its own."""
    simulator = shutil.copytree(whole.build / "sim", tmp_path / "sim")
    (simulator / "profiles/mixed.profile").write_text(MIXED)
    outcome = whole.report("sgemm", "--size", "96M", profile="mixed", timeout=180,
                           faults=["clock 1 cap=900MHz reason=power-cap"],
                           env={"GPU_SELFTEST_SIM_DIR": str(simulator)})
    kinds = {gpu: [kind for at, kind in metrics_of(outcome) if at == gpu] for gpu in (0, 1)}
    one = 2048 * 2048 + sum(m * n for m, n, _ in shapes(1024)) + 255 * 127

    assert outcome.counted() == {"host.clocks-limited"}, outcome.describe()
    assert (len(kinds[0]), len(kinds[1])) == (6, 4)
    assert outcome.report["workloads"][0]["elements_checked"] == (
        10 * one + 9 * 2048 * 2048 + 1024 * 1024 + 4 * (192 * 160 + 1024 * 1024))


# --- what the environment changes ---

def test_tf32_forced_changes_no_other_kind(whole):
    outcome = whole.report("sgemm", "--size", "1M", profile="l4x1",
                           env={"NVIDIA_TF32_OVERRIDE": "1"})

    assert outcome.counted() == {"user.tf32-forced"}
    assert outcome.notes() == {"user.cublas-changed"}
    assert {kind for _, kind in metrics_of(outcome)} == set(PRODUCTS) - {"fp32-default"}


def test_a_gpu_without_tf32_cannot_be_forced(whole):
    outcome = whole.report("sgemm", "--size", "1M", profile="t4x1",
                           env={"NVIDIA_TF32_OVERRIDE": "1"})

    assert outcome.counted() == set()
    assert outcome.notes() == {"user.cublas-changed"}


def test_tf32_that_is_forbidden_is_not_measured(whole):
    outcome = whole.report("sgemm", "--size", "1M", profile="l4x1",
                           env={"NVIDIA_TF32_OVERRIDE": "0"})

    assert outcome.exit == 0, outcome.describe()
    assert "tf32" not in {kind for _, kind in metrics_of(outcome)}
    [told] = facts_of(outcome, 0)["tf32_not_measured"].values()
    assert told == "NVIDIA_TF32_OVERRIDE=0 forbids it"


# --- the library ---

def test_versions_are_recorded(whole):
    outcome = whole.report("sgemm", "--size", "1M", "--device", "0", profile="h100x8")
    facts = outcome.report["facts"]

    assert facts["cublas_version"]["cublas"].split(".")[0] == "13"
    assert facts["cublas_version"] == facts["cublaslt_version"]
    assert facts["libcublas"]["loader"].endswith(" (double)")
    assert "libcublasLt.so.13" in facts["libcublaslt"]["loader"]


@pytest.mark.parametrize("env", [{}, {"GPU_SELFTEST_VARIANT": "base"}], ids=["none", "base"])
def test_a_cublas_that_nobody_promised_does_not_apply(whole, env):
    outcome = whole.report("--size", "1M", profile="l4x1", faults=["libcublas missing"], env=env)
    [workload] = [item for item in outcome.report["workloads"] if item["name"] == "sgemm"]

    assert outcome.exit == 0, outcome.describe()
    assert workload["verdict"] == "SKIP"
    assert workload["reason"].startswith("needs cuBLAS, which nobody promised")


def test_unknown_variant_is_refused(whole):
    outcome = whole.run("sgemm", profile="l4x1", env={"GPU_SELFTEST_VARIANT": "slim"})

    assert outcome.exit == 2
    assert "'slim' in GPU_SELFTEST_VARIANT is none of base, runtime, devel" in outcome.err


# While it is sent, multiplied, fetched: the moments at which a GPU can go.
@pytest.mark.parametrize("after", ["2ms", "3ms", "4ms", "5ms", "6ms", "8ms"])
def test_a_gpu_that_is_lost_takes_no_number_of_another(whole, after):
    outcome = whole.report("sgemm", "--size", "1M", profile="rtx4090x2",
                           faults=[f"gpu 1 lost after={after}"])

    assert outcome.exit == 1, outcome.describe()
    assert outcome.counted() == {"hardware.gpu-lost"}
    assert {check["gpu"] for check in outcome.checks("FAIL")} == {1}
    assert {kind for gpu, kind in metrics_of(outcome) if gpu == 0} == set(
        Products("rtx4090x2").kinds)
