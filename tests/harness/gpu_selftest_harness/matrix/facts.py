# SPDX-License-Identifier: Apache-2.0
"""What conditions may ask of a node. A key that is not known there has the value None."""

from __future__ import annotations

from ..model import Cell, Node


def facts(node: Node, cell: Cell) -> dict:
    """The node's GPUs have to be named as the matrix does (Matrix.named)."""
    engine = next((engine for engine in node.engines if engine.name == cell.engine), None)
    return {
        "driver.version": node.driver,
        "driver.cuda": node.cuda_of_driver,
        "engine.version": engine and engine.version,
        "engine.toolkit": engine and engine.toolkit,
        "architecture": node.architecture,
        "gpus": sum(gpu.model == cell.gpu for gpu in node.usable),
        "simulated": node.simulated is not None,
    }
