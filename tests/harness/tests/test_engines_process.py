# SPDX-License-Identifier: Apache-2.0
"""Commands that behave, and commands that do not: each has to come to an end with the right word
and without a process that is left."""

import errno
import os
import sys
import threading
import time

import pytest

from gpu_selftest_harness.engines import process

# Long enough that nothing which works needs it, short enough that what hangs fails the test.
LONG_S = 60.0
IGNORES_TERM = "trap '' TERM; : > ready; while :; do read x < /dev/zero; done"


def shell(text, **options):
    return process.run(["sh", "-c", text], **{"timeout_s": LONG_S, **options})


def python(text, **options):
    return process.run([sys.executable, "-c", text], **{"timeout_s": LONG_S, **options})


def is_gone(pid):
    """Ended; a zombie that its parent has not asked for has ended, too."""
    deadline = time.monotonic() + LONG_S
    while time.monotonic() < deadline:
        try:
            with open(f"/proc/{pid}/stat") as file:
                if file.read().rpartition(")")[2].split()[0] in "ZX":
                    return True
        except (FileNotFoundError, ProcessLookupError):
            return True
    return False


def stop_when(path):
    """An event that is set once the command has made the file."""
    event = threading.Event()

    def watch():
        deadline = time.monotonic() + LONG_S
        while not path.exists() and time.monotonic() < deadline:
            pass
        event.set()

    threading.Thread(target=watch, daemon=True).start()
    return event


def test_output_and_exit_code_are_kept_apart():
    done = shell("echo out; echo err >&2; exit 3")
    assert (done.exit_code, done.stdout, done.stderr) == (3, "out\n", "err\n")
    assert not (done.is_timed_out or done.is_stopped or done.is_stuck or done.failed)


def test_merged_output_keeps_its_order():
    done = shell("echo one; echo two >&2; echo three", is_merged=True)
    assert (done.stdout, done.stderr) == ("one\ntwo\nthree\n", "")


def test_kernel_without_files_for_processes(monkeypatch, tmp_path):
    def missing(pid):
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(os, "pidfd_open", missing)
    assert shell("echo out; exit 3").exit_code == 3
    assert shell("sleep 1000 & echo $!; exit 4").exit_code == 4
    done = shell(IGNORES_TERM, folder=tmp_path, stop=stop_when(tmp_path / "ready"), grace_s=0.2)
    assert (done.is_stopped, done.exit_code) == (True, 128 + 9)


def test_who_is_interrupted_leaves_nothing_running(tmp_path):
    class Interrupt:
        def is_set(self):
            if (tmp_path / "pid").exists() and (tmp_path / "pid").read_text():
                raise KeyboardInterrupt
            return False

    with pytest.raises(KeyboardInterrupt):
        shell("echo $$ > pid; exec sleep 1000", folder=tmp_path, stop=Interrupt())
    assert is_gone(int((tmp_path / "pid").read_text()))


def test_nothing_to_read_from_standard_input():
    assert shell("cat; echo end").stdout == "end\n"


@pytest.mark.parametrize("command, says", [
    (["/nowhere/program"], "cannot start '/nowhere/program': no such file or directory"),
    (["/dev/null"], "cannot start '/dev/null': permission denied"),
])
def test_what_cannot_be_started_is_told(command, says):
    done = process.run(command, timeout_s=LONG_S)
    assert (done.failed, done.exit_code) == (says, None)


def test_signal_that_ended_it_is_in_the_exit_code():
    assert shell("kill -SEGV $$").exit_code == 128 + 11


def test_at_its_deadline_it_is_told_to_end_and_may_finish():
    done = shell("trap 'echo report; exit 5' TERM; while :; do :; done",
                 timeout_s=2.0, grace_s=LONG_S)
    assert (done.is_timed_out, done.exit_code, done.stdout) == (True, 5, "report\n")
    assert 2.0 <= done.duration_s < LONG_S


def test_who_ignores_being_told_is_killed(tmp_path):
    done = shell(IGNORES_TERM, folder=tmp_path, stop=stop_when(tmp_path / "ready"), grace_s=0.2)
    assert (done.is_stopped, done.is_timed_out, done.exit_code) == (True, False, 128 + 9)
    assert not done.is_stuck


def test_stop_ends_it_long_before_its_deadline(tmp_path):
    done = shell(": > ready; exec sleep 1000", folder=tmp_path, timeout_s=900.0,
                 stop=stop_when(tmp_path / "ready"))
    assert (done.is_stopped, done.exit_code) == (True, 128 + 15)
    assert done.duration_s < LONG_S


def test_stop_that_is_never_set_changes_nothing():
    done = shell("echo out", stop=threading.Event())
    assert (done.is_stopped, done.exit_code, done.stdout) == (False, 0, "out\n")


def test_who_survives_a_kill_is_stuck(tmp_path, monkeypatch):
    """As in an uninterruptible call: here the kill is kept from it."""
    killed = []
    monkeypatch.setattr(process._Watch, "_kill_all", lambda watch: killed.append(watch.child))

    done = shell(IGNORES_TERM, folder=tmp_path, stop=stop_when(tmp_path / "ready"), grace_s=0.1,
                 kill_wait_s=0.1)

    assert (done.is_stuck, done.exit_code) == (True, None)
    killed[0].kill()
    assert killed[0].wait() == -9


def test_grandchild_that_holds_the_pipe_neither_holds_us_nor_survives():
    done = shell("sleep 1000 & echo $!; exit 4")
    assert done.exit_code == 4
    assert done.duration_s < LONG_S
    assert is_gone(int(done.stdout))


def test_grandchild_in_a_session_of_its_own_does_not_hold_us(tmp_path):
    done = python("import os, sys\n"
                  "if os.fork() == 0:\n"
                  "    os.setsid()\n"
                  "    print(os.getpid(), flush=True)\n"
                  "    open('ready', 'w')\n"
                  "    os.execvp('sleep', ['sleep', '1000'])\n"
                  "while not os.path.exists('ready'): pass\n", folder=tmp_path)
    os.kill(int(done.stdout), 9)
    assert done.exit_code == 0
    assert done.duration_s < LONG_S


def test_all_of_it_is_killed_at_the_end_of_the_grace(tmp_path):
    done = shell("trap '' TERM; sleep 1000 & echo $!; : > ready; wait; wait", folder=tmp_path,
                 stop=stop_when(tmp_path / "ready"), grace_s=0.1)
    assert done.exit_code == 128 + 9
    assert is_gone(int(done.stdout))


def test_much_output_is_read_to_its_end_and_kept_in_part():
    done = python("import sys\n"
                  "sys.stdout.write('first\\n' + 'x' * 3000000 + '\\nlast\\n')")
    assert done.exit_code == 0
    assert done.stdout.startswith("first\nxxx")
    assert done.stdout.endswith("xxx\nlast\n")
    assert len(done.stdout.encode()) <= 16384
    assert "left out]" in done.stdout or "[...]" in done.stdout


def test_what_keeps_it_from_a_start_is_told_by_its_name(tmp_path):
    done = process.run(["/bin/true"], timeout_s=LONG_S, folder=tmp_path / "gone")
    assert done.failed == f"cannot start '/bin/true': no such file or directory: '{tmp_path}/gone'"


def test_environment_is_what_was_given():
    done = process.run(["/usr/bin/env"], timeout_s=LONG_S, environment={"A": "1"})
    assert done.stdout == "A=1\n"


@pytest.mark.parametrize("step_s", [-3600.0, 3600.0])
def test_clock_that_jumps_changes_no_duration(step_s):
    times = iter([1_795_737_600.0, 1_795_737_600.0 + step_s])
    done = shell("exit 0", now=lambda: next(times))
    assert done.started_utc == "2026-11-27T00:00:00Z"
    assert 0 <= done.duration_s < LONG_S


def test_no_file_stays_open():
    before = len(os.listdir("/proc/self/fd"))
    shell("sleep 1000 & exit 0")
    process.run(["/nowhere/program"], timeout_s=LONG_S)
    assert len(os.listdir("/proc/self/fd")) == before
