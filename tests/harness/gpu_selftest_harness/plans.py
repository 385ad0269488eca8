# SPDX-License-Identifier: Apache-2.0
"""Which workloads the program runs for a cell: what its default plans and groups stand for. Kept in
step with `gpu-selftest list` by tests/test_plans.py."""

from __future__ import annotations

from dataclasses import dataclass

from .model import Planned

QUICK, FULL, NAMED, DEVEL = "quick", "full", "named", "devel"


@dataclass(frozen=True)
class Row:
    group: str
    since: str = QUICK  # the plan that has it: of a level, of an image, or none unless it is named
    takes_samples: bool = True


# In the program's order.
ROWS = {
    "audit": Row("audit", takes_samples=False),
    "device-query": Row("basic", takes_samples=False),
    "vector-add": Row("basic"),
    "launch": Row("basic"),
    "host-copy": Row("bandwidth"),
    "peer-copy": Row("bandwidth"),
    "fan": Row("bandwidth"),
    "memory-bandwidth": Row("bandwidth"),
    "latency": Row("bandwidth"),
    "memory-test": Row("memory", since=FULL, takes_samples=False),
    "sgemm": Row("compute"),
    "burn": Row("compute", since=NAMED, takes_samples=False),
    "all-reduce": Row("collectives"),
    "compile": Row("compile", since=DEVEL, takes_samples=False),
}


def workloads_of(planned: Planned) -> tuple[str, ...]:
    """By name, in the program's order. A word that is not known here is taken for a workload of a
    newer program."""
    level, variant = planned.cell.level, planned.cell.variant
    if not planned.workloads:
        return tuple(name for name in ROWS if _is_in_plan(name, level, variant))
    chosen = []
    for word in planned.workloads:
        if word in ROWS:
            chosen.append(word)
            continue
        members = [name for name, row in ROWS.items() if row.group == word]
        chosen += [name for name in members if _is_in_plan(name, level, variant)] if members \
            else [word]
    known = [name for name in ROWS if name in chosen]
    return (*known, *dict.fromkeys(word for word in chosen if word not in ROWS))


def arguments_of(planned: Planned) -> tuple[str, ...]:
    """Of the program. --samples is left out where it means nothing, since the program refuses it;
    names go with --only, for 'audit' as the first word is a verb."""
    only = ("--only", ",".join(planned.workloads)) if planned.workloads else ()
    takes_samples = any(ROWS[name].takes_samples for name in workloads_of(planned) if name in ROWS)
    samples = ("--samples", str(planned.samples)) if takes_samples else ()
    return ("--level", planned.cell.level, *only, *samples)


def _is_in_plan(name, level, variant):
    since = ROWS[name].since
    return since == QUICK or (since == FULL and level == FULL) \
        or (since == DEVEL and variant == DEVEL)
