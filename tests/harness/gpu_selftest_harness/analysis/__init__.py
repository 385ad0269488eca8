# SPDX-License-Identifier: Apache-2.0
"""The index and the statistics become what a page tells."""

from .values import Analysis

__all__ = ["Analysis"]
