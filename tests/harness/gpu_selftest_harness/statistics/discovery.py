# SPDX-License-Identifier: Apache-2.0
"""Many questions in one night: how many of those that say yes may be wrong."""

from __future__ import annotations

import numpy as np
from scipy.stats import false_discovery_control

Q = 0.05


def benjamini_hochberg(ps, q=Q):
    """For each p whether it may be told, so that no more than a share q of what is told is
    wrong."""
    ps = np.asarray(ps, dtype=float)
    if not len(ps):
        return np.zeros(0, dtype=bool)
    return false_discovery_control(ps, method="bh") <= q
