# SPDX-License-Identifier: Apache-2.0
"""Which launches count. One that could not tell, or whose numbers somebody disturbed, may be tried
again in its round, and the last try decides; all are kept. A FAIL is not tried again: it was seen."""

from __future__ import annotations

from ..model import Launch
from ..words import ERROR, FAIL, MISS
from .said import Said

AGAIN = "again"


def wants_again(told: dict[str, Said]) -> bool:
    cell = told[""]
    if any(what.is_data for what in told.values()):
        return False
    if cell.word in (ERROR, MISS):
        return True
    # A neighbour makes numbers slow, and slow numbers may be why it is a FAIL; all else stays.
    return cell.word != FAIL and any(what.noise for what in told.values()) \
        or cell.word == FAIL and bool(cell.noise) and _is_of_numbers(told)


def _is_of_numbers(told):
    return all(what.noise for name, what in told.items() if name and what.word == FAIL)


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
