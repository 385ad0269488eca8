# SPDX-License-Identifier: Apache-2.0
"""GPUs in MIG mode. Nothing runs on such a GPU itself; its instances are GPUs of their own, of the
models that a matrix names them by."""

from __future__ import annotations

from ..model import Cell, Gpu, Node

# In the names of instances, and of nothing else: 'NVIDIA A100 80GB PCIe MIG 1g.10gb'.
INSTANCE = " MIG "


def in_the_way(node: Node) -> list[Gpu]:
    """Split GPUs of which the matrix names no instance: somebody counts on them as a whole."""
    wanted = {gpu.parent for gpu in node.gpus if gpu.parent and gpu.model}
    return [gpu for gpu in node.gpus if gpu.has_mig and gpu.uuid not in wanted]


def obstacle(cell: Cell, node: Node) -> str | None:
    """Why this cell cannot run on the node, if it is for MIG's sake. The node's GPUs have to be
    named as the matrix does (Matrix.named)."""
    if cell.devices == "none":
        return None
    usable = [gpu for gpu in node.usable if gpu.model == cell.gpu]
    split = [gpu for gpu in in_the_way(node) if gpu.model == cell.gpu]
    is_of_all, _, count = cell.devices.partition(":")
    if split and (is_of_all in ("all", "each") or int(count) > len(usable)):
        return _needs_whole(cell, node, split)
    is_together = int(count or 1) > 1 or cell.devices == "all" and len(usable) > 1
    if is_together and any(gpu.is_instance for gpu in usable):
        return (f"'{cell.devices}' puts {count or len(usable)} MIG instances into one container, and "
                "CUDA shows a process one of them: make it 'each' or 'count:1'")
    return None


def _needs_whole(cell, node, split):
    first = split[0]
    names = sorted({gpu.name for gpu in node.gpus if gpu.parent == first.uuid})
    more = f" and {len(split) - 1} more" if len(split) > 1 else ""
    instances = f"name its instances in 'models' as '{names[0]}'" if names \
        else "make instances in it and name them in 'models'"
    return (f"{first.uuid}{more} of node '{node.name}' is in MIG mode, and '{cell.devices}' counts on "
            f"it as a whole: nvidia-smi -i {first.index} -mig 0, or {instances}")
