# SPDX-License-Identifier: Apache-2.0
"""What people are told of a run. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from .. import exit_codes
from ..analysis.verdict import held
from ..model import AXES, Outcome, Planned
from ..words import ERROR, FAIL, MISS, PASS, SKIP, WORDS, counted

# Of a cell that is alone.
ALWAYS = ("driver", "cuda", "variant", "engine")


def reason(outcome: Outcome) -> str:
    """In one line."""
    if outcome.id and outcome.observed:
        return f"{outcome.id}: {outcome.observed}" + (f" ({outcome.gpu})" if outcome.gpu else "")
    return outcome.id or outcome.observed or outcome.word


def expected(outcome: Outcome) -> str:
    rule = outcome.expected
    words = " ".join(filter(None, (rule.word, rule.id, rule.stage and f"at stage '{rule.stage}'")))
    return f"{words} ({rule.reason})" if rule.reason else words


def names(plan: Iterable[Planned]) -> dict[str, str]:
    """Of cells, by key, for people: only what tells them apart."""
    cells = [planned.cell for planned in plan]
    axes = [axis for axis in AXES if len({getattr(cell, axis) for cell in cells}) > 1]
    return {cell.key: " ".join(f"{axis}={getattr(cell, axis)}" for axis in axes or ALWAYS)
            for cell in cells}


def red_text(name: str, outcome: Outcome) -> str:
    """`name` of its cell."""
    lines = [f"{outcome.word}  {name}" + (f"  {outcome.workload}" if outcome.workload else ""),
             f"  {reason(outcome)}"]
    if outcome.remedy:
        lines.append(f"  next      {outcome.remedy}")
    lines.append(f"  expected  {expected(outcome)}")
    if outcome.launches:
        lines.append(f"  launches  {', '.join(outcome.launches)}"
                     + (", not all the same" if outcome.is_intermittent else ""))
    return "\n".join(lines)


def headline(outcomes: list[Outcome], where: str, doubt: str = "") -> list[str]:
    """The first line, for the person at 3 a.m., and what to do. `doubt`: why it is no pass."""
    aside = held(outcomes)
    cells = [outcome for outcome in outcomes if outcome.workload == "" and outcome.cell not in aside]
    red = [outcome for outcome in outcomes if outcome.is_red]
    counts = Counter(outcome.word for outcome in cells)
    shown = ", ".join(f"{counts[word]} {word}" for word in WORDS if counts[word])
    if not red and doubt:
        return [f"{ERROR}  {where}  {doubt}"]
    if not red:
        word = SKIP if exit_codes.of_outcomes(outcomes) == exit_codes.NOTHING_TESTED else PASS
        failed = sum(outcome.word == FAIL and outcome.is_as_expected for outcome in cells)
        note = f", {failed} of them fail as expected" if failed else ""
        if aside:
            note += f", {len(aside)} in quarantine"
        if noisy := [outcome for outcome in cells if outcome.noise]:
            note += f", numbers of {len(noisy)} cannot be compared: {noisy[0].noise}"
        return [f"{word}  {where}  {counted(len(cells), 'cell')} as expected{note}"]
    worst = min(red, key=lambda outcome: (_weight(outcome), outcome.workload != ""))
    cells_red = len({outcome.cell for outcome in red})
    first = (f"{FAIL if _weight(worst) == 0 else ERROR}  {where}  {cells_red} of {counted(len(cells), 'cell')} "
             f"red ({shown})  {worst.id or 'unexpected ' + worst.word}")
    return [first, f"      next: {worst.remedy}"] if worst.remedy else [first]


def _weight(outcome):
    """A pass that was not to come says that something is wrong, as a failure does."""
    return 0 if outcome.word in (FAIL, PASS) else 1 + (ERROR, MISS, SKIP).index(outcome.word)


def summary(plan: Iterable[Planned], outcomes: list[Outcome], where: str, doubt: str = "",
            limit: int = 20) -> list[str]:
    """The headline, then what is red: each cell by its own item, or by the workloads alone that are
    red in it."""
    name_of = names(plan)
    lines = headline(outcomes, where, doubt)
    red = [outcome for outcome in outcomes if outcome.is_red]
    cells = {outcome.cell for outcome in red if outcome.workload == ""}
    shown = [outcome for outcome in red if outcome.workload == "" or outcome.cell not in cells]
    shown.sort(key=lambda outcome: (_weight(outcome), name_of[outcome.cell]))
    for outcome in shown[:limit]:
        lines += ["", *red_text(name_of[outcome.cell], outcome).splitlines()]
    if len(shown) > limit:
        lines += ["", f"and {len(shown) - limit} more"]
    return lines
