# SPDX-License-Identifier: Apache-2.0
"""Runs a command to its end, whatever it does: told to end at its deadline, killed after a grace,
and given up as stuck where even that does not help. Children that it leaves behind are killed, and
cannot hold the caller by an open pipe."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import threading
import time
from dataclasses import dataclass

from ..times import utc
from .excerpt import LIMIT_BYTES, Excerpt

# After a kill. What the kernel holds on to, such as a call into a driver that hangs, stays.
KILL_WAIT_S = 10.0
# For what is still in the pipes after the end; whoever holds them then is not ours.
DRAIN_S = 0.5
# How often it is asked whether somebody wants it ended, or whether it has ended, where no file
# tells that.
POLL_S = 0.1


@dataclass(frozen=True)
class Done:
    started_utc: str
    duration_s: float
    exit_code: int | None  # 128 + n where signal n ended it; None: never started, or stuck
    is_timed_out: bool = False
    is_stopped: bool = False
    is_stuck: bool = False
    stdout: str = ""
    stderr: str = ""  # '' where the two are merged
    failed: str = ""  # why it could not be started


def run(command, *, timeout_s: float, grace_s: float = 10.0, environment=None, folder=None,
        stop: threading.Event | None = None, is_merged: bool = False,
        limit_bytes: int = LIMIT_BYTES, kill_wait_s: float = KILL_WAIT_S, now=time.time) -> Done:
    """Never raises for what the command does. `environment` is all that it gets; None: ours."""
    started_utc, start = utc(now), time.monotonic()
    try:
        child = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if is_merged else subprocess.PIPE, env=environment,
            cwd=folder, start_new_session=True)
    except (OSError, ValueError) as error:
        why = (getattr(error, "strerror", None) or str(error)).lower()
        if getattr(error, "filename", None) not in (None, str(command[0])):
            why += f": '{error.filename}'"
        return Done(started_utc, time.monotonic() - start, None,
                    failed=f"cannot start '{command[0]}': {why}")
    watch = _Watch(child, stop, limit_bytes)
    try:
        end = watch.until_end(start + timeout_s, grace_s, kill_wait_s)
    finally:
        watch.close()
    return Done(started_utc, time.monotonic() - start, watch.exit_code,
                is_timed_out=end == "timed-out", is_stopped=end == "stopped",
                is_stuck=watch.is_stuck, stdout=watch.text("stdout"), stderr=watch.text("stderr"))


class _Watch:
    """The child's end and its two pipes, whichever comes first."""

    def __init__(self, child, stop, limit_bytes):
        self.child, self.stop = child, stop
        self.is_stuck, self.exit_code = False, None
        self.selector = selectors.DefaultSelector()
        self.pid_file = _pid_file(child.pid)
        if self.pid_file is not None:
            self.selector.register(self.pid_file, selectors.EVENT_READ)
        self.excerpts = {}
        for name in ("stdout", "stderr"):
            pipe = getattr(child, name)
            if pipe is not None:
                os.set_blocking(pipe.fileno(), False)
                self.excerpts[name] = Excerpt(limit_bytes)
                self.selector.register(pipe, selectors.EVENT_READ, self.excerpts[name])

    def text(self, name):
        return self.excerpts[name].text() if name in self.excerpts else ""

    def until_end(self, deadline, grace_s, kill_wait_s):
        """Why it was ended; None if it ended by itself."""
        why = None
        try:
            why = self._wait(deadline, self.stop)
            if why is not None:
                self._tell(signal.SIGTERM)
                if self._wait(time.monotonic() + grace_s) is not None:
                    self._kill_all()
                    self.is_stuck = self._wait(time.monotonic() + kill_wait_s) is not None
        finally:
            # Whatever interrupts us: nothing of it may go on running.
            self._kill_all()
        if not self.is_stuck:
            self._drain()
            code = self.child.wait()
            self.exit_code = 128 - code if code < 0 else code
        return why

    def _wait(self, deadline, stop=None):
        """None as soon as the child has ended."""
        while True:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                return "timed-out"
            if stop is not None and stop.is_set():
                return "stopped"
            must_poll = stop is not None or self.pid_file is None
            self._read(min(left_s, POLL_S) if must_poll else left_s)
            if self._has_ended():
                return None

    def _has_ended(self):
        """Without waiting for it, so that its number stays its own."""
        how = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self.child.pid, how) is not None

    def _read(self, timeout_s):
        for key, _ in self.selector.select(timeout_s):
            if key.data is None:
                continue
            data = os.read(key.fd, 65536)
            if data:
                key.data.add(data)
            else:
                self.selector.unregister(key.fileobj)

    def _drain(self):
        if self.pid_file is not None:
            self.selector.unregister(self.pid_file)
        deadline = time.monotonic() + DRAIN_S
        while self.selector.get_map() and (left_s := deadline - time.monotonic()) > 0:
            self._read(left_s)

    def _tell(self, number):
        """Only the command itself: how its children end is its own business until it is killed."""
        try:
            os.kill(self.child.pid, number)
        except (ProcessLookupError, PermissionError):
            pass

    def _kill_all(self):
        try:
            os.killpg(self.child.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass

    def close(self):
        self.selector.close()
        if self.pid_file is not None:
            os.close(self.pid_file)
        for name in self.excerpts:
            getattr(self.child, name).close()


def _pid_file(pid):
    """Readable when the process ends; None where the kernel has no such file, before Linux 5.3."""
    try:
        return os.pidfd_open(pid)
    except OSError:
        return None
