# SPDX-License-Identifier: Apache-2.0
"""latency: every number against a closed form, worked out here from the models' data; what is walked
through, and what is judged. Its faults are rows of faults.yaml."""

import json

import pytest

from model_of import (COPY_S, HOST_HOPS, LOCAL_HOPS, PAGE, PEER_HOPS, PROFILES, STAGED_S,
                      STAGED_SHARE, WALKS, gpus_of, host_rate, is_pcie, is_split, latency_of,
                      pcie_theory, peer_latency_of, quantity)

# The fewest clocks of a load that the nearest cache answers (arXiv 1804.06826, table 3.1).
CACHE_CLOCKS = 28

NAMES = ["local", "host", "copy-to-gpu", "copy-from-gpu"]


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
            assert metric["ceiling"] == pytest.approx(CACHE_CLOCKS / quantity(gpu["clock"]))
        elif is_pcie(gpu) and not is_split(profile):
            link = pcie_theory(int(gpu["pcie-gen"]), int(gpu["pcie-width"]))
            assert metric["ceiling"] == pytest.approx(PAGE / link)
        else:
            assert metric["ceiling"] is None


def test_full_level_keeps_three_times_sixteen_samples(whole):
    outcome = whole.report("latency", "--level", "full", "--size", "1M", profile="l4x1")

    assert {len(metric["samples"]) for metric in outcome.report["metrics"]} == {48}


@pytest.mark.parametrize("samples", [1, 15, 17, 50])
def test_as_many_samples_as_asked_for(whole, samples):
    """Walks come in batches of at most 16, each behind 4 that are not timed; of pages there are 48."""
    outcome = whole.report("latency", "--samples", str(samples), "--size", "1M", "--pairs", "0-1",
                           "--device", "0,1", profile="a100-pcie-x4")
    [workload] = outcome.report["workloads"]
    walks = samples + 4 * -(-samples // 16)
    words = min(samples, 48) * PAGE // 4

    assert outcome.exit == 0, outcome.describe()
    assert {len(metric["samples"]) for metric in outcome.report["metrics"]} == {samples}
    assert workload["elements_checked"] == 2 * (walks * (LOCAL_HOPS + HOST_HOPS + PEER_HOPS)
                                                + 3 * words)


@pytest.mark.parametrize("size", ["1", "129", "1M"])
def test_every_load_and_every_word_is_counted(whole, size):
    outcome = whole.report("latency", "--size", size, profile="t4x1")
    [workload] = outcome.report["workloads"]

    assert outcome.exit == 0, outcome.describe()
    assert workload["elements_checked"] == (WALKS * (LOCAL_HOPS + HOST_HOPS)
                                            + 2 * 16 * PAGE // 4)


# The L2 of a T4 has 4 MiB.
@pytest.mark.parametrize("size, said", [
    ("8M", "8 MiB, which an L2 may hold in part"), ("15M", "8 MiB, which an L2 may hold in part"),
    ("16M", "16 MiB, several times the L2"), ("33M", "32 MiB, several times the L2")])
def test_what_is_walked_through_is_told(whole, size, said):
    outcome = whole.report("latency", "--size", size, profile="t4x1")

    assert outcome.report["gpus"][0]["facts"]["walked_through"] == {"latency": said}


# --- between GPUs ---

def pairs_of(outcome, name):
    return {(metric["src_gpu"], metric["dst_gpu"]): metric for metric in outcome.report["metrics"]
            if metric["name"] == f"latency.{name}"}


@pytest.mark.parametrize("profile", ["h100x8", "b200x8", "a100-pcie-x4", "a100-pcie-switch-x4"])
def test_pairs_are_the_models(whole, profile):
    outcome = whole.report("latency", "--level", "full", "--size", "1M", "--device", "0,1,3",
                           profile=profile)

    assert outcome.exit == 0, outcome.describe()
    assert outcome.counted() == set() and outcome.notes() == set()
    for name in ("peer", "copy-peer"):
        pairs = pairs_of(outcome, name)
        assert set(pairs) == {(a, b) for a in (0, 1, 3) for b in (0, 1, 3) if a != b}
        for pair, metric in pairs.items():
            value = peer_latency_of(profile, *pair, name)
            assert metric["value"] == pytest.approx(value, rel=0.01), (name, pair)
            assert metric["stats"]["count"] == 48
            assert metric["variant"] in (None, "")
            assert metric["verdict"] == "not judged"


@pytest.mark.parametrize("level", ["quick", "full"])
def test_pairs_that_are_asked_for(whole, level):
    outcome = whole.report("latency", "--level", level, "--size", "1M", "--pairs", "1-3",
                           profile="a100-pcie-x4")

    assert outcome.exit == 0, outcome.describe()
    assert set(pairs_of(outcome, "peer")) == {(1, 3), (3, 1)}
    assert set(pairs_of(outcome, "copy-peer")) == {(1, 3), (3, 1)}


def test_every_load_and_every_word_between_gpus_is_counted(whole):
    outcome = whole.report("latency", "--level", "full", "--size", "1M", "--device", "0,1",
                           profile="a100-pcie-x4")
    [workload] = outcome.report["workloads"]
    one_gpu = 3 * WALKS * (LOCAL_HOPS + HOST_HOPS) + 2 * 48 * PAGE // 4
    one_pair = 3 * WALKS * PEER_HOPS + 48 * PAGE // 4

    assert workload["elements_checked"] == 2 * (one_gpu + one_pair)


@pytest.mark.parametrize("words", [["h100x8", "--level", "quick"],
                                   ["rtx4090x2", "--level", "full"],
                                   ["h100x8", "--level", "full", "--device", "2"]],
                         ids="-".join)
def test_no_pair_to_measure(whole, words):
    """Not at the quick level, none that CUDA gives access to, no second GPU."""
    outcome = whole.report("latency", *words[1:], "--size", "1M", profile=words[0])

    assert outcome.exit == 0, outcome.describe()
    assert not pairs_of(outcome, "peer") and not pairs_of(outcome, "copy-peer")


def test_peers_through_the_host_are_slow(whole):
    """CUDA says that both reach each other; the other pairs go on as they were."""
    outcome = whole.report("latency", "--level", "full", "--size", "1M", "--device", "0,1,2",
                           profile="a100-pcie-x4", faults=["link 0-1 staged"])
    gpu = gpus_of("a100-pcie-x4")[0]

    assert outcome.exit == 0, outcome.describe()
    for pair, metric in pairs_of(outcome, "copy-peer").items():
        staged = STAGED_S + PAGE / (STAGED_SHARE * host_rate(gpu))
        direct = COPY_S + PAGE / host_rate(gpu)
        value = staged if set(pair) == {0, 1} else direct
        assert metric["value"] == pytest.approx(value, rel=0.01), pair


def test_wrong_pages_of_one_pair_hide_no_other(whole):
    outcome = whole.report("latency", "--level", "full", "--size", "1M", "--device", "0,1,2",
                           profile="a100-pcie-x4", faults=["link 0>1 flip=0x10:3"])

    assert outcome.counted() == {"hardware.peer-copy-corrupted"}, outcome.describe()
    assert set(pairs_of(outcome, "peer")) == {(0, 2), (1, 0), (1, 2), (2, 0), (2, 1)}
    assert set(pairs_of(outcome, "copy-peer")) == set(pairs_of(outcome, "peer"))


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

def test_a_host_that_does_not_keep_ahead_is_told_apart(whole):
    """Every query says that the GPU has come past the mark: longer leads are tried, in vain."""
    outcome = whole.report("latency", "--size", "1M", profile="l4x1",
                           faults=["cuEventQuery returns 0"])
    metrics = metrics_of(outcome)

    assert outcome.exit == 0, outcome.describe()
    assert {metrics[0, name]["variant"] for name in NAMES} == {"at the host's pace"}
