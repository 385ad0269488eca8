# SPDX-License-Identifier: Apache-2.0
"""What the README tells people to type, held against the programs that read it."""

import re
import shlex
from pathlib import Path

import pytest

from gpu_selftest_harness import cli
from gpu_selftest_harness.lease import FOLDER
from gpu_selftest_harness.matrix import load
from gpu_selftest_harness.quarantine import Quarantine

HARNESS = Path(__file__).resolve().parent.parent
TOP = HARNESS.parent.parent
README = (HARNESS / "README.md").read_text(encoding="utf-8")
NIGHTLY = HARNESS / "matrices/nightly.yaml"
SERVICE = (HARNESS / "examples/systemd/gpu-selftest-nightly.service").read_text(encoding="utf-8")
COMMAND = re.compile(r"^    (?:sudo )?((?:scripts/nightly|gpu-selftest-harness) [^#\n]*)"
                     r"|`((?:scripts/nightly|gpu-selftest-harness) [^`]*)`", re.M)


def commands():
    found = [(one or other).strip() for one, other in COMMAND.findall(README)]
    return [line for line in found if "--help" not in line]


def test_commands__of_each_task_are_there():
    verbs = {line.split()[1] for line in commands() if line.startswith("gpu-selftest-harness")}

    assert verbs >= {"index", "retention", "report"}


@pytest.mark.parametrize("line", commands())
def test_commands__are_read(line):
    program, *words = shlex.split(line)
    if program == "scripts/nightly":
        # The script adds --out, a word of the service's own takes its place.
        words = ["night", "--out", "DIR", *words]
        if "--simulate" in words and not words[-1].endswith("MATRIX"):
            words.insert(1, "MATRIX")

    assert cli.parser().parse_args(words).run  # ends the test with exit 2 where it does not fit


def test_quarantine__example_is_read(tmp_path):
    parts = re.findall(r"```yaml\n((?:version: 1\nquarantine|accepted):.*?)```", README, re.S)
    (tmp_path / "quarantine.yaml").write_text("".join(parts), encoding="utf-8")

    known = Quarantine.load(tmp_path / "quarantine.yaml", load(NIGHTLY))

    assert (len(known.entries), len(known.losses)) == (1, 1)


def test_quarantine__of_the_service_is_made_and_may_be_empty(tmp_path):
    made = re.search(r"^#     printf '(.*)' > (/\S+)$", SERVICE, re.M)
    (tmp_path / "quarantine.yaml").write_text(made.group(1).encode().decode("unicode_escape"))

    assert Quarantine.load(tmp_path / "quarantine.yaml", load(NIGHTLY)).entries == ()
    assert f"--quarantine {made.group(2)} " in SERVICE


def test_service__folder_is_made_before_files_are_put_there():
    folder = SERVICE.index("#     install -d /etc/gpu-selftest\n")

    assert folder < SERVICE.index(" /etc/gpu-selftest/nightly.yaml\n")


def test_service__leases_are_everybodys():
    assert f"\nExecStartPre=+/bin/mkdir -p -m 1777 {FOLDER}\n" in SERVICE


def test_images__are_built_by_names_that_the_matrix_asks_for():
    """The one that is named in the README; tests/system/test_bake.py has what the file comes to."""
    target = re.search(r"--load (\d\S+)`", README).group(1)
    names = {f"gpu-selftest:{cell.cuda}-{cell.variant}-{cell.distro}" for cell in load(NIGHTLY).cells()}

    saved = re.search(r"docker save (\S+) \| podman load", README).group(1)

    assert saved in names
    assert saved.partition(":")[2].replace(".", "-") == target
