# SPDX-License-Identifier: Apache-2.0
"""A made-up night: what the page is measured with, and looked at, without a machine that ran for a
year. Nothing in it was measured, and it says so."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from ..analysis.series import by
from ..analysis.values import (DROPPED, IMPROVED, SHIFTED, STEADY, Analysis, Change, Difference,
                               Fleet, Grid, Incident, PairMatrix, Point, Square, Trend, Verdict)
from ..index import Run
from ..model import Cell, Expectation, History, Outcome, SeriesKey
from ..statistics.values import CLEAR, CONFIRMED, ChangePoint, Gate, Separation, Standing
from ..words import FAIL, HIGHER, LOWER, MISS, PASS, SKIP

DRIVERS, CUDAS, VARIANTS = ("535", "550", "580"), ("11.8", "12.4", "12.9", "13.0"), (
    "base", "runtime", "devel")
LAST = date(2026, 11, 27)
NAMES = {f"GPU-{n:08x}-5a1e-4c0d-9b57-0123456789ab": f"gpu {n}" for n in range(8)}
TOO_OLD = Expectation(FAIL, "host", "host.driver-too-old",
                      reason="CUDA 13 needs a driver of branch 580 or newer", rule=0)
# workload, metric, variant, unit, level, what is better
NUMBERS = (("host-copy", "host-copy.to-gpu", "pinned", "bytes_per_s", 55.4e9, HIGHER),
           ("host-copy", "host-copy.from-gpu", "pinned", "bytes_per_s", 53.9e9, HIGHER),
           ("device-memory", "device-memory.copy", "", "bytes_per_s", 2.61e12, HIGHER),
           ("sgemm", "sgemm.rate", "fp32-default", "flop_per_s", 51.2e12, HIGHER),
           ("launch", "launch.latency", "", "s", 2.31e-6, LOWER))


def cells() -> dict[tuple[str, str, str], Cell]:
    return {(driver, cuda, variant): Cell(driver, cuda, variant, "ubuntu22.04", "docker",
                                          "h100-sxm5-80gb", "all", "compute,utility", "full")
            for driver in DRIVERS for cuda in CUDAS for variant in VARIANTS}


def outcome(cell: Cell, workload: str = "") -> Outcome:
    """What comes of a cell on a good night, but for two of them."""
    at = (cell.driver, cell.cuda, cell.variant)
    if cell.cuda == "13.0" and cell.driver != "580":
        return Outcome(cell.key, workload, FAIL, "host", "host.driver-too-old", "run", TOO_OLD,
                       True,
                       observed=f"driver {cell.driver} supports CUDA 12.2, the image needs 13.0",
                       remedy="use a driver of branch 580 or newer", launches=("0001",),
                       duration_s=3.2)
    expected = Expectation(PASS)
    if at == ("580", "12.9", "devel"):
        return Outcome(cell.key, workload, FAIL, "hardware", "hardware.pcie-link-narrow", "run",
                       expected, False, observed="the link of gpu 5 is x8, both ends can do x16",
                       remedy="reseat or drain gpu 5 (0000:db:00.0)", launches=("0002", "0003"),
                       duration_s=41.0)
    if at == ("550", "11.8", "runtime"):
        return Outcome(cell.key, workload, MISS, "suite", "suite.image-absent", "engine", expected,
                       False, observed="docker has no image 'gpu-selftest:11.8-runtime'",
                       remedy="build or pull the image, then: gpu-selftest-harness run MATRIX"
                              " --resume",
                       quarantine={"owner": "images", "reason": "the registry is being moved",
                                   "until": "2026-12-04"})
    return Outcome(cell.key, workload, PASS, None, None, "run", expected, True,
                   launches=("0004", "0005", "0006"), duration_s=38.5)


def trend(key: SeriesKey, level: float, direction: str, nights: int, rng) -> Trend:
    """A year at 1 % between nights; one in twenty series has a shift."""
    values = level * (1 + 0.01 * rng.standard_normal(nights))
    kind = rng.integers(0, 60)
    sign = -1 if direction == HIGHER else 1
    days = [(LAST - timedelta(days=nights - 1 - n)).isoformat() for n in range(nights)]
    word, shift, at = {0: (DROPPED, 0.08 * sign, nights - 1), 1: (SHIFTED, 0.05 * sign, nights - 9),
                       2: (IMPROVED, -0.03 * sign, nights - 12)}.get(int(kind), (STEADY, 0.0, None))
    points = ()
    if at is not None and at > 0:
        values[at:] *= 1 + shift
        if word != DROPPED:
            change = ChangePoint(at, float(np.median(values[:at])), float(np.median(values[at:])),
                                 shift, 0.0004)
            points = (Point(change, days[at], False, word == SHIFTED,
                            (Difference("driver", "580.65.06", "580.95.05"),),
                            Separation("CODE", shift, 0.001, shift)),)
    spread = float(np.median(np.abs(values - np.median(values))) * 1.4826 / np.median(values))
    reason = {DROPPED: f"{by(shift)} tonight, which confirming launches show, too; 4.0 % is let pass",
              STEADY: "no regression; 2.1 % within 5 nights would have been seen"}.get(
                  word, f"{by(shift)} since {days[at]}" if points else "")
    history = History(key, days, values.tolist(), (values * 0.996).tolist(),
                      (values * 1.004).tolist(), [[v] for v in values.tolist()],
                      [1.98e9] * nights, [""] * nights, ["p1"] * nights)
    gate = Gate(CONFIRMED if word == DROPPED else CLEAR, shift if word == DROPPED else 0.002,
                0.04, min(nights - 1, 30))
    return Trend(history, word, reason, direction, float(values[-1]),
                 float(np.median(values[-9:])), spread, gate, points, 0.021)


def pairs(cell: Cell, rng) -> PairMatrix:
    gpus = tuple(NAMES)
    rates = 3.86e11 * (1 + 0.01 * rng.standard_normal((8, 8)))
    rates[2, 6] = 2.4e11
    values = tuple(tuple(None if a == b else float(rates[a, b]) for b in range(8))
                   for a in range(8))
    return PairMatrix("peer-copy", "peer-copy.bandwidth", "direct", "bytes_per_s", HIGHER, cell.key,
                      gpus, values, 3.86e11, ((2, 6),))


def run() -> Run:
    gpus = [{"uuid": uuid, "name": "NVIDIA H100 80GB HBM3", "index": at}
            for at, uuid in enumerate(NAMES)]
    node = {"name": "node7", "driver": "580.95.05", "gpus": gpus, "simulated": "h100x8",
            "engines": [{"name": "docker", "version": "29.1.0"}], "distro": "ubuntu24.04",
            "kernel": "6.8.0-87", "architecture": "x86_64"}
    return Run(1, "20261127T020000Z-node7-1a2b", LAST.isoformat(), "node7", True,
               "2026-11-27T02:00:00Z", {"node": node}, ())


def sample(nights: int = 365, series: int = 200, seed: int = 20261127) -> Analysis:
    rng = np.random.default_rng(seed)
    by_place = cells()
    outcomes = [outcome(cell) for cell in by_place.values()]
    of_cell = {result.cell: result for result in outcomes}
    for cell in list(by_place.values()):
        outcomes += [outcome(cell, workload) for workload in ("device-query", "host-copy", "sgemm")]

    able = [c for c in by_place.values() if of_cell[c.key].word == PASS]
    keys = [(SeriesKey(cell.key, w, m, v, unit, gpu, ""), level, better)
            for gpu in NAMES for cell in able for w, m, v, unit, level, better in NUMBERS]
    trends = [trend(key, level, better, nights, rng) for key, level, better in keys[:series]]
    order = (DROPPED, SHIFTED, IMPROVED, STEADY)
    trends.sort(key=lambda one: order.index(one.word))

    grids = []
    for variant in VARIANTS:
        squares = {}
        for (driver, cuda, of), cell in by_place.items():
            result = of_cell[cell.key]
            if of == variant:
                squares[driver, cuda] = Square(cell.key, result.word, result.is_as_expected,
                                               result.quarantine is not None, False, result)
        grids.append(Grid((("variant", variant), ("engine", "docker")), DRIVERS, CUDAS, squares))

    broken = of_cell[by_place["580", "12.9", "devel"].key]
    absent = of_cell[by_place["550", "11.8", "runtime"].key]
    gpu5 = list(NAMES)[5]
    standings = tuple(Standing(gpu, 51.2e12 * (1 - below), -below / 0.01, below, below >= 0.05)
                      for gpu, below in zip(reversed(NAMES), (0.071, 0.012, 0.006, 0.002, -0.001,
                                                              -0.004, -0.006, -0.011)))
    verdict = Verdict(FAIL, "the PCIe link of gpu 5 on node7 runs at half its width"
                      " since 25 November", "hardware", "hardware.pcie-link-narrow",
                      "reseat or drain gpu 5 (0000:db:00.0)", "2026-11-25")
    flaky = Outcome(able[0].key, "host-copy", PASS, None, None, "run", Expectation(PASS), True,
                    observed="2 of 3 launches passed, one ended in ERROR: timed out after 120 s",
                    is_intermittent=True, launches=("0011", "0012", "0013"))
    days = tuple((LAST - timedelta(days=nights - 1 - n)).isoformat() for n in range(nights))
    return Analysis(
        LAST.isoformat(), days[-2] if nights > 1 else None, days, verdict,
        {FAIL: 7, MISS: 1, PASS: 28, SKIP: 0}, 1, 6, {c.key: c for c in by_place.values()},
        outcomes,
        changes=[Change(broken.cell, "", Outcome(broken.cell, "", PASS, None, None, "run",
                                                 Expectation(PASS), True), broken),
                 Change(absent.cell, "", None, absent)],
        grids=grids,
        incidents=[Incident(FAIL, "hardware", gpu5, "gpu 5 has a PCIe link of half its width",
                            ("hardware.pcie-link-narrow",), (broken,),
                            tuple(t for t in trends if t.word == DROPPED), "2026-11-25")],
        trends=trends, fleets=[Fleet("sgemm", "sgemm.rate", "fp32-default", "flop_per_s",
                                     able[0].key, 51.2e12, standings)],
        pairs=[pairs(able[0], rng)],
        differences=[Difference("driver", "580.65.06", "580.95.05"),
                     Difference("docker", "29.0.1", "29.1.0")],
        provenance={"8f3a90c1": {"driver": "580.95.05", "cuda": "13.0", "kernel": "6.8.0-87",
                                 "image": "sha256:4f1c0ffee", "toolkit": "1.18.0"}},
        quarantine=[absent], intermittent=[flaky],
        runs=[run()], gpus=dict(NAMES), is_simulated=True, held=1)
