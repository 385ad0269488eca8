# SPDX-License-Identifier: Apache-2.0
"""Killed processes, and two of them at once: nothing whose append returned is lost."""

import errno
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from gpu_selftest_harness import bundle as bundles
from gpu_selftest_harness.bundle import Bundle
from gpu_selftest_harness.errors import Failed, Refused
from gpu_selftest_harness.index import Index
from small_bundles import HEADER, ids, launch

CHILD = """
import sys
from gpu_selftest_harness.bundle import Bundle, left_open
from gpu_selftest_harness.model import Launch
root, first, what = sys.argv[1], int(sys.argv[2]), sys.argv[3]

def launch(number):
    return Launch(str(number), "0" * 16, "measure", 0, "local", "", None, (), (), "", 0.0, 1.0,
                  "run", 0, message="x" * (number * 997 % 20000))

def say(text):
    sys.stdout.write(f"{text}\\n")
    sys.stdout.flush()

header = {"night": "2026-11-27", "node": {"name": "n7"}}
if what == "hold":
    bundle = Bundle.create(root, header, 0)
    bundle.append("launch", launch(first))
    say(bundle.path)
    sys.stdin.read()
elif what == "append":
    paths = left_open(root)
    bundle = Bundle.resume(paths[0]) if paths else Bundle.create(root, header, 4096)
    for number in range(first, first + 100000):
        bundle.append("launch", launch(number))
        say(number)
elif what == "seal":
    for number in range(first, first + 100000):
        bundle = Bundle.create(root, header, 4096)
        bundle.append("launch", launch(number))
        say(bundle.seal().name)
elif what == "once":
    bundle = Bundle.create(root, header, 4096)
    for number in range(50):
        bundle.append("launch", launch(number))
    say(bundle.seal())
"""


def start(root, what, first=0):
    environment = {**os.environ, "PYTHONPATH": str(Path(bundles.__file__).parents[2])}
    return subprocess.Popen([sys.executable, "-c", CHILD, root, str(first), what], text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)


def kill_after(process, lines):
    """The lines that it had written until it was dead."""
    with process:
        said = [process.stdout.readline() for _ in range(lines)]
        process.send_signal(signal.SIGKILL)
        said += process.stdout.readlines()
    return [line.strip() for line in said if line.endswith("\n")]


def test_what_was_appended_survives_kills_at_any_moment(tmp_path):
    chance = random.Random(7)
    promised = []
    for round_ in range(12):
        promised += kill_after(start(tmp_path, "append", round_ * 100000), chance.randrange(1, 40))

    path, = bundles.left_open(tmp_path)
    with Bundle.resume(path) as bundle:
        found, problems = ids(bundle.seal())

    assert problems == []
    assert set(promised) <= set(found)
    assert len(found) <= len(promised) + 12  # at most one of each process was not told of


def test_kill_leaves_each_bundle_open_or_sealed(tmp_path):
    chance = random.Random(8)
    promised = []
    for round_ in range(12):
        promised += kill_after(start(tmp_path, "seal", round_ * 100000), chance.randrange(1, 20))
    for path in bundles.left_open(tmp_path):
        with Bundle.resume(path) as bundle:
            bundle.seal()

    sealed = bundles.find(tmp_path)

    assert set(promised) <= {path.name for path in sealed}
    assert [bundles.read(path).problems for path in sealed] == [[]] * len(sealed)


KILLED_IN_SEAL = """
import os, signal, sys
from pathlib import Path
from gpu_selftest_harness import bundle as bundles

def kill_at(number):
    '''Dies before that call of those by which a seal changes the disk.'''
    left = [number]
    for name in ("write", "fchmod", "fsync", "rename", "chmod", "unlink"):
        def called(*words, call=getattr(os, name), **options):
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1
            return call(*words, **options)
        setattr(os, name, called)

number, status = 0, -1
while status:
    root = Path(sys.argv[1]) / str(number)
    bundle = bundles.Bundle.create(root, {"night": "2026-11-27", "node": {"name": "n7"}}, 4096)
    child = os.fork()
    if not child:
        kill_at(number)
        bundle.seal()
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    bundle.close()
    for path in bundles.left_open(root):
        with bundles.Bundle.resume(path) as again:
            again.seal()
    path, = bundles.find(root)
    print(number, bundles.read(path).problems)
    number += 1
"""


READ_ONLY = """
import sys
from pathlib import Path
from gpu_selftest_harness import bundle as bundles

bundle = bundles.Bundle.create(sys.argv[1], {"night": "2026-11-27", "node": {"name": "n7"}}, 0)
bundle.close()
for file in Path(bundle.path).iterdir():
    file.chmod(0o444)
with bundles.Bundle.resume(bundle.path) as again:
    print(bundles.read(again.seal()).problems)
"""


def run_unprivileged(code, root):
    """As an ordinary user, whom the mode of a file keeps from writing to it."""
    command = [sys.executable, "-c", code, root]
    if os.geteuid() == 0:
        command = ["setpriv", "--bounding-set=-dac_override", *command]
    environment = {**os.environ, "PYTHONPATH": str(Path(bundles.__file__).parents[2])}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_seal_that_was_killed_at_any_step_is_made_good(tmp_path):
    said = run_unprivileged(KILLED_IN_SEAL, tmp_path)

    assert len(said) > 12  # the end's line, the ballast, the seal, two modes, the last name
    assert said == [f"{number} []" for number in range(len(said))]


def test_read_only_before_it_had_its_last_name_is_gone_on_with(tmp_path):
    assert run_unprivileged(READ_ONLY, tmp_path) == ["[]"]


def test_open_bundle_belongs_to_one_process_until_it_dies(tmp_path):
    process = start(tmp_path, "hold", 5)
    path = Path(process.stdout.readline().strip())

    with pytest.raises(Refused, match="another process is adding"):
        Bundle.resume(path)

    kill_after(process, 0)
    with Bundle.resume(path) as bundle:
        assert ids(bundle.seal()) == (["5"], [])


def test_file_system_without_locks_is_told(tmp_path, monkeypatch):
    path = Bundle.create(tmp_path, HEADER, 0).path

    def flock(descriptor, how):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.flock", flock)

    with pytest.raises(Failed, match="cannot lock .*No locks available"):
        Bundle.resume(path)
    with pytest.raises(Failed, match="cannot lock .*No locks available"):
        Bundle.create(tmp_path, HEADER, 0)
    assert list(tmp_path.iterdir()) == [path]


def test_two_harnesses_share_a_root(tmp_path):
    processes = [start(tmp_path, "once") for _ in range(2)]
    paths = [Path(process.communicate()[0].strip()) for process in processes]

    assert sorted(paths) == bundles.find(tmp_path)
    assert [ids(path) for path in paths] == [([str(n) for n in range(50)], [])] * 2


# --- Damaged lines ----------------------------------------------------------------------------


def without_its_end(lines):
    return [lines[0][:-1] + b"x", *lines[1:]]


@pytest.mark.parametrize("damage, kept, told", [
    (lambda lines: [*lines, b"\0" * 512 + b"}\n"], "1234", ["line 5 has NUL bytes"]),
    (lambda lines: [lines[0], bytes(len(lines[1]) - 1) + b"\n", *lines[2:]], "134",
     ["line 2 has NUL bytes"]),
    (without_its_end, "34", ["line 1 is not JSON", "line 2 has the number 3",
                             "line 3 has the number 4"])])
def test_damaged_lines_of_an_open_bundle_are_told_and_cost_no_others(tmp_path, damage, kept, told):
    """As a loss of power leaves them, which no kill does."""
    with Bundle.create(tmp_path, HEADER, 0) as bundle:
        for identity in "1234":
            bundle.append("launch", launch(identity))
    records = bundle.path / "records.jsonl"
    records.write_bytes(b"".join(damage(records.read_bytes().splitlines(keepends=True))))

    with Bundle.resume(bundle.path) as resumed:
        resumed.append("launch", launch("5"))
    with Bundle.resume(bundle.path) as again:
        path = again.seal()

    assert again.damage == []  # once is enough
    assert [one.partition(": ")[2].startswith(text) for one, text in zip(resumed.damage, told)] == [
        True] * len(told) and len(resumed.damage) == len(told)
    assert ids(path) == ([*kept, "5"], [])
    assert bundles.read(path).notes[0]["damage"] == resumed.damage
    with Index(tmp_path / "index.sqlite") as index:
        assert index.add(path)
