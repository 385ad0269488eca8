# SPDX-License-Identifier: Apache-2.0
"""A connection to the index's file, and who may have it: many at a time, or the one who puts a new
file in its place."""

import contextlib
import fcntl
import importlib.resources
import sqlite3
import time
from pathlib import Path

from ..errors import Failed, Refused

VERSION = 3  # as in schema.sql
# How a file of SQLite begins, and where in it the version is; of a file that is not ours, 0.
MAGIC, VERSION_AT = b"SQLite format 3\0", slice(60, 64)
BUSY_S = 60


def connect(path):
    """Made with its tables if it is not there."""
    with used(path):
        connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None,
                                     check_same_thread=False)
    try:
        with used(path):
            _prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


@contextlib.contextmanager
def used(path):
    """Whose fault it is: of the machine, which may have more room or rights next time, or of the
    file, which has to be made again."""
    try:
        yield
    except (sqlite3.OperationalError, OSError) as error:
        told = getattr(error, "strerror", None) or error
        raise Failed(f"cannot use '{path}': {told}") from error
    except sqlite3.DatabaseError as error:
        if type(error) is not sqlite3.DatabaseError:
            raise  # a fault of ours, such as a row that does not fit
        raise Refused(f"'{path}' is no index: {error}; {_how_again(path)}") from error


def may_be_replaced(path):
    """An index, whole or not, or nothing: a slip of the pen names other files."""
    if not path.is_file():
        return not path.exists()
    with open(path, "rb") as file:
        head = file.read(100)
    return not head or head.startswith(MAGIC) and any(head[VERSION_AT])


def _how_again(path):
    return (f"make it again from its folder of bundles: gpu-selftest-harness index {path}"
            " --rebuild DIR")


def _prepare(connection, path):
    # Full: a bundle that the index has may be deleted, so it has it after a loss of power, too.
    for pragma in (f"busy_timeout = {BUSY_S * 1000}", "journal_mode = WAL", "foreign_keys = ON",
                   "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")
    with transaction(connection):
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        is_empty = not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if version == 0 and is_empty:
            _make_tables(connection)
            version = VERSION
    if version != VERSION:
        raise Refused(f"'{path}' is an index of version {version}, this harness knows {VERSION}; "
                      + _how_again(path))


def _make_tables(connection):
    """Statement by statement: executescript() would end the transaction that we are in."""
    statement = ""
    for line in importlib.resources.files(__package__).joinpath("schema.sql").read_text(
            encoding="utf-8").splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""


@contextlib.contextmanager
def transaction(connection):
    """All or nothing; the write lock is taken at the start, since a reader that becomes a writer
    half-way is refused at once instead of waiting."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextlib.contextmanager
def held(path, is_exclusive=False, wait_s=30.0):
    """While it is held, the file at `path` stays the same file; exclusively: nobody has it open."""
    kind = fcntl.LOCK_EX if is_exclusive else fcntl.LOCK_SH
    end = time.monotonic() + wait_s
    with _lock_file(path) as file:
        while True:
            try:
                fcntl.flock(file, kind | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > end:
                    raise Failed(f"'{path}' was in use for {wait_s:g} s") from error
                time.sleep(0.05)
        yield


def _lock_file(path):
    try:
        return open(lock_path(path), "a", encoding="utf-8")
    except OSError as error:
        raise Failed(f"cannot open '{lock_path(path)}': {error.strerror}") from error


def lock_path(path):
    return Path(f"{path}.lock")
