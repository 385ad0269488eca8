# SPDX-License-Identifier: Apache-2.0
"""What has to come of a cell: the first rule that matches."""

from __future__ import annotations

from dataclasses import dataclass

from ..model import Expectation
from .conditions import OF_CELL, Condition


@dataclass(frozen=True)
class Rule:
    place: tuple  # ('expect', 2)
    when: Condition
    workloads: tuple[str, ...]  # empty: the cell, and all workloads
    expectation: Expectation

    def is_about(self, workload: str) -> bool:
        return not self.workloads or workload in self.workloads

    def may_match(self, find) -> bool:
        """Whether there are facts with which it matches this cell."""
        return self.when.only(OF_CELL).holds(find) is True

    def takes_all_of(self, later: Rule, workload: str, find) -> bool:
        """Whether each match of the later rule with this cell and workload is one of this, too."""
        if not self.is_about(workload) or not self.may_match(find):
            return False
        rest = [term for term in self.when.terms if term.key not in OF_CELL]
        return all(any(theirs.implies(term) for theirs in later.when.terms) for term in rest)


@dataclass(frozen=True)
class Exclusion:
    place: tuple
    when: Condition
    reason: str
