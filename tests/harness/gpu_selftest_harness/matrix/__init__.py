# SPDX-License-Identifier: Apache-2.0
"""A YAML file becomes cells; which of them a node runs, what has to come of each, and why. Its form
is in README.md."""

from .load import from_text, load
from .matrix import Matrix

__all__ = ["Matrix", "from_text", "load"]
