# SPDX-License-Identifier: Apache-2.0
"""A report that cannot be written where it was wanted is told of, and is never lost."""

import json
import os
import resource
import signal
import subprocess

import pytest

from selftest import plant, validate

WRITERS = {"--json": '"schema_version"', "--junit": "<testsuites>",
           "--prometheus": "gpu_selftest_verdict"}
PLACES = {"missing-parent": "nowhere/report", "folder": ".", "full-disk": "/dev/full",
          "under-a-file": "file/report", "empty": ""}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("option", WRITERS)
def test_report_is_never_lost(program, tmp_path, option, place):
    plant(tmp_path, {"file": "", "root/sys": None})
    before = sorted(tmp_path.iterdir())
    outcome = program.run("--root", tmp_path / "root", option, place, timeout=10)

    assert outcome.exit == 3, outcome.describe()
    assert "cannot write" in outcome.err.splitlines()[0]
    assert WRITERS[option] in outcome.err
    # The page for people is not hurt by it.
    assert "host.no-gpu" in outcome.out or "FAIL" in outcome.out
    assert sorted(path for path in tmp_path.iterdir() if path.name != "tmp") == before


def test_rescued_json_is_whole(program, tmp_path):
    outcome = program.run("--json", "nowhere/report.json", timeout=10)

    validate(json.loads(outcome.err[outcome.err.index("{"):]))


def test_disk_that_fills_up_leaves_the_old_report(program, tmp_path):
    """A limit on the size of files stands in for a disk with little left."""
    report = tmp_path / "report.json"
    report.write_text("old")
    outcome = program.run("--json", report, timeout=10, preexec_fn=limit_files)

    assert outcome.exit == 3, outcome.describe()
    assert '"schema_version"' in outcome.err
    assert report.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir() if "report" in path.name] == ["report.json"]


def limit_files():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))


def test_full_standard_output(program):
    full = os.open("/dev/full", os.O_WRONLY)
    done = subprocess.run(program.command(), env=program.environment(), cwd=program.folder,
                          stdout=full, stderr=subprocess.PIPE, timeout=10, check=False)
    os.close(full)

    assert done.returncode == 3
    assert b"cannot write" in done.stderr and b"exit" in done.stderr


def test_root_that_is_not_there(program):
    outcome = program.report("--root", "/nonexistent", timeout=10)

    assert outcome.exit == 3
    assert outcome.counted() == {"suite.root-unreadable"}
    assert "/nonexistent" in outcome.report["headline"]["observed"]


def test_a_link_as_report_is_followed(program, tmp_path):
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to("real.json")
    program.run("--json", "link.json", timeout=10)

    assert (tmp_path / "link.json").is_symlink()
    validate(json.loads((tmp_path / "real.json").read_text()))
