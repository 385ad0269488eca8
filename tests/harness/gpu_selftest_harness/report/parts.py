# SPDX-License-Identifier: Apache-2.0
"""With what the numbers of a night were measured, part by part: a column for each combination would
be as many as cells."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ..analysis.values import Analysis


@dataclass(frozen=True)
class Part:
    """Of what the numbers were measured with."""

    name: str
    values: list[tuple[str, int]]  # with in how many of the provenances of tonight, most first

    @property
    def differs(self) -> bool:
        return len(self.values) > 1


def parts(analysis: Analysis) -> list[Part]:
    tables = [dict(flat(told)) for told in analysis.provenance.values()]
    names = dict.fromkeys(name for table in tables for name in table)
    return [Part(name, Counter(table.get(name, "") for table in tables).most_common())
            for name in names]


def flat(value, prefix: str = "") -> list[tuple[str, str]]:
    """Nested provenance as rows: 'cuda.runtime' -> '13.0'."""
    if isinstance(value, dict):
        return [row for name, inner in value.items()
                for row in flat(inner, f"{prefix}.{name}" if prefix else str(name))]
    if isinstance(value, (list, tuple)) and any(isinstance(v, (dict, list, tuple)) for v in value):
        return [row for at, inner in enumerate(value) for row in flat(inner, f"{prefix}.{at}")]
    if isinstance(value, (list, tuple)):
        return [(prefix, ", ".join(map(str, value)))]
    return [(prefix, "" if value is None else str(value))]
