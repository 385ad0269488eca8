# SPDX-License-Identifier: Apache-2.0
"""Importers that are killed, or two at once: a bundle is in the index whole or not at all."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from gpu_selftest_harness import bundle as bundles
from gpu_selftest_harness.bundle import Bundle
from gpu_selftest_harness.index import Index
from gpu_selftest_harness.model import Cell, Launch, Planned

CELL = Cell("580", "13.0", "runtime", "debian12", "local", "h100", "all", "compute,utility",
            "quick")
LAUNCHES, METRICS = 4, 200

CHILD = """
import sys
from gpu_selftest_harness.index import Index
index_path, is_slow, *paths = sys.argv[1:]

def say(text):
    sys.stdout.write(f"{text}\\n")
    sys.stdout.flush()

with Index(index_path) as index:
    say("ready")
    sys.stdin.readline()
    if is_slow == "slow":
        # A line for each few thousand steps of the database, to be killed between any two.
        index._connection.set_progress_handler(lambda: say("working"), 3000)
    say(sum(index.add(path) for path in paths))
"""


def start(index_path, is_slow, *paths):
    environment = {**os.environ, "PYTHONPATH": str(Path(bundles.__file__).parents[2])}
    process = subprocess.Popen([sys.executable, "-c", CHILD, index_path, is_slow, *paths],
                               text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               env=environment)
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.fixture(scope="module")
def sealed(tmp_path_factory):
    root = tmp_path_factory.mktemp("runs")
    return [make(root, night) for night in range(6)]


def make(root, night):
    with Bundle.create(root, {"night": f"2026-11-2{night}", "node": {"name": "n"},
                              "plan": [Planned(CELL, "", (), 3, 30, 60.0)]}, 0) as bundle:
        for number in range(LAUNCHES):
            report = {"metrics": [{"name": f"m{metric}", "workload": "w", "unit": "s",
                                   "value": float(metric), "samples": [1.0, 2.0]}
                                  for metric in range(METRICS)]}
            bundle.append("launch", Launch(str(number), CELL.key, "measure", 0, "local", "", None,
                                           (), (), "", 0.0, 1.0, "run", 0, report=report))
        return bundle.seal()


def rows(path):
    connection = sqlite3.connect(path)
    counts = [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
              for table in ("bundles", "plans", "points")]
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()
    return counts


def whole(count):
    return [count, count, count * LAUNCHES * METRICS]


def run_until(process, lines):
    """Let it begin, and kill it when it has said so much. What it said then."""
    with process:
        process.stdin.write("\n")
        process.stdin.flush()
        said = [process.stdout.readline() for _ in range(lines)]
        process.send_signal(signal.SIGKILL)
        return said + process.stdout.readlines()


def test_killed_importer_leaves_all_of_a_bundle_or_nothing(tmp_path, sealed):
    healthy = start(tmp_path / "healthy", "slow", *sealed[:2])
    lines = len(healthy.communicate("\n")[0].splitlines())
    assert lines > 20
    chance = random.Random(9)
    for number in range(8):
        path = tmp_path / str(number)

        run_until(start(path, "slow", *sealed[:2]), chance.randrange(1, lines))

        count = rows(path)[0]
        assert rows(path) == whole(count)
        with Index(path) as index:
            assert sum(map(index.add, sealed[:2])) == 2 - count
        assert rows(path) == whole(2)


def test_two_importers_at_once_take_each_bundle_once(tmp_path, sealed):
    path = tmp_path / "index.sqlite"
    processes = [start(path, "fast", *order) for order in (sealed, sealed[::-1])]
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()

    added = [int(process.communicate()[0]) for process in processes]

    assert sum(added) == len(sealed)
    assert rows(path) == whole(len(sealed))


def test_reader_sees_a_night_whole_while_another_comes_in(tmp_path, sealed):
    path = tmp_path / "index.sqlite"
    with Index(path) as index:
        index.add(sealed[0])
        with start(path, "slow", sealed[1]) as process:
            process.stdin.write("\n")
            process.stdin.flush()
            for line in process.stdout:
                if line != "working\n":
                    break
                assert {len(history.nights) for history in index.histories()} <= {1, 2}
                assert len({len(history.nights) for history in index.histories()}) == 1
            assert line == "1\n"
        assert {len(history.nights) for history in index.histories()} == {2}
