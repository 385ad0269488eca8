# SPDX-License-Identifier: Apache-2.0
"""What the statistics do on series of which it is known what is in them: the table from which their
defaults were chosen, and which scripts/bench prints. A false alarm is any change point in a series
without one, whatever its direction; found is one within NEAR nights of the truth that is told
within WITHIN nights."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from scipy.stats import chi2

from .model import History, SeriesKey
from .statistics.clocks import separate
from .statistics.gate import CONFIRMATIONS, NIGHTS, gate
from .statistics.replay import replay
from .statistics.values import CODE, CONFIRMED
from .synthetic import NOISES, draw

YEAR = 365
SHIFTS = (0.02, 0.03, 0.05, 0.10)
NEAR = 3
WITHIN = 25
SEED = 2026


@dataclass(frozen=True)
class Alarms:
    """False ones."""

    what: str
    series: int
    count: int

    @property
    def per_year(self) -> float:
        return self.count / self.series

    @property
    def at_most(self) -> float:
        """With 95 % confidence, if they come independently."""
        return float(chi2.ppf(0.95, 2 * (self.count + 1)) / 2 / self.series)


@dataclass(frozen=True)
class Found:
    what: str
    shift: float
    series: int
    missed: int
    median_nights: float  # from the first night of the shift to the one that tells it, both counted
    late_nights: float  # nine in ten by then


def false_alarms(series=400, seed=SEED) -> list[Alarms]:
    return [Alarms(noise, series, sum(map(len, replay(draw(noise, series, YEAR, seed).values))))
            for noise in NOISES]


def clock_alarms(series=400, seed=SEED) -> list[Alarms]:
    """Of clocks that vary by half a percent each night, and that lose 5 % for ten nights; of these
    an alarm is false if it takes them for a change of the code."""
    jitter = draw("gauss", series, YEAR, seed, jitter=0.005)
    told = [Alarms("clock jitter of 0.5 %", series, sum(map(len, replay(jitter.values))))]
    throttled = draw("gauss", series, YEAR, seed, throttle=0.05)
    blamed = sum(1 for values, clocks, alarms in zip(throttled.values, throttled.clocks_hz,
                                                     replay(throttled.values))
                 for place, alarm in enumerate(alarms)
                 if _is_of_code(values, clocks, alarms[:place], alarm))
    return [*told, Alarms("throttled by 5 % for 10 nights, taken for code", series, blamed)]


def _is_of_code(values, clocks, earlier, alarm):
    first, last = alarm.point.index, alarm.told_at + 1
    start = max((one.point.index for one in earlier if not one.point.went_away), default=0)
    before = slice(max(first - NIGHTS, start), first)
    return separate(values[before], values[first:last], clocks[before], clocks[first:last]
                    ).word == CODE


def found(noise, shift, series=200, seed=SEED) -> Found:
    """The night of the shift is another one in each series, from the fortieth on."""
    at = np.random.default_rng(seed).integers(40, 340 - WITHIN, series)
    batch = draw(noise, series, 340, seed + 1, shift=-shift, at=at)
    nights = np.array([_nights(alarms, truth) for alarms, truth in zip(replay(batch.values), at)])
    missed = int((nights > WITHIN).sum())
    # 'higher' keeps a miss that is infinite from being averaged.
    late = np.quantile(nights, 0.9, method="higher")
    return Found(noise, shift, series, missed, float(np.median(nights)), float(late))


def _nights(alarms, truth):
    return min((alarm.told_at - truth + 1 for alarm in alarms
                if alarm.told_at >= truth and abs(alarm.point.index - truth) <= NEAR),
               default=np.inf)


def drifts(series=200, seed=SEED, drift=-0.05) -> Found:
    """Of a drift over the year there is no night of truth: found is whatever is told at all."""
    nights = [alarms[0].told_at + 1 if alarms else np.inf
              for alarms in replay(draw("gauss", series, YEAR, seed, drift=drift).values)]
    return Found("drift over a year", drift, series, int(np.isinf(nights).sum()),
                 float(np.median(nights)), float(np.quantile(nights, 0.9, method="higher")))


def gate_alarms(noise, confirmations, series=100, seed=SEED) -> Alarms:
    """Nights that would be told with so many confirming launches. These are drawn like nights: what
    disturbed the first is gone when they run."""
    batch = draw(noise, series, YEAR, seed).values
    again = draw(noise, series * max(confirmations, 1), YEAR, seed + 1).values
    again = again.reshape(series, -1, YEAR)
    count = 0
    for row, more in zip(batch, again):
        for night in range(NIGHTS, YEAR):
            past = row[night - NIGHTS:night]
            told = gate(past, row[night], more[:confirmations, night])
            if told.word == CONFIRMED or not confirmations and told.word == "SUSPECT":
                count += 1
    return Alarms(f"{noise}, {confirmations} confirming", series, count)


def gate_power(drop, trials=400, seed=SEED) -> float:
    """Of a drop tonight that is there in confirming launches, too."""
    values = draw("gauss", trials, NIGHTS + 1 + CONFIRMATIONS, seed).values
    values[:, NIGHTS:] *= 1 - drop
    return sum(gate(row[:NIGHTS], row[NIGHTS], row[NIGHTS + 1:]).word == CONFIRMED
               for row in values) / trials


def histories(series=1000, nights=YEAR, seed=SEED) -> list[History]:
    """A year of a fleet, with all kinds of noise, for measuring how long an analysis takes."""
    made = []
    for noise in NOISES:
        made += of_batch(draw(noise, series // len(NOISES), nights, seed), noise)
    return made


def of_batch(batch, variant) -> list[History]:
    """Each row as a GPU's, named by its place."""
    nights = batch.values.shape[1]
    dates = [str(date(2025, 11, 28) + timedelta(days=night)) for night in range(nights)]
    return [History(SeriesKey("0" * 16, "host-copy", "host-copy.to-gpu", variant, "bytes_per_s",
                              f"GPU-{place}", ""),
                    dates, values, values, values, [[value] * 3 for value in values], clocks,
                    [""] * nights, ["0"] * nights)
            for place, (values, clocks) in enumerate(zip(batch.values.tolist(),
                                                         batch.clocks_hz.tolist()))]
