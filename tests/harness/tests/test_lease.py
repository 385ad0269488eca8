# SPDX-License-Identifier: Apache-2.0
"""Leases between real processes, those that are killed among them."""

import errno
import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from gpu_selftest_harness.engines import owner
from gpu_selftest_harness.errors import Failed, Refused
from gpu_selftest_harness.lease import Leased, Leases, Poisoned
from gpu_selftest_harness.troubles import TROUBLES
from gpu_selftest_harness.words import MISS

HARNESS = Path(__file__).resolve().parent.parent
A, B, C = (f"GPU-00000000-0000-4000-8000-00000000000{n}" for n in "123")
LONG_S = 60.0

# Another harness: holds what it is told until its standard input ends.
OTHER = """
import sys
from gpu_selftest_harness.lease import Leases
folder, fabric, *uuids = sys.argv[1:]
with Leases(folder, what="the other").hold(uuids, fabric=fabric == "fabric", wait_s=60):
    print("held", flush=True)
    sys.stdin.read()
"""
# Another harness: takes and gives back, and tells if it was ever not alone.
BUSY = """
import os, sys
from gpu_selftest_harness.lease import Leases
folder, count, *uuids = sys.argv[1:]
for _ in range(int(count)):
    with Leases(folder).hold(uuids, wait_s=60):
        os.close(os.open(f"{folder}/inside", os.O_CREAT | os.O_EXCL))
        os.unlink(f"{folder}/inside")
"""

# Another harness: uses GPUs and the fabric in an order of its own, and ends with 1 if it was ever
# beside somebody whom its lease excludes.
MIXED = """
import os, random, sys
from gpu_selftest_harness.lease import Leases
folder, seed, *uuids = sys.argv[1:]
chance = random.Random(seed)
os.close(os.open(f"{folder}/{seed}.ready", os.O_CREAT))
while sum(name.endswith(".ready") for name in os.listdir(folder)) < 3:
    pass
for _ in range(50):
    alone, own = chance.random() < 0.3, chance.sample(uuids, chance.randint(1, 2))
    with Leases(folder).hold(own, fabric=alone, wait_s=60):
        marks = [f"{folder}/{uuid}.inside" for uuid in own]
        for mark in marks:
            os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
        for _ in range(100):
            inside = {name for name in os.listdir(folder) if name.endswith(".inside")}
            if alone and len(inside) != len(own):
                sys.exit(1)
        for mark in marks:
            os.unlink(mark)
"""


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "leases"


@pytest.fixture
def leases(folder):
    return Leases(folder, what="the test")


@contextmanager
def started(text, *words):
    child = subprocess.Popen([sys.executable, "-c", text, *map(str, words)],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                             env={**os.environ, "PYTHONPATH": str(HARNESS)})
    try:
        yield child
    finally:
        child.kill()
        child.wait()
        child.stdin.close()
        child.stdout.close()


@contextmanager
def other(folder, *uuids, fabric=False):
    with started(OTHER, folder, "fabric" if fabric else "-", *uuids) as child:
        assert child.stdout.readline() == "held\n"
        yield child


def can_hold(leases, *uuids, **options):
    try:
        with leases.hold(uuids, **options):
            return True
    except Leased:
        return False


# --- One GPU, one user ------------------------------------------------------------------------


def test_held_gpu_is_refused_with_its_holder(folder, leases):
    with other(folder, A, B) as child:
        with pytest.raises(Leased) as refused:
            with leases.hold([B]):
                pass
    assert refused.value.holder.pid == child.pid
    assert refused.value.holder.what == "the other"
    assert f"'{B}' is used by process {child.pid} ('the other') since" in str(refused.value)
    assert TROUBLES[refused.value.trouble.id].word == MISS


def test_other_gpu_is_free(folder, leases):
    with other(folder, A):
        assert can_hold(leases, B)


def test_free_again_after_its_holder(folder, leases):
    with other(folder, A) as child:
        child.stdin.close()
        assert can_hold(leases, A, wait_s=LONG_S)
        assert child.wait(LONG_S) == 0


def test_free_again_after_its_holder_was_killed(folder, leases):
    with other(folder, A) as child:
        child.send_signal(signal.SIGKILL)
        child.wait(LONG_S)
        assert can_hold(leases, A)
        assert leases.holders() == {}


def test_threads_are_users_too(leases):
    with leases.hold([A]):
        assert not can_hold(leases, A)
        assert can_hold(leases, B)
    assert can_hold(leases, A)


def test_given_back_when_its_user_fails(leases):
    with pytest.raises(KeyError):
        with leases.hold([A, B]):
            raise KeyError
    assert can_hold(leases, A, B)


def test_waits_no_longer_than_it_was_told(folder, leases):
    with other(folder, A):
        start = time.monotonic()
        assert not can_hold(leases, A, wait_s=0.3)
        assert 0.3 <= time.monotonic() - start < LONG_S


def test_waiting_ends_when_the_night_is_stopped(folder, leases):
    stop = threading.Event()
    stop.set()
    with other(folder, A):
        start = time.monotonic()
        assert not can_hold(leases, A, wait_s=10 * LONG_S, stop=stop)
        assert time.monotonic() - start < LONG_S


def test_what_was_taken_is_given_back_when_the_rest_is_refused(folder, leases):
    with other(folder, B):
        assert not can_hold(leases, A, B)
        assert can_hold(leases, A)


def test_two_that_want_the_same_in_other_orders_never_meet_nor_wait_for_ever(folder):
    folder.mkdir()
    with started(BUSY, folder, 100, A, B) as one, started(BUSY, folder, 100, B, A) as two:
        assert (one.wait(LONG_S), two.wait(LONG_S)) == (0, 0)


def test_whatever_three_harnesses_want_nobody_is_beside_whom_he_excludes(folder):
    folder.mkdir()
    uuids = [f"GPU-{number}" for number in range(8)]
    with (started(MIXED, folder, 1, *uuids) as one, started(MIXED, folder, 2, *uuids) as two,
          started(MIXED, folder, 3, *uuids) as three):
        assert [child.wait(LONG_S) for child in (one, two, three)] == [0, 0, 0]


def test_no_file_stays_open(folder, leases):
    before = len(os.listdir("/proc/self/fd"))
    with other(folder, A):
        can_hold(leases, A, B)
        can_hold(leases, B, fabric=True)
    assert can_hold(leases, A, B, fabric=True)
    assert len(os.listdir("/proc/self/fd")) == before


# --- The fabric -------------------------------------------------------------------------------


def test_fabric_is_refused_while_any_gpu_is_used(folder, leases):
    with other(folder, A) as child:
        with pytest.raises(Leased) as refused:
            with leases.hold([B, C], fabric=True):
                pass
    assert refused.value.holder.pid == child.pid


def test_nothing_else_runs_beside_who_has_the_fabric(folder, leases):
    with other(folder, A, B, fabric=True) as child:
        with pytest.raises(Leased, match="'fabric' is used by"):
            with leases.hold([C]):
                pass
        assert leases.holders()["fabric"].pid == child.pid


def test_fabric_is_free_when_nothing_is_used(leases):
    assert can_hold(leases, A, B, fabric=True)


def test_who_waits_for_the_fabric_comes_before_who_comes_later(folder, leases):
    with other(folder, A) as holder, started(OTHER, folder, "fabric", B) as waiting:
        deadline = time.monotonic() + LONG_S
        while can_hold(leases, C) and time.monotonic() < deadline:
            pass
        assert not can_hold(leases, C)
        holder.stdin.close()
        assert waiting.stdout.readline() == "held\n"


def test_turnstile_that_somebody_passes_just_now_is_no_refusal(folder, leases):
    with leases.hold([A]):
        with open(folder / "turnstile.lock") as passing:
            fcntl.flock(passing, fcntl.LOCK_EX)
            threading.Timer(0.1, fcntl.flock, [passing, fcntl.LOCK_UN]).start()
            assert can_hold(leases, B)


# --- Poison -----------------------------------------------------------------------------------


def test_poisoned_gpu_is_refused_and_says_why(folder, leases):
    with leases.hold([A]) as lease:
        lease.poison("container 'x' cannot be removed")
    with pytest.raises(Poisoned, match=f"'{A}' is not to be used since .*: container 'x' cannot "):
        with leases.hold([A, B]):
            pass
    assert Leases(folder).poisoned() == {A: "container 'x' cannot be removed"}
    assert TROUBLES[Poisoned.id].word == MISS
    assert can_hold(leases, B)


def test_poisoned_gpu_is_free_once_it_is_cleared(leases):
    leases.poison([A], "why")
    assert leases.clear(A) is True
    assert can_hold(leases, A)
    assert (leases.clear(A), leases.poisoned()) == (False, {})


def test_gpu_that_became_poisoned_while_somebody_waited_is_refused_to_him(folder, leases, monkeypatch):
    with ExitStack() as stack:
        lease = stack.enter_context(leases.hold([A]))

        def meanwhile(_):
            lease.poison("process 7 goes on")
            stack.close()

        monkeypatch.setattr(time, "sleep", meanwhile)
        with pytest.raises(Poisoned):
            with Leases(folder).hold([A], wait_s=LONG_S):
                pass


def test_what_kept_it_from_use_was_removed(leases):
    leases.poison([A, B], "docker does not answer", "gpu-selftest-run1-0007")

    assert leases.clear_of("gpu-selftest-run1-0007") == [A, B]
    assert can_hold(leases, A) and can_hold(leases, B)
    assert leases.clear_of("gpu-selftest-run1-0007") == []


@pytest.mark.parametrize("launch", ["gpu-selftest-run1-0007", ""])
def test_of_something_else_it_is_not_cleared(leases, launch):
    leases.poison([A], "process 7 goes on", launch)

    assert leases.clear_of("gpu-selftest-run1-0008") == leases.clear_of("") == []
    assert leases.poisoned() == {A: "process 7 goes on"}


@pytest.mark.parametrize("record", ["{", "[]", "{}", "\xff"])
def test_poison_that_cannot_be_read_is_for_people(folder, leases, record):
    leases.poison([A], "why", "x")
    (folder / f"{A}.poisoned").write_text(record)

    assert leases.clear_of("x") == []
    assert not can_hold(leases, A)


def test_start_of_the_machine_clears_it(folder, leases, monkeypatch):
    leases.poison([A], "why")
    monkeypatch.setattr(owner, "here", lambda: "another-boot/pid:[1]")
    assert leases.poisoned() == {}
    assert can_hold(leases, A)


def test_poison_that_cannot_be_read_is_still_poison(folder, leases):
    leases.poison([A], "why")
    (folder / f"{A}.poisoned").write_text("{")
    with pytest.raises(Poisoned, match="is there and cannot be read"):
        with leases.hold([A]):
            pass


# --- The folder -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["../x", "", "fabric", "turnstile", "GPU-1/2", ".hidden"])
def test_what_is_no_uuid_becomes_no_file(folder, leases, name):
    with pytest.raises(Refused, match="is no UUID of a GPU"):
        with leases.hold([name]):
            pass
    assert not folder.exists()


def test_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Failed, match="cannot make .* for leases"):
        with Leases(tmp_path / "file/leases").hold([A]):
            pass


def test_link_in_the_place_of_a_lock_is_not_followed(tmp_path, folder, leases):
    folder.mkdir()
    (tmp_path / "precious").write_text("precious")
    (folder / f"{A}.lock").symlink_to(tmp_path / "precious")
    with pytest.raises(Failed, match="cannot open"):
        with leases.hold([A]):
            pass
    assert (tmp_path / "precious").read_text() == "precious"


def test_holder_who_is_gone_is_nobody(folder, leases):
    folder.mkdir()
    (folder / f"{A}.lock").write_text(json.dumps(
        {"owner": f"1 0 {owner.here()}", "what": "gone", "since": "2026-11-27T00:00:00Z"}))
    assert leases.holders() == {}
    assert can_hold(leases, A)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs another user")
def test_folder_is_shared_with_other_users(folder, leases):
    assert can_hold(leases, A)
    assert folder.stat().st_mode & 0o7777 == 0o1777
    assert (folder / f"{A}.lock").stat().st_mode & 0o777 == 0o666


# --- A disk that is full ----------------------------------------------------------------------


def no_room(*_, **__):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_gpu_is_held_even_where_its_holder_cannot_be_written_down(leases, monkeypatch):
    monkeypatch.setattr(os, "pwrite", no_room)

    with leases.hold([A]):
        assert not can_hold(leases, A)

    assert can_hold(leases, A)


def test_gpu_is_kept_from_use_even_where_the_reason_cannot_be_written_down(leases, monkeypatch):
    def begin(path, text):
        path.touch()
        no_room()

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", begin)
        leases.poison([A], "why", "x")

    assert not can_hold(leases, A)
    assert leases.clear(A) and can_hold(leases, A)


def test_poison_of_another_user_is_cleared_by_him(leases, monkeypatch):
    leases.poison([A], "why")

    def refuse(*_, **__):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "unlink", refuse)

    with pytest.raises(Failed, match=f"cannot remove '.*{A}.poisoned': operation not permitted"):
        leases.clear(A)
