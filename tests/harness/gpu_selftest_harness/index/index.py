# SPDX-License-Identifier: Apache-2.0
"""The index as others use it."""

import contextlib
import math
import os
import sqlite3
from pathlib import Path

from ..bundle import find, reader
from ..errors import Failed, Refused
from . import database, importer, queries

LOGS = ("-wal", "-shm")  # of SQLite, beside the file


class Index:
    """One file beside the bundles. It may be open in several processes; each add() is seen whole or
    not at all."""

    def __init__(self, path):
        self.path = Path(path)
        self.refused = []
        self.aside = None  # where what rebuild() found in its place is now
        self.forgotten = 0  # runs that only the file which is aside knows
        with database.used(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
        self._held = contextlib.ExitStack()
        self._held.enter_context(database.held(self.path))
        try:
            self._connection = database.connect(self.path)
        except BaseException:
            self._held.close()
            raise

    @classmethod
    def rebuild(cls, path, root):
        """A new file from all sealed bundles in `root`, then in the old one's place. Bundles that
        the old one knew come in its order, since no clock tells which came first. What cannot be
        taken is left out and named in `refused` of what is returned. A file that is no index is kept,
        `aside`, and so is one that knew runs of which there is no bundle any more, `forgotten`.
        Refused where there is none at all."""
        path = Path(path)
        new = path.with_name(path.name + ".new")
        with database.used(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        with database.held(path, is_exclusive=True), database.used(path):
            known, found = _known(path), find(root)
            if not found:
                raise Refused(f"no sealed bundle lies in '{root}'; those of a night are in the runs/ "
                              "of its folder")
            _remove(new)
            try:
                taken, refused = _build(new, _in_order(found, known))
                forgotten = len(known.keys() - taken)
                aside = _put_aside(path, forgotten)
            except BaseException:
                _remove(new)
                raise
            # The old file's log would be taken for the new one's.
            _remove(path, LOGS)
            os.replace(new, path)
        index = cls(path)
        index.refused, index.aside, index.forgotten = refused, aside, forgotten
        return index

    def add(self, bundle_path):
        """False if it is there already. Refused for a bundle that is open or not whole."""
        with database.used(self.path):
            return importer.add(self._connection, Path(bundle_path))

    def knows(self, bundle_path):
        """This sealed bundle, not another of the same name."""
        return importer.is_known(self._connection, reader.seal_sum(bundle_path))

    def nights(self):
        return queries.nights(self._connection)

    def runs(self, night=None):
        return queries.runs(self._connection, night)

    def cell(self, key):
        return queries.cell(self._connection, key)

    def outcomes(self, night):
        return queries.outcomes(self._connection, night)

    def histories(self, cells=None):
        """Of the cells whose keys are given, or of all."""
        return queries.histories(self._connection, cells)

    def provenance(self, digest):
        return queries.provenance(self._connection, digest)

    def close(self):
        self._connection.close()
        self._held.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def _build(new, found):
    """Names of those in it, and why others are not."""
    taken, refused = set(), []
    with database.used(new), contextlib.closing(database.connect(new)) as connection:
        for bundle in found:
            try:
                importer.add(connection, bundle)
                taken.add(bundle.name)
            except Refused as error:
                refused.append(str(error))
        connection.execute("PRAGMA journal_mode = DELETE")
    return taken, refused


def _known(path):
    """The place of each run in the old file, as far as it still tells that: whatever is wrong with it
    is why it is made again."""
    if database.may_be_replaced(path) and path.exists():
        with contextlib.suppress(Refused, Failed, sqlite3.Error, ValueError):
            with contextlib.closing(database.connect(path)) as connection:
                return {run.run_id: run.sequence for run in queries.runs(connection)}
    return {}


def _in_order(found, known):
    return sorted(found, key=lambda bundle: (known.get(bundle.name, math.inf), bundle.name))


def _put_aside(path, forgotten):
    if database.may_be_replaced(path) and not forgotten:
        return None
    aside = path.with_name(path.name + ".replaced")
    try:
        os.link(path, aside)
    except FileExistsError:
        why = f"has {forgotten} runs that are in no bundle" if forgotten else "is no index"
        raise Refused(f"'{path}' {why}, and '{aside}' is there already; move one of them "
                      "away") from None
    return aside


def _remove(path, endings=(*LOGS, "")):
    for ending in endings:
        Path(f"{path}{ending}").unlink(missing_ok=True)
