# SPDX-License-Identifier: Apache-2.0
"""Podman: no daemon, GPUs by names of a CDI specification. Rootless, too: then the user's own
numbers are mapped, and the results belong to one of them."""

from __future__ import annotations

from .command_line import CDI, PODMAN
from .container import Container


class Podman(Container):
    dialect = PODMAN

    def injection(self, version: str) -> str | None:
        return "cdi" if self.way == CDI else None
