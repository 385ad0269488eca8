# SPDX-License-Identifier: Apache-2.0
"""What people and machines read of an analysis: the page, the Prometheus file, the summary."""

from .files import write
from .markdown import markdown
from .measure import measure
from .page import page
from .prometheus import prometheus

__all__ = ["markdown", "measure", "page", "prometheus", "write"]
