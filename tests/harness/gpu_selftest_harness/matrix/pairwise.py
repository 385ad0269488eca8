# SPDX-License-Identifier: Apache-2.0
"""Few cells in which each allowed combination of values of any two axes (or more: the strength) is.

Greedy: of all allowed candidates the one that adds most, until nothing is left to add. That is not
the smallest cover, but a complete one by its very end, also where exclusions forbid much."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Sequence


def combinations(candidate: Sequence, strength: int) -> set:
    """What one candidate covers: values with the positions that they stand at."""
    return set(itertools.combinations(enumerate(candidate), strength))


def cover(candidates: Sequence[tuple], strength: int, seed: int) -> list[tuple]:
    """Those of the candidates, in their order, that cover all which any of them does. The seed
    decides between equals; the same seed gives the same answer."""
    order = sorted(candidates)
    random.Random(seed).shuffle(order)
    adds = [combinations(candidate, strength) for candidate in order]
    missing = set().union(*adds)
    # What a candidate adds only shrinks: one whose old promise still holds is the best there is.
    promises = [(-len(pairs), index) for index, pairs in enumerate(adds)]
    heapq.heapify(promises)
    chosen = set()
    while missing:
        promise, index = heapq.heappop(promises)
        now = -len(adds[index] & missing)
        if now != promise:
            heapq.heappush(promises, (now, index))
            continue
        chosen.add(order[index])
        missing -= adds[index]
    return [candidate for candidate in candidates if candidate in chosen]
