# SPDX-License-Identifier: Apache-2.0
"""Containers that harnesses left behind: found by their labels, and removed if nobody is there any
more to end them. One that somebody still runs is not touched."""

from __future__ import annotations

import json
import time

from ..errors import Failed
from . import owner
from .base import EngineMissing
from .box import REMOVE_S, Box
from .client import Answer, Client
from .command_line import DEADLINE, OWNER, TOKEN, Dialect


def is_abandoned(labels: dict, now_s: float) -> bool:
    """Labels that no harness writes are somebody else's."""
    deadline = labels.get(DEADLINE) or ""
    if not deadline.isdecimal() or not labels.get(TOKEN):
        return False
    return owner.is_abandoned(labels[OWNER], float(deadline), now_s)


def of_harnesses(client: Client) -> Answer:
    """Ids of their containers, in any state."""
    return client.ask("ps", "--all", "--quiet", "--no-trunc", "--filter", f"label={OWNER}")


def sweep(client: Client, dialect: Dialect, remove_s: float = REMOVE_S) -> list[str]:
    """Names of what was removed. Raises Failed for what could not be, after all else."""
    answer = of_harnesses(client)
    if not answer.is_ok:
        raise EngineMissing(f"'{' '.join(client.command)}': {answer.told}")
    removed, kept = [], []
    for ident in answer.out.split():
        seen = client.ask("inspect", "--type", "container", "--format",
                          '{"name": {{json .Name}}, "labels": {{json .Config.Labels}}}', ident)
        if not seen.is_ok:
            again = of_harnesses(client)
            if not again.is_ok or ident in again.out.split():  # else its harness has removed it
                kept.append(f"'{ident[:12]}' cannot be looked at: {seen.told}")
            continue
        found = json.loads(seen.out)
        name, labels = found["name"].lstrip("/"), found["labels"]
        if not is_abandoned(labels, time.time()):
            continue
        box = Box(client, dialect, f"label={TOKEN}={labels[TOKEN]}")
        why = box.remove(may_still_come=False, bound_s=remove_s)
        if why:
            kept.append(f"'{name}': {why}")
        else:
            removed.append(name)
    if kept:
        raise Failed(f"{dialect.name} cannot remove what a run left behind: {'; '.join(kept)}")
    return removed
