# SPDX-License-Identifier: Apache-2.0
"""What a matrix says to no effect: it was meant to do something, and nobody would notice that it
does not. Each line leads to its place in the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from ..errors import Refused
from ..model import AXES, Cell, Node
from .matrix import Matrix
from .rules import Rule
from .source import written


def lint(matrix: Matrix, nodes: Iterable[Node] | None = None) -> list[str]:
    """With nodes, also what they cannot run and where they contradict the matrix."""
    found = [*_values(matrix), *_models(matrix), *_images(matrix), *_rows(matrix),
             *_exclusions(matrix), *_rules(matrix), *_tiers(matrix)]
    if nodes is not None:
        nodes = [matrix.named(node) for node in nodes]
        found += [*_nodes(matrix, nodes), *_uncovered(matrix, nodes)]
    return found


def _values(matrix: Matrix) -> Iterator[str]:
    used = {axis: {getattr(cell, axis) for cell in matrix.cells()} for axis in AXES}
    for axis in AXES:
        for index, value in enumerate(matrix.axes[axis]):
            if value not in used[axis]:
                yield matrix.at("axes", axis, index) + f"no cell has '{value}'"


def _models(matrix: Matrix) -> Iterator[str]:
    owners: dict[str, str] = {}
    for model, entry in matrix.models.items():
        if model not in matrix.axes["gpu"]:
            yield matrix.at("models", model) + "it is no value of the axis 'gpu'"
        for text in [*entry.get("pci_ids", ()), *entry["names"]]:
            first = owners.setdefault(text, model)
            if first != model:
                yield matrix.at("models", model) + f"'{text}' is also of '{first}', which takes it"


def _images(matrix: Matrix) -> Iterator[str]:
    used = {(cell.engine, cell.variant) for cell in matrix.cells()}
    for engine, template in matrix.images.items():
        if engine not in {name for name, _ in used}:
            yield matrix.at("image", engine) + "no cell has this engine"
        elif isinstance(template, dict):
            for variant in template:
                if (engine, variant) not in used:
                    yield matrix.at("image", engine, variant) + "no cell has this variant"


def _rows(matrix: Matrix) -> Iterator[str]:
    last = {id(rows[-1]) for rows in matrix.made_by.values()}
    made = {id(row) for rows in matrix.made_by.values() for row in rows}
    for row in matrix.rows:
        if id(row) in last:
            continue
        if id(row) in made:
            yield matrix.at(*row.place) + "later rows have all of its cells"
            continue
        excluded = {matrix.excluded_by(cell).place for cell in row.product()}
        by = " and ".join(written(place) for place in sorted(excluded))
        yield matrix.at(*row.place) + f"it makes no cell: all are excluded, by {by}"
    if matrix.cover is not None and id(matrix.cover) not in made:
        yield matrix.at("pairwise") + "it makes no cell: all are excluded"


def _candidates(matrix: Matrix) -> list[Cell]:
    rows = [*matrix.rows, *([matrix.cover] if matrix.cover else [])]
    return list(dict.fromkeys(cell for row in rows for cell in row.product()))


def _exclusions(matrix: Matrix) -> Iterator[str]:
    candidates = _candidates(matrix)
    for exclusion in matrix.exclusions:
        taken = [cell for cell in candidates
                 if exclusion.when.holds(matrix.finder(cell)) is True]
        if not taken:
            yield matrix.at(*exclusion.place) + "it matches no cell of any row"
        elif all(matrix.excluded_by(cell) is not exclusion for cell in taken):
            firsts = sorted({matrix.excluded_by(cell).place[1] for cell in taken})
            yield (matrix.at(*exclusion.place) + "it has no effect, all of its cells are taken by "
                   + " and ".join(f"exclude[{first}]" for first in firsts))


def _rules(matrix: Matrix) -> Iterator[str]:
    for number, rule in enumerate(matrix.rules):
        cells = [cell for cell in matrix.cells() if rule.may_match(matrix.finder(cell))]
        if not cells:
            yield matrix.at(*rule.place) + f"it matches no cell: {rule.when.written}"
            continue
        takers = _takers(matrix, rule, matrix.rules[:number], cells)
        if takers:
            yield (matrix.at(*rule.place) + "nothing reaches it, all of its cells are taken by "
                   + " and ".join(f"expect[{taker.place[1]}]" for taker in takers))


def _takers(matrix: Matrix, rule: Rule, earlier: tuple[Rule, ...], cells) -> list[Rule]:
    """The earlier rules that leave this one nothing; empty if they leave something."""
    takers = []
    for cell in cells:
        find = matrix.finder(cell)
        for workload in rule.workloads or ("",):
            taker = next((other for other in earlier
                          if other.takes_all_of(rule, workload, find)), None)
            if taker is None:
                return []
            if taker not in takers:
                takers.append(taker)
    return takers


def _tiers(matrix: Matrix) -> Iterator[str]:
    for name in matrix.tiers:
        try:
            if not matrix.selected(tier=name):
                yield matrix.at("tiers", name) + "it selects no cell"
        except Refused as error:
            yield matrix.at("tiers", name) + str(error)


def _nodes(matrix: Matrix, nodes: list[Node]) -> Iterator[str]:
    for node in nodes:
        if not any(matrix.obstacle(cell, node)[0] > 1 for cell in matrix.cells()):
            yield (f"{matrix.path}: node '{node.name}' has no cell: it has "
                   f"{matrix.shown(node)}")
        for gpu in node.gpus:
            told = matrix.models.get(gpu.model, {}).get("compute_capability")
            if told and gpu.compute_capability and told != gpu.compute_capability:
                yield (matrix.at("models", gpu.model, "compute_capability") + f"it is {told}, and "
                       f"{gpu.compute_capability} on node '{node.name}'")
                break


def _uncovered(matrix: Matrix, nodes: list[Node]) -> Iterator[str]:
    """One line for each reason: a driver that no node has is one problem, not thirty."""
    left = matrix.uncovered(nodes)
    for reason, count in Counter(reason for _, reason in left).items():
        example = next(cell for cell, why in left if why == reason)
        yield (f"{matrix.path}: {count} cell{'s'[:count > 1]} cannot run: {reason}, "
               f"such as {example.key}")
