# SPDX-License-Identifier: Apache-2.0
"""The engine's client as a child process: short questions, each with a bound, and the one long call
that lasts as long as its container. No call can hang, whatever the engine does."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass

from . import process

CALL_S = 30.0
ANSWER_SIZE_BYTES = 1 << 20
LOOK_S = 0.1  # between looks whether somebody wants an end
FOREVER_S = 10 * 365 * 86400.0


@dataclass(frozen=True)
class Answer:
    """Of a question."""

    exit_code: int | None  # None: it could not be asked
    out: str
    told: str  # for people: what was said of a failure
    is_missing: bool = False  # the client itself cannot be started

    @property
    def is_ok(self) -> bool:
        return self.exit_code == 0


def last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")


class Foreground:
    """A client that stays until its container has ended."""

    def __init__(self, command, folder):
        self.done = None
        self.is_killed = False  # by us
        self._kill, self._ended = threading.Event(), threading.Event()
        threading.Thread(target=self._run, args=(command, folder), daemon=True).start()

    def _run(self, command, folder):
        try:
            self.done = process.run(command, timeout_s=FOREVER_S, grace_s=0, stop=self._kill,
                                    is_merged=True, folder=folder)
        finally:
            self._ended.set()

    def wait(self, timeout_s: float, stop: threading.Event | None = None) -> bool:
        """Has it ended, within this time and before anybody wants to stop?"""
        end = time.monotonic() + timeout_s
        while (left_s := end - time.monotonic()) > 0:
            if self._ended.wait(left_s if stop is None else min(left_s, LOOK_S)):
                return True
            if stop is not None and stop.is_set():
                break
        return self._ended.is_set()

    def kill(self):
        """Its container is not touched by that."""
        if not self._ended.is_set():
            self.is_killed = True
            self._kill.set()
            self._ended.wait(2 * process.KILL_WAIT_S)

    @property
    def exit_code(self) -> int | None:
        return self.done.exit_code if self.done else None

    @property
    def message(self) -> str:
        return self.done.stdout.strip() if self.done else ""

    @property
    def failed(self) -> str:
        """Why it could not be started."""
        return self.done.failed if self.done else ""


class Client:
    """`command` begins each call: ('docker', '-H', 'unix:///run/other.sock')."""

    def __init__(self, command, call_s: float = CALL_S):
        name, *words = map(str, command)
        self.command = (os.path.abspath(name) if "/" in name else name, *words)
        self.call_s = call_s

    def start(self, words, folder) -> Foreground:
        """In `folder`, into which podman's monitor writes a file when memory runs out."""
        return Foreground([*self.command, *words], folder)

    def ask(self, *words: str) -> Answer:
        done = process.run([*self.command, *words], timeout_s=self.call_s, grace_s=0,
                           limit_bytes=ANSWER_SIZE_BYTES)
        told = done.failed or last_line(done.stderr) or f"exit {done.exit_code}"
        if done.is_timed_out:
            told = f"no answer to '{words[0]}' within {self.call_s:g} s"
        code = None if done.is_timed_out or done.failed else done.exit_code
        return Answer(code, done.stdout, told, is_missing=bool(done.failed))
