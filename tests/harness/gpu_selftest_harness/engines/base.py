# SPDX-License-Identifier: Apache-2.0
"""What an engine is asked, what it answers, and the list of engines.

An engine starts the program once, sees it to its end, and leaves nothing behind. It adds what
depends on it, the GPUs and where the report is written; all other arguments are the caller's."""

from __future__ import annotations

import importlib
import os
import stat
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ..errors import Refused
from ..model import EngineFacts, Trouble
from ..words import RUN

# Each engine, and the class that is it. A module is loaded when its engine is asked for.
ENGINES = {
    "local": ("gpu_selftest_harness.engines.local", "Local"),
    "docker": ("gpu_selftest_harness.engines.docker", "Docker"),
    "podman": ("gpu_selftest_harness.engines.podman", "Podman"),
}

# Of Request.devices, where it is not a tuple of UUIDs.
ALL, NONE = "all", "none"

# In the folder of results, whoever wrote it.
REPORT = "report.json"
# A quick run of eight GPUs writes about 1 MB. A container may write anything.
REPORT_SIZE_BYTES = 64 << 20


class EngineMissing(Exception):
    """The engine is not on this machine, or does not answer. The text is what was seen."""


class ImageAbsent(Exception):
    """The engine has no such image. The text names it."""


@dataclass(frozen=True)
class Request:
    """One launch."""

    name: str  # of the container; unique on the machine while it runs
    results: Path  # an empty folder of this machine, into which the report goes
    timeout_s: float  # after which it is told to end
    image: str = ""
    digest: str | None = None  # what resolve() made of the image, and what is run
    arguments: tuple[str, ...] = ()  # of the program, without devices and without --json
    devices: tuple[str, ...] | str = ALL  # UUIDs, ALL or NONE
    capabilities: str = ""  # NVIDIA_DRIVER_CAPABILITIES; '': the image's own
    environment: tuple[tuple[str, str], ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    options: tuple[str, ...] = ()  # for the engine's command, before the image
    grace_s: float = 10.0  # between being told to end and being killed
    cuda: str = ""  # what the cell says of the image; only a simulated one is made from it
    variant: str = ""
    stop: threading.Event | None = None  # once set, it is ended as at its time limit


@dataclass(frozen=True)
class Ran:
    """What came of it. run() never raises for what a container or a program does."""

    started_utc: str
    duration_s: float  # by a clock that nobody sets
    stage: str = RUN  # ENGINE if the program never began
    exit_code: int | None = None  # of the program; of the engine if it never began; None: unknown
    is_timed_out: bool = False
    is_stopped: bool = False  # Request.stop was set
    is_out_of_memory: bool = False
    is_stuck: bool = False  # it could not be killed or removed: its GPUs are not to be used again
    report: str | None = None  # as it was written; None: there is none
    message: str = ""  # what engine and program said beside it
    trouble: Trouble | None = None


class Engine(Protocol):
    name: str

    def facts(self) -> EngineFacts:
        """Raises EngineMissing."""

    def resolve(self, image: str) -> str:
        """What is run for the image from now on, whatever becomes of its tag: a digest, or the
        id of an image that has none. Raises ImageAbsent and EngineMissing."""

    def run(self, request: Request) -> Ran:
        """Does not return before it ended and nothing is left of it, or is_stuck says what is."""

    def sweep(self) -> list[str]:
        """Removes what harnesses that are gone left behind; names of what it removed."""


def make(name: str, **settings) -> Engine:
    """The engine of this name; what it may be told is in its class. Nothing is started."""
    if name not in ENGINES:
        raise Refused(f"unknown engine '{name}', valid are {', '.join(ENGINES)}")
    module, cls = ENGINES[name]
    return getattr(importlib.import_module(module), cls)(**settings)


def read_report(folder: Path) -> tuple[str | None, str]:
    """The report that a launch left, and what is wrong with it ('' if nothing is). Only a plain
    file is read, and only so much: what a container wrote may be anything."""
    try:
        file = os.open(folder / REPORT, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None, ""
    except OSError as error:
        return None, f"cannot read '{REPORT}': {error.strerror}"
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        return None, f"'{REPORT}' is not a plain file"
    with os.fdopen(file, "rb") as opened:
        text = opened.read(REPORT_SIZE_BYTES + 1)
    if len(text) > REPORT_SIZE_BYTES:
        return None, f"'{REPORT}' is longer than {REPORT_SIZE_BYTES >> 20} MiB"
    return text.decode(errors="replace"), ""
