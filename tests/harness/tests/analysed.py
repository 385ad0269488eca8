# SPDX-License-Identifier: Apache-2.0
"""An index in memory in which everything that happened was put, for tests of what is told of it."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from gpu_selftest_harness.analysis import analyse
from gpu_selftest_harness.index import Run
from gpu_selftest_harness.model import Cell, Expectation, History, Outcome, SeriesKey

CELL = Cell("580", "13.0", "base", "debian12", "local", "h100", "all", "compute,utility", "quick")
PASS = Expectation("PASS")
TOO_OLD = Expectation("FAIL", "host", "host.driver-too-old", reason="13.0 needs 580", rule=0)
GPUS = tuple(f"GPU-{place}" for place in range(4))


@dataclass
class Index:
    """The methods of the real one that an analysis calls."""

    said: dict = field(default_factory=dict)  # night -> outcomes
    cells: list = field(default_factory=lambda: [CELL])
    series: list = field(default_factory=list)
    provenances: dict = field(default_factory=dict)

    def nights(self):
        return sorted(self.said)

    def runs(self, night=None):
        return [Run(1, f"run of {night}", night, "n1", True, f"{night}T02:00:00Z",
                    {"node": {"name": "n1", "gpus": [{"uuid": GPUS[3], "index": 3}]}}, ())]

    def outcomes(self, night):
        return self.said[night]

    def cell(self, key):
        return next(cell for cell in self.cells if cell.key == key)

    def histories(self, cells=None, nights=None):
        return iter(self.series)

    def provenance(self, digest):
        return self.provenances[digest]


def nights(count, last="2026-11-27"):
    return [str(date.fromisoformat(last) - timedelta(days=count - 1 - place))
            for place in range(count)]


def outcome(word="PASS", cell=CELL, workload="", expected=PASS, **more):
    told = {"layer": None, "id": None, "stage": "run",
            "is_as_expected": word in (expected.word, "SKIP"), **more}
    return Outcome(cell.key, workload, word, told.pop("layer"), told.pop("id"), told.pop("stage"),
                   expected, told.pop("is_as_expected"), **told)


def history(values, src=GPUS[0], dst="", unit="bytes_per_s", cell=CELL, metric="host-copy.to-gpu",
            flags=None, provenance=None, launches=None, clocks=None, confirming=None,
            last="2026-11-27"):
    values = [float(value) for value in values]
    key = SeriesKey(cell.key, metric.partition(".")[0], metric, "pinned", unit, src, dst)
    return History(key, nights(len(values), last), values, values, values,
                   launches or [[value] * 3 for value in values], clocks or [None] * len(values),
                   flags or [""] * len(values), provenance or ["a"] * len(values),
                   confirming or [[] for _ in values])


def noise(count, seed=1):
    return 50e9 * (1 + 0.01 * np.random.default_rng(seed).normal(size=count))


def index_of(*series, said=(), cells=(CELL,), count=60):
    every = nights(count)
    said = {every[-1]: list(said) or [outcome()]}
    return Index({night: [outcome()] for night in every[:-1]} | said,
                 list(cells), list(series), {"a": {"driver": {"version": "580.65.06"}},
                  "b": {"driver": {"version": "580.95.05"}}})


def the_trend(*series, **more):
    told = analyse(index_of(*series, **more)).trends
    assert len(told) == 1
    return told[0]


def pairs(slow, count=60, by=0.7):
    return [history(noise(count, place) * np.where(
        np.arange(count) >= count - 5, by if slow(src, dst) else 1, 1), src=src, dst=dst,
        metric="peer-copy.write") for place, (src, dst) in enumerate(
            (src, dst) for src in GPUS for dst in GPUS if src != dst)]
