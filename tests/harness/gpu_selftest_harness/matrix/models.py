# SPDX-License-Identifier: Apache-2.0
"""What a matrix calls a GPU."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import replace

from ..model import Node
from .mig import INSTANCE


def model_of(models: Mapping, device_id: str, name: str) -> str:
    """The first model with this PCI device id, then the first that has the name; '' if none. A MIG
    instance has the id of its GPU, and a name that 'NVIDIA A100*' would take."""
    is_instance = INSTANCE in name
    for model, entry in models.items():
        if not is_instance and device_id.lower() in entry.get("pci_ids", ()):
            return model
    for model, entry in models.items():
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in entry["names"]
               if not is_instance or INSTANCE in pattern):
            return model
    return ""


def named(models: Mapping, node: Node) -> Node:
    """The same node, its GPUs named as the matrix names them."""
    if all(gpu.model in models for gpu in node.gpus):
        return node
    return replace(node, gpus=tuple(
        gpu if gpu.model in models else replace(gpu, model=model_of(models, "", gpu.name))
        for gpu in node.gpus))
