# SPDX-License-Identifier: Apache-2.0
"""Copies of bundles that may be shown to strangers: names of hosts, UUIDs and serial numbers become
words that are the same wherever they stand, in all copies that were made with the same key, and
tell nothing without it. All else stays as it was."""

import hashlib
import json
import re
import shutil
from pathlib import Path

from ..errors import Refused
from . import reader
from .header import node_of
from .layout import RECORDS
from .writer import Bundle

RUN_ID = r"(?P<when>\d{8}T\d{6}Z)-[a-z0-9][a-z0-9-]{0,39}-(?P<number>[0-9a-f]{8})"
UUID = r"(?P<kind>GPU|MIG)-(?P<uuid>[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})"
# What a field that was too short left of one.
CUT = r"(?:GPU|MIG)-(?P<cut>[0-9A-Fa-f]{4,8}(?:-[0-9A-Fa-f]{0,12}){0,4})(?!\w)"
SERIAL = "serial"


class Redactor:
    """`node` is the host that the run's own name has in it."""

    def __init__(self, key: bytes, node: str, hosts=(), serials=()):
        self._key = hashlib.sha256(key).digest()
        self._node = self._host(node)
        names = {name for host in (node, *hosts) if host for name in (_short(host),
                                                                      _short(host).lower())}
        self._pattern = re.compile("|".join([
            RUN_ID, UUID, CUT, _any_of("host", names, r"(?:\.[\w-]+)*"), _any_of("serial", serials)]))

    def of(self, value):
        if isinstance(value, dict):
            return {self._text(name): self._word(SERIAL, inner) if _is_serial(name, inner)
                    else self.of(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.of(inner) for inner in value]
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text):
        return self._pattern.sub(self._instead, text)

    def _instead(self, found):
        if found["when"]:
            return f"{found['when']}-{self._node}-{found['number']}"
        if found["uuid"]:
            told = self._told("uuid", found["uuid"].lower(), 16)
            return "-".join([found["kind"], told[:8], told[8:12], told[12:16], told[16:20],
                             told[20:]])
        if found["cut"]:
            return found[0][:4] + re.sub(r"\w", "x", found["cut"])
        return self._host(found["host"]) if found["host"] else self._word(SERIAL, found["serial"])

    def _host(self, name):
        return self._word("host", _short(name).lower())

    def _word(self, kind, text):
        return f"{kind}-{self._told(kind, str(text), 6)}"

    def _told(self, kind, text, size):
        told = hashlib.blake2b(f"{kind} {text}".encode(), key=self._key, digest_size=size)
        return told.hexdigest()


def redact(path: Path, out: Path, key: bytes) -> Path | None:
    """The sealed copy in `out`; None if it is there already. Refused for what is no whole sealed
    bundle, and where a host is called what the matrix calls something else."""
    names = _Names()
    contents = reader.read(path, names)
    if not contents.is_sealed or contents.problems:
        raise Refused(f"'{path}' is not a whole sealed bundle: "
                      + ("; ".join(contents.problems) or "it is open"))
    header = contents.header
    node = str(node_of(header).get("name", ""))
    redactor = Redactor(key, node, names.hosts, names.serials)
    told = {**redactor.of(header), "is_redacted": True}
    if [one["cell"] for one in told.get("plan", [])] != [one["cell"] for one in
                                                         header.get("plan", [])]:
        raise Refused(f"'{path}': the name of its host, '{node}', is a word of its matrix, too, and "
                      "cannot be hidden")
    if (out / told["run_id"]).exists():
        return None
    with Bundle.create(out, told, ballast_bytes=0) as bundle:
        try:
            with open(path / RECORDS, encoding="utf-8") as lines:
                for entry in map(json.loads, lines):
                    if entry["kind"] != "end":
                        bundle.append(entry["kind"], redactor.of(entry["record"]))
            return bundle.seal()
        except BaseException:  # half of a copy is worth nothing
            shutil.rmtree(bundle.path, ignore_errors=True)
            raise


class _Names:
    """Of what is to be hidden, wherever it stands: shown each launch with its report."""

    def __init__(self):
        self.hosts, self.serials = set(), set()

    def __call__(self, header, launch):
        self._look("", launch.report)
        if isinstance(launch.report, dict) and isinstance(launch.report.get("host"), str):
            self.hosts.add(launch.report["host"])

    def _look(self, name, value):
        if _is_serial(name, value):
            self.serials.add(str(value))
        for inner, one in value.items() if isinstance(value, dict) else ():
            # A fact's values stand below its name, one for each source.
            self._look(SERIAL if name == SERIAL else inner, one)
        for one in value if isinstance(value, list) else ():
            self._look(name, one)


def _is_serial(name, value):
    return name == SERIAL and isinstance(value, (str, int))


def _short(host):
    """Without its domain, unless it is a number."""
    short = host.partition(".")[0]
    return short if re.search("[A-Za-z]", short) else host


def _any_of(group, names, behind=""):
    """The longer first: 'node1' is a part of 'node1-b'. Of none, what nothing matches."""
    words = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)) or "(?!)"
    return rf"(?<![\w-])(?P<{group}>{words})(?![\w-]){behind}"
