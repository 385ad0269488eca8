# SPDX-License-Identifier: Apache-2.0
"""What is known here of the program's plans is what the program says."""

import json
import subprocess

import pytest

from gpu_selftest_harness import plans
from records import cell, planned

SIZE = {"GPU_SELFTEST_SIZE": "1M", "PATH": "/usr/bin:/bin"}


def test_table_is_that_of_the_program(program_path):
    told = subprocess.run([program_path, "list"], capture_output=True, text=True, check=True).stdout
    body = told.partition("\n")[2].partition("\ngroups:\n")
    sinces = {"*": plans.FULL, "+": plans.NAMED, "^": plans.DEVEL, " ": plans.QUICK}
    listed = {line.split()[1] if line[0] != " " else line.split()[0]: sinces[line[0]]
              for line in body[0].splitlines() if line[:3].strip() and line[2:3] != " "
              or line[:2] == "  " and line[2:3] not in (" ", "")}
    groups = {}
    for line in body[2].partition("\n\n")[0].splitlines():
        group, *names = line.split()
        groups |= {name.lstrip("*+^"): group for name in names}
    assert {name: (row.group, row.since) for name, row in plans.ROWS.items()} \
        == {name: (groups[name], since) for name, since in listed.items()}
    assert list(plans.ROWS) == list(listed)


@pytest.mark.parametrize("name", plans.ROWS)
def test_takes_samples_is_what_the_program_takes(name, program_path):
    done = subprocess.run([program_path, "--simulate", "empty", "--only", name, "--samples", "5"],
                          env=SIZE, capture_output=True, text=True, check=False)
    assert ("means nothing" not in done.stderr) == plans.ROWS[name].takes_samples


@pytest.mark.parametrize("words, level, variant", [
    ((), "quick", "runtime"), ((), "quick", "devel"), ((), "full", "runtime"),
    (("bandwidth", "launch"), "quick", "runtime"), (("memory",), "full", "runtime"),
    (("sgemm", "audit"), "quick", "devel"), (("audit",), "quick", "base")])
def test_workloads_are_those_of_the_report(words, level, variant, program_path):
    chosen = planned(cell(level=level, variant=variant), workloads=words, samples=3)
    done = subprocess.run(
        [program_path, "--simulate", "l4x1", "--json", "-", *plans.arguments_of(chosen)],
        env=SIZE | {"GPU_SELFTEST_VARIANT": variant}, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    assert tuple(row["name"] for row in report["workloads"]) == plans.workloads_of(chosen)
    assert set(plans.arguments_of(chosen)) <= set(report["plan"].split())


def test_a_word_of_a_newer_program_is_a_workload():
    assert plans.workloads_of(planned(workloads=("telepathy", "audit"))) == ("audit", "telepathy")
