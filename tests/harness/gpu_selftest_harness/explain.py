# SPDX-License-Identifier: Apache-2.0
"""What the program makes of an engine's message: `gpu-selftest explain -`."""

from __future__ import annotations

import json
import subprocess

TIMEOUT_S = 30.0


def explain(message: str, program: str = "gpu-selftest") -> str | None:
    """The id of the likeliest cause. None where nothing is known of the message, or where there is
    no program that could be asked: either way nobody knows."""
    try:
        done = subprocess.run([program, "explain", "-", "--json", "-"], input=message.encode(),
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=TIMEOUT_S,
                              check=False)
        causes = json.loads(done.stdout)["causes"]
        return causes[0]["id"] if causes else None
    except (OSError, subprocess.TimeoutExpired, ValueError, KeyError, TypeError):
        return None
