# SPDX-License-Identifier: Apache-2.0
"""Docker: a client, and a daemon that can be stopped below its containers."""

from __future__ import annotations

from packaging.version import InvalidVersion, Version

from .command_line import CDI, DOCKER, GPUS
from .container import Container

# From this release on, --gpus may become names of CDI, by what is installed on the host.
GPUS_BY_CDI = Version("29")


class Docker(Container):
    dialect = DOCKER

    def injection(self, version: str) -> str | None:
        if self.way == CDI:
            return "cdi"
        try:
            is_older = Version(version.partition("+")[0]) < GPUS_BY_CDI
        except InvalidVersion:
            return None
        return "legacy" if self.way == GPUS and is_older else None
