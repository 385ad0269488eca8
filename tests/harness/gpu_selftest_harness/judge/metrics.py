# SPDX-License-Identifier: Apache-2.0
"""Numbers that are missing or cannot be: a number that is quietly gone would pass for ever."""

from __future__ import annotations

import math

from .said import Said, of

# Of one workload: name, variant, and which GPUs, by UUID.
Metric = tuple[str, str, str, str]

SHOWN = 80


def uuids(report: dict) -> dict[int, str]:
    told = {}
    for gpu in report["gpus"]:
        said = gpu["facts"].get("uuid", {})
        # As the index names series.
        uuid = said.get("driver") or said.get("nvml")
        told[gpu["index"]] = uuid if isinstance(uuid, str) else ""
    return told


def of_workload(report: dict, workload: str) -> set[Metric]:
    names = uuids(report)
    return {(metric["name"], metric["variant"] or "", names.get(metric["src_gpu"], ""),
             names.get(metric["dst_gpu"], ""))
            for metric in report["metrics"] if metric["workload"] == workload}


def invalid(report: dict, workload: str) -> Said | None:
    for metric in report["metrics"]:
        value = metric["value"]
        if metric["workload"] == workload and not is_number(value):
            shown = "no number" if value is None else f"{value} {metric['unit']}"[:SHOWN]
            return of("suite.metric-invalid", f"'{metric['name']}' is {shown}")
    return None


def is_number(value) -> bool:
    """One that can have been measured."""
    try:
        return value is not None and math.isfinite(value) and value >= 0
    except OverflowError:  # an integer that no double holds
        return False


def missing(report: dict, workload: str, seen: set[Metric], why: str = "") -> Said | None:
    """`seen`: what others of its kind had, on the GPUs that this one has, too; `why`: what the
    workload itself said of it."""
    here = set(uuids(report).values()) | {""}
    lost = sorted(metric for metric in seen - of_workload(report, workload)
                  if metric[2] in here and metric[3] in here)
    if not lost:
        return None
    name, variant, src, _ = lost[0]
    words = [f"'{name}{' ' + variant if variant else ''}'", f"of {src}" if src else "",
             f"and {len(lost) - 1} more" if len(lost) > 1 else ""]
    return of("suite.metric-missing", " ".join(filter(None, words)) + " is not in the report"
              + (f": {why}" if why else ""))
