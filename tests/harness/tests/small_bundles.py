# SPDX-License-Identifier: Apache-2.0
"""What the tests of full disks and killed writers put into their bundles."""

from gpu_selftest_harness import bundle as bundles
from gpu_selftest_harness.model import Expectation, Launch, Outcome

CELL = "0123456789abcdef"
HEADER = {"night": "2026-11-27", "started_utc": "2026-11-27T02:00:00Z", "node": {"name": "n7"}}
OUTCOME = Outcome(CELL, "", "PASS", None, None, "run", Expectation("PASS"), True)


def launch(identity, message=""):
    return Launch(identity, CELL, "measure", 0, "local", "", None, (), (), "2026-11-27T02:00:00Z",
                  0.0, 1.0, "run", 0, message=message)


def ids(path):
    contents = bundles.read(path)
    return [one.id for one in contents.launches], contents.problems
