# SPDX-License-Identifier: Apache-2.0
"""A bundle, open or sealed, read with suspicion: each problem is named, and all that is whole is
given. Nothing here writes."""

import hashlib
import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import Refused
from ..model import Launch, Outcome
from . import header as headers
from .layout import HEADER, KINDS, MAX_LINE_BYTES, OPEN, RECORDS, SCHEMA_VERSION, SEAL
from .values import Misfit, value_of


@dataclass
class Contents:
    header: dict | None  # None: there is none that can be read
    launches: list[Launch] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    notes: list[dict] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    is_sealed: bool = False
    sha256: str | None = None  # of the seal, which has the sums of all else
    places: dict[str, tuple[int, int]] = field(default_factory=dict)  # launch: its line's bytes


@dataclass
class State:
    """What has to be known to go on with an open bundle."""

    lines: int = 0
    whole_bytes: int = 0
    identities: set = field(default_factory=set)
    outcomes: dict = field(default_factory=dict)
    is_ended: bool = False
    take: object = None
    damage: set = field(default_factory=set)  # that somebody who went on with it has told of


def read(path, take=None):
    """Contents of a bundle's folder. Refused only if there is no folder. Reports of a night may be
    more than the memory holds: with `take(header, launch)` each launch is shown to it, and kept
    without its report."""
    return _read(Path(path), take)[0]


def read_open(path):
    """What resume() needs beside it."""
    return _read(Path(path))


def read_launch(path, place):
    """One launch, by the bytes of its line."""
    offset, size = place
    with open(Path(path) / RECORDS, "rb") as file:
        file.seek(offset)
        return value_of(Launch, json.loads(file.read(size))["record"])


def read_header(path):
    """Its header alone; None if that is not whole."""
    return _read_header(Path(path), Contents(header=None), {})


def identity_of(kind, record):
    """What is in a bundle once: a launch by its id. An outcome may be said again, and the last one
    counts: a run that was resumed judges anew."""
    if kind != "launch":
        return None
    return (kind, record["id"] if isinstance(record, dict) else record.id)


def seal_sum(path):
    """What tells one sealed bundle from another; None if there is no seal."""
    sums = {}
    _bytes_of(Path(path) / SEAL, Contents(header=None), sums)
    return sums[SEAL][0] if sums else None


def _read(path, take=None):
    if not path.is_dir():
        raise Refused(f"'{path}' is not the folder of a bundle")
    contents = Contents(header=None, is_sealed=not path.name.endswith(OPEN))
    state = State(take=take)
    sums = {}
    contents.header = _read_header(path, contents, sums)
    if contents.header is not None:
        _read_records(path, contents, state, sums)
    if contents.is_sealed:
        _check_seal(path, contents, state, sums)
    return contents, state


def _read_header(path, contents, sums):
    data = _bytes_of(path / HEADER, contents, sums)
    header = _json_of(data, HEADER, contents)
    if header is None:
        return None
    wrong = headers.wrong_with(header)
    contents.problems += [f"{HEADER}: {one}" for one in wrong]
    return None if wrong else header


def _read_records(path, contents, state, sums):
    file = _open_plain(path / RECORDS, contents)
    if file is None:
        return
    digest = hashlib.sha256()
    with file:
        while line := file.readline(MAX_LINE_BYTES + 1):
            digest.update(line)
            if not line.endswith(b"\n"):
                contents.problems.append(
                    f"{RECORDS}: line {state.lines + 1} is cut off after {len(line)} bytes")
                digest.update(file.read())
                break
            state.lines += 1
            _take(line, contents, state)
            state.whole_bytes += len(line)
        sums[RECORDS] = (digest.hexdigest(), file.tell())
    contents.problems = [one for one in contents.problems if one not in state.damage]
    contents.outcomes = list(state.outcomes.values())


def _take(line, contents, state):
    where = f"{RECORDS}: line {state.lines}"
    if b"\0" in line:
        contents.problems.append(f"{where} has NUL bytes: the disk lost it")
        return
    entry = _json_of(line, where, contents)
    if entry is None:
        return
    if not isinstance(entry, dict) or set(entry) != {"kind", "number", "record"}:
        contents.problems.append(f"{where} is not a record")
        return
    if entry["kind"] not in KINDS:
        contents.problems.append(f"{where} has the unknown kind {entry['kind']!r:.40}")
        return
    if state.is_ended:
        contents.problems.append(f"{where} comes after the end")
    if entry["number"] != state.lines:
        contents.problems.append(f"{where} has the number {entry['number']!r:.40}")
    try:
        _keep(entry["kind"], entry["record"], contents, state, len(line))
    except Misfit as misfit:
        contents.problems.append(f"{where}: {entry['kind']}: {misfit}")


def _keep(kind, record, contents, state, size):
    if kind == "launch":
        launch = value_of(Launch, record)
        identity = identity_of(kind, launch)
        if identity in state.identities:
            raise Misfit(f"'{launch.id}' is there twice")
        state.identities.add(identity)
        contents.places[launch.id] = (state.whole_bytes, size)
        if state.take:
            state.take(contents.header, launch)
            launch.report = None
        contents.launches.append(launch)
    elif kind == "outcome":
        outcome = value_of(Outcome, record)
        state.outcomes[outcome.cell, outcome.workload] = outcome
    elif kind == "end":
        state.is_ended = True
    else:
        contents.notes.append({"kind": kind, **value_of(dict, record, "record")})
        if kind == "resume":
            state.damage.update(value_of(list[str], record.get("damage", []), "damage"))


def _check_seal(path, contents, state, sums):
    seal = _json_of(_bytes_of(path / SEAL, contents, sums), SEAL, contents)
    for name in sorted(set(os.listdir(path)) - {HEADER, RECORDS, SEAL}):
        contents.problems.append(f"{name!r:.80} does not belong to a sealed bundle")
    if seal is None:
        return
    if not isinstance(seal, dict) or seal.get("schema_version") != SCHEMA_VERSION:
        contents.problems.append(f"{SEAL}: its schema_version is unknown")
        return
    contents.sha256 = sums[SEAL][0]
    if contents.header and not contents.header["run_id"] == seal.get("run_id") == path.name:
        contents.problems.append(f"{SEAL}: run id, folder and header do not agree")
    files = seal.get("files") if isinstance(seal.get("files"), dict) else {}
    for name in (HEADER, RECORDS):
        said = files.get(name) if isinstance(files.get(name), dict) else {}
        if name in sums and sums[name] != (said.get("sha256"), said.get("size_bytes")):
            contents.problems.append(f"{name} is not what was sealed: its sum or size differs")
    lines = files.get(RECORDS, {}).get("lines") if isinstance(files.get(RECORDS), dict) else None
    if contents.header and lines != state.lines:
        contents.problems.append(f"{RECORDS} has {state.lines} lines, {lines!r:.40} were sealed")
    if contents.header and not state.is_ended:
        contents.problems.append(f"{RECORDS} has no end")


def _open_plain(path, contents):
    """None, and a problem, for whatever is not a file in its own place: a link may lead out, a pipe
    never ends."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        why = "is a symbolic link" if path.is_symlink() else f"cannot be read: {error.strerror}"
        contents.problems.append(f"{path.name} {why}")
        return None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        contents.problems.append(f"{path.name} is not a file")
        return None
    return os.fdopen(descriptor, "rb")


def _bytes_of(path, contents, sums):
    file = _open_plain(path, contents)
    if file is None:
        return None
    with file:
        data = file.read(MAX_LINE_BYTES + 1)
    if len(data) > MAX_LINE_BYTES:
        contents.problems.append(f"{path.name} is larger than {MAX_LINE_BYTES} bytes")
        return None
    sums[path.name] = (hashlib.sha256(data).hexdigest(), len(data))
    return data


def _json_of(data, where, contents):
    if data is None:
        return None
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        contents.problems.append(f"{where} is not JSON: {error!s:.120}")
        return None
