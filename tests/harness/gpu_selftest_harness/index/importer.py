# SPDX-License-Identifier: Apache-2.0
"""One sealed bundle into the index: all of it or nothing, and once, however often it is tried."""

import dataclasses
import json
import os

from .. import provenance as made_with
from ..bundle import reader
from ..bundle.values import Misfit, value_of
from ..errors import Refused
from ..model import Planned, SeriesKey
from .database import transaction
from .points import points_of


COLUMNS = "cell, workload, metric, variant, unit, src, dst, node"


def add(connection, folder, path):
    """False if it is there already. `folder` is where the index is: paths are kept as seen from
    there, so that both can be moved together."""
    contents = _checked(path)
    planned = _planned(contents.header, path)
    with transaction(connection):
        if _is_there(connection, contents, path):
            return False
        bundle = _add_bundle(connection, contents, os.path.relpath(path, folder))
        _add_cells(connection, bundle, planned)
        _add_launches(connection, bundle, contents)
        _add_outcomes(connection, bundle, contents)
        Series(connection).add(bundle, contents.header["night"], _rows(connection, contents))
    return True


def _checked(path):
    contents = reader.read(path)
    if not contents.is_sealed:
        raise Refused(f"'{path}' is still open; if its run is over: "
                      f"gpu-selftest-harness seal {path}")
    if contents.problems:
        raise Refused(f"'{path}' is not what was sealed: " + "; ".join(contents.problems))
    return contents


def _planned(header, path):
    try:
        return [value_of(Planned, entry, f"plan[{place}]")
                for place, entry in enumerate(header.get("plan", []))]
    except Misfit as misfit:
        raise Refused(f"'{path}': {misfit}") from misfit


def _is_there(connection, contents, path):
    run_id = contents.header["run_id"]
    row = connection.execute("SELECT sha256 FROM bundles WHERE run_id = ?", (run_id,)).fetchone()
    if row and row[0] != contents.sha256:
        raise Refused(f"'{path}': the index has another bundle of the run '{run_id}'")
    simulated = connection.execute("SELECT is_simulated FROM bundles LIMIT 1").fetchone()
    if simulated and simulated[0] != is_simulated(contents.header):
        raise Refused(f"'{path}': an index is of simulated runs or of real ones, never of both")
    return bool(row)


def is_simulated(header):
    return int(bool(node_of(header).get("simulated")))


def node_of(header):
    node = header.get("node")
    return node if isinstance(node, dict) else {}


def _add_bundle(connection, contents, path):
    header = contents.header
    return connection.execute(
        "INSERT INTO bundles (run_id, sha256, night, node, is_simulated, started_utc, header, notes,"
        " path) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (header["run_id"], contents.sha256, header["night"], str(node_of(header).get("name", "")),
         is_simulated(header), header["started_utc"], _json(header), _json(contents.notes),
         path)).lastrowid


def _add_cells(connection, bundle, planned):
    connection.executemany(
        "INSERT INTO cells (key, body) VALUES (?, ?) ON CONFLICT (key) DO NOTHING",
        [(one.cell.key, _json(dataclasses.asdict(one.cell))) for one in planned])
    connection.executemany(
        "INSERT INTO plans (bundle, cell, body) VALUES (?, ?, ?)"
        " ON CONFLICT (bundle, cell) DO NOTHING",
        [(bundle, one.cell.key, _json(dataclasses.asdict(one))) for one in planned])


def _add_launches(connection, bundle, contents):
    connection.executemany(
        "INSERT INTO launches VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(bundle, one.id, one.cell, one.since_start_s, *contents.places[one.id],
          _json(dataclasses.asdict(dataclasses.replace(one, report=None))))
         for one in contents.launches])


def _add_outcomes(connection, bundle, contents):
    connection.executemany(
        "INSERT INTO outcomes VALUES (?, ?, ?, ?)",
        [(bundle, one.cell, one.workload, _json(dataclasses.asdict(one)))
         for one in contents.outcomes])


def _rows(connection, contents):
    """(launch, provenance's number, point) of each number that was measured."""
    noises = _noises(contents.outcomes)
    node = str(node_of(contents.header).get("name", ""))
    for launch in contents.launches:
        if not launch.report:
            continue
        provenance = _provenance(connection, contents.header, launch)
        for point in points_of(launch, node, lambda workload, launch=launch: (
                noises.get((launch.cell, "", launch.id))
                or noises.get((launch.cell, workload, launch.id), ""))):
            yield launch, provenance, point


def _noises(outcomes):
    return {(one.cell, one.workload, launch): one.noise
            for one in outcomes if one.noise for launch in one.launches}


def _provenance(connection, header, launch):
    body = made_with.of(header, launch)
    digest = made_with.digest(body)
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
            "INSERT INTO points VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            ((self._id(point.key), night, bundle, launch.id, launch.since_start_s, *point[1:],
              provenance) for launch, provenance, point in rows))

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
