# SPDX-License-Identifier: Apache-2.0
"""How GPUs got into a container, as far as it was seen: by the audit inside, or by the words of what
failed before anything inside began. A mode that was only configured is not one that was seen."""

from __future__ import annotations

import re

# In this order: NVIDIA's runtime says which mode it chose, and the command line tool and the CDI
# libraries are each of one way only.
SIGNS = (
    (re.compile(r"Auto-detected mode as ['\"]?(legacy|cdi|jit-cdi|csv)\b"), None),
    (re.compile(r"nvidia-container-cli|libnvidia-container|nvidia-container-runtime-hook"), "legacy"),
    (re.compile(r"\bCDI device|\bnvidia-cdi-hook\b|\bCDI spec"), "cdi"),
)


def seen(report: dict | None, message: str) -> str | None:
    """'legacy', 'cdi', 'jit-cdi', ... as the program names them; None: nobody saw it."""
    told = ((report or {}).get("facts") or {}).get("injection_mode")
    if isinstance(told, dict) and isinstance(told.get("audit"), str):
        return told["audit"]
    for pattern, mode in SIGNS:
        if found := pattern.search(message):
            return mode or found[1]
    return None
