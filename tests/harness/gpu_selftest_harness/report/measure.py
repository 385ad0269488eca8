# SPDX-License-Identifier: Apache-2.0
"""How long the page takes to build and how large it is, for scripts/bench."""

import time

from .page import page
from .sample import sample


def measure(nights: int = 365, series: int = 200) -> tuple[float, int]:
    """Seconds and bytes of a page of a made-up year."""
    analysis = sample(nights, series)
    start = time.perf_counter()
    text = page(analysis)
    return time.perf_counter() - start, len(text.encode())
