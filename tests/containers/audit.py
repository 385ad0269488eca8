# SPDX-License-Identifier: Apache-2.0
"""Running the audit in a container, and what it found."""

import json
import os
import shutil
from pathlib import Path

from engines import TOOLS
from selftest import COUNTING, TOP, validate

NAMES = ("gpu-selftest-audit", "gpu-selftest-audit-probe")


def copy_program(build, tools):
    """The suite itself, for images with this machine's glibc, and the audit's helper beside it."""
    for name in ("gpu-selftest", NAMES[1]):
        shutil.copy2(build / "bin" / name, tools / name)


class Program:
    """The program that is tried: the static one for any image with its helper, or, where that has
    not been built, the suite's own verb, which only starts in images like this machine."""

    def __init__(self, build, tools):
        folder = Path(os.environ.get("GST_AUDIT_FOLDER", TOP / "build/audit/x86_64"))
        self.is_static = all((folder / name).exists() for name in NAMES)
        if self.is_static:
            for name in NAMES:
                shutil.copy2(folder / name, tools / name)
            self.command = (f"{TOOLS}/{NAMES[0]}",)
        else:
            copy_program(build, tools)
            self.command = (f"{TOOLS}/gpu-selftest", "audit")

    def run(self, container, *args):
        return Audit(container.run(*self.command, "--json", "-", *args))


class Audit:
    """One run's outcome."""

    def __init__(self, done):
        self.exit, self.out, self.err = done.returncode, done.stdout, done.stderr
        try:
            self.report = validate(json.loads(self.out))
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
