# SPDX-License-Identifier: Apache-2.0
"""A matrix as jobs of a CI system: one for each node, or for each cell on each node. Which cells a
job runs is decided on the node again, by the driver that it has then."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from ..errors import Refused
from ..model import Cell, Node
from .matrix import Matrix

# docs.github.com, "Actions limits": job matrix, also on runners of one's own.
GITHUB_JOBS_LIMIT = 256

BY = ("node", "cell")
GITHUB_ARCHITECTURES = {"x86_64": "x64", "aarch64": "arm64"}


def github(matrix: Matrix, nodes: Iterable[Node] = (), by: str = "node",
           select: str | None = None, tier: str | None = None) -> dict:
    """For 'strategy.matrix': runs-on takes 'labels', names and locks take 'node'. Without nodes, a
    job for each driver and GPU of the matrix."""
    jobs = _jobs(matrix, list(nodes), by, select, tier)
    if len(jobs) > GITHUB_JOBS_LIMIT:
        hint = "'--by node' makes fewer, and so does" if by == "cell" else "fewer there are with"
        raise Refused(f"it is {len(jobs)} jobs, and GitHub Actions takes at most "
                      f"{GITHUB_JOBS_LIMIT}; {hint} a tier or a selection")
    return {"include": [{**job, "labels": ["self-hosted", "linux", *job["labels"]]}
                        for job in jobs]}


def _jobs(matrix, nodes, by, select, tier) -> list[dict]:
    if by not in BY:
        raise Refused(f"'{by}' is not one of {', '.join(BY)}")
    cells = matrix.selected(select, tier)
    slices = _of_nodes(matrix, nodes, cells) if nodes else _of_axes(cells)
    jobs = []
    for name, labels, slice_cells in slices:
        for part in [slice_cells] if by == "node" else [[cell] for cell in slice_cells]:
            one = part[0] if by == "cell" else None
            drivers = sorted({cell.driver for cell in part})
            jobs.append({"name": f"{name} {one.key}" if one else name, "node": name,
                         "driver": ", ".join(drivers), "cells": len(part),
                         "select": one.name if one else select or "", "labels": labels})
    if not jobs:
        raise Refused(f"no cell of '{matrix.path}' is for these nodes: "
                      + ("; ".join(f"'{node.name}' has {matrix.shown(matrix.named(node))}"
                                   for node in nodes) or f"'{select or tier}' selects nothing"))
    return jobs


def _of_nodes(matrix: Matrix, nodes: list[Node], cells: list[Cell]):
    names = Counter(label(node.name) for node in nodes)
    twice = [name for name, count in names.items() if count > 1]
    if twice:
        raise Refused(f"two nodes have the name '{twice[0]}': one job would run for both")
    for node in map(matrix.named, nodes):
        own = [cell for cell in cells if matrix.obstacle(cell, node)[0] > 1]
        if own:
            yield label(node.name), [
                GITHUB_ARCHITECTURES.get(node.architecture, label(node.architecture)),
                f"driver-{node.driver_branch}", f"node-{label(node.name)}"], own


def _of_axes(cells: list[Cell]):
    slices: dict[tuple, list[Cell]] = {}
    for cell in cells:
        slices.setdefault((cell.driver, cell.gpu), []).append(cell)
    for (driver, gpu), own in slices.items():
        yield f"driver-{driver}-{label(gpu)}", [f"driver-{driver}", f"gpu-{label(gpu)}"], own


def label(text: str) -> str:
    """What every CI takes as a name; a node may be called anything."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text)[:100] or "-"
