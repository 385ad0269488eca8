# SPDX-License-Identifier: Apache-2.0
"""Running the audit in a container, and what it found."""

import json
import os
import shutil
from pathlib import Path

from engines import TOOLS
from selftest import COUNTING, TOP, validate

NAMES = ("gpu-selftest-audit", "gpu-selftest-audit-probe")


def find_program(build):
    """The static program for any image, with its helper beside it; else the build's own."""
    named = os.environ.get("GST_AUDIT_FOLDER")
    for folder in ([Path(named)] if named else [TOP / "build/audit/x86_64", build / "bin"]):
        if all((folder / name).exists() for name in NAMES):
            return folder, NAMES
    return build / "bin", ("gpu-selftest",)


def install(build, tools):
    """Copies the programs into the folder that containers get; the words that start the audit."""
    folder, names = find_program(build)
    for name in names:
        shutil.copy2(folder / name, tools / name)
    return (f"{TOOLS}/{names[0]}",) if len(names) == 2 else (f"{TOOLS}/{names[0]}", "audit")


class Audit:
    """One run's outcome."""

    def __init__(self, exit_code, out, err):
        self.exit, self.out, self.err = exit_code, out, err
        try:
            self.report = validate(json.loads(out))
        except ValueError as error:
            raise AssertionError(f"no report: {error}\n{self.describe()}") from error

    def describe(self):
        return f"exit {self.exit}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"

    def ids(self, *verdicts):
        return {check["id"] for check in self.report["checks"] if check["verdict"] in verdicts}

    def counted(self):
        return self.ids(*COUNTING)

    def notes(self):
        return self.ids("NOTE")

    def blocked(self):
        """What another finding explains."""
        return self.ids("SKIP")

    def evidence(self):
        """For a person who reads a failed test."""
        return "\n".join(f"{check['verdict']:5} {check['id']}: {check.get('observed', '')}"
                         for check in self.report["checks"])
