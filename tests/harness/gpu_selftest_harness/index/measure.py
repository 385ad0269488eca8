# SPDX-License-Identifier: Apache-2.0
"""How fast numbers come in, for scripts/bench: the shipped insert, beside the same rows through
nothing but sqlite3."""

import contextlib
import tempfile
import time
from pathlib import Path

from ..model import Launch, SeriesKey
from . import database
from .importer import Series
from .points import Point

PER_LAUNCH = 500


def measure_ingest(rows=100_000):
    """(rows per second of ours, rows per second of plain executemany())."""
    with tempfile.TemporaryDirectory(prefix="gpu-selftest-") as folder:
        return (_timed(Path(folder) / "ours", rows, _ours),
                _timed(Path(folder) / "plain", rows, _plain))


def _timed(path, rows, add):
    made = list(_made(rows))
    with contextlib.closing(database.connect(path)) as connection:
        connection.execute(
            "INSERT INTO bundles (run_id, sha256, night, node, is_simulated, started_utc, header,"
            " jumps) VALUES ('r', '', '', '', 0, '', '{}', '[]')")
        connection.execute("INSERT INTO provenances (digest, body) VALUES ('', '{}')")
        start = time.perf_counter()
        with database.transaction(connection):
            add(connection, made)
        return rows / (time.perf_counter() - start)


def _ours(connection, rows):
    Series(connection).add(1, "2026-11-27", rows)


def _plain(connection, rows):
    """Numbers of series known beforehand, and the same columns."""
    values = [(place % PER_LAUNCH + 1, "2026-11-27", 1, launch.id, launch.kind, 0.0, *point[1:], 1)
              for place, (launch, _, point) in enumerate(rows)]
    connection.executemany(
        "INSERT INTO series (id, cell, workload, metric, variant, unit, src, dst, node)"
        " VALUES (?, '', '', ?, '', '', '', '', '')",
        [(number + 1, str(number)) for number in range(PER_LAUNCH)])
    connection.executemany(
        "INSERT INTO points VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)


def _made(rows):
    for number in range(rows):
        of_launch, place = divmod(number, PER_LAUNCH)
        if place == 0:
            launch = Launch(f"{of_launch:06}", "0123456789abcdef", "measure", of_launch, "local",
                            "", None, (), (), "", float(of_launch), 0.0, "run", 0)
        key = SeriesKey(launch.cell, "peer-copy", "peer-copy.write", "kernel", "bytes_per_s",
                        f"GPU-{place:036}", f"GPU-{place:036}")
        yield launch, 1, Point(key, 1e9 + place, 1e9, 1e9, 1e9, 1e9, 30, 1.98e9, "")
