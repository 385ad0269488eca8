# SPDX-License-Identifier: Apache-2.0
"""Full disks: nothing whose append returned is lost, and outcomes and the seal find room."""

import errno
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from gpu_selftest_harness import bundle as bundles
from gpu_selftest_harness.bundle import Bundle, DiskFull
from gpu_selftest_harness.bundle.text import line_of
from gpu_selftest_harness.errors import Failed, Refused
from gpu_selftest_harness.model import Expectation, Outcome
from gpu_selftest_harness.troubles import TROUBLES
from small_bundles import CELL, HEADER, OUTCOME, ids, launch


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


def test_ballast_that_cannot_be_given_up_makes_no_room(tmp_path, monkeypatch):
    """A file system that needs room to delete, and has none."""
    bundle = Bundle.create(tmp_path, HEADER, ballast_bytes=4096)
    disk = Disk(monkeypatch, 0)
    disk.left_bytes = 0

    def refuse(*_, **__):
        raise OSError(errno.ENOSPC, "no room")

    with monkeypatch.context() as patch:
        patch.setattr(os, "unlink", refuse)
        with pytest.raises(DiskFull) as full:
            bundle.append("launch", launch("0001"))

    assert not full.value.is_kept
    assert ids(bundle.path) == ([], [])


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
