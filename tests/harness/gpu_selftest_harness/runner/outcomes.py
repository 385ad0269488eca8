# SPDX-License-Identifier: Apache-2.0
"""What is said of a cell of a plan, from the launches that it had."""

from __future__ import annotations

from ..judge import judge, not_judged, unfinished
from ..model import Launch, Node, Outcome, Planned
from .rounds import ran_of


def outcomes_of(planned: Planned, launches: list[Launch], matrix, node: Node,
                known: dict[str, set] | None = None) -> list[Outcome]:
    """`known`: the numbers, by workload, that nights before had. Whatever is wrong with it costs this
    cell, and none of the others."""
    try:
        outcomes = judge(planned, launches, matrix, node, known)
        return unfinished(outcomes, *ran_of(planned, launches, node)) if launches else outcomes
    except Exception as error:  # a report that nobody thought of
        return not_judged(planned, launches, error)
