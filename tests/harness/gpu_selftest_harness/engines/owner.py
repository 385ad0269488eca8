# SPDX-License-Identifier: Apache-2.0
"""Who started a container, as a label of it: so that what a harness left behind is told from what
one beside it is still using."""

from __future__ import annotations

import os
from pathlib import Path


def start_ticks(pid: int) -> str | None:
    """When the process began; a number that is given out again does not make it the same. None: no
    such process, one that has ended and was not waited for, or one that /proc does not show us."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    state, *fields = stat.rpartition(")")[2].split()  # its name may hold anything
    return None if state in "ZX" else fields[18]


def here() -> str:
    """Where process ids mean the same: this boot of this machine, and this namespace in it."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return f"{boot}/{os.readlink('/proc/self/ns/pid')}"


def myself() -> str:
    """This process, for a label."""
    return f"{os.getpid()} {start_ticks(os.getpid())} {here()}"


def lives(owner: str) -> bool | None:
    """Does the process that this label names still run? None: it cannot be seen from here."""
    pid, _, rest = owner.partition(" ")
    ticks, _, place = rest.partition(" ")
    if place != here() or not pid.isdecimal():
        return None
    began = start_ticks(int(pid))
    return None if began is None and _is_hidden(int(pid)) else began == ticks


def _is_hidden(pid: int) -> bool:
    """A process of another user where /proc shows each user his own alone (hidepid)."""
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError):
        return False
    return False


def is_abandoned(owner: str, deadline_s: float, now_s: float) -> bool:
    """Nobody is going to end it: who started it is gone, or cannot be seen from here and has let
    its time go by."""
    alive = lives(owner)
    return now_s > deadline_s if alive is None else not alive
