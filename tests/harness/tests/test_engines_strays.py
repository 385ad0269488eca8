# SPDX-License-Identifier: Apache-2.0
"""Processes that a killed harness left, and those that are none of anybody's business."""

import os
import subprocess
import sys
import uuid
from contextlib import contextmanager
from pathlib import Path

import pytest

from gpu_selftest_harness.engines import make, owner, strays

HARNESS = Path(__file__).resolve().parent.parent
LONG_S = 60.0

# A harness that runs a program until it is killed; the program tells its number, and stays.
RUNS = """
import sys
from pathlib import Path
from gpu_selftest_harness.engines import Request, make, strays
strays.VARIABLE = sys.argv[3]
make("local", program=sys.argv[1]).run(Request("test", Path(sys.argv[2]), 600.0))
"""


@pytest.fixture(autouse=True)
def variable(monkeypatch):
    """Another name for each test, so that tests beside this one are not swept."""
    name = f"{strays.VARIABLE}_OF_{uuid.uuid4().hex}"
    monkeypatch.setattr(strays, "VARIABLE", name)
    return name


@contextmanager
def sleeper(owned_by=None):
    environment = {**os.environ, **({strays.VARIABLE: owned_by} if owned_by else {})}
    child = subprocess.Popen(["sleep", "600"], env=environment)
    try:
        yield child
    finally:
        child.kill()
        child.wait()


def test_what_a_killed_harness_left_is_killed(tmp_path, variable):
    program, pipe = tmp_path / "program", tmp_path / "pipe"
    os.mkfifo(pipe)
    program.write_text(f"#!/bin/sh\necho $$ > {pipe}\nexec sleep 600\n")
    program.chmod(0o755)
    harness = subprocess.Popen([sys.executable, "-c", RUNS, program, tmp_path, variable],
                               env={**os.environ, "PYTHONPATH": str(HARNESS)})
    pid = int(pipe.read_text())
    left = os.pidfd_open(pid)
    try:
        assert strays.sweep() == []  # its harness lives
        harness.kill()
        harness.wait(LONG_S)

        swept = make("local").sweep()

        assert [text.startswith(f"process {pid} (") for text in swept] == [True]
        assert strays.sweep() == []
    finally:
        os.close(left)


def test_process_of_somebody_who_is_gone_is_killed():
    with sleeper(f"1 0 {owner.here()}") as child:
        assert strays.sweep() == [f"process {child.pid} ('sleep')"]
        assert child.wait(LONG_S) == -9


def test_process_of_a_harness_that_lives_is_left_alone():
    with sleeper(owner.myself()) as child:
        assert strays.sweep() == []
        assert child.poll() is None


def test_process_of_another_machine_or_namespace_is_left_alone():
    with sleeper("1 0 other-boot/pid:[1]") as child:
        assert strays.sweep() == []
        assert child.poll() is None


def test_process_of_nobody_is_left_alone():
    with sleeper() as child:
        assert strays.sweep() == []
        assert child.poll() is None
