# SPDX-License-Identifier: Apache-2.0
"""Nodes that are not there: for each driver of a matrix a simulated machine, and for earlier nights
of a made-up history small differences of its GPUs' memory, with one that gets slower for good."""

from __future__ import annotations

import random
from datetime import date, timedelta

from ..errors import Refused

# The newest of each branch that is known, and the CUDA that it tells: CUDA Toolkit release notes, table
# of toolkits and their drivers; 535 and 550 as Debian has them, and they say so themselves.
DRIVERS = {
    "535": ("535.261.03", "12.2"),
    "550": ("550.163.01", "12.4"),
    "560": ("560.35.05", "12.6"),
    "570": ("570.124.06", "12.8"),
    "575": ("575.57.08", "12.9"),
    "580": ("580.95.05", "13.0"),
}

# What the made-up history has: the memory of the GPUs varies by less than a percent from night to
# night, and that of one of them loses a fifth of its rate. So little is moved on a processor that more
# than half of its time is not the memory's: a tenth would show as 4 %.
SPREAD = 0.008
SLOW_GPU = 2
SLOW_RATE = 0.80
# Nights that already have it on the last one: three are the fewest that can tell.
SLOW_NIGHTS = 5


def driver_faults(branch: str) -> list[str]:
    """The statements that make a simulated machine one with a driver of this branch."""
    if branch not in DRIVERS:
        raise Refused(f"no simulated driver of branch '{branch}': {', '.join(DRIVERS)}")
    version, cuda = DRIVERS[branch]
    return [f"driver version={version} cuda={cuda}"]


def nights_before(last: date, count: int) -> list[str]:
    """That many nights, oldest first, of which the last is this one."""
    return [(last - timedelta(days=back)).isoformat() for back in reversed(range(count))]


def memory_faults(night: int, count: int, gpus: int, seed: int) -> list[str]:
    """How fast the memory of each of the first GPUs is on a night, from 0, of that many: the same for
    the same seed."""
    made = random.Random(f"{seed}/{night}")
    rates = [1 - SPREAD * made.random() for _ in range(gpus)]
    if gpus > SLOW_GPU and night >= count - SLOW_NIGHTS:
        rates[SLOW_GPU] *= SLOW_RATE
    return [f"mem {gpu} rate={rate:.4f}" for gpu, rate in enumerate(rates)]
