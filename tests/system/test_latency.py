# SPDX-License-Identifier: Apache-2.0
"""latency: every number against a closed form, worked out here from the models' data; what is walked
through, and what is judged. Its faults are rows of faults.yaml."""

import json

import pytest

from model_of import (HOST_HOPS, LOCAL_HOPS, MIB, PAGE, PROFILES, WALKS, gpus_of, is_pcie,
                      is_split, latency_of, pcie_theory)

# Of host/workloads: pages of one sample.
PAGES = 64

# The fewest clocks of a load that the nearest cache answers (arXiv 1804.06826, table 3.1).
CACHE_CLOCKS = 28

NAMES = ["local", "host", "copy-to-gpu", "copy-from-gpu"]


@pytest.fixture
def whole(simulated, kernel_majors):
    if not kernel_majors:
        pytest.skip("built without nvcc: this build carries no kernels")
    return simulated


def metrics_of(outcome):
    return {(metric["src_gpu"], metric["name"].removeprefix("latency.")): metric
            for metric in outcome.report["metrics"]}


@pytest.mark.parametrize("profile", PROFILES)
def test_numbers_are_the_models(whole, profile, kernel_majors):
    if profile == "v100x16" and min(kernel_majors) > 12:
        pytest.skip("CUDA 13 knows no V100")
    outcome = whole.report("latency", "--size", "1M", profile=profile)
    metrics = metrics_of(outcome)
    gpus = gpus_of(profile)

    assert outcome.exit == 0, outcome.describe()
    assert outcome.counted() == set() and outcome.notes() == set()
    assert set(metrics) == {(index, name) for index in range(outcome.report["gpus_tested"])
                            for name in NAMES}
    for (index, name), metric in metrics.items():
        assert metric["value"] == pytest.approx(latency_of(gpus[index], name), rel=0.01), name
        assert metric["stats"]["count"] == 16
        assert metric["variant"] in (None, ""), "the host did not keep ahead"
        assert metric["verdict"] == "not judged"
        assert metric["floor"] is None


@pytest.mark.parametrize("profile", ["h100x8", "l4x1", "mig", "gh200"])
def test_what_cannot_be_quicker(whole, profile):
    """A load than the nearest cache, a page than its bytes over the link. An instance shares the
    link, and Grace's is none of PCI Express."""
    outcome = whole.report("latency", "--device", "0", "--size", "1M", profile=profile)
    gpu = gpus_of(profile)[0]

    for (_, name), metric in metrics_of(outcome).items():
        if name in ("local", "host"):
            clock = float(gpu["clock"].removesuffix("MHz")) * 1e6
            assert metric["ceiling"] == pytest.approx(CACHE_CLOCKS / clock)
        elif is_pcie(gpu) and not is_split(profile):
            link = pcie_theory(int(gpu["pcie-gen"]), int(gpu["pcie-width"]))
            assert metric["ceiling"] == pytest.approx(PAGE / link)
        else:
            assert metric["ceiling"] is None


def test_full_level_keeps_three_times_sixteen_samples(whole):
    outcome = whole.report("latency", "--level", "full", "--size", "1M", profile="l4x1")

    assert {len(metric["samples"]) for metric in outcome.report["metrics"]} == {48}


@pytest.mark.parametrize("size", ["1", "129", "1M"])
def test_every_load_and_every_word_is_counted(whole, size):
    outcome = whole.report("latency", "--size", size, profile="t4x1")
    [workload] = outcome.report["workloads"]

    assert outcome.exit == 0, outcome.describe()
    assert workload["elements_checked"] == (WALKS * (LOCAL_HOPS + HOST_HOPS)
                                            + 2 * PAGES * PAGE // 4)


# The L2 of a T4 has 4 MiB.
@pytest.mark.parametrize("size, said", [
    ("8M", "8 MiB, which an L2 may hold in part"), ("15M", "8 MiB, which an L2 may hold in part"),
    ("16M", "16 MiB, several times the L2"), ("33M", "32 MiB, several times the L2")])
def test_what_is_walked_through_is_told(whole, size, said):
    outcome = whole.report("latency", "--size", size, profile="t4x1")

    assert outcome.report["gpus"][0]["facts"]["walked_through"] == {"latency": said}


# --- what a site says ---

@pytest.mark.parametrize("floor, exit_code", [("510 ns", 0), ("490 ns", 1), ("0.6 us", 0)])
def test_slowest_allowed(whole, floor, exit_code):
    """An L4 of the model takes 500 ns."""
    (whole.folder / "bars.json").write_text(json.dumps({"latency.local": {"floor": floor}}))
    outcome = whole.report("latency", "--size", "1M", "--bars", "bars.json", profile="l4x1")

    assert outcome.exit == exit_code, outcome.describe()
    assert outcome.counted() == (set() if exit_code == 0 else {"hardware.slow"})
    metric = metrics_of(outcome)[0, "local"]
    assert metric["verdict"] == ("PASS" if exit_code == 0 else "FAIL")


def test_no_site_asks_for_more_than_can_be(whole):
    """28 clocks of 2040 MHz are 13.7 ns."""
    (whole.folder / "bars.json").write_text('{"latency.local": {"floor": "13 ns"}}')
    outcome = whole.run("latency", "--size", "1M", "--bars", "bars.json", profile="l4x1")

    assert outcome.exit == 2
    assert "13.7 ns" in outcome.err and "latency.local" in outcome.err


# --- who keeps ahead ---

def test_a_host_that_waits_for_each_copy_is_told_apart(whole):
    """Every query says that the GPU has come past the mark: longer leads are tried, in vain."""
    outcome = whole.report("latency", "--size", "1M", profile="l4x1",
                           faults=["cuEventQuery returns 0"])
    metrics = metrics_of(outcome)

    assert outcome.exit == 0, outcome.describe()
    for name in ("copy-to-gpu", "copy-from-gpu"):
        assert metrics[0, name]["variant"] == "at the host's pace"
