# SPDX-License-Identifier: Apache-2.0
"""gpu_selftest_harness.night.lock: two nights in one folder, with real processes."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gpu_selftest_harness.errors import Failed
from gpu_selftest_harness.night.lock import only_one

HARNESS = Path(__file__).resolve().parent.parent
HOLDER = """
import sys
from pathlib import Path
from gpu_selftest_harness.night.lock import only_one
with only_one(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], text=True,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               env={**os.environ, "PYTHONPATH": str(HARNESS)})
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_only_one__second_night_names_the_first(holder, tmp_path):
    with pytest.raises(Failed, match=f"process {holder.pid} since 2"):
        with only_one(tmp_path):
            pass


def test_only_one__is_free_after_the_first_was_killed(holder, tmp_path):
    holder.send_signal(signal.SIGKILL)
    holder.wait()

    with only_one(tmp_path):
        assert str(os.getpid()) in (tmp_path / ".night.lock").read_text()


def test_only_one__is_free_after_an_orderly_end(tmp_path):
    with only_one(tmp_path):
        pass

    with only_one(tmp_path):
        pass
    assert (tmp_path / ".night.lock").read_text() == ""


def test_only_one__other_folder_is_another_matter(holder, tmp_path):
    other = tmp_path / "other"
    other.mkdir()

    with only_one(other):
        assert holder.poll() is None


def test_only_one__is_held_on_a_full_disk_too(tmp_path):
    full = HOLDER.replace("import sys\n", "import resource, sys\n"
                          "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n", 1)

    done = subprocess.run([sys.executable, "-c", full, str(tmp_path)], input="", text=True,
                          capture_output=True, check=False,
                          env={**os.environ, "PYTHONPATH": str(HARNESS)})

    assert (done.returncode, done.stdout, done.stderr) == (0, "held\n", "")


def test_only_one__folder_that_may_not_be_written_to_is_told_in_words(tmp_path):
    (tmp_path / ".night.lock").mkdir()

    with pytest.raises(Failed, match="cannot open '.*night.lock': is a directory"):
        with only_one(tmp_path):
            pass
