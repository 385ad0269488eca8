# SPDX-License-Identifier: Apache-2.0
"""A run before this one: the one to go on with, or the one whose red cells are run again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .. import bundle
from ..bundle import Contents
from ..errors import Refused
from ..model import Launch, Planned
from .options import LATEST, Settings


@dataclass(frozen=True)
class Past:
    path: Path
    contents: Contents

    @property
    def is_open(self) -> bool:
        return not self.contents.is_sealed

    @property
    def header(self) -> dict:
        return self.contents.header

    @property
    def run_id(self) -> str:
        return self.header["run_id"]

    @property
    def launches(self) -> tuple[Launch, ...]:
        return tuple(self.contents.launches)

    @property
    def elapsed_s(self) -> float:
        """How far it had come: its launches are ordered by a clock that a new process begins anew."""
        return max((one.since_start_s + one.duration_s for one in self.launches), default=0.0)


def find_past(settings: Settings, name: str) -> Past:
    if not Path(settings.out).is_dir():
        raise Refused(f"there is no run yet: '{settings.out}' is not a folder")
    paths = sorted((*bundle.find(settings.out), *bundle.left_open(settings.out)), key=_age)
    names = [path.name.removesuffix(".open") for path in paths]
    if not paths:
        raise Refused(f"there is no run in '{settings.out}'")
    if name == LATEST:
        path = paths[-1]
    elif name.removesuffix(".open") in names:
        path = paths[names.index(name.removesuffix(".open"))]
    else:
        raise Refused(f"no run '{name}' in '{settings.out}'; there are: {', '.join(names[-10:])}")
    contents = bundle.read(path)
    if contents.header is None:
        raise Refused(f"'{path}' cannot be gone on with: {'; '.join(contents.problems)}")
    return Past(path, contents)


def _age(path):
    """By the time in the run's id, which has whole seconds, then by when it was made."""
    return path.name.partition("-")[0], (path / "header.json").stat().st_mtime_ns


def find(settings: Settings, matrix, node, plan: list[Planned]) -> Past | None:
    """The one to go on with; it has to be of this matrix and of this node as it is now, and an open
    one ends with this plan, which has to have all that it launched."""
    if settings.resume is None:
        return None
    past = find_past(settings, settings.resume)
    was = past.header
    for what, before, now in (("matrix", was["matrix"]["sha256"][:12], matrix.sha256[:12]),
                              ("node", was["node"]["name"], node.name),
                              ("driver", was["node"]["driver"], node.driver)):
        if before != now:
            raise Refused(f"cannot go on with '{past.run_id}': its {what} was '{before}', now it is "
                          f"'{now}'; start a new run")
    left_out = {one.cell for one in past.launches} - {planned.cell.key for planned in plan}
    if past.is_open and left_out:
        raise Refused(f"'{past.run_id}' has launches of {len(left_out)} cells that are not selected: "
                      "go on with all of it")
    return past


def red_cells(past: Past) -> set[str]:
    """Raises Refused where there are none."""
    red = {outcome.cell for outcome in past.contents.outcomes if outcome.is_red}
    if not red and not past.contents.outcomes:
        raise Refused(f"'{past.run_id}' was cut off before it said anything: go on with it by "
                      "'--resume'")
    if not red:
        raise Refused(f"no cell is red in '{past.run_id}': nothing is to be run again")
    return red
