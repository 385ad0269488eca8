# SPDX-License-Identifier: Apache-2.0
"""Runs that are cut short: by a signal, by a child that is killed, by streams that are closed. The
report is complete whatever happens, and nothing is left behind."""

import fcntl
import json
import os
import pty
import re
import resource
import select
import signal
import subprocess
import termios
import threading
import time
from pathlib import Path

import pytest

from processes import parent_of, wait_until
from selftest import QUICK, Outcome, healthy, validate

HANG = "cuMemAlloc_v2 call=1 hangs"
NOBODY = 65534
# What the progress line on a terminal says when that call is reached.
HANGING = b"allocate"


def hear_signals():
    """A shell that starts jobs in the background lets them ignore Ctrl-C, and the program would
    rightly go on ignoring it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


class Running:
    """A simulated run with a terminal for its progress, up to the call that hangs."""

    def __init__(self, program, *args, profile="l4x1", faults=(HANG,), **popen):
        self.path = program.new_report_path()
        self.screen, terminal = pty.openpty()
        self.shown = b""
        self.process = subprocess.Popen(
            program.command("--size", "1M", "--json", self.path, *args, profile=profile,
                            faults=faults),
            env=program.environment(), cwd=program.folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=terminal, start_new_session=True,
            preexec_fn=hear_signals, **popen)
        os.close(terminal)

    def wait_for(self, text, bound_s=20):
        end = time.monotonic() + bound_s
        while text not in self.shown:
            ready, _, _ = select.select([self.screen], [], [], max(0, end - time.monotonic()))
            assert ready, f"{text} was never shown: {self.shown!r}"
            self.shown += os.read(self.screen, 4096)

    def child(self):
        """The process that holds the simulated driver: the one without children."""
        pid = self.process.pid
        while (found := children(pid)):
            pid = found[0]
        assert pid != self.process.pid
        return pid

    def finish(self, bound_s=30):
        """Reads the screen, too: a full terminal would hold the program up."""
        reader = threading.Thread(target=self.drain, daemon=True)
        reader.start()
        out, _ = self.process.communicate(timeout=bound_s)
        outcome = Outcome(self.process.returncode, out.decode(), "")
        if self.path.exists():
            outcome.report = validate(json.loads(self.path.read_text()))
        return outcome

    def drain(self):
        try:
            while os.read(self.screen, 4096):
                pass
        except OSError:
            pass  # the other end is closed


def children(pid):
    return [int(word) for path in Path(f"/proc/{pid}/task").glob("*/children")
            for word in path.read_text().split()]


@pytest.fixture
def hanging(simulated, kernel_majors):
    if not kernel_majors:
        pytest.skip("built without nvcc: nothing is allocated")
    started = []

    def start(*args, **options):
        started.append(Running(simulated, *args, **options))
        started[-1].wait_for(HANGING)
        return started[-1]

    yield start
    for run in started:
        if run.process.poll() is None:
            os.killpg(run.process.pid, signal.SIGKILL)
            run.process.wait(10)
        os.close(run.screen)


@pytest.mark.alone
@pytest.mark.parametrize("number, to_group", [
    (signal.SIGTERM, False), (signal.SIGTERM, True), (signal.SIGINT, True), (signal.SIGHUP, False),
], ids=["docker-stop", "batch-system", "ctrl-c", "hang-up"])
def test_request_to_stop_is_answered_within_a_second(hanging, number, to_group):
    run = hanging()
    start = time.monotonic()
    (os.killpg if to_group else os.kill)(run.process.pid, number)
    outcome = run.finish()
    took_s = time.monotonic() - start

    assert took_s < 1.0
    assert outcome.exit == 3, outcome.describe()
    assert outcome.report["verdict"] == "ERROR"
    assert outcome.report["interrupted"] == number.name
    assert outcome.counted() == {"suite.interrupted"}
    assert outcome.report["headline"]["layer"] == "suite"
    assert outcome.workloads() == {"audit": "PASS", "device-query": "PASS", "vector-add": "ERROR",
                                   **dict.fromkeys(QUICK[3:], "SKIP")}
    assert f"INTERRUPTED by {number.name}" in outcome.out.splitlines()[0]


@pytest.mark.alone
def test_request_to_stop_at_a_terminal_that_is_held(hanging):
    """By Ctrl-S: there is no room for the line of progress until somebody types Ctrl-Q."""
    run = hanging()
    terminal = os.open(f"/proc/{run.process.pid}/fd/2", os.O_RDWR | os.O_NOCTTY)
    termios.tcflow(terminal, termios.TCOOFF)
    os.close(terminal)
    start = time.monotonic()
    os.kill(run.process.pid, signal.SIGTERM)
    outcome = run.finish()

    assert time.monotonic() - start < 1.0
    assert outcome.exit == 3, outcome.describe()
    assert outcome.report["interrupted"] == "SIGTERM"


def test_interruption_tells_where_it_was(hanging):
    run = hanging()
    os.kill(run.process.pid, signal.SIGTERM)
    [check] = run.finish().checks("ERROR")

    assert check["workload"] == "vector-add" and check["gpu"] == 0
    assert "cuMemAlloc" in check["observed"] and "allocate" in check["observed"]


def test_child_that_is_killed_costs_one_workload(hanging):
    """SIGKILL that nobody here sent is what the kernel does when memory runs out."""
    run = hanging()
    os.kill(run.child(), signal.SIGKILL)
    outcome = run.finish()

    assert outcome.exit == 3, outcome.describe()
    assert outcome.counted() == {"suite.out-of-memory"}
    assert outcome.workloads() == {**healthy(outcome, QUICK), "vector-add": "ERROR"}


def test_no_child_outlives_its_supervisor(hanging):
    run = hanging()
    child = run.child()
    os.kill(parent_of(child), signal.SIGKILL)

    wait_until(lambda: not Path(f"/proc/{child}").exists()
               or ") Z " in Path(f"/proc/{child}/stat").read_text())


def test_progress_is_shown_on_a_terminal_only(simulated, hanging):
    run = hanging()
    os.kill(run.process.pid, signal.SIGTERM)
    run.finish()

    assert f"3/{len(QUICK)} vector-add: driver: allocate".encode() in run.shown
    assert simulated.run("device-query", profile="l4x1").err == ""


# --- surroundings ---

def test_as_first_process_of_a_container(simulated):
    """No default action for signals, and orphans of others to reap."""
    inside = ("unshare", "--fork", "--pid", "--mount-proc")
    if subprocess.run([*inside, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("may not unshare a process namespace")
    launcher = simulated.build / "sim/bin/gpu-selftest-simulate"
    path = simulated.new_report_path()
    done = subprocess.run(
        [launcher, "--profile", "rtx4090x2", "--", *inside, simulated.path, "device-query",
         "--isolate", "--json", path],
        env=simulated.environment(), cwd=simulated.folder, timeout=30, capture_output=True,
        check=False)

    assert done.returncode == 0, done.stderr
    assert validate(json.loads(path.read_text()))["verdict"] == "PASS"


def test_limit_on_processes(program):
    """As `docker run --pids-limit 1`; root alone is held by no such number."""
    def limit():
        if os.geteuid() == 0:
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))

    done = subprocess.run(program.command("--json", "-"), env=program.environment(), timeout=30,
                          preexec_fn=limit, capture_output=True, check=False)
    report = validate(json.loads(done.stdout))
    [check] = [check for check in report["checks"] if check["verdict"] != "SKIP"]

    assert done.returncode == 3
    assert check["id"] == "user.process-limit" and "--pids-limit" in check["remedy"]


def test_first_process_heeds_signals(program):
    """Without a handler of its own `docker stop` would have to kill it, ten seconds later."""
    inside = ("unshare", "--fork", "--pid", "--mount-proc")
    if subprocess.run([*inside, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("may not unshare a process namespace")
    with subprocess.Popen([*inside, *program.command("explain", "-")], stdin=subprocess.PIPE,
                          preexec_fn=hear_signals, env=program.environment()) as unshare:
        wait_until(lambda: any(hears(pid, signal.SIGTERM) for pid in children(unshare.pid)))
        os.kill(children(unshare.pid)[0], signal.SIGTERM)
        unshare.wait(10)

    assert unshare.returncode == 128 + signal.SIGTERM


def hears(pid, number):
    caught = re.search(r"(?m)^SigCgt:\s*(\S+)", Path(f"/proc/{pid}/status").read_text())[1]
    return int(caught, 16) >> (number - 1) & 1 == 1


@pytest.mark.parametrize("home", ["read-only", "unset", "missing"])
def test_nothing_is_written_anywhere(simulated, tmp_path, home):
    folder = tmp_path / "home"
    folder.mkdir(mode=0o555)
    env = simulated.environment()
    homes = {"read-only": folder, "missing": tmp_path / "nowhere"}
    if home in homes:
        env["HOME"] = str(homes[home])
    else:
        del env["HOME"]
    before = sorted(tmp_path.rglob("*"))
    done = subprocess.run(simulated.command("--size", "1M", profile="l4x1"), env=env, cwd=folder,
                          timeout=60, capture_output=True, check=False)

    assert done.returncode in (0, 1), done.stderr
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("profile", [None, "l4x1"])
@pytest.mark.parametrize("closed", [">&-", "<&- >&- 2>&-"], ids=["output", "all"])
def test_closed_output_is_an_error(bare_program, closed, profile):
    outcome = bare_program.report("device-query", profile=profile, timeout=20,
                                  before=("sh", "-c", f'exec "$@" {closed}', "sh"))

    assert outcome.exit == 3, outcome.describe()
    if closed == ">&-":
        assert "cannot write" in outcome.err and outcome.report["verdict"] in outcome.err


@pytest.mark.parametrize("closed", ["<&-", "2>&-", "<&- 2>&-"], ids=["input", "error", "both"])
def test_other_closed_streams_do_no_harm(simulated, closed):
    """What is opened next must not get their numbers, or strangers would print into it."""
    outcome = simulated.report("device-query", profile="l4x1",
                               before=("sh", "-c", f'exec "$@" {closed}', "sh"))

    assert outcome.exit == 0, outcome.describe()
    assert "SIMULATED l4x1" in outcome.out.splitlines()[0]


def test_reader_that_goes_away(simulated):
    """`gpu-selftest | head -1` must not end it by SIGPIPE before the JSON report is written."""
    path = simulated.new_report_path()
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(simulated.command("device-query", "--json", path, profile="l4x1"),
                          env=simulated.environment(), cwd=simulated.folder, timeout=30,
                          stdout=write_end, stderr=subprocess.PIPE, check=False)
    os.close(write_end)

    assert done.returncode == 3
    assert validate(json.loads(path.read_text()))["verdict"] == "PASS"


@pytest.mark.parametrize("inside", [(), ("unshare", "--fork", "--pid", "--mount-proc")],
                         ids=["any", "first"])
def test_a_request_to_stop_loses_no_report_that_is_being_written(simulated, inside):
    """Whoever reads is slow: the report does not fit into the pipe. The first process of a container
    has a handler of its own, which must not end it now."""
    if inside and subprocess.run([*inside, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("may not unshare a process namespace")
    launcher = simulated.build / "sim/bin/gpu-selftest-simulate"
    out, given = os.pipe()
    room = fcntl.fcntl(given, fcntl.F_SETPIPE_SZ, 4096)
    with subprocess.Popen(
            [launcher, "--profile", "h100x8", "--", *inside, simulated.path, "device-query",
             "--json", "-"],
            stdin=subprocess.DEVNULL, stdout=given, stderr=subprocess.DEVNULL,
            env=simulated.environment(), cwd=simulated.folder, preexec_fn=hear_signals) as process:
        os.close(given)
        with open(out, "rb") as reader:
            report = reader.read(1)
            pid = process.pid
            while children(pid):
                [pid] = children(pid)
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                os.kill(pid, number)
            report += reader.read()
        assert process.wait(20) == 0

    assert len(report) > 2 * room
    assert validate(json.loads(report))["verdict"] == "PASS"
