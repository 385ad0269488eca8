# SPDX-License-Identifier: Apache-2.0
"""gpu_selftest_harness.night.slices: how the verb is called, and how a child is stopped."""

import json
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from gpu_selftest_harness.model import Node
from gpu_selftest_harness.night import slices
from gpu_selftest_harness.night.slices import Settings, Slice, Stop

NODE = Node("n1", "580.95.05", "13.0", (), (), "x86_64", "6.1", "debian12")
PART = Slice(NODE, "2026-11-27", "nightly")
# Ends by SIGTERM alone, in order, as a harness that seals first.
PATIENT = """
import signal
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
print("ready", flush=True)
signal.sigwait({signal.SIGTERM})
print("sealed", flush=True)
raise SystemExit(3)
"""
TWICE = PATIENT.replace('print("sealed", flush=True)',
                        'print("first", flush=True)\nsignal.sigwait({signal.SIGTERM})')


@pytest.fixture
def place(tmp_path):
    return tmp_path / "2026-11-27-n1"


def settings(tmp_path, **more):
    return Settings(Path("m.yaml"), tmp_path, "prog", **more)


def child(monkeypatch, text):
    monkeypatch.setattr(slices, "command", lambda *_: [sys.executable, "-c", text])


def wait_for(path, word, within_s=30):
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if path.exists() and word in path.read_text():
            return
        threading.Event().wait(0.01)
    pytest.fail(f"'{word}' is not in {path} after {within_s} s")


def test_command__says_all_that_is_set_and_nothing_else(tmp_path, place):
    words = slices.command(settings(tmp_path, seed=7), PART, place)

    assert words == [sys.executable, "-m", "gpu_selftest_harness.cli", "run", "m.yaml",
                     "--out", f"{tmp_path}/runs", "--index", f"{tmp_path}/index.sqlite",
                     "--program", "prog", "--night", "2026-11-27",
                     "--node", f"{place}.node.json", "--junit", f"{place}.junit.xml",
                     "--tier", "nightly", "--seed", "7"]


def test_command__names_what_engines_are_told(tmp_path, place):
    words = slices.command(settings(tmp_path, engines=Path("e.toml")), PART, place)

    assert words[words.index("--engines") + 1] == "e.toml"


def test_command__names_gpus_that_were_taken_out(tmp_path, place):
    words = slices.command(settings(tmp_path, without="GPU-1,GPU-2"), PART, place)

    assert words[words.index("--without") + 1] == "GPU-1,GPU-2"


@pytest.mark.parametrize("simulated, folder", [(None, "leases"), ("h100x8", "leases/n1")])
def test_command__real_gpus_are_leased_in_the_folder_as_it_is_given(tmp_path, place, simulated,
                                                                  folder):
    """Others of the machine use it, too; simulated GPUs have the same UUIDs on all nodes."""
    part = replace(PART, node=replace(NODE, simulated=simulated))

    words = slices.command(settings(tmp_path, leases=tmp_path / "leases"), part, place)

    assert words[words.index("--leases") + 1] == str(tmp_path / folder)


def test_run__gives_the_exit_code_and_keeps_what_was_said(monkeypatch, tmp_path, place):
    child(monkeypatch, "print('told'); raise SystemExit(1)")

    assert slices.run(settings(tmp_path), PART, place, Stop()) == 1
    assert slices.end_of(place) == "told\n"
    assert json.loads(Path(f"{place}.node.json").read_text())["driver"] == "580.95.05"


def test_run__stop_lets_the_child_end_in_order(monkeypatch, tmp_path, place):
    child(monkeypatch, PATIENT)
    stop, codes = Stop(), []
    runs = threading.Thread(target=lambda: codes.append(
        slices.run(settings(tmp_path), PART, place, stop)))
    runs.start()
    wait_for(Path(f"{place}.log"), "ready")

    stop.set()
    runs.join(timeout=30)

    assert codes == [3]
    assert slices.end_of(place) == "ready\nsealed\n"


class Timer:
    """Comes when the test says so."""

    made = []

    def __init__(self, after_s, function):
        self.after_s, self.function, self.daemon = after_s, function, False
        Timer.made.append(self)

    def start(self):
        pass


def test_run__is_told_again_when_patience_is_over(monkeypatch, tmp_path, place):
    child(monkeypatch, TWICE)
    monkeypatch.setattr(Timer, "made", [])
    monkeypatch.setattr(slices.threading, "Timer", Timer)
    stop, codes = Stop(patience_s=60), []
    runs = threading.Thread(target=lambda: codes.append(
        slices.run(settings(tmp_path), PART, place, stop)))
    runs.start()
    wait_for(Path(f"{place}.log"), "ready")

    stop.set()
    wait_for(Path(f"{place}.log"), "first")
    [timer] = Timer.made
    timer.function()
    runs.join(timeout=30)

    assert codes == [3] and timer.after_s == 60 and timer.daemon


def test_run__stop_that_came_before_the_child_reaches_it(monkeypatch, tmp_path, place):
    child(monkeypatch, PATIENT)
    stop = Stop()
    stop.set()

    code = slices.run(settings(tmp_path), PART, place, stop)

    # It may come before the child is ready for it, which ends it as well.
    assert code in (3, -15)
