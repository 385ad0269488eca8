# SPDX-License-Identifier: Apache-2.0
"""What docker and podman have in common: one launch as a container in the foreground, from a clean
start to a removal that was looked at, with an end to each wait."""

from __future__ import annotations

import json
import os
import re
import secrets
import tempfile
import threading
import time
from pathlib import Path

from ..errors import Refused
from ..model import EngineFacts
from ..times import utc
from . import leftovers, owner, process, scratch
from .base import EngineMissing, ImageAbsent, Ran, Request, read_report
from .box import REMOVE_S, SETTLE_S, Box, Unanswered
from .client import CALL_S, Client
from .command_line import DEADLINE, OWNER, TOKEN, WAYS, Dialect, run_words
from .ending import Seen, exit_code_of, message_of, stage_of, trouble_of

# A living harness ends its container long before; this counts only where it cannot be seen.
ABANDONED_S = 600.0


class Container:
    """An engine whose client is a command. `command` begins each call of it, `options` are given to
    each run, `way` is how GPUs are asked for."""

    dialect: Dialect

    def __init__(self, command=(), options=(), way=None, call_s=CALL_S, settle_s=SETTLE_S,
                 remove_s=REMOVE_S):
        self.way = way or self.dialect.way
        if self.way not in WAYS:
            raise Refused(f"unknown way to give GPUs '{self.way}', valid are {', '.join(WAYS)}")
        self.name = self.dialect.name
        self.client = Client(command or (self.name,), call_s)
        self.options = tuple(map(str, options))
        self.settle_s, self.remove_s = settle_s, remove_s

    def facts(self) -> EngineFacts:
        version = self._version()
        return EngineFacts(self.name, version, toolkit_version(), self.injection(version))

    def injection(self, version: str) -> str | None:
        """None: only a report from inside can tell."""
        raise NotImplementedError

    def _version(self) -> str:
        answer = self.client.ask(*self.dialect.version)
        if not answer.is_ok or not answer.out.strip():
            raise EngineMissing(f"'{' '.join(self.client.command)}': {answer.told}")
        return answer.out.strip()

    def resolve(self, image: str) -> str:
        answer = self.client.ask("image", "inspect", image)
        if not answer.is_ok:
            self._version()
            raise ImageAbsent(f"{self.name} has no image '{image}': {answer.told}")
        return identity(image, json.loads(answer.out)[0])

    def sweep(self) -> list[str]:
        return leftovers.sweep(self.client, self.dialect, self.remove_s)

    def run(self, request: Request) -> Ran:
        started_utc, start = utc(), time.monotonic()
        deadline_s = time.time() + request.timeout_s + request.grace_s + ABANDONED_S
        token = secrets.token_hex(16)
        labels = {TOKEN: token, OWNER: owner.myself(), DEADLINE: str(int(deadline_s))}
        seen = Seen(timeout_s=request.timeout_s)
        # Not in the folder of results: what a container can write names nothing to be removed.
        with scratch.folder() as folder:
            cid_file = Path(folder) / "cid"
            results = open_to_container(request.results)
            words = run_words(self.dialect, request, results, cid_file, labels, self.way,
                              self.options)
            box = Box(self.client, self.dialect, f"label={TOKEN}={token}", cid_file)
            client = self.client.start(words, folder)
            try:
                self._to_its_end(request, client, box, seen)
            finally:
                # Also where somebody interrupts us: nothing of it may go on.
                client.kill()
                if not client.failed:
                    seen.stuck = box.remove(may_still_come=client.is_killed,
                                            settle_s=self.settle_s, bound_s=self.remove_s)
        report, seen.wrong = read_report(results)
        seen.has_report, seen.client_exit = report is not None, client.exit_code
        return Ran(started_utc=started_utc, duration_s=time.monotonic() - start,
                   stage=stage_of(seen), exit_code=exit_code_of(seen),
                   is_timed_out=seen.is_timed_out, is_stopped=seen.is_stopped,
                   is_out_of_memory=seen.state is not None and seen.state.is_out_of_memory,
                   is_stuck=bool(seen.stuck), report=report,
                   message=message_of(seen, client.message), trouble=trouble_of(seen, self.name))

    def _to_its_end(self, request, client, box, seen):
        if not client.wait(request.timeout_s, request.stop):
            seen.is_stopped = request.stop is not None and request.stop.is_set()
            seen.is_timed_out = not seen.is_stopped
            self._end(request, client, box)
        seen.missing = client.failed
        if seen.missing:
            return
        try:
            seen.state = box.state()
            if seen.state is not None and seen.state.is_running:
                seen.is_left_running = not (seen.is_timed_out or seen.is_stopped)
                self._end(request, client, box)
                seen.state = box.state() or seen.state
        except Unanswered as error:
            seen.unanswered = str(error)

    def _end(self, request, client, box):
        """Asked to, then made to. A client ends when its container has, unless it was killed."""
        for word, wait_s in (("TERM", request.grace_s), ("KILL", self.client.call_s)):
            if box.signal(word) and client.wait(wait_s) and has_stopped(box, wait_s):
                return
        client.kill()


def has_stopped(box: Box, bound_s: float) -> bool:
    end, pause = time.monotonic() + bound_s, threading.Event()
    while True:
        try:
            state = box.state()
        except Unanswered:
            return False
        if state is None or not state.is_running:
            return True
        if time.monotonic() > end:
            return False
        pause.wait(0.1)


def open_to_container(folder: Path) -> Path:
    """A new folder in it that the program may write to: its user is 65532 in the container, and who
    that is here depends on the engine. Everybody may, who knows its name: the folder around it
    shows that to its owner alone."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)
    inner = Path(tempfile.mkdtemp(dir=folder))
    inner.chmod(0o777)
    return inner


def identity(image: str, found: dict) -> str:
    """By its registry's digest, which means the same on each machine; by its id here, if it is from
    none. With a digest of the name that was asked for, if there are several."""
    name = re.sub(r"(@.*|:[^/:]*)$", "", image)
    digests = sorted(found.get("RepoDigests") or ())
    same = [digest for digest in digests if digest.partition("@")[0] == name]
    return (same or digests or [found["Id"]])[0]


def toolkit_version(path: str | None = None) -> str | None:
    """Of NVIDIA's container toolkit on this machine; None: there is none."""
    environment = None if path is None else dict(os.environ, PATH=path)
    for words in (("nvidia-ctk", "--version"), ("nvidia-container-cli", "--version")):
        done = process.run(words, timeout_s=10, grace_s=0, environment=environment)
        found = re.search(r"\d+\.\d+\.\d+(?:[-~.\w]*)", done.stdout)
        if done.exit_code == 0 and found:
            return found.group(0)
    return None
