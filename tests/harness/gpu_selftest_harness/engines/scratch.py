# SPDX-License-Identifier: Apache-2.0
"""Folders for the time of a launch. Each carries in its name who made it, so that those of a
harness that was killed are told from those of one that runs, and can be removed."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import tempfile
from pathlib import Path

from . import owner

BEGIN = "gpu-selftest-scratch-"
NAME = re.compile(rf"{BEGIN}(\d+)-(\d+)-([0-9a-f]{{8}})-\w+")


def folder() -> tempfile.TemporaryDirectory:
    """A new, empty one, as a context that removes it with all that a launch put there."""
    pid = os.getpid()
    return tempfile.TemporaryDirectory(
        prefix=f"{BEGIN}{pid}-{owner.start_ticks(pid)}-{_place()}-", ignore_cleanup_errors=True)


def sweep() -> list[str]:
    """Removes those whose harness is gone; their paths. Never those of another user, nor of a
    machine or namespace whose processes we do not see."""
    swept = []
    for path in sorted(Path(tempfile.gettempdir()).glob(f"{BEGIN}*")):
        if _is_abandoned(path):
            shutil.rmtree(path, ignore_errors=True)
            if not path.exists():
                swept.append(str(path))
    return swept


def _is_abandoned(path):
    name = NAME.fullmatch(path.name)
    if not name or name[3] != _place() or owner.start_ticks(int(name[1])) == name[2]:
        return False
    try:
        state = path.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(state.st_mode) and state.st_uid == os.geteuid()


def _place():
    return hashlib.sha256(owner.here().encode()).hexdigest()[:8]
