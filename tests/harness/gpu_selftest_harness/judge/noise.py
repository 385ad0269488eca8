# SPDX-License-Identifier: Apache-2.0
"""Why numbers of a launch are not to be compared with others: somebody else was on the GPU, or it was
held back by more than its power limit, which is normal at full load."""

from __future__ import annotations

from ..model import Launch
from .said import plain

# As the program names what NVML tells of clocks.
HELD_BACK = ("hardware slowdown", "software thermal slowdown", "hardware thermal slowdown",
             "hardware power brake")
ALONE = ("none", "not told")


def of_workload(launch: Launch, workload: str) -> str:
    reasons = []
    if launch.foreign:
        reasons.append(f"other processes: {', '.join(launch.foreign)}")
    for gpu in (launch.report or {}).get("gpus", ()):
        facts = gpu["facts"]
        others = facts.get("other_processes", {}).get(workload)
        if isinstance(others, str) and others not in ALONE:
            reasons.append(f"gpu {gpu['index']}: other processes: {others}")
        limits = facts.get("clock_limits_under_load", {}).get(workload)
        if isinstance(limits, str):
            held = [limit for limit in limits.split(", ") if limit in HELD_BACK]
            if held:
                reasons.append(f"gpu {gpu['index']}: {', '.join(held)}")
    return plain("; ".join(reasons))
