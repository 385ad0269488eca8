# SPDX-License-Identifier: Apache-2.0
"""Where a GPU is: its node and PCI id. Another GPU there is another one in the same slot."""

from __future__ import annotations

from dataclasses import astuple, replace


PART = "MIG-"  # several of one GPU have its place


class Slots:
    """`provenance(digest)` tells which GPUs were where."""

    def __init__(self, provenance):
        self._provenance, self._read = provenance, {}

    def key(self, history, at):
        """Of a series on its night `at`, with slots in the place of GPUs; None if it is of no GPU
        or one of its slots is not known."""
        ends = history.key.src, history.key.dst
        if not any(ends) or not self._provenance or not history.provenance:
            return None
        slots = self._of(history.provenance[at])
        if not all(end in slots for end in ends if end):
            return None
        return astuple(replace(history.key, cell="", src=slots.get(ends[0], ""),
                               dst=slots.get(ends[1], "")))

    def _of(self, digest):
        if digest not in self._read:
            record = self._provenance(digest)
            node = record.get("node", {}).get("name", "")
            self._read[digest] = {
                uuid: f"{node} {gpu['pci_id']}" for uuid, gpu in record.get("gpus", {}).items()
                if gpu.get("pci_id") and not uuid.startswith(PART)}
        return self._read[digest]
