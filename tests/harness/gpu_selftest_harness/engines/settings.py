# SPDX-License-Identifier: Apache-2.0
"""What this machine's engines are to be told, from a TOML file: a daemon of one's own, options of
each run, another way to give GPUs. It is the machine's, so it is no part of a matrix. Paths in
options are whole ones: each launch is started in a folder of its own.

    [docker]
    command = ["docker", "-H", "unix:///run/nightly/docker.sock"]
    options = ["--ulimit", "memlock=-1"]
    way = "cdi"
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from ..errors import Refused
from .base import ENGINES
from .command_line import WAYS

CLIENTS = tuple(name for name in ENGINES if name != "local")
COMMAND, OPTIONS, WAY = KEYS = ("command", "options", "way")


def load(path: Path | None) -> dict[str, dict]:
    """Settings of make(), by engine; none of an engine that is not named. Raises Refused."""
    if path is None:
        return {}
    try:
        found = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise Refused(f"cannot read '{path}': {error.strerror.lower()}") from None
    except ValueError as error:
        raise Refused(f"'{path}' is no TOML: {error}") from None
    for name, section in found.items():
        _check(name, section, path)
    return found


def _check(name, section, path):
    if name not in CLIENTS:
        raise Refused(f"'{path}': unknown engine '{name}', valid are {', '.join(CLIENTS)}")
    if not isinstance(section, dict):
        raise Refused(f"'{path}': '{name}' has to be a section: [{name}]")
    for key, value in section.items():
        if key not in KEYS:
            raise Refused(f"'{path}': unknown key '{key}' of '{name}', valid are {', '.join(KEYS)}")
        if key == WAY and value not in WAYS:
            raise Refused(f"'{path}': unknown way '{value}' of '{name}', valid are {', '.join(WAYS)}")
        if key != WAY and not (isinstance(value, list)
                               and all(isinstance(word, str) for word in value)):
            raise Refused(f"'{path}': '{key}' of '{name}' has to be a list of words")
        if key == COMMAND and not value:
            raise Refused(f"'{path}': 'command' of '{name}' has no words")
