# SPDX-License-Identifier: Apache-2.0
"""Jumps of the clock that people read, seen by the one that nobody sets. Nothing is ordered by the
former; that it jumped explains stamps that would look like a fault of ours, and is told."""

from datetime import datetime

# Less is what a time server corrects step by step.
SHORTEST_S = 60.0


def jumps(started_utc, launches, has_paused=False):
    """Words for each launch before which the clock jumped, oldest first. A run that was resumed
    `has_paused`: the time between goes by on people's clock only."""
    base = _seconds(started_utc)
    found, before = [], 0.0
    for launch in sorted(launches, key=lambda one: one.since_start_s):
        now = _seconds(launch.started_utc)
        if base is None or now is None:
            continue
        offset = now - base - launch.since_start_s
        if has_paused and offset > before:
            before = offset
        elif abs(offset - before) >= SHORTEST_S:
            found.append(f"its clock jumped by {offset - before:+.0f} s before launch {launch.id}")
            before = offset
    return found


def _seconds(text):
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None
