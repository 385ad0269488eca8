# SPDX-License-Identifier: Apache-2.0
"""Single files of a wheel, without the hundreds of megabytes around them. A wheel is a zip archive,
whose directory is at its end, and registries hand out ranges of a file. What is read is held
against digests: that of the wheel's RECORD is pinned, and RECORD has one of each other file.
"""

import base64
import csv
import hashlib
import http.client
import io
import json
import re
import time
import urllib.error
import urllib.request
import zipfile

# The directory, RECORD and small headers of the wheels that are read lie in the last 64 KiB or two
# reads before it.
READ_AT_ONCE = 64 * 1024
TRIES, PAUSE_S = 3, 1
# Before, a trial run fetched whole wheels to tell where they are.
PIP_THAT_LOOKS_ONLY = (23, 3)


class NoRanges(Exception):
    """Why only the whole wheel can be had, in one line."""


class Refused(Exception):
    """What is not as pinned, in one line."""


class Ranges(io.RawIOBase):
    """A file on a server, of which only what is read is fetched."""

    def __init__(self, url, fetch=urllib.request.urlopen):
        super().__init__()
        self.url, self.fetch, self.position, self.fetched = url, fetch, 0, 0
        self.end, self.size = self._range(f"bytes=-{READ_AT_ONCE}")

    def _range(self, wanted):
        """The bytes, and the size of the whole file."""
        request = urllib.request.Request(self.url, headers={"Range": wanted})
        for tries_left in reversed(range(TRIES)):
            try:
                with self.fetch(request, timeout=60) as answer:
                    size = (answer.headers.get("Content-Range") or "").rpartition("/")[2]
                    if not size.isdigit() or getattr(answer, "status", None) != 206:
                        raise NoRanges("what serves it does not read parts of files")
                    data = answer.read()
                self.fetched += len(data)
                return data, int(size)
            except urllib.error.HTTPError as error:
                raise NoRanges(f"what serves it answers {error.code} to a part of it") from error
            except (OSError, http.client.HTTPException) as error:
                if tries_left == 0:
                    raise OSError(f"cannot read '{self.url}': {error}") from error
                time.sleep(PAUSE_S)
        raise AssertionError

    def readable(self):
        return True

    def seekable(self):
        return True

    def tell(self):
        return self.position

    def seek(self, offset, whence=io.SEEK_SET):
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self.position, io.SEEK_END: self.size}[whence]
        self.position = start + offset
        return self.position

    def readinto(self, buffer):
        last = min(self.position + len(buffer), self.size) - 1
        if last < self.position:
            return 0
        kept = self.position - (self.size - len(self.end))
        if kept >= 0:
            data = self.end[kept:kept + len(buffer)]
        else:
            data, _ = self._range(f"bytes={self.position}-{last}")
        buffer[:len(data)] = data
        self.position += len(data)
        return len(data)


def read(file, record_digest, is_wanted):
    """{name: bytes} of the members of a wheel, an open file, that are wanted; each as pinned."""
    with zipfile.ZipFile(io.BufferedReader(file, READ_AT_ONCE)) as archive:
        name = next((n for n in archive.namelist() if n.endswith(".dist-info/RECORD")), None)
        if name is None:
            raise Refused("it has no RECORD")
        record = archive.read(name)
        if hashlib.sha256(record).hexdigest() != record_digest:
            raise Refused(f"{name} is not the pinned one")
        digests = {row[0]: row[1] for row in csv.reader(record.decode().splitlines()) if row}
        members = {}
        for name in filter(is_wanted, archive.namelist()):
            members[name] = archive.read(name)
            digest = base64.urlsafe_b64encode(hashlib.sha256(members[name]).digest())
            if digests.get(name) != "sha256=" + digest.decode().rstrip("="):
                raise Refused(f"{name} is not as its wheel's RECORD has it")
    return members


def rounds(wanted):
    """[{package: version}] of (package, version) pairs: pip takes one version of each at a time."""
    made = []
    for package, version in sorted(set(wanted)):
        free = next((one for one in made if package not in one), None)
        if free is None:
            made.append(free := {})
        free[package] = version
    return made


def is_new_enough(pip_version):
    """Of what "pip --version" prints: whether a trial run of it leaves wheels where they are."""
    numbers = pip_version.split()[1].split(".")
    return tuple(int(number) for number in numbers[:2]) >= PIP_THAT_LOOKS_ONLY


def places(report):
    """{(package, version): (url, digest)} from the report of pip's trial run, as text."""
    found = {}
    for row in json.loads(report)["install"]:
        about, where = row["metadata"], row["download_info"]
        found[re.sub("[-_.]+", "-", about["name"]), about["version"]] = (
            where["url"], where.get("archive_info", {}).get("hashes", {}).get("sha256"))
    return found
