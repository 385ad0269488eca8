# SPDX-License-Identifier: Apache-2.0
"""One sealed bundle into the index: all of it or nothing, and once, however often it is tried."""

import contextlib
import dataclasses
import json

from .. import node as nodes
from .. import provenance
from ..bundle import reader
from ..bundle.header import node_of, planned_of
from ..bundle.values import Misfit
from ..errors import Refused
from ..model import SeriesKey
from .clock import jumps
from .database import transaction
from .flags import Flags
from .points import points_of

COLUMNS = "cell, workload, metric, variant, unit, src, dst, node"


def add(connection, path):
    """False if it is there already."""
    if is_known(connection, reader.seal_sum(path)):
        return False
    measured = []
    contents = _checked(path, measured)
    planned = _planned(contents.header, path)
    try:
        with transaction(connection):
            if is_known(connection, contents.sha256):
                return False
            _check_fits(connection, contents.header, path)
            bundle = _add_bundle(connection, contents)
            _add_cells(connection, bundle, planned)
            _add_outcomes(connection, bundle, contents)
            Series(connection).add(bundle, contents.header["night"], _rows(connection, measured))
    except UnicodeError as error:  # not of our writer; the others can be taken in all the same
        raise Refused(f"'{path}' has what no index can keep: {error}") from error
    return True


def _checked(path, measured):
    try:
        contents = reader.read(path, _Taker(measured))
    except OSError as error:
        raise Refused(f"'{path}' cannot be read: {error.strerror}") from error
    if not contents.is_sealed:
        raise Refused(f"'{path}' is still open; if its run is over: "
                      f"gpu-selftest-harness seal {path}")
    if contents.problems:
        raise Refused(f"'{path}' is not what was sealed: " + "; ".join(contents.problems))
    return contents


class _Taker:
    """Takes of each launch what the index keeps, while its report is there."""

    def __init__(self, measured):
        self._measured = measured
        self._header = self._node = None
        self._planned = {}

    def __call__(self, header, launch):
        if not launch.report:
            return
        if self._header is None:
            self._read(header)
        flags = Flags(launch, self._planned.get(launch.cell), self._node)
        name = str(node_of(header).get("name", ""))
        self._measured.append((launch, provenance.of(header, launch),
                               list(points_of(launch, name, flags))))

    def _read(self, header):
        self._header = header
        with contextlib.suppress(Refused):
            self._node = nodes.from_json(node_of(header))
        with contextlib.suppress(Refused):
            self._planned = {one.cell.key: one for one in _planned(header, "")}


def _planned(header, path):
    try:
        return planned_of(header)
    except Misfit as misfit:
        raise Refused(f"'{path}': {misfit}") from misfit


def is_known(connection, sha256):
    return sha256 is not None and bool(connection.execute(
        "SELECT 1 FROM bundles WHERE sha256 = ?", (sha256,)).fetchone())


def _check_fits(connection, header, path):
    run_id = header["run_id"]
    if connection.execute("SELECT 1 FROM bundles WHERE run_id = ?", (run_id,)).fetchone():
        raise Refused(f"'{path}': the index has another bundle of the run '{run_id}'")
    simulated = connection.execute("SELECT is_simulated FROM bundles LIMIT 1").fetchone()
    if simulated and simulated[0] != is_simulated(header):
        raise Refused(f"'{path}': an index is of simulated runs or of real ones, never of both")


def is_simulated(header):
    return int(bool(node_of(header).get("simulated")))


def _add_bundle(connection, contents):
    header = contents.header
    has_paused = any(note["kind"] == "resume" for note in contents.notes)
    return connection.execute(
        "INSERT INTO bundles (run_id, sha256, night, node, is_simulated, started_utc, header, jumps)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (header["run_id"], contents.sha256, header["night"], str(node_of(header).get("name", "")),
         is_simulated(header), header["started_utc"], _json(header),
         _json(jumps(header["started_utc"], contents.launches, has_paused)))).lastrowid


def _add_cells(connection, bundle, planned):
    connection.executemany(
        "INSERT INTO cells (key, body) VALUES (?, ?) ON CONFLICT (key) DO NOTHING",
        [(one.cell.key, _json(dataclasses.asdict(one.cell))) for one in planned])
    connection.executemany(
        "INSERT INTO plans (bundle, cell, body) VALUES (?, ?, ?)"
        " ON CONFLICT (bundle, cell) DO NOTHING",
        [(bundle, one.cell.key, _json(dataclasses.asdict(one))) for one in planned])


def _add_outcomes(connection, bundle, contents):
    connection.executemany(
        "INSERT INTO outcomes VALUES (?, ?, ?, ?)",
        [(bundle, one.cell, one.workload, _json(dataclasses.asdict(one)))
         for one in contents.outcomes])


def _rows(connection, measured):
    """(launch, provenance's number, point) of each number that was measured."""
    for launch, body, points in measured:
        number = _provenance(connection, body)
        for point in points:
            yield launch, number, point


def _provenance(connection, body):
    digest = provenance.digest(body)
    connection.execute("INSERT INTO provenances (digest, body) VALUES (?, ?)"
                       " ON CONFLICT (digest) DO NOTHING", (digest, _json(body)))
    return connection.execute("SELECT id FROM provenances WHERE digest = ?",
                              (digest,)).fetchone()[0]


class Series:
    """Numbers of series, asked for once of a cell: most of a night's are those of the nights before.
    Lives inside one transaction, so nobody else adds any meanwhile."""

    def __init__(self, connection):
        self._connection = connection
        self._cells, self._ids = set(), {}

    def add(self, bundle, night, rows):
        self._connection.executemany(
            "INSERT INTO points VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            ((self._id(point.key), night, bundle, launch.id, launch.kind, launch.since_start_s,
              *point[1:], made_with) for launch, made_with, point in rows))

    def _id(self, key):
        if key.cell not in self._cells:
            self._cells.add(key.cell)
            self._ids.update((SeriesKey(*row[1:]), row[0]) for row in self._connection.execute(
                f"SELECT id, {COLUMNS} FROM series WHERE cell = ?", (key.cell,)))
        number = self._ids.get(key)
        if number is None:
            number = self._ids[key] = self._connection.execute(
                f"INSERT INTO series ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                dataclasses.astuple(key)).lastrowid
        return number


def _json(value):
    return json.dumps(value, separators=(",", ":"), sort_keys=True)
