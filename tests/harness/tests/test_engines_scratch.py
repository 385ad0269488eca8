# SPDX-License-Identifier: Apache-2.0
"""Folders for the time of a launch, of harnesses that run and of those that were killed."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from gpu_selftest_harness.engines import owner, scratch

HARNESS = Path(__file__).resolve().parent.parent

# Another harness: makes a folder, tells which, and waits to be killed.
OTHER = """
import sys
from gpu_selftest_harness.engines import scratch
with scratch.folder() as folder:
    open(f"{folder}/report.json", "w").close()
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def put(folder, name):
    (folder / name / "inside").mkdir(parents=True)
    return folder / name


def dead(place=None):
    """The name of a folder whose process is gone: no process has begun before all others."""
    return f"{scratch.BEGIN}1-0-{place or scratch._place()}-abc"


def test_folder_is_empty_and_goes_with_what_is_in_it(temporary):
    with scratch.folder() as made:
        assert os.listdir(made) == []
        assert scratch.sweep() == []
        (Path(made) / "nodes").mkdir()
    assert list(temporary.iterdir()) == []


def test_folder_of_a_killed_harness_is_removed(temporary):
    other = subprocess.Popen([sys.executable, "-c", OTHER], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, text=True,
                             env={**os.environ, "PYTHONPATH": str(HARNESS),
                                  "TMPDIR": str(temporary)})
    with other:
        made = other.stdout.readline().strip()
        assert Path(made).parent == temporary
        assert scratch.sweep() == []  # its harness lives
        other.kill()
        other.wait()
        assert scratch.sweep() == [made]
        assert list(temporary.iterdir()) == []


def test_folder_whose_process_is_gone_is_removed(temporary):
    path = put(temporary, dead())
    assert scratch.sweep() == [str(path)]


@pytest.mark.parametrize("name", [
    dead("00000000"),  # of another machine, or of a namespace that we do not see
    f"{scratch.BEGIN}{os.getpid()}-{owner.start_ticks(os.getpid())}-{scratch._place()}-abc",
    f"{scratch.BEGIN}x", "gpu-selftest-results", "other",
], ids=("other place", "running", "unreadable", "results", "other"))
def test_folder_of_anybody_else_is_left_alone(temporary, name):
    path = put(temporary, name)
    assert scratch.sweep() == []
    assert (path / "inside").exists()


def test_link_is_not_followed(temporary):
    precious = put(temporary, "precious")
    (temporary / dead()).symlink_to(precious)
    assert scratch.sweep() == []
    assert (precious / "inside").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs another user")
def test_folder_of_another_user_is_left_alone(temporary):
    path = put(temporary, dead())
    os.chown(path, 65534, 65534)
    assert scratch.sweep() == []
