# SPDX-License-Identifier: Apache-2.0
"""Full disks, killed processes and two of them at once: nothing whose append returned is lost."""

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from gpu_selftest_harness import bundle as bundles
from gpu_selftest_harness.bundle import Bundle, DiskFull
from gpu_selftest_harness.bundle.text import line_of
from gpu_selftest_harness.errors import Failed, Refused
from gpu_selftest_harness.model import Expectation, Launch, Outcome
from gpu_selftest_harness.troubles import TROUBLES

CELL = "0123456789abcdef"
HEADER = {"night": "2026-11-27", "started_utc": "2026-11-27T02:00:00Z", "node": {"name": "n7"}}
OUTCOME = Outcome(CELL, "", "PASS", None, None, "run", Expectation("PASS"), True)


def launch(identity, message=""):
    return Launch(identity, CELL, "measure", 0, "local", "", None, (), (), "2026-11-27T02:00:00Z",
                  0.0, 1.0, "run", 0, message=message)


def ids(path):
    contents = bundles.read(path)
    return [one.id for one in contents.launches], contents.problems


# --- Full disks -------------------------------------------------------------------------------


class Disk:
    """Takes as many bytes as it has, and gets those of the ballast back."""

    def __init__(self, monkeypatch, ballast_bytes, number=errno.ENOSPC):
        self.left_bytes = 1 << 30
        self._ballast_bytes, self._number = ballast_bytes, number
        self._write, self._unlink = os.write, os.unlink
        monkeypatch.setattr(os, "write", self.write)
        monkeypatch.setattr(os, "unlink", self.unlink)

    def write(self, descriptor, data):
        if not self.left_bytes:
            raise OSError(self._number, os.strerror(self._number))
        taken = self._write(descriptor, data[:self.left_bytes])
        self.left_bytes -= taken
        return taken

    def unlink(self, path, **options):
        self._unlink(path, **options)
        if Path(path).name == "ballast":
            self.left_bytes += self._ballast_bytes


# Where in the line of launch '0002' the disk is full; the line is the same in each of these tests.
SIZE = len(line_of("launch", 2, launch("0002")))
PLACES = sorted({0, 1, SIZE - 2, SIZE - 1, *range(0, SIZE, 13)})


@pytest.mark.parametrize("at", PLACES)
def test_ballast_makes_room_for_the_last_records_and_the_seal(tmp_path, monkeypatch, at):
    bundle = Bundle.create(tmp_path, HEADER, ballast_bytes=1 << 16)
    bundle.append("launch", launch("0001"))
    disk = Disk(monkeypatch, 1 << 16)
    disk.left_bytes = at

    with pytest.raises(DiskFull) as full:
        bundle.append("launch", launch("0002"))

    assert full.value.is_kept and bundle.is_full
    assert full.value.trouble.id in TROUBLES
    bundle.append("outcome", OUTCOME)
    sealed = bundle.seal()
    assert ids(sealed) == (["0001", "0002"], [])
    assert bundles.read(sealed).outcomes == [OUTCOME]


@pytest.mark.parametrize("at", PLACES[::4])
def test_disk_that_is_full_among_the_outcomes_stops_none_of_them(tmp_path, monkeypatch, at):
    others = [Outcome(CELL, str(number), "PASS", None, None, "run", Expectation("PASS"), True)
              for number in range(5)]
    bundle = Bundle.create(tmp_path, HEADER, ballast_bytes=1 << 16)
    bundle.append("launch", launch("0001"))
    disk = Disk(monkeypatch, 1 << 16)
    disk.left_bytes = at

    for one in others:
        bundle.append("outcome", one)

    assert bundle.is_full
    contents = bundles.read(bundle.seal())
    assert (contents.outcomes, contents.problems) == (others, [])


def test_each_launch_that_ends_on_a_full_disk_says_so(tmp_path, monkeypatch):
    bundle = Bundle.create(tmp_path, HEADER, ballast_bytes=1 << 16)
    disk = Disk(monkeypatch, 1 << 16)
    disk.left_bytes = 10
    bundle.append("note", {"what": "order"})

    for identity in ("0001", "0002"):
        with pytest.raises(DiskFull) as full:
            bundle.append("launch", launch(identity))
        assert full.value.is_kept

    assert ids(bundle.seal()) == (["0001", "0002"], [])


def test_record_that_just_fits_needs_no_ballast(tmp_path, monkeypatch):
    with Bundle.create(tmp_path, HEADER, ballast_bytes=1 << 16) as bundle:
        bundle.append("launch", launch("0001"))
        disk = Disk(monkeypatch, 1 << 16)
        disk.left_bytes = SIZE

        bundle.append("launch", launch("0002"))

        assert not bundle.is_full
        assert (bundle.path / "ballast").stat().st_size == 1 << 16


@pytest.mark.parametrize("at, number", [*((at, errno.ENOSPC) for at in PLACES),
                                        *((at, errno.EDQUOT) for at in PLACES[::6])])
def test_without_room_at_all_what_was_there_stays(tmp_path, monkeypatch, at, number):
    bundle = Bundle.create(tmp_path, HEADER, ballast_bytes=0)
    bundle.append("launch", launch("0001"))
    disk = Disk(monkeypatch, 0, number)
    disk.left_bytes = at

    for _ in range(2):
        with pytest.raises(DiskFull) as full:
            bundle.append("launch", launch("0002"))
        assert not full.value.is_kept
    with pytest.raises(DiskFull):
        bundle.append("note", {"text": "x" * SIZE})
    assert ids(bundle.path) == (["0001"], [])

    disk.left_bytes = 1 << 20
    with pytest.raises(DiskFull) as full:  # once full, the run has to stop
        bundle.append("launch", launch("0002"))
    assert full.value.is_kept
    assert ids(bundle.seal()) == (["0001", "0002"], [])


@pytest.mark.parametrize("at", range(0, 900, 60))
def test_seal_that_found_no_room_is_made_good_later(tmp_path, monkeypatch, at):
    bundle = Bundle.create(tmp_path, HEADER, ballast_bytes=0)
    bundle.append("launch", launch("0001"))
    disk = Disk(monkeypatch, 0)
    disk.left_bytes = at
    try:
        sealed = bundle.seal()
    except DiskFull:
        assert ids(bundle.path) == (["0001"], [])
        assert bundles.find(tmp_path) == []
        bundle.close()
        disk.left_bytes = 1 << 20
        with Bundle.resume(bundle.path) as resumed:
            sealed = resumed.seal()

    assert ids(sealed) == (["0001"], [])


def test_disk_that_tells_of_no_room_only_when_synced(tmp_path, monkeypatch):
    bundle = Bundle.create(tmp_path, HEADER, ballast_bytes=4096)
    real, calls = os.fdatasync, []

    def sync(descriptor):
        calls.append(descriptor)
        if len(calls) == 1:
            raise OSError(errno.ENOSPC, "no room")
        real(descriptor)

    monkeypatch.setattr(os, "fdatasync", sync)

    with pytest.raises(DiskFull) as full:
        bundle.append("launch", launch("0001"))

    assert full.value.is_kept
    assert ids(bundle.seal()) == (["0001"], [])


def test_after_another_error_nothing_more_is_written(tmp_path, monkeypatch):
    bundle = Bundle.create(tmp_path, HEADER, ballast_bytes=4096)
    bundle.append("launch", launch("0001"))
    with monkeypatch.context() as patch:
        disk = Disk(patch, 0, errno.EIO)
        disk.left_bytes = 10
        with pytest.raises(Failed, match="cannot write") as failed:
            bundle.append("launch", launch("0002"))
    assert not isinstance(failed.value, DiskFull)

    with pytest.raises(Refused):
        bundle.append("launch", launch("0003"))
    with Bundle.resume(bundle.path) as resumed:
        assert ids(resumed.seal()) == (["0001"], [])


def test_half_a_line_that_cannot_be_cut_off_is_not_written_behind(tmp_path, monkeypatch):
    bundle = Bundle.create(tmp_path, HEADER, ballast_bytes=4096)
    bundle.append("launch", launch("0001"))

    def refuse(*_):
        raise OSError(errno.EROFS, "read-only")

    with monkeypatch.context() as patch:
        disk = Disk(patch, 0)
        disk.left_bytes = 10
        patch.setattr(os, "ftruncate", refuse)
        with pytest.raises(Failed):
            bundle.append("launch", launch("0002"))

    assert ids(bundle.path) == (["0001"], ["records.jsonl: line 2 is cut off after 10 bytes"])
    with Bundle.resume(bundle.path) as resumed:
        assert ids(resumed.seal()) == (["0001"], [])


def test_half_a_line_in_the_ballasts_place_is_not_written_behind(tmp_path, monkeypatch):
    bundle = Bundle.create(tmp_path, HEADER, ballast_bytes=4096)
    bundle.append("launch", launch("0001"))

    def refuse(*_):
        raise OSError(errno.EROFS, "read-only")

    with monkeypatch.context() as patch:
        disk = Disk(patch, 20)
        disk.left_bytes = 0
        real, calls = os.ftruncate, []
        patch.setattr(os, "ftruncate", lambda *arguments: (
            calls.append(1), real(*arguments) if len(calls) == 1 else refuse()))
        with pytest.raises(Failed):
            bundle.append("launch", launch("0002"))

    with pytest.raises(Refused):
        bundle.append("launch", launch("0003"))
    assert ids(bundle.path) == (["0001"], ["records.jsonl: line 2 is cut off after 20 bytes"])


def test_bundle_for_whose_ballast_there_is_no_room_is_not_begun(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(os, "posix_fallocate", refuse)

    with pytest.raises(DiskFull):
        Bundle.create(tmp_path, HEADER)

    assert list(tmp_path.iterdir()) == []


@pytest.fixture(params=["tmpfs", "ext4"])
def small_disk(request, tmp_path):
    """A file system of 2 MiB, of which a journal takes nothing."""
    if os.geteuid() != 0:
        pytest.skip("needs root, to mount a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    what = "tmpfs"
    options = ["-t", "tmpfs", "-o", "size=2m"]
    if request.param == "ext4":
        if not shutil.which("mkfs.ext4"):
            pytest.skip("needs mkfs.ext4")
        what, options = tmp_path / "image", ["-o", "loop"]
        with open(what, "wb") as image:
            image.truncate(2 << 20)
        subprocess.run(["mkfs.ext4", "-q", "-O", "^has_journal", what], check=True)
    mounted = subprocess.run(["mount", *options, what, folder], capture_output=True, text=True,
                             check=False)
    if mounted.returncode:
        pytest.skip(f"cannot mount a small disk: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_real_disk_that_fills_up_keeps_every_launch(small_disk):
    bundle = Bundle.create(small_disk, HEADER, ballast_bytes=300 << 10)
    text = "x" * (30 << 10)
    kept = []
    with pytest.raises(DiskFull) as full:
        for number in range(1000):
            bundle.append("launch", launch(f"{number:04}", text))
            kept.append(f"{number:04}")

    assert full.value.is_kept
    kept.append(f"{len(kept):04}")
    bundle.append("outcome", OUTCOME)
    sealed = bundle.seal()
    assert ids(sealed) == (kept, [])
    assert len(kept) > 20


# --- Killed processes -------------------------------------------------------------------------


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
