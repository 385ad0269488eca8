# SPDX-License-Identifier: Apache-2.0
"""The one who adds to a bundle: one process at a time, from any of its threads."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import threading
from pathlib import Path

from .. import __version__
from ..errors import Failed, Refused
from ..times import utc
from . import disk, reader
from . import header as headers
from .layout import (BALLAST, BALLAST_BYTES, HEADER, KINDS, NEW, OPEN, RECORDS, SCHEMA_VERSION,
                     SEAL)
from .run_id import make_run_id
from .text import document_of, line_of


class BeingWritten(Refused):
    """Nothing is wrong with it: its run is under way."""


class Bundle:
    """Made by create() or resume(). A record is on the disk when append() returns; at death the
    folder stays open, and resume() goes on with it."""

    @classmethod
    def create(cls, root, header, ballast_bytes=BALLAST_BYTES):
        """`header` is what header.check() asks for; a run id is made if it has none."""
        header = dict(header)
        header.setdefault("run_id", make_run_id(_name_of(header.get("node"))))
        header.setdefault("started_utc", utc())
        header["schema_version"] = SCHEMA_VERSION
        headers.check(header)
        root, run_id = Path(root), header["run_id"]
        if os.path.lexists(root / run_id) or os.path.lexists(root / (run_id + OPEN)):
            raise Refused(f"'{root}' has a run '{run_id}' already")
        try:
            path, descriptor = _make(root, header, ballast_bytes)
        except OSError as error:
            shutil.rmtree(root / (run_id + NEW), ignore_errors=True)
            if error.errno in disk.FULL:
                raise disk.DiskFull(root, is_kept=False) from error
            raise Failed(f"cannot make a bundle in '{root}': {error.strerror}") from error
        except Failed:
            shutil.rmtree(root / (run_id + NEW), ignore_errors=True)
            raise
        return cls(path, descriptor, run_id, reader.State())

    @classmethod
    def resume(cls, path):
        """Go on with a run whose process is gone. Half a line at the end, which nobody was promised,
        is cut off; lines that the disk garbled are told, in `damage` too, and cost no others. A note
        says so."""
        path = Path(path)
        if not path.name.endswith(OPEN):
            raise Refused(f"'{path}' is not an open bundle, whose name ends in '{OPEN}'; "
                          "what is sealed is never changed")
        try:
            descriptor = _opened(path / RECORDS)
        except OSError as error:
            raise Refused(f"cannot resume '{path}': {RECORDS}: {error.strerror}") from error
        try:
            _lock(descriptor, path)
            contents, state = reader.read_open(path)
            if contents.header is None:
                raise Refused(f"cannot resume '{path}': {contents.problems[0]}")
            bundle = cls(path, descriptor, contents.header["run_id"], state)
            torn = os.fstat(descriptor).st_size - state.whole_bytes
            if torn:
                contents.problems.pop()  # the last, since it ends there
                os.ftruncate(descriptor, state.whole_bytes)
                os.fsync(descriptor)
            if not state.is_ended:
                bundle.append("resume", {"pid": os.getpid(), "harness": __version__,
                                         "utc": utc(), "torn_bytes": torn,
                                         "damage": contents.problems})
                bundle.damage = contents.problems
        except BaseException:
            os.close(descriptor)
            raise
        return bundle

    def __init__(self, path, descriptor, run_id, state):
        self.path, self.run_id = path, run_id
        self.is_full = False
        self.damage = []  # that resume() found
        self._descriptor, self._state = descriptor, state
        self._lock = threading.Lock()

    @property
    def is_ended(self):
        """Nothing can be added: all that is left is to seal it."""
        return self._state.is_ended

    def append(self, kind, record):
        """One line, one write. DiskFull: the run has to stop; see there what was kept. Of what is
        said behind the launches nothing is raised as long as it fits in the ballast's place. Ids of
        launches are taken once."""
        if kind not in KINDS[:-1]:
            raise ValueError(f"unknown kind '{kind}'; valid: {', '.join(KINDS[:-1])}")
        with self._lock:
            self._check_open()
            identity = reader.identity_of(kind, record)
            if identity and identity in self._state.identities:
                raise ValueError(f"{kind} {identity[1:]} is in the bundle already")
            self._add(kind, record)
            if identity:
                self._state.identities.add(identity)
            if kind == "launch" and self.is_full:
                raise disk.DiskFull(self.path, is_kept=True)

    def seal(self):
        """End it: sums, read-only, its last name. The sealed folder's path. Called again after a
        failure or a resume(), it goes on where it was."""
        with self._lock:
            self._check_open(may_be_ended=True)
            if not self._state.is_ended:
                self._add("end", {"records": self._state.lines, "utc": utc()})
                self._state.is_ended = True
            self._write_seal()
            os.close(self._descriptor)
            self._descriptor = None
            return self.path

    def close(self):
        """Let go of it as it is, open."""
        with self._lock:
            if self._descriptor is not None:
                os.close(self._descriptor)
                self._descriptor = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _check_open(self, may_be_ended=False):
        if self._descriptor is None:
            raise Refused(f"'{self.path}' is sealed or was let go of; nothing can be added")
        if self._state.is_ended and not may_be_ended:
            raise Refused(f"'{self.path}' has ended; nothing can be added")

    def _add(self, kind, record):
        line = line_of(kind, self._state.lines + 1, record)
        if not self._has_written(line):
            if self.is_full:
                raise disk.DiskFull(self.path, is_kept=False)
            self.is_full = True
            with contextlib.suppress(OSError):  # then the second try tells what there is
                self._drop_ballast()
            if not self._has_written(line):
                raise disk.DiskFull(self.path, is_kept=False)
        self._state.lines += 1
        self._state.whole_bytes += len(line)

    def _has_written(self, line):
        """False: the disk is full, and the file as it was."""
        try:
            disk.append(self._descriptor, line, self._state.whole_bytes)
        except OSError as error:
            if error.errno in disk.FULL:
                return False
            self._let_go_broken()
            raise Failed(f"cannot write '{self.path / RECORDS}': {error.strerror}") from error
        return True

    def _drop_ballast(self):
        with contextlib.suppress(FileNotFoundError):
            (self.path / BALLAST).unlink()
        disk.sync_folder(self.path)

    def _drop_unfinished(self):
        """What a seal that was killed had begun: it does not belong to a sealed bundle."""
        for path in self.path.glob(".*"):
            path.unlink()

    def _let_go_broken(self):
        """The disk did not say what it holds now: whoever goes on has to read it first."""
        os.close(self._descriptor)
        self._descriptor = None

    def _write_seal(self):
        sealed = self.path.parent / self.run_id
        if os.path.lexists(sealed):
            raise Refused(f"'{sealed}' is there already")
        try:
            self._drop_ballast()
            self._drop_unfinished()
            files = {name: _sum(self.path / name) for name in (HEADER, RECORDS)}
            files[RECORDS]["lines"] = self._state.lines
            seal = {"schema_version": SCHEMA_VERSION, "run_id": self.run_id,
                    "harness": __version__, "utc": utc(), "files": files}
            disk.write_whole(self.path / SEAL, document_of(seal), 0o444)
            self.path.rename(sealed)
            disk.sync_folder(sealed.parent)
        except OSError as error:
            if error.errno in disk.FULL:
                raise disk.DiskFull(self.path, is_kept=False) from error
            raise Failed(f"cannot seal '{self.path}': {error.strerror}") from error
        self.path = sealed
        # Last: what is read-only and has no seal yet could not be gone on with.
        with contextlib.suppress(OSError):
            for name in (HEADER, RECORDS):
                os.chmod(sealed / name, 0o444)


def _make(root, header, ballast_bytes):
    """Under a name that nobody takes for a bundle until it is one."""
    root.mkdir(parents=True, exist_ok=True)
    new = root / (header["run_id"] + NEW)
    new.mkdir()
    disk.reserve(new / BALLAST, ballast_bytes)
    disk.write_whole(new / HEADER, document_of(header))
    descriptor = os.open(new / RECORDS, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_APPEND, 0o644)
    try:
        _lock(descriptor, new)
        disk.sync_folder(new)
        path = new.rename(root / (header["run_id"] + OPEN))
        disk.sync_folder(root)
    except BaseException:
        os.close(descriptor)
        raise
    return path, descriptor


def _opened(path):
    flags = os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW
    try:
        return os.open(path, flags)
    except PermissionError:
        # Earlier versions made it read-only before its folder had its last name.
        os.chmod(path, 0o644)
        return os.open(path, flags)


def _lock(descriptor, path):
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise BeingWritten(f"another process is adding to '{path}'") from error
    except OSError as error:  # a network's file system may have no locks
        raise Failed(f"cannot lock '{path}': {error.strerror}") from error


def _sum(path):
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return {"sha256": digest, "size_bytes": file.tell()}


def _name_of(node):
    return node.get("name", "") if isinstance(node, dict) else getattr(node, "name", "")
