# SPDX-License-Identifier: Apache-2.0
"""What is asked of the index. Nothing here writes."""

import json
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from statistics import median

from ..model import CONFIRM, Cell, History, SeriesKey
from .merge import of_night


@dataclass(frozen=True)
class Run:
    sequence: int  # the order in which runs came into the index
    run_id: str
    night: str
    node: str
    is_simulated: bool
    started_utc: str
    header: dict
    jumps: tuple[str, ...]  # of its clock, in words


def nights(connection):
    return [row[0] for row in connection.execute(
        "SELECT DISTINCT night FROM bundles ORDER BY night")]


def runs(connection, night=None):
    where, values = ("WHERE night = ?", (night,)) if night else ("", ())
    return [Run(row[0], row[1], row[2], row[3], bool(row[4]), row[5], json.loads(row[6]),
                tuple(json.loads(row[7])))
            for row in connection.execute(
                "SELECT id, run_id, night, node, is_simulated, started_utc, header, jumps"
                f" FROM bundles {where} ORDER BY id", values)]


def cell(connection, key):
    row = connection.execute("SELECT body FROM cells WHERE key = ?", (key,)).fetchone()
    if row is None:
        raise KeyError(f"no cell '{key}'")
    return Cell(**json.loads(row[0]))


def outcomes(connection, night):
    """One for each (cell, workload), in the order of both; see merge.py."""
    runs = _as_they_ran(connection, night)
    said = _of_runs(connection, runs, "SELECT body FROM outcomes WHERE bundle = ?")
    planned = _of_runs(connection, runs, "SELECT cell FROM plans WHERE bundle = ?")
    return of_night(said, planned)


def _as_they_ran(connection, night):
    """(number, node, run id), whatever the order in which they came into the index; that counts of
    one second alone. A run that goes on with another is behind it, whatever the clock said by then."""
    waiting = {run_id: (number, node, run_id, resumed) for number, node, run_id, resumed
               in connection.execute(
                   "SELECT id, node, run_id, json_extract(header, '$.resumes') FROM bundles"
                   " WHERE night = ? ORDER BY started_utc, id", (night,))}
    ordered = []
    while waiting:
        chain = [waiting.pop(next(iter(waiting)))]
        while chain[-1][3] in waiting:
            chain.append(waiting.pop(chain[-1][3]))
        ordered += reversed(chain)
    return [run[:3] for run in ordered]


def _of_runs(connection, runs, query):
    for number, node, run_id in runs:
        for row in connection.execute(query, (number,)):
            yield node, run_id, row[0]


def provenance(connection, digest):
    row = connection.execute("SELECT body FROM provenances WHERE digest = ?", (digest,)).fetchone()
    if row is None:
        raise KeyError(f"no provenance '{digest}'")
    return json.loads(row[0])


def histories(connection, cells=None):
    """Ordered by series. One query in the order of the table."""
    keys, digests = _series(connection, cells), _digests(connection)
    places = {number: place for place, (number,) in enumerate(
        connection.execute("SELECT id FROM bundles ORDER BY started_utc, id"))}
    of_cells, values = _in_cells(cells)
    where = f"WHERE series IN (SELECT id FROM series {of_cells})" if of_cells else ""
    rows = connection.execute(
        "SELECT series, night, median, q1, q3, clock_hz, flag, provenance, kind, bundle"
        f" FROM points {where} ORDER BY series, night, bundle, since_start_s, launch", values)
    for series, of_series in groupby(rows, itemgetter(0)):
        yield _history(keys[series], of_series, digests, places)


def _series(connection, cells):
    where, values = _in_cells(cells)
    return {row[0]: SeriesKey(*row[1:]) for row in connection.execute(
        "SELECT id, cell, workload, metric, variant, unit, src, dst, node FROM series"
        f" {where}", values)}


def _digests(connection):
    return dict(connection.execute("SELECT id, digest FROM provenances"))


def _in_cells(cells):
    """As one value, since a statement can take only so many."""
    if cells is None:
        return "", ()
    return "WHERE cell IN (SELECT value FROM json_each(?))", (json.dumps(list(cells)),)


def _history(key, rows, digests, places):
    history = History(key, [], [], [], [], [], [], [], [], [])
    for night, of_one in groupby(rows, itemgetter(1)):
        of_one = list(of_one)
        if of_one[0][9] != of_one[-1][9]:
            # The table has runs as they came into this index; into another they came otherwise.
            # One that came a moment ago has no place yet.
            of_one.sort(key=lambda row: places.get(row[9], len(places)))
        clean = [row for row in of_one if not row[6]]
        kept = clean or of_one
        history.nights.append(night)
        history.launches.append([row[2] for row in kept if row[8] != CONFIRM])
        history.confirming.append([row[2] for row in kept if row[8] == CONFIRM])
        history.flags.append("" if clean else of_one[0][6])
        history.provenance.append(digests[kept[-1][7]])
        if len(kept) == 1:
            _, _, value, low, high, clock, *_ = kept[0]
        else:
            value, low, high = (median([row[column] for row in kept]) for column in (2, 3, 4))
            clocks = [row[5] for row in kept if row[5] is not None]
            clock = median(clocks) if clocks else None
        history.values.append(value)
        history.lows.append(low)
        history.highs.append(high)
        history.clocks_hz.append(clock)
    return history
