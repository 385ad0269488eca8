# SPDX-License-Identifier: Apache-2.0
"""Every row of faults.yaml: a machine broken in one way gets the right word, layer and id, and
nothing else is reported."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from selftest import RUNS, catalogue, plant

HERE = Path(__file__).parent
TABLE = yaml.safe_load((HERE / "faults.yaml").read_text())
KEYS = {"name", "profile", "faults", "args", "env", "root", "bars", "memory_left", "verdict",
        "layer", "id", "note", "workload", "gpu", "words", "passes", "others", "oldest_pack",
        "disagrees"}
EXITS = {"PASS": 0, "FAIL": 1, "ERROR": 3}


def cases():
    for row in TABLE["rows"]:
        reason = row.get("disagrees")
        marks = [pytest.mark.xfail(strict=True, reason=reason)] if reason else []
        yield pytest.param(row, id=row["name"], marks=marks)


@pytest.fixture(scope="session")
def memory_shown(tmp_path_factory):
    """A command that shows a program another /proc/meminfo; skips where that is not permitted."""

    def make(available):
        meminfo = tmp_path_factory.mktemp("meminfo") / "meminfo"
        text = Path("/proc/meminfo").read_text()
        meminfo.write_text(re.sub(r"(?m)^MemAvailable:.*$", f"MemAvailable: {available}", text))
        script = f'mount --bind "{meminfo}" /proc/meminfo && exec "$@"'
        command = ("unshare", "--mount", "sh", "-c", script, "sh")
        if subprocess.run([*command, "true"], capture_output=True, check=False).returncode != 0:
            pytest.skip("may not unshare a mount namespace: what memory is left cannot be changed")
        return command

    return make


def run_row(row, program, memory_shown):
    args = list(row.get("args", []))
    if "--size" not in args:
        args += ["--size", "1M"]
    if "root" in row:
        args += ["--root", plant(program.folder / "root", row["root"])]
    if "bars" in row:
        (program.folder / "bars.json").write_text(row["bars"])
        args += ["--bars", "bars.json"]
    before = memory_shown(row["memory_left"]) if "memory_left" in row else ()
    return program.report(*args, profile=row["profile"], faults=row.get("faults", []),
                          env=row.get("env"), before=before, timeout=60)


def as_list(value):
    return value if isinstance(value, list) else [value]


def assert_only(row, outcome):
    """Nothing but the row's own finding counts, and its place is right."""
    expected = {row["id"]} | set(row.get("others", []))
    found = [check for check in outcome.checks("FAIL", "ERROR") if check["id"] == row.get("id")]

    assert outcome.counted() == expected, outcome.describe()
    assert outcome.report["headline"]["id"] == row["id"]
    assert {check["layer"] for check in found} == {row["layer"]}
    assert {check["workload"] for check in found} == set(as_list(row["workload"]))
    if row["gpu"] != "any":
        assert {check["gpu"] for check in found} == set(as_list(row["gpu"]))
    return found


def assert_text(row, outcome):
    """The page for people says the same: in its first line, and with cause and remedy below."""
    lines = outcome.out.splitlines()

    assert lines[0].startswith(row["verdict"])
    assert f"SIMULATED {row['profile']}" in lines[0]
    assert row["id"] in lines[0]
    assert lines[1].startswith(f"      next ({row['layer']}): ")
    told = re.compile(rf"\s+id +{re.escape(row['id'])}  \({row['layer']}")
    assert any(told.match(line) for line in lines)
    assert lines[-1].endswith(f"exit {EXITS[row['verdict']]}")


@pytest.mark.parametrize("row", list(cases()))
def test_fault(row, simulated, kernel_majors, memory_shown):
    if not kernel_majors and row.get("args", [""])[0] != "device-query":
        pytest.skip("built without nvcc: this build carries no kernels")
    if any(major < row.get("oldest_pack", 0) for major in kernel_majors):
        pytest.skip(f"this build carries kernels older than CUDA {row['oldest_pack']}")
    outcome = run_row(row, simulated, memory_shown)

    assert outcome.exit == EXITS[row["verdict"]], outcome.describe()
    assert outcome.report["verdict"] == row["verdict"]
    if row["verdict"] == "PASS":
        assert outcome.counted() == set()
        found = [check for check in outcome.checks("NOTE") if check["id"] == row["note"]]
        assert found, outcome.describe()
    else:
        found = assert_only(row, outcome)
        assert_text(row, outcome)
    for word in row.get("words", []):
        assert any(word in check["observed"] for check in found), (word, found)
    for workload in row.get("passes", []):
        assert outcome.workloads()[workload] == "PASS", outcome.describe()


# --- a fault that changes nothing proves nothing ---

@pytest.mark.parametrize("fault", ["cuMemAlloc_v2 call=100000 returns 2", "link 0-1 rate=0.5",
                                   "gpu 0 lost after=1000s", "kernel vector_add element=9 wrong"])
def test_fault_that_never_fires_fails_the_run(simulated, fault):
    outcome = simulated.run("device-query", profile="rtx4090x2", faults=[fault])

    assert outcome.exit == 3, outcome.describe()
    assert f"fault never fired: {fault}" in outcome.err.splitlines()[-1]


def test_one_of_two_faults_never_fires(simulated):
    outcome = simulated.run("device-query", profile="rtx4090x2",
                            faults=["gpu 1 hidden-from=nvml", "cuInit call=100 returns 1"])

    assert outcome.exit == 3
    assert "cuInit call=100 returns 1" in outcome.err
    assert "hidden-from" not in outcome.err


# --- the table itself ---

def test_rows_are_well_formed():
    names = [row["name"] for row in TABLE["rows"]]
    words = dict(catalogue(*RUNS, "audit"))

    assert len(names) == len(set(names))
    for row in TABLE["rows"]:
        assert set(row) <= KEYS, row["name"]
        if row["verdict"] == "PASS":
            assert words[row["note"]] == "NOTE"
            continue
        assert row["layer"] == row["id"].split(".")[0], row["name"]
        assert {"workload", "gpu"} <= set(row), row["name"]
        if "disagrees" not in row:
            assert words[row["id"]] == row["verdict"], row["name"]


def test_every_finding_that_counts_is_provoked():
    provoked = {row.get("id") for row in TABLE["rows"]}
    known = {finding for finding, word in catalogue() if word in EXITS}

    for finding, file in TABLE["elsewhere"].items():
        assert f'"{finding}"' in (HERE / file).read_text(), finding
    for listed in (TABLE["elsewhere"], TABLE["not_yet_tripped"]):
        assert set(listed) <= known
        assert not set(listed) & provoked, "listed although a row provokes it"
    assert known <= provoked | set(TABLE["elsewhere"]) | set(TABLE["not_yet_tripped"])
