# SPDX-License-Identifier: Apache-2.0
"""How NVIDIA's container toolkit is set up on a machine, from its files alone: which way its runtime
puts GPUs into containers, and whether what was written for CDI is for the driver that runs."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

CONFIGURATION = "etc/nvidia-container-runtime/config.toml"
# Of two specifications of one GPU the second place has priority, so a stale one there is used.
CDI_FOLDERS = ("etc/cdi", "var/run/cdi")
KIND = re.compile(r"\bkind[\"']?\s*:\s*[\"']?nvidia\.com/")
DRIVER = re.compile(r"libcuda\.so\.(\d+\.[\d.]*\d)")
# Sixteen GPUs with MIG make 200 KB.
SPECIFICATION_BYTES = 16 << 20


@dataclass(frozen=True)
class Toolkit:
    mode: str | None  # auto, legacy, cdi, jit-cdi, csv; None: not set, or there is no toolkit
    problems: tuple[str, ...] = ()


def read(driver: str | None, root: Path = Path("/")) -> Toolkit:
    """Of the machine below `root`, which has this driver."""
    mode, problems = _mode(root)
    for folder in CDI_FOLDERS:
        for path in sorted((root / folder).glob("*")):
            if path.suffix in (".json", ".yaml"):
                problems += _of_specification(path, f"/{folder}/{path.name}", driver)
    return Toolkit(mode, tuple(problems))


def _mode(root):
    try:
        with open(root / CONFIGURATION, "rb") as file:
            section = tomllib.load(file).get("nvidia-container-runtime", {})
    except FileNotFoundError:
        return None, []
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        return None, [f"'/{CONFIGURATION}' cannot be read: {why.lower()}"]
    mode = section.get("mode") if isinstance(section, dict) else None
    return (mode if isinstance(mode, str) else None), []


def _of_specification(path, shown, driver):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read(SPECIFICATION_BYTES)
    except OSError as error:
        return [f"'{shown}' cannot be read: {error.strerror.lower()}"]
    if not KIND.search(text) or driver is None:
        return []
    other = sorted(set(DRIVER.findall(text)) - {driver})
    if not other:
        return []
    return [f"'{shown}' is for driver {other[0]}, and {driver} runs: "
            f"nvidia-ctk cdi generate --output={shown}"]
