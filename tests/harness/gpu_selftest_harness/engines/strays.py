# SPDX-License-Identifier: Apache-2.0
"""Processes that a killed harness left running. Each process that is started here carries who
started it in its environment, as containers do in a label."""

from __future__ import annotations

import os
import select
import signal
from pathlib import Path

from . import owner

VARIABLE = "GPU_SELFTEST_HARNESS_OWNER"
# A process that is killed is gone in milliseconds, unless a driver holds it.
END_WAIT_S = 5.0


def mark() -> dict[str, str]:
    """For the environment of what is started."""
    return {VARIABLE: owner.myself()}


def sweep(root: Path = Path("/proc")) -> list[str]:
    """Kills those whose harness is gone; what each of them was. Never those of a harness that
    lives, or that cannot be seen from here."""
    swept = []
    for folder in sorted(root.glob("[0-9]*"), key=lambda path: int(path.name)):
        if told := _sweep_one(folder):
            swept.append(told)
    return swept


def _sweep_one(folder):
    pid = int(folder.name)
    try:
        file = os.pidfd_open(pid)
    except OSError:
        return None
    try:
        # Read after it is held: its number cannot become another's now.
        if not _is_stray(folder):
            return None
        name = (folder / "comm").read_text(errors="replace").strip()
        signal.pidfd_send_signal(file, signal.SIGKILL)
        is_gone = bool(select.select([file], [], [], END_WAIT_S)[0])
        return f"process {pid} ('{name}')" + ("" if is_gone else ", which goes on after a kill")
    except OSError:
        return None
    finally:
        os.close(file)


def _is_stray(folder):
    begin = f"{VARIABLE}=".encode()
    for pair in (folder / "environ").read_bytes().split(b"\0"):
        if pair.startswith(begin):
            return owner.lives(pair[len(begin):].decode(errors="replace")) is False
    return False
