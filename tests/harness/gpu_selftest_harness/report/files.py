# SPDX-License-Identifier: Apache-2.0
"""The files of a report: each is there whole, or as it was before."""

from __future__ import annotations

import os
from pathlib import Path

from ..analysis.values import Analysis
from .markdown import markdown
from .page import page
from .prometheus import prometheus

FILES = {"index.html": page, "summary.md": markdown, "gpu-selftest.prom": prometheus}


def write(analysis: Analysis, folder: Path) -> list[Path]:
    """All of FILES, for everybody to read: a collector or a web server is somebody else. One that
    cannot be made keeps no other from being made; the first error is raised then."""
    folder.mkdir(parents=True, exist_ok=True)
    paths, errors = [], []
    for name, make in FILES.items():
        try:
            paths.append(_replace(folder / name, make(analysis).encode()))
        except Exception as error:
            errors.append(error)
    if errors:
        raise errors[0]
    return paths


def _replace(path: Path, data: bytes) -> Path:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(beside, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        os.chmod(beside, 0o644)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    return path
