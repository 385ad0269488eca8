# SPDX-License-Identifier: Apache-2.0
"""What a run may be told, as options of pytest; the verb `run` has the same without 'harness-'."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from ..lease import FOLDER
from ..times import is_night

LATEST = "latest"

# Name, settings for argparse. '--harness-' goes before each.
OPTIONS = (
    ("out", {"metavar": "DIR", "default": "runs", "help": "where bundles go (default: runs)"}),
    ("node", {"metavar": "FILE", "help": "the node, as 'node' wrote it (default: this machine)"}),
    ("program", {"metavar": "FILE", "default": "gpu-selftest",
                 "help": "the program, for the engine 'local' and for engines' messages"}),
    ("engines", {"metavar": "FILE", "help": "TOML: what this machine's engines are to be told"}),
    ("tier", {"metavar": "NAME", "help": "one of the matrix's tiers"}),
    ("select", {"metavar": "AXES", "help": "cells, such as 'cuda=13.0,variant=base'"}),
    ("seed", {"metavar": "N", "type": int, "help": "of the order of launches (default: any)"}),
    ("jobs", {"metavar": "N", "type": int, "default": 1,
              "help": "launches at a time, on GPUs of their own (default: 1)"}),
    ("tries", {"metavar": "N", "type": int, "default": 2,
               "help": "of a launch that could not tell (default: 2)"}),
    ("night", {"metavar": "DATE", "help": "such as 2026-11-27 (default: today, UTC)"}),
    ("quarantine", {"metavar": "FILE", "help": "known faults, with owner and last day"}),
    ("index", {"metavar": "FILE", "help": "of earlier nights, for what has to be confirmed"}),
    ("leases", {"metavar": "DIR", "default": FOLDER, "help": f"of GPUs (default: {FOLDER})"}),
    ("without", {"metavar": "UUIDS", "help": "GPUs that were taken out since the last run, with commas "
                 "between them, or 'all' that are not there"}),
    ("resume", {"metavar": "RUN", "nargs": "?", "const": LATEST,
                "help": "go on with a run that was cut off (default: the latest)"}),
    ("rerun-failed", {"metavar": "RUN", "nargs": "?", "const": LATEST,
                      "help": "only the cells that are red in a run (default: the latest)"}),
)

PATHS = ("out", "node", "engines", "quarantine", "index", "leases")


@dataclass(frozen=True)
class Settings:
    out: Path
    node: Path | None
    program: str
    tier: str | None
    select: str | None
    seed: int | None
    jobs: int
    tries: int
    night: str | None
    quarantine: Path | None
    index: Path | None
    leases: Path
    resume: str | None
    rerun_failed: str | None
    engines: Path | None = None
    without: tuple[str, ...] = ()  # UUIDs, or 'all'


def add(parser):
    group = parser.getgroup("harness", "GPU containers by a matrix")
    for name, settings in OPTIONS:
        group.addoption(f"--harness-{name}", **settings)


def read(config) -> Settings:
    def get(name):
        return config.getoption(f"--harness-{name}")

    for name in ("jobs", "tries"):
        if get(name) < 1:
            raise pytest.UsageError(f"'{name}' has to be 1 or more, not {get(name)}")
    if get("night") is not None and not is_night(get("night")):
        raise pytest.UsageError(f"'{get('night')}' is no night such as 2026-11-27")
    return Settings(
        **{name.replace("-", "_"): get(name) for name, _ in OPTIONS if name not in (*PATHS, "without")},
        **{name: Path(get(name)) if get(name) is not None else None for name in PATHS},
        without=tuple(filter(None, (get("without") or "").split(","))))
