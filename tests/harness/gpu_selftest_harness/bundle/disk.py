# SPDX-License-Identifier: Apache-2.0
"""Bytes that are on the disk when the call returns, and the ballast that is given up for the last
of them when the disk is full."""

import contextlib
import errno
import os
import tempfile

from ..errors import Failed
from ..model import Trouble

FULL = (errno.ENOSPC, errno.EDQUOT)


class DiskFull(Failed):
    """The run has to stop. With `is_kept` the record at hand was written in the ballast's place,
    and outcomes and the seal most likely can be, too."""

    def __init__(self, path, is_kept):
        super().__init__(f"the disk of '{path}' is full")
        self.is_kept = is_kept

    @property
    def trouble(self):
        return Trouble("suite.disk-full", str(self))


def reserve(path, size_bytes):
    """A file that really holds that much of the disk."""
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        if size_bytes:
            os.posix_fallocate(descriptor, 0, size_bytes)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def append(descriptor, data, end):
    """Add to a file that is `end` bytes long, all or nothing: what a full disk took half of is cut
    off again, so that the next line begins at the start of a line."""
    try:
        while data:
            data = data[os.write(descriptor, data):]
        os.fdatasync(descriptor)
    except OSError as error:
        try:
            os.ftruncate(descriptor, end)
            os.fdatasync(descriptor)
        except OSError as worse:
            raise OSError(errno.EIO, "half a line cannot be cut off") from worse
        raise error


def write_whole(path, data, mode=0o644):
    """A file that is there with all of its bytes, or not at all."""
    descriptor, temporary = tempfile.mkstemp(prefix=".", dir=path.parent)
    try:
        try:
            append(descriptor, data, 0)
            os.fchmod(descriptor, mode)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.rename(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    sync_folder(path.parent)


def sync_folder(path):
    """Names are on the disk only when their folder is."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
