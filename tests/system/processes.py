# SPDX-License-Identifier: Apache-2.0
"""Processes that a test started, told by the folder that their environment names, and what they
leave behind."""

import os
import re
import shutil
import threading
import time
from pathlib import Path

RANK = b"GPU_SELFTEST_RANK_FD="


def those_of(folder, word=b""):
    """Process ids of all that run with this folder, and this word, in their environment."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            variables = (entry / "environ").read_bytes()
        except OSError:
            continue  # it is gone, or somebody else's
        if os.fsencode(folder) in variables and word in variables:
            found.add(int(entry.name))
    return found


def workers_of(folder):
    """Those that run ranks."""
    return those_of(folder, RANK)


def parent_of(pid):
    return int(re.search(r"(?m)^PPid:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1])


def wait_until(condition, bound_s=20, seen=lambda: ""):
    """For what tells nobody when it comes true; the pause leaves the processor to others. `seen` gives
    what there is to see if it never does."""
    end, pause = time.monotonic() + bound_s, threading.Event()
    while not condition():
        assert time.monotonic() < end, f"never came true in {bound_s} s\n{seen()}"
        pause.wait(0.005)


def shared_memory():
    """Names in /dev/shm, where what processes share outlives them."""
    return set(os.listdir("/dev/shm"))


def scratch_files(folder):
    """What lies in the TMPDIR of each program below, but for what ThreadSanitizer leaves there when
    its program is killed."""
    return [path for scratch in Path(folder).rglob("tmp") for path in scratch.rglob("*")
            if not path.name.startswith("tsan.rodata.")]


def remove_what_the_killed_left(folder):
    """Nobody is left to remove the folder of who is killed without a word, nor that of the
    simulator's launcher, if that was killed with it."""
    for name in ("gpu-selftest-scratch-*", "gpu-selftest-sim.*"):
        for path in (Path(folder) / "tmp").glob(name):
            shutil.rmtree(path)
