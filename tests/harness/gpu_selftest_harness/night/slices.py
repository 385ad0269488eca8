# SPDX-License-Identifier: Apache-2.0
"""One node's slice of a matrix, run by the verb `run` in a process of its own: whatever becomes of it,
the night goes on with what it has kept."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from .. import node as nodes
from ..model import Node
from ..quarantine import Quarantine

# The first SIGTERM lets a launch come to its end; who is told to stop has less time than that.
PATIENCE_S = 60.0


@dataclass(frozen=True)
class Slice:
    node: Node
    night: str  # 'YYYY-MM-DD'
    tier: str | None = None


@dataclass(frozen=True)
class Settings:
    """What all slices of a night have in common."""

    matrix: Path
    out: Path
    program: str
    seed: int | None = None
    jobs: int | None = None
    quarantine: Path | None = None
    leases: Path | None = None  # of simulated nodes: a folder for each; None: the machine's own
    engines: Path | None = None  # what the machine's engines are to be told
    without: str | None = None  # GPUs that were taken out
    known: Quarantine = Quarantine()  # what `quarantine` says: losses, and of runs that were killed

    @property
    def index(self) -> Path:
        return self.out / "index.sqlite"

    @property
    def runs(self) -> Path:
        return self.out / "runs"

    @property
    def report(self) -> Path:
        return self.out / "report"


class Stop:
    """Set by a signal: slices that run are told to end, and no other starts. They are told again
    when patience is over, or by the next signal, and then end the launch under way."""

    def __init__(self, patience_s: float = PATIENCE_S):
        # A handler may come while its own thread has the lock.
        self._lock = threading.RLock()
        self._children = []
        self._patience_s = patience_s
        self.is_set = False

    def set(self, *_):
        with self._lock:
            if not self.is_set:
                again = threading.Timer(self._patience_s, self.set)
                again.daemon = True
                again.start()
            self.is_set = True
            self._tell()

    def watch(self, child):
        with self._lock:
            self._children.append(child)
            if self.is_set:
                child.send_signal(signal.SIGTERM)

    def _tell(self):
        for child in self._children:
            child.send_signal(signal.SIGTERM)  # nothing, if it has ended


def command(settings: Settings, part: Slice, place: Path) -> list[str]:
    """The words of the verb; `place` is where files of this slice go, without a suffix."""
    words = [sys.executable, "-m", "gpu_selftest_harness.cli", "run", settings.matrix,
             "--out", settings.runs, "--index", settings.index, "--program", settings.program,
             "--night", part.night,
             "--node", f"{place}.node.json", "--junit", f"{place}.junit.xml"]
    for option, value in (("--tier", part.tier), ("--seed", settings.seed),
                          ("--jobs", settings.jobs), ("--quarantine", settings.quarantine),
                          ("--leases", _leases(settings, part.node)),
                          ("--engines", settings.engines), ("--without", settings.without)):
        if value is not None:
            words += [option, value]
    return [str(word) for word in words]


def _leases(settings, node):
    """Simulated GPUs have the same UUIDs on every node."""
    if settings.leases is None or not node.simulated:
        return settings.leases
    return settings.leases / node.name


def run(settings: Settings, part: Slice, place: Path, stop: Stop) -> int:
    """The exit code; what it said is in '<place>.log'."""
    with open(f"{place}.node.json", "w", encoding="utf-8") as file:
        json.dump(nodes.to_json(part.node), file, indent=1)
    with open(f"{place}.log", "wb") as log:
        # A session of its own: ^C reaches it through us, as SIGTERM from systemd does, and once.
        child = subprocess.Popen(command(settings, part, place), stdin=subprocess.DEVNULL,
                                 stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
                                 env={**os.environ, "PYTHONUNBUFFERED": "1"})
    stop.watch(child)
    return child.wait()


def end_of(place: Path, lines: int = 12) -> str:
    """The last lines that the slice said."""
    try:
        with open(f"{place}.log", encoding="utf-8", errors="replace") as file:
            return "".join(file.readlines()[-lines:])
    except OSError as error:
        return f"[cannot be read: {error.strerror}]"
