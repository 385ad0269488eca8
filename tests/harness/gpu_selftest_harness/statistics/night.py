# SPDX-License-Identifier: Apache-2.0
"""The value of a night: the median over its launches of each launch's median. What differs between
launches is what differs between nights, and more samples in one of them do not help."""

from __future__ import annotations

import numpy as np


def night_value(launches):
    """`launches`: for each launch its samples, or its median alone."""
    medians = [float(np.median(samples)) for samples in launches if np.size(samples)]
    if not medians:
        raise ValueError("a night needs at least one launch with a number")
    return float(np.median(medians))
