# SPDX-License-Identifier: Apache-2.0
"""A GPU is used by one launch at a time, whichever harness on this machine started it.

Each GPU is a file that is locked while it is used; the kernel unlocks it when its holder ends,
however that comes about. A launch that uses the links between GPUs has the machine for itself,
since copies of its neighbours share switches and host memory with it: it takes the fabric alone,
all others share it. What is locked is taken in one order everywhere, so that nobody waits in a
circle. A GPU whose last user could not be killed is poisoned: refused until an engine has removed
that user, somebody has looked after it, or the machine was started again."""

from __future__ import annotations

import fcntl
import json
import os
import re
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from .engines import owner
from .errors import Failed, Refused
from .model import Trouble
from .times import utc

FOLDER = "/run/lock/gpu-selftest"
LOCK, POISON = ".lock", ".poisoned"
# Everybody passes the turnstile to reach the fabric; who wants it alone stays in there until it
# has it, so that those who share it cannot keep it from him for ever, one after the other.
TURNSTILE, FABRIC = "turnstile", "fabric"

UUID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,127}")
POLL_S = 0.05
# Whoever is told to wait for nothing still lets pass who is in the turnstile for a moment.
TURN_S = 0.5


@dataclass(frozen=True)
class Holder:
    """Who has it."""

    pid: int
    what: str
    since: str

    def __str__(self):
        return f"process {self.pid} ('{self.what}') since {self.since}"


class Leased(Exception):
    """Somebody else has it; `holder` is None if he cannot be told."""

    id = "suite.gpu-leased"

    def __init__(self, name, holder: Holder | None, text=None):
        super().__init__(text or f"'{name}' is used by {holder or 'a process that is not known'}")
        self.name, self.holder = name, holder

    @property
    def trouble(self) -> Trouble:
        return Trouble(self.id, str(self))


class Poisoned(Leased):
    """Nobody may have it."""

    id = "suite.gpu-poisoned"

    def __init__(self, name, why, since):
        super().__init__(name, None, f"'{name}' is not to be used since {since}: {why}")
        self.why, self.since = why, since


class Lease:
    """What is held, for as long as hold() lasts."""

    def __init__(self, leases, uuids):
        self._leases, self.uuids = leases, uuids

    def poison(self, why: str, launch: str = ""):
        """From now on, after this lease too, the GPUs are refused to everybody."""
        self._leases.poison(self.uuids, why, launch)


class Leases:
    """All leases of a machine; `what` tells others what they are waiting for."""

    def __init__(self, folder=FOLDER, what="gpu-selftest-harness"):
        self.folder = Path(folder)
        self.what = what

    @contextmanager
    def hold(self, uuids, fabric: bool = False, wait_s: float = 0.0,
             stop: threading.Event | None = None):
        """The GPUs, and the machine's links with them if `fabric`; a MIG instance by the UUID of
        its GPU. Raises Leased once it has waited that long or `stop` is set, and Poisoned."""
        names = sorted(set(uuids))
        for name in names:
            _check(name)
        self.make()
        deadline = time.monotonic() + wait_s
        with ExitStack() as stack:
            with ExitStack() as turn:
                self._take(TURNSTILE, turn, max(deadline, time.monotonic() + TURN_S), stop)
                self._take(FABRIC, stack, deadline, stop, is_shared=not fabric)
            for name in names:
                self._refuse_poisoned(name)
                self._take(name, stack, deadline, stop)
                # It may have become so while we waited.
                self._refuse_poisoned(name)
            yield Lease(self, tuple(names))

    def holders(self) -> dict[str, Holder]:
        """Who has what, as far as it is known. Takes nothing."""
        found = {}
        for path in sorted(self.folder.glob(f"*{LOCK}")):
            name = path.name.removesuffix(LOCK)
            if name != TURNSTILE and (holder := _read_holder(path)):
                found[name] = holder
        return found

    def poison(self, uuids, why: str, launch: str = ""):
        """`launch` is the name of what may still use them."""
        self.make()
        for name in uuids:
            _check(name)
            path = self.folder / (name + POISON)
            temporary = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
            with suppress(OSError):  # a full disk: what is empty keeps it from use, too
                temporary.write_text(json.dumps({"why": why, "since": utc(), "here": owner.here(),
                                                 "launch": launch}))
            temporary.replace(path)

    def poisoned(self) -> dict[str, str]:
        """Why each of them is refused."""
        found = {}
        for path in sorted(self.folder.glob(f"*{POISON}")):
            name = path.name.removesuffix(POISON)
            if record := self._poison_of(name):
                found[name] = record["why"]
        return found

    def clear(self, name: str) -> bool:
        """Somebody has looked after it. False if it was not poisoned."""
        _check(name)
        path = self.folder / (name + POISON)
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise Failed(f"cannot remove '{path}': {error.strerror.lower()}; its owner or root "
                         "can") from None
        return True

    def clear_of(self, launch: str) -> list[str]:
        """What only this launch kept from use, which an engine has removed since: an engine that
        did not answer for a while costs no GPU for good."""
        cleared = []
        for path in sorted(self.folder.glob(f"*{POISON}")):
            # A record that cannot be read, or another user's: for people.
            with suppress(OSError, ValueError, KeyError, TypeError):
                if launch and json.loads(path.read_text())["launch"] == launch:
                    path.unlink()
                    cleared.append(path.name.removesuffix(POISON))
        return cleared

    def _refuse_poisoned(self, name):
        if record := self._poison_of(name):
            raise Poisoned(name, record["why"], record["since"])

    def _poison_of(self, name):
        try:
            text = (self.folder / (name + POISON)).read_text(errors="replace")
        except FileNotFoundError:
            return None
        except OSError as error:
            return {"why": f"'{name}{POISON}' cannot be read: {error.strerror.lower()}",
                    "since": "?"}
        try:
            record = json.loads(text)
            boot = record["here"].partition("/")[0]
            why, since = str(record["why"]), str(record["since"])
        except (ValueError, KeyError, TypeError, AttributeError):
            return {"why": f"'{name}{POISON}' is there and cannot be read", "since": "?"}
        # A start of the machine ends what could not be killed.
        is_over = boot != owner.here().partition("/")[0]
        return None if is_over else {"why": why, "since": since}

    def make(self):
        """The folder, if it is not there. Raises Failed where nothing could be leased in it."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if self.folder.stat().st_uid == os.geteuid():
                # As /tmp is: harnesses of other users lock the same GPUs.
                self.folder.chmod(0o1777)
        except OSError as error:
            raise Failed(f"cannot make '{self.folder}' for leases: {error.strerror.lower()}; name "
                         "another folder, the same for all who use these GPUs") from None

    def _take(self, name, stack, deadline, stop, is_shared=False):
        path = self.folder / (name + LOCK)
        file = stack.enter_context(_opened(path))
        how = fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX
        while True:
            try:
                fcntl.flock(file, how | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                left_s = deadline - time.monotonic()
                if left_s <= 0 or (stop is not None and stop.is_set()):
                    shown = FABRIC if name == TURNSTILE else name
                    raise Leased(shown, self._who_has(shown)) from None
            time.sleep(min(POLL_S, left_s))
        if not is_shared and name != TURNSTILE:
            stack.callback(os.ftruncate, file, 0)
            record = {"owner": owner.myself(), "what": self.what, "since": utc()}
            os.ftruncate(file, 0)
            with suppress(OSError):  # a full disk: it is held, and only who holds it is not told
                os.pwrite(file, json.dumps(record).encode(), 0)

    def _who_has(self, name):
        if holder := _read_holder(self.folder / (name + LOCK)):
            return holder
        if name == FABRIC:
            # Shared by those who have GPUs: one of them.
            return next(iter(self.holders().values()), None)
        return None


def _check(name):
    if not UUID.fullmatch(name) or name in (TURNSTILE, FABRIC):
        raise Refused(f"'{name}' is no UUID of a GPU, such as "
                      "'GPU-00000000-0000-4000-8000-000000000001'")


@contextmanager
def _opened(path):
    # Not made where it is there already: kernels that protect others' files in such a folder
    # refuse even to open what might have to be made.
    flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        try:
            file = os.open(path, flags)
        except FileNotFoundError:
            try:
                file = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o666)
                os.fchmod(file, 0o666)
            except FileExistsError:
                file = os.open(path, flags)
    except OSError as error:
        raise Failed(f"cannot open '{path}': {error.strerror.lower()}") from None
    try:
        yield file
    finally:
        os.close(file)


def _read_holder(path):
    try:
        record = json.loads(path.read_text(errors="replace"))
        if owner.lives(record["owner"]) is False:
            return None
        return Holder(int(record["owner"].partition(" ")[0]), str(record["what"]),
                      str(record["since"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
