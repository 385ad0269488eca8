# SPDX-License-Identifier: Apache-2.0
"""A matrix in words for a terminal: a table of cells, and all that is known of one cell."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence

from ..model import AXES, Cell, Expectation, Node, Planned
from ..words import counted
from .matrix import Matrix
from .rules import Rule
from .source import written

WIDTH = 100
KEY_LETTERS = 8
KEEP = "\0"


def table(rows: Sequence[Sequence[str]], indent: str = "") -> list[str]:
    """Columns of the width of their longest entry, two blanks between them."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    return [(indent + "  ".join(text.ljust(width) for text, width in zip(row, widths))).rstrip()
            for row in rows]


def short(expectation: Expectation) -> str:
    return f"{expectation.word} {expectation.id}" if expectation.id else expectation.word


def whole(matrix: Matrix, cells: list[Cell]) -> list[str]:
    """All cells, whoever runs them."""
    return [f"{matrix.path}: {counted(len(cells), 'cell')}", "",
            *_cells(matrix, [matrix.planned(cell) for cell in cells])]


def slice_of(matrix: Matrix, node: Node, planned: list[Planned]) -> list[str]:
    """What one node runs."""
    misses = sum(one.miss is not None for one in planned)
    head = f"node '{node.name}', {matrix.shown(matrix.named(node))}: {counted(len(planned), 'cell')}"
    if misses:
        head += f", {len(planned) - misses} run, {misses} MISS"
    return [head, "", *_cells(matrix, planned, node)]


def _cells(matrix: Matrix, planned: list[Planned], node: Node | None = None) -> list[str]:
    columns = {axis: [getattr(one.cell, axis) for one in planned] for axis in AXES}
    columns["launches"] = [str(one.launches) for one in planned]
    same = {name: values[0] for name, values in columns.items() if len(set(values)) == 1}
    rows = [["cell", *(name for name in columns if name not in same), "expected"]]
    for index, one in enumerate(planned):
        known = matrix.facts(node, one.cell) if node else {}
        found = dict.fromkeys(map(short, matrix.possible(one.cell, known)))
        rows.append([one.cell.key[:KEY_LETTERS],
                     *(values[index] for name, values in columns.items() if name not in same),
                     f"MISS: {one.miss}" if one.miss else " or ".join(found)])
    return [*_each(same), *table(rows, "  ")]


def _each(same: dict[str, str]) -> list[str]:
    """What is the same for all cells, once; a name and its value stay on one line."""
    if not same:
        return []
    said = ", ".join(f"{name} {value}".replace(" ", KEEP) for name, value in same.items())
    lines = textwrap.wrap(f"each: {said}", WIDTH, initial_indent="  ", subsequent_indent="        ",
                          break_on_hyphens=False)
    return [*(line.replace(KEEP, " ") for line in lines), ""]


def uncovered(matrix: Matrix, nodes: Iterable[Node], cells: Iterable[Cell]) -> list[str]:
    """What nobody runs, a line for each reason; nothing if there is a node for each cell."""
    reasons = Counter(why for _, why in matrix.uncovered(nodes, cells))
    return [f"MISS  {counted(count, 'cell')}: {why}" for why, count in reasons.items()]


def explained(matrix: Matrix, cell: Cell, nodes: Sequence[Node] = ()) -> list[str]:
    """Where a cell comes from, how it runs, what has to come of it and why."""
    excluded = matrix.excluded_by(cell)
    rows = [[axis, getattr(cell, axis)] for axis in AXES]
    if excluded:
        return [f"no cell of {matrix.path}", "", *table(rows, "  "), "",
                *_paragraph(f"excluded by {_place(matrix, excluded.place)}: {excluded.reason}"),
                f"  when  {excluded.when.written}"]
    planned = matrix.planned(cell)
    rows += [
        ["image", planned.image or "none: the program of this machine"],
        ["launches", f"{planned.launches}, {planned.samples} samples of each number, at most "
                     f"{planned.timeout_s:g} s each"],
        ["workloads", ", ".join(planned.workloads) or "the program's own plan"],
        ["environment", " ".join(f"{name}={value}" for name, value in planned.environment)
         or "as it is"],
        ["links", "uses those between GPUs: alone on the node" if planned.needs_fabric
         else "uses none between GPUs"],
        ["made by", _makers(matrix, cell)],
    ]
    return [f"cell {cell.key} of {matrix.path}", "", *table(rows, "  "), "",
            *_expected(matrix, cell), *_on_nodes(matrix, cell, nodes)]


def _makers(matrix: Matrix, cell: Cell) -> str:
    makers = [_place(matrix, row.place) for row in matrix.made_by[cell]]
    said = ", ".join(makers)
    return said + (", of which the last has the say" if len(makers) > 1 else "")


def _expected(matrix: Matrix, cell: Cell) -> list[str]:
    rules = [rule for rule in matrix.rules if rule.may_match(matrix.finder(cell))]
    lines = ["expected, by the first that matches:"]
    for number, rule in enumerate(rules, 1):
        lines += ["", *_rule(matrix, rule, number)]
    certain = any(not rule.workloads and rule.when.holds(matrix.finder(cell)) for rule in rules)
    if not certain:
        lines += ["", f"  {'otherwise' if rules else 'no rule matches, so'} PASS"]
    return lines


def _rule(matrix: Matrix, rule: Rule, number: int) -> list[str]:
    expectation = rule.expectation
    stage = {"engine": ", before the program began", "run": ", from the program", None: ""}
    said = short(expectation) + stage[expectation.stage]
    if rule.workloads:
        said += f", of {', '.join(rule.workloads)} alone"
    return [f"  {number}. {said}",
            *_paragraph(f"when  {rule.when.written}", "     ", "           "),
            *_paragraph(f"why   {expectation.reason}", "     ", "           "),
            f"     by    {_place(matrix, rule.place)}"]


def _on_nodes(matrix: Matrix, cell: Cell, nodes: Sequence[Node]) -> list[str]:
    if not nodes:
        return []
    rows = []
    for node in nodes:
        miss = matrix.obstacle(cell, node)[1]
        rows.append([f"node '{node.name}'", f"MISS: {miss}" if miss else "runs"])
    return ["", *table(rows)]


def _place(matrix: Matrix, place: tuple) -> str:
    return f"{written(place)} in line {matrix.source.lines[place]}"


def _paragraph(text: str, first: str = "", rest: str = "  ") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=rest)
