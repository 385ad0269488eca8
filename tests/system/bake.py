# SPDX-License-Identifier: Apache-2.0
"""
What images/docker-bake.hcl comes to, by docker's own buildx, which needs no daemon for that. Run as
a program it prints the table of images/README.md: which images there can be, and what of them the
tests ever built.
"""

import ast
import json
import os
import subprocess
from dataclasses import dataclass

from selftest import TOP, VENDOR

BUILDX = VENDOR / "buildx/0.13/bin/docker-buildx"
FILE = TOP / "images/docker-bake.hcl"
# The distribution whose official images the stand-ins of tests/containers are laid out like.
IMITATED = ("ubuntu22.04", "linux/amd64")


@dataclass(frozen=True)
class Cell:
    """One image for its processors: of one toolkit, on one distribution."""

    cuda: str
    distro: str
    variant: str
    platforms: tuple


def evaluate(**variables):
    """The targets by their names."""
    done = subprocess.run([BUILDX, "bake", "-f", FILE, "--print"], cwd=TOP, check=True, text=True,
                          capture_output=True, env={"PATH": os.environ["PATH"], **variables})
    return json.loads(done.stdout)["target"]


def cells(**variables):
    return {Cell(target["args"]["CUDA_VERSION"], target["args"]["DISTRO"], target["target"],
                 tuple(target["platforms"])) for target in evaluate(**variables).values()}


def built_toolkits():
    """The releases that tests/containers builds on stand-ins. Read, not imported: that module needs
    engines."""
    tree = ast.parse((TOP / "tests/containers/built.py").read_text())
    [table] = [node.value for node in tree.body if isinstance(node, ast.Assign)
               and node.targets[0].id == "TOOLKITS"]
    return {row["CUDA_VERSION"] for row in ast.literal_eval(table).values()}


def table():
    """One line for a toolkit on a distribution, the oldest first."""
    built = built_toolkits()
    rows = {}
    for cell in cells():
        rows.setdefault((cell.cuda, cell.distro), []).append(cell)

    def order(key):
        return [int(number) for number in key[0].split(".")], key[1]

    lines = ["| CUDA | on | variants | linux/amd64 | linux/arm64 |", "|---|---|---|---|---|"]
    for cuda, distro in sorted(rows, key=order):
        row = rows[cuda, distro]
        states = []
        for platform in ("linux/amd64", "linux/arm64"):
            if not all(platform in cell.platforms for cell in row):
                states.append("none")
            elif cuda in built and (distro, platform) == IMITATED:
                states.append("built on a stand-in")
            else:
                states.append("untested")
        variants = [name for name in ("base", "runtime", "devel")
                    if name in {cell.variant for cell in row}]
        lines.append(f"| {cuda} | {distro} | {', '.join(variants)} | {' | '.join(states)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(table(), end="")
