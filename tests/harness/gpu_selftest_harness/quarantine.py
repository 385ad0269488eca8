# SPDX-License-Identifier: Apache-2.0
"""What people know already. Faults that somebody is mending: not red until a day that the file
names, and red again after it. An entry is about one finding: what else was found, in any launch,
stays red with it. And losses of speed that somebody accepts: see analysis/accepted.py.

    version: 1
    quarantine:
      - when: {driver: "550", variant: [runtime, devel]}   # as in a matrix, of the axes
        workload: all-reduce                               # left out: all of the cell
        id: hardware.nvlink-down
        owner: site operations
        reason: "cable of GPU 3 is on order"
        until: 2026-12-31                                  # the last day on which it is not red
    accepted:
      - when: {gpu: h100-sxm5-80gb}
        workload: sgemm                                    # this and the next two may be left out
        metric: sgemm.rate
        uuid: GPU-12345678-1234-1234-1234-123456789abc
        since: 2026-11-20                                  # the first night of it
        loss_percent: 4                                    # less of a rate, more of a time
        owner: site operations
        reason: "the power limit was lowered"
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from .errors import Refused
from .matrix import Matrix, checked, conditions, source
from .model import AXES, Cell, Outcome, SeriesKey

SCHEMA = Path(__file__).with_name("quarantine.schema.json")


@dataclass(frozen=True)
class Entry:
    at: str  # 'quarantine.yaml:3: quarantine[0]: '
    when: conditions.Condition
    workload: str | None
    id: str
    owner: str
    reason: str
    until: date

    def is_about(self, outcome: Outcome, finding: str, cell: Cell) -> bool:
        return (finding == self.id and not outcome.is_as_expected
                and self.workload in (None, outcome.workload) and self.has(cell))

    def has(self, cell: Cell) -> bool:
        return self.when.holds(lambda axis: getattr(cell, axis)) is True

    @property
    def shown(self) -> dict:
        return {"owner": self.owner, "reason": self.reason, "until": self.until.isoformat()}


@dataclass(frozen=True)
class Loss:
    """Of speed, for good."""

    at: str  # 'quarantine.yaml:12: accepted[0]: '
    when: conditions.Condition
    workload: str | None
    metric: str | None
    uuid: str | None
    since: date
    percent: float
    owner: str
    reason: str

    def is_of(self, key: SeriesKey, cell: Cell) -> bool:
        return (self.workload in (None, key.workload) and self.metric in (None, key.metric)
                and self.uuid in (None, key.src, key.dst)
                and self.when.holds(lambda axis: getattr(cell, axis)) is True)


@dataclass(frozen=True)
class Quarantine:
    entries: tuple[Entry, ...] = ()
    losses: tuple[Loss, ...] = ()

    @classmethod
    def load(cls, path, matrix: Matrix | None = None) -> Quarantine:
        """Raises Refused, a line for each thing that is wrong. With the matrix, values that it does
        not have are wrong, too."""
        read = source.read(path)
        checked.check(read, SCHEMA)
        vocabulary, wrong = matrix.axes if matrix else {}, []
        made = []
        for name, make in (("quarantine", _entry), ("accepted", _loss)):
            made.append([])
            for number, entry in enumerate(read.value.get(name, ())):
                try:
                    made[-1].append(make(read, (name, number), entry, vocabulary))
                except Refused as error:
                    wrong.append(str(error))
        if wrong:
            raise Refused("\n".join(wrong))
        return cls(*map(tuple, made))

    def apply(self, outcomes: Iterable[Outcome], cells: Iterable[Cell] | Mapping[str, Cell],
              today: date | str) -> tuple[list[Outcome], list[str]]:
        """The outcomes, those of living entries marked, and what is to be said of the entries:
        those that are over, and those that nothing needs any more. The same list goes in again
        with another day, and gets what that day says."""
        today = date.fromisoformat(today) if isinstance(today, str) else today
        known = {cell.key: cell for cell in (
            cells.values() if isinstance(cells, Mapping) else cells)}
        outcomes, hits = list(outcomes), dict.fromkeys(self.entries, 0)
        marked = []
        for outcome in outcomes:
            cell = known.get(outcome.cell)
            hiders = [self._hider(outcome, finding, cell, today, hits)
                      for finding in (outcome.id, *outcome.also)] if cell else [None]
            marked.append(replace(outcome, quarantine=None if None in hiders else hiders[0].shown))
        marked = [_with_its_workloads(outcome, marked) for outcome in marked]
        return marked, [text for entry, hit in hits.items()
                        if (text := _problem(entry, hit, known.values(), today))]

    def _hider(self, outcome, finding, cell, today, hits) -> Entry | None:
        found = [entry for entry in self.entries if entry.is_about(outcome, finding, cell)]
        for entry in found:
            hits[entry] += 1
        return next((entry for entry in found if today <= entry.until), None)


def _with_its_workloads(outcome: Outcome, marked: list[Outcome]) -> Outcome:
    """A cell is red for what its workloads found; where all of that is in quarantine, so is it."""
    if outcome.workload or not outcome.is_red:
        return outcome
    red = [other for other in marked if other.cell == outcome.cell and other.workload
           and not other.is_as_expected]
    theirs = {finding for other in red for finding in (other.id, *other.also)}
    if not red or any(other.is_red for other in red) or not {outcome.id, *outcome.also} <= theirs:
        return outcome
    first = next(other for other in red if outcome.id in (other.id, *other.also))
    return replace(outcome, quarantine=first.quarantine)


def _entry(read, place, entry, vocabulary) -> Entry:
    return Entry(read.at(place), _when(read, place, entry, vocabulary), entry.get("workload"),
                 entry["id"], entry["owner"], entry["reason"], _day(read, place, entry, "until"))


def _loss(read, place, entry, vocabulary) -> Loss:
    return Loss(read.at(place), _when(read, place, entry, vocabulary), entry.get("workload"),
                entry.get("metric"), entry.get("uuid"), _day(read, place, entry, "since"),
                float(entry["loss_percent"]), entry["owner"], entry["reason"])


def _when(read, place, entry, vocabulary):
    try:
        return conditions.parse(entry["when"], AXES, vocabulary)
    except Refused as error:
        lead = read.at(place + ("when",))
        raise Refused("\n".join(lead + line for line in str(error).splitlines())) from error


def _day(read, place, entry, name):
    try:
        return date.fromisoformat(entry[name])
    except ValueError as error:
        raise Refused(read.at(place + (name,))
                      + f"'{entry[name]}' is no day of the calendar") from error


def _problem(entry: Entry, hits: int, cells, today: date) -> str | None:
    who = f"{entry.id} of {entry.owner}"
    if today > entry.until:
        again = f"{hits} {'outcome is' if hits == 1 else 'outcomes are'} red again" if hits \
            else "nothing has it any more: delete the entry"
        return entry.at + f"the quarantine of {who} ended on {entry.until}; {again}"
    if hits:
        return None
    if not any(entry.has(cell) for cell in cells):
        return entry.at + f"no cell of this run is in the quarantine of {who}"
    return entry.at + f"nothing has {who} any more: delete the entry"
