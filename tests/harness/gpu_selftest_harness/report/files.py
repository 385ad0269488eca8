# SPDX-License-Identifier: Apache-2.0
"""The files of a report: each is there whole, or as it was before."""

from __future__ import annotations

from pathlib import Path

from ..analysis.values import Analysis
from ..bundle.disk import write_whole
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
            write_whole(folder / name, make(analysis).encode())
            paths.append(folder / name)
        except Exception as error:
            error.add_note(f"while '{name}' was made")
            errors.append(error)
    if errors:
        raise errors[0]
    return paths
