# SPDX-License-Identifier: Apache-2.0
"""From records to words. Pure: what is planned, launched, expected and known of the node goes in,
what is said of the cell and of its workloads comes out."""

from __future__ import annotations

from .decide import judge
from .failed import not_judged
from .gone import gone
from .launch import say
from .retry import deciding, wants_again
from .unfinished import unfinished

__all__ = ["deciding", "gone", "judge", "not_judged", "say", "unfinished", "wants_again"]
