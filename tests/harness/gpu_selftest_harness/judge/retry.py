# SPDX-License-Identifier: Apache-2.0
"""Which launches count. One that could not tell, or whose numbers somebody disturbed, may be tried
again in its round, and the last try decides; all are kept. A FAIL is not tried again: it was seen."""

from __future__ import annotations

from ..model import AGAIN, Launch
from ..words import ERROR, FAIL, MISS
from .said import Said

# What a neighbour, or heat, may bring about: of these alone a FAIL is tried again. Whoever adds a
# finding to the program and not to these has said that seen once is seen.
SPEED = frozenset((
    "hardware.slow",
    "hardware.slower-than-siblings",
    "hardware.throttled",
    "hardware.nvlink-slow",
    "hardware.nvswitch-slow",
    "host.clocks-limited",
))


def wants_again(told: dict[str, Said]) -> bool:
    cell = told[""]
    if cell.word == FAIL:
        return all(_may_be_disturbed(what) for what in told.values() if what.word == FAIL)
    return cell.word in (ERROR, MISS) or any(what.noise for what in told.values())


def _may_be_disturbed(what):
    return bool(what.noise) and {what.id, *what.also} <= SPEED


def deciding(launches: list[Launch], told: dict[str, dict[str, Said]]) -> list[Launch]:
    """Without those that were tried again."""
    last: dict[tuple, Launch] = {}
    counting = []
    for launch in launches:
        place = (launch.round, launch.gpus)
        if launch.kind == AGAIN and place in last and wants_again(told[last[place].id]):
            counting.remove(last[place])
        counting.append(launch)
        last[place] = launch
    return counting
