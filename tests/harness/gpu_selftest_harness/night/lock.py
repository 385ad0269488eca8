# SPDX-License-Identifier: Apache-2.0
"""One night at a time in a folder. The lock is the kernel's, so that it goes with who holds it,
however that ends; what is written in the file is for people."""

import contextlib
import fcntl
import os
from datetime import datetime, timezone
from pathlib import Path

from ..errors import Failed

NAME = ".night.lock"


@contextlib.contextmanager
def only_one(folder: Path, now=lambda: datetime.now(timezone.utc)):
    """Failed, with who holds it, if a night is under way there. The folder has to exist."""
    with _opened(folder / NAME) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            holder = file.read(200).strip() or "nobody says whose"
            raise Failed(f"a night is under way in '{folder}': {holder}") from error
        file.truncate(0)
        # The lock is held without a word of it, too: on a full disk what there is can still be told.
        with contextlib.suppress(OSError):
            text = f"process {os.getpid()} since {now():%Y-%m-%dT%H:%M:%SZ}\n"
            os.write(file.fileno(), text.encode())
        yield
        file.truncate(0)


def _opened(path):
    try:
        return open(path, "a+", encoding="utf-8")
    except OSError as error:
        raise Failed(f"cannot open '{path}': {error.strerror.lower()}") from None
