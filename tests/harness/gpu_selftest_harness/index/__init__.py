# SPDX-License-Identifier: Apache-2.0
"""What is asked of all nights at once: SQLite, made from sealed bundles, at any time again."""

from .index import Index
from .measure import measure_ingest
from .merge import merge
from .queries import Run

__all__ = ["Index", "Run", "measure_ingest", "merge"]
