# SPDX-License-Identifier: Apache-2.0
"""One container of ours at its engine: found by its id and by a token that no other has, ended by
signals, removed for certain, or told to be there still."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from .client import Client
from .command_line import Dialect

# After a client was killed: what it asked for may still come.
SETTLE_S = 3.0
REMOVE_S = 60.0
PAUSE_S = 0.2


class Unanswered(Exception):
    """The engine does not say what is so. The text is what it said instead."""


@dataclass(frozen=True)
class State:
    """What the engine says of a container."""

    is_running: bool
    is_begun: bool  # its program was started
    exit_code: int | None
    is_out_of_memory: bool
    error: str


def state_of(text: str) -> State:
    """From the engine's JSON; docker and podman agree in these names."""
    said = json.loads(text)
    # The year 1 where it never started.
    begun = str(said.get("StartedAt", "")).partition("-")[0] not in ("", "0001")
    return State(is_running=bool(said.get("Running")), is_begun=begun,
                 exit_code=said.get("ExitCode") if begun else None,
                 is_out_of_memory=bool(said.get("OOMKilled")), error=str(said.get("Error") or ""))


class Box:
    def __init__(self, client: Client, dialect: Dialect, mark: str, cid_file: Path | None = None):
        """`mark` is a filter of the engine's list that only this one passes."""
        self.client, self.dialect, self.mark = client, dialect, mark
        self.cid_file = cid_file

    def listed(self) -> list[str]:
        """Ids of what the engine has of it, in any state: none, or one. Raises Unanswered."""
        answer = self.client.ask("ps", "--all", "--quiet", "--no-trunc", "--filter", self.mark)
        if not answer.is_ok:
            raise Unanswered(answer.told)
        return answer.out.split()

    def state(self) -> State | None:
        """None: there is no such container. Raises Unanswered."""
        for ident in self.listed():
            answer = self.client.ask("inspect", "--type", "container", "--format",
                                     "{{json .State}}", ident)
            if answer.is_ok:
                try:
                    return state_of(answer.out)
                except (ValueError, AttributeError) as error:
                    raise Unanswered(f"no state that can be read: {error}") from error
            if self.listed():
                raise Unanswered(answer.told)
        return None

    def signal(self, word: str) -> bool:
        """False: nothing was there, or nobody answered."""
        ident = self.ident()
        return ident is not None and self.client.ask("kill", "--signal", word, ident).is_ok

    def ident(self) -> str | None:
        """What its client wrote down; else what the engine lists."""
        with contextlib.suppress(OSError):
            if text := self.cid_file.read_text().strip():
                return text
        try:
            return next(iter(self.listed()), None)
        except Unanswered:
            return None

    def remove(self, may_still_come: bool, settle_s: float = SETTLE_S,
               bound_s: float = REMOVE_S) -> str:
        """Until the engine lists none: '', or why one may be there still."""
        start, pause, told = time.monotonic(), threading.Event(), ""
        while True:
            passed_s = time.monotonic() - start
            try:
                idents = self.listed()
            except Unanswered as error:
                idents, told = None, str(error)
            if idents == [] and (not may_still_come or passed_s >= settle_s):
                return ""
            may_still_come = may_still_come and not idents  # one client makes one
            if passed_s >= bound_s:
                return told or "it is still listed"
            for ident in idents or ():
                answer = self.client.ask("rm", "--force", "--volumes", *self.dialect.remove, ident)
                told = "" if answer.is_ok else answer.told
            if not idents or told:
                pause.wait(PAUSE_S)
