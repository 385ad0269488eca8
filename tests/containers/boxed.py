# SPDX-License-Identifier: Apache-2.0
"""
The program as a container's first process, with nothing that it does not need: somebody without
rights, a read-only root, no network, no capabilities. On a simulated stack that comes in as one
would pass it by hand, which docker and podman take alike.
"""

import contextlib
import itertools
import json
import os
import select
import signal
import subprocess
import time
from pathlib import Path

from cdi import simulate
from engines import call, demand
from processes import those_of, wait_until

LOCKED = ("--user", "65532:65532", "--read-only", "--network", "none", "--cap-drop", "ALL",
          "--security-opt", "no-new-privileges")
PROGRAM = "/usr/local/bin/gpu-selftest"
# A twin on this machine's processor is a thousand times slower than a GPU.
SIZE = "GPU_SELFTEST_SIZE=64K"
MARK = "GST_TEST_MARK"
BOUND_S = 30


class Stack:
    """Simulated machines as options of docker run and podman run."""

    def __init__(self, build, folder):
        self.build, self.folder = build, folder

    def arguments(self, profile):
        """The file of docker's options for this machine, made when first asked for."""
        folder = self.folder / profile
        if not folder.exists():
            simulate(self.build, folder, "--profile", profile)
        return folder / "docker.args"

    def options(self, profile, faults=()):
        yield from self.arguments(profile).read_text().split()
        if faults:
            yield from ("-e", "GPU_SELFTEST_SIM_FAULTS=" + "; ".join(faults))


class Ended:
    """What a container left behind."""

    def __init__(self, exit_code, out, err, took_s):
        self.exit, self.out, self.err, self.took_s = exit_code, out, err, took_s

    def report(self):
        return json.loads(self.out)

    def describe(self):
        return (f"exit {self.exit} after {self.took_s:.2f} s\n--- stdout\n{self.out}"
                f"\n--- stderr\n{self.err}")


class Boxed:
    """The program in containers of one engine."""

    numbers = itertools.count(1)

    def __init__(self, engine, stack, image):
        self.engine, self.stack, self.image, self.names = engine, stack, image, []

    def command(self, *args, name, profile="l4x1", faults=(), options=(), locked=LOCKED,
                shell=None):
        """Of the engine; `shell` is a line that starts the program instead of the image."""
        stack = self.stack.options(profile, faults) if profile else ()
        if shell is not None:
            options, args = (*options, "--entrypoint", "/bin/sh"), ("-c", shell)
        return [*self.engine.command, "run", "--rm", "--name", name, *self.engine.run_options,
                *locked, *stack, "-e", SIZE, "-e", f"{MARK}={name}", *map(str, options),
                self.image, *map(str, args)]

    def new_name(self):
        self.names.append(f"gst-{os.getpid()}-{self.engine.name}-{next(self.numbers)}")
        return self.names[-1]

    def start(self, *args, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
              stdin=subprocess.DEVNULL, screen=None, **options):
        """`screen` is the other end of a terminal that was given for the streams."""
        name = self.new_name()
        process = subprocess.Popen(self.command(*args, name=name, **options), stdin=stdin,
                                   stdout=stdout, stderr=stderr, text=True, errors="replace")
        return Running(self, name, process, screen)

    def run(self, *args, **options):
        """To its end, which leaves nothing behind."""
        return self.start(*args, **options).end()

    def remains(self, name):
        """Processes and containers that should not be there any more."""
        listed = demand([*self.engine.command, "ps", "-a", "--format", "{{.Names}}"])
        return [f"process {pid}" for pid in those_of(f"{MARK}={name}")] + [
            f"container {line}" for line in listed.splitlines() if line == name]

    def clean_up(self):
        for name in self.names:
            if self.remains(name):
                call([*self.engine.command, "rm", "-f", *self.engine.remove_options, name])


class Running:
    """A container while it runs; `process` is the engine's client."""

    def __init__(self, boxed, name, process, screen=None):
        self.boxed, self.name, self.process, self.screen = boxed, name, process, screen
        self.start, self.shown, self.stopping = time.monotonic(), b"", None

    def first(self):
        """Its first process, as this machine numbers it, once it hears signals: what comes before,
        while its libraries are being loaded, no program can hear."""
        found = [pid for pid in those_of(f"{MARK}={self.name}") if hears_as_first(pid)]
        return found[0] if found else None

    def wait_until_started(self):
        wait_until(lambda: self.first() is not None or self.process.poll() is not None, BOUND_S)
        pid = self.first()
        assert pid is not None, self.end().describe()
        return pid

    def wait_for(self, text):
        """Until the terminal has shown it; the client's output is read as it comes."""
        output = self.process.stdout.fileno() if self.screen is None else self.screen
        end = time.monotonic() + BOUND_S
        while text.encode() not in self.shown:
            ready, _, _ = select.select([output], [], [], max(0, end - time.monotonic()))
            got = os.read(output, 65536) if ready else b""
            assert got, f"'{text}' was never shown: ...{self.shown[-200:]}"
            self.shown += got

    @staticmethod
    def lives(pid):
        return Path(f"/proc/{pid}").exists()

    def stop(self):
        """As somebody would who is done with it; end() waits for the answer."""
        self.stopping = subprocess.Popen(
            [*self.boxed.engine.command, "stop", self.name], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")

    def describe(self):
        """What can be seen of it before its end."""
        code = self.process.poll()
        client = "runs" if code is None else f"ended with {code}"
        pids = sorted(those_of(f"{MARK}={self.name}"))
        return "\n".join([f"{self.name}: the engine's client {client}; last shown: {self.shown[-200:]}",
                          *map(look_at, pids), "" if pids else "no process is left"])

    def end(self, bound_s=BOUND_S):
        if self.screen is None:
            out, err = self.process.communicate(timeout=bound_s)
        else:
            out, err = read_screen(self.screen), ""
            self.process.wait(bound_s)
        ended = Ended(self.process.returncode, self.shown.decode(errors="replace") + (out or ""), err or "",
                      time.monotonic() - self.start)
        if self.stopping is not None:
            words, _ = self.stopping.communicate(timeout=bound_s)
            assert self.stopping.returncode == 0, f"{words}\n{ended.describe()}"
        # --rm is the engine's, which may take a moment longer than its client.
        wait_until(lambda: self.boxed.remains(self.name) == [], BOUND_S)
        return ended


def read_screen(screen):
    """What is shown until the other end is closed."""
    shown = b""
    with contextlib.suppress(OSError), open(screen, "rb", buffering=0) as reading:
        while (got := reading.read(65536)):
            shown += got
    return shown.decode(errors="replace")


SEEN = ("State", "NSpid", "Threads", "SigPnd", "ShdPnd", "SigBlk", "SigCgt")


def status_of(pid):
    return dict(line.split(":", 1) for line in
                Path(f"/proc/{pid}/status").read_text().splitlines())


def look_at(pid):
    """What a process waits for, and which signals reach it."""
    try:
        status = status_of(pid)
        place = Path(f"/proc/{pid}/wchan").read_text()
    except OSError:
        return f"{pid} has ended"
    words = ", ".join(f"{name} {' '.join(status[name].split())}" for name in SEEN)
    return f"{pid} {status['Name'].strip()}: {words}, in {place}"


def hears_as_first(pid):
    """Is it number 1 of a namespace, and SIGTERM caught or held there? An engine's own process is
    marked, too, until it becomes the container's."""
    try:
        status = status_of(pid)
    except OSError:
        return False
    heard = int(status["SigCgt"], 16) | int(status["SigBlk"], 16)
    return (status["NSpid"].split()[1:][-1:] == ["1"] and heard >> (signal.SIGTERM - 1) & 1 == 1
            and not status["Name"].strip().startswith(("runc", "crun")))
