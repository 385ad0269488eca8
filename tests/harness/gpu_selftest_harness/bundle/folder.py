# SPDX-License-Identifier: Apache-2.0
"""Which bundles lie in a folder, by their names."""

import time
from pathlib import Path

from ..errors import Refused
from .layout import DELETED, NEW, NEW_S, OPEN
from .run_id import SHAPE


def find(root):
    """Sealed bundles, oldest name first."""
    return [path for path in _folders(root) if SHAPE.fullmatch(path.name)]


def left_open(root):
    """What a run that is going on, or was interrupted, has not sealed."""
    return [path for path in _folders(root) if path.name.endswith(OPEN)]


def left_behind(root):
    """What no bundle came of or is left of one: of makers that died, of deletions that were cut
    short."""
    return [path for path in _folders(root) if SHAPE.fullmatch(path.stem) and (
        path.suffix == DELETED or path.suffix == NEW and _age_s(path) > NEW_S)]


def _age_s(path):
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:  # it has its next name since
        return 0.0


def is_bundle(path):
    """By its name: sealed or open."""
    name = Path(path).name
    return bool(SHAPE.fullmatch(name.removesuffix(OPEN)))


def _folders(root):
    root = Path(root)
    if not root.is_dir():
        raise Refused(f"'{root}' is not a folder")
    return sorted(path for path in root.iterdir() if path.is_dir() and not path.is_symlink())
