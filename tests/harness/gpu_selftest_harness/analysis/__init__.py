# SPDX-License-Identifier: Apache-2.0
"""The index and the statistics become what a page tells."""

from .analyse import analyse
from .values import Analysis, Verdict

__all__ = ["Analysis", "Verdict", "analyse"]
