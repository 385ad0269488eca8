# SPDX-License-Identifier: Apache-2.0
"""Simulated injection: what scripts/simulate-injection makes, where the engines of this run look."""

import shutil
from pathlib import Path

from engines import demand
from selftest import TOP

KIND = "nvidia.com/gpu"
# /run is this run's own.
FOLDER = Path("/var/run/cdi")
SCRIPT = TOP / "scripts/simulate-injection"


def simulate(build, folder, *options):
    """Makes the folder, and gives it back."""
    demand([SCRIPT, "--sim", build / "sim", *options, folder])
    return folder


def publish(folder):
    """The specification of this folder, where engines look; the caller removes it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy2(folder / "cdi/gpu-selftest.json", FOLDER))


def doubles(folder):
    """The simulated libraries in it, without the links."""
    return sorted(path.name for path in folder.iterdir() if not path.is_symlink())
