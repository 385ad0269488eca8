# SPDX-License-Identifier: Apache-2.0
"""Series of nights that nobody measured, with what is known to be in them: by these the statistics
are tried. All are drawn from a seed; each kind of noise has a coefficient of variation of `cv`
without its outliers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

CV = 0.01
LEVEL = 50e9
CLOCK_HZ = 1980e6
THROTTLED_NIGHTS = 10


def _gauss(rng, shape):
    return rng.normal(size=shape), 0.0


def _outliers(rng, shape):
    # One night in twenty is 5 to 40 % low: somebody else used the machine.
    low = rng.random(shape) < 0.05
    return rng.normal(size=shape), np.where(low, -rng.uniform(0.05, 0.40, shape), 0.0)


def _bimodal(rng, shape):
    # Two ways in which pages or CPUs happen to lie, decided anew each night.
    return 0.9 * rng.choice((-1.0, 1.0), shape) + np.sqrt(1 - 0.9**2) * rng.normal(size=shape), 0.0


def _ar1(rng, shape, rho=0.5):
    values = rng.normal(size=shape)
    for night in range(1, shape[1]):
        values[:, night] = rho * values[:, night - 1] + np.sqrt(1 - rho**2) * values[:, night]
    return values, 0.0


def _skewed(rng, shape):
    # Mostly near the best, with a long tail downwards.
    return 1 - rng.exponential(size=shape), 0.0


NOISES = {"gauss": _gauss, "outliers": _outliers, "bimodal": _bimodal, "ar1": _ar1,
          "skewed": _skewed}


@dataclass(frozen=True)
class Batch:
    """Rows are series, columns nights."""

    values: np.ndarray
    clocks_hz: np.ndarray


def draw(noise, series, nights, seed, cv=CV, shift=0.0, at=None, drift=0.0, throttle=0.0,
         jitter=0.0):
    """`shift` from night `at` on, relative; `at` may be one night for each series. `drift` is what
    is gained until the last night, evenly. Of the clock, with which the values go: `throttle` is
    the share that is lost for ten nights, once in each series; `jitter` its variation from night to
    night."""
    try:
        make = NOISES[noise]
    except KeyError:
        raise ValueError(f"unknown noise '{noise}', valid are {', '.join(NOISES)}") from None
    rng = np.random.default_rng((seed, sorted(NOISES).index(noise)))
    spread, outliers = make(rng, (series, nights))
    relative = 1 + cv * spread + outliers
    relative *= 1 + drift * np.linspace(0, 1, nights)
    if at is not None:
        since = np.arange(nights)[None, :] >= np.broadcast_to(at, series)[:, None]
        relative *= np.where(since, 1 + shift, 1)
    clocks = 1 + jitter * rng.normal(size=(series, nights))
    if throttle:
        for row, start in enumerate(rng.integers(40, nights - 20, series)):
            clocks[row, start:start + THROTTLED_NIGHTS] *= 1 - throttle
    return Batch(LEVEL * relative * clocks, CLOCK_HZ * clocks)
