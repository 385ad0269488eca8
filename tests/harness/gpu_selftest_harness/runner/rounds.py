# SPDX-License-Identifier: Apache-2.0
"""The launches of a night, and their order: rounds, so that an hour that is bad for numbers meets all
cells alike, and in each round an order that is random, for what runs before a launch may matter."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass

from ..model import MEASURE, Launch, Node, Planned


@dataclass(frozen=True)
class Task:
    """One launch that is to come."""

    planned: Planned
    round: int
    gpus: tuple[str, ...]
    kind: str = MEASURE

    @property
    def place(self) -> tuple:
        """What a second try takes the place of."""
        return (self.planned.cell.key, self.round, self.gpus)

    @property
    def record(self) -> list:
        return [self.planned.cell.key, self.round, list(self.gpus), self.kind]


def place_of(launch: Launch) -> tuple:
    return (launch.cell, launch.round, launch.gpus)


def gpus_of(planned: Planned, node: Node) -> list[tuple[str, ...]]:
    """Those of each launch in a round. Of 'count:1' the same night after night, since a GPU is
    compared with itself, and not the same for all cells, so that all get their turn."""
    cell = planned.cell
    uuids = [gpu.uuid for gpu in node.usable if gpu.model == cell.gpu] \
        or [gpu.uuid for gpu in node.usable]
    if cell.devices == "none":
        return [()]
    if cell.devices == "each":
        return [(uuid,) for uuid in uuids]
    if cell.devices == "all":
        return [tuple(uuids)]
    count = int(cell.devices.removeprefix("count:"))
    groups = max(len(uuids) // count, 1)
    first = int(cell.key, 16) % groups * count
    return [tuple(uuids[first:first + count])]


def ran_of(planned: Planned, launches: Iterable[Launch], node: Node) -> tuple[int, int]:
    """How many of the cell's own launches there are, however often each was tried, and how many it
    has to have."""
    wanted = {(number, gpus) for number in range(1, planned.launches + 1)
              for gpus in gpus_of(planned, node)}
    ran = {(one.round, one.gpus) for one in launches if one.cell == planned.cell.key}
    return len(ran & wanted), len(wanted)


def order(plan: list[Planned], node: Node, seed: int) -> list[Task]:
    tasks = []
    for number in range(1, max((planned.launches for planned in plan), default=0) + 1):
        of_round = [Task(planned, number, gpus) for planned in plan if planned.launches >= number
                    for gpus in gpus_of(planned, node)]
        # By key first: the order of the plan is no part of the seed.
        of_round.sort(key=lambda task: task.place)
        random.Random(f"{seed} {number}").shuffle(of_round)
        tasks += of_round
    return tasks
