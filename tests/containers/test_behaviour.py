# SPDX-License-Identifier: Apache-2.0
"""How a container of ours behaves towards who runs it: readers that go away, requests to stop, disks
that are full, limits. Nothing is left behind by any of it."""

import contextlib
import json
import os
import pty
import signal
import subprocess
import time
from pathlib import Path

import pytest

from boxed import BOUND_S, PROGRAM, Boxed
from engines import call, demand
from processes import shared_memory, wait_until
from scenario import BOTH
from selftest import COUNTING, validate


REPORT = "/out/report.json"


@pytest.fixture(params=BOTH)
def boxed(request, roomy, built, stack):
    images = built(request.param, "13.0")
    boxed = Boxed(roomy(request.param), stack, images["runtime"])
    before = shared_memory()
    yield boxed
    boxed.clean_up()
    assert shared_memory() == before


@pytest.fixture
def folder(work):
    """Mounted at /out, where anybody may write."""
    folder = work / "out"
    folder.mkdir()
    folder.chmod(0o777)
    yield folder
    subprocess.run(["rm", "-rf", folder], check=True)


def test_healthy(boxed):
    done = boxed.run()

    assert done.exit == 0, done.describe()
    assert done.out.startswith("PASS ") and done.err == ""


@pytest.mark.parametrize("lines", [0, 1])
def test_reader_that_goes_away(boxed, folder, lines):
    """As in `docker run ... | head -n 1`."""
    with subprocess.Popen(["head", "-n", str(lines)], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as head:
        running = boxed.start("--json", REPORT, stdout=head.stdin,
                              options=("-v", f"{folder}:/out"))
        head.stdin.close()
        first = head.stdout.read()
    running.end()

    assert first.count("\n") == lines and first.startswith("PASS ") == (lines == 1)
    assert validate(json.loads((folder / "report.json").read_text()))["verdict"] == "PASS"


def test_report_for_another_program(boxed):
    done = boxed.run("--json", "-")

    assert validate(json.loads(done.out))["verdict"] == "PASS", done.describe()
    assert done.err.startswith("PASS ")


@pytest.mark.parametrize("closed, exit_code", [(">&-", 3), ("<&-", 0), ("2>&-", 0),
                                               ("<&- >&- 2>&-", 3)])
def test_closed_streams(boxed, closed, exit_code):
    done = boxed.run(shell=f"exec {PROGRAM} {closed}")

    assert done.exit == exit_code, done.describe()
    if closed == ">&-":
        assert "cannot write to standard output" in done.err and "PASS" in done.err


# --- a report that cannot be written ---

def fill(folder, left_bytes=0):
    """A disk of its own with this much left."""
    demand(["mount", "-t", "tmpfs", "-o", "size=1m,mode=777", "gst-test-full", folder])
    with contextlib.suppress(OSError), (folder / "filler").open("wb", buffering=0) as filler:
        while filler.write(bytes(4096)):
            pass
    if left_bytes:
        os.truncate(folder / "filler", (folder / "filler").stat().st_size - left_bytes)


PLACES = {
    "full": (fill, (), "No space left on device; make room there"),
    "half": (lambda folder: fill(folder, 4096), (), "No space left on device; make room there"),
    "read-only": (None, (":ro",), "Read-only file system; mount a folder there without ro"),
    "permission": (lambda folder: folder.chmod(0o755), (),
                   "Permission denied to user 65532; let this user write there"),
    "missing": (None, None,
                "No such file or directory; make the folder, or mount one there by -v"),
}


@pytest.mark.parametrize("place", PLACES)
def test_report_that_cannot_be_written(boxed, folder, place):
    prepare, mount, words = PLACES[place]
    if prepare is not None:
        prepare(folder)
    try:
        before = sorted(folder.iterdir())
        done = boxed.run("vector-add", "--json", REPORT, options=() if mount is None else
                         ("-v", f"{folder}:/out{''.join(mount)}"))
        after = sorted(folder.iterdir())
    finally:
        call(["umount", folder])

    assert done.exit == 3, done.describe()
    assert done.err.startswith(f"gpu-selftest: cannot write '{REPORT}': {words}"), done.err[:300]
    assert validate(json.loads(done.err[done.err.index("{"):]))["verdict"] == "PASS"
    assert done.out.startswith("PASS ") and " 0 failed, " in done.out.splitlines()[-1], done.out
    assert after == before


def test_report_that_can_be_written(boxed, folder):
    done = boxed.run("vector-add", "--json", REPORT, options=("-v", f"{folder}:/out"))

    assert done.exit == 0 and done.err == "", done.describe()
    assert [path.name for path in folder.iterdir()] == ["report.json"]
    assert validate(json.loads((folder / "report.json").read_text()))["verdict"] == "PASS"


# --- requests to stop ---

FLUSHED_S, ENDED_S = 1.0, 2.0
# What is under way: options, faults, and what the terminal shows when it is reached.
MOMENTS = {
    "start": (("burn", "--minutes", "10"), (), None),
    "open": (("vector-add",), ("cuInit call=1 hangs",), "open the CUDA driver"),
    "allocation": ((), ("cuMemAlloc_v2 call=1 hangs",), "vector-add: driver: allocate"),
    "kernel": ((), ("kernel vector_add hangs",), "vector-add: "),
    "burn": (("burn", "--minutes", "10"), (), "burn: "),
    "collective": (("all-reduce",), ("ncclAllReduce call=5 hangs",), "all-reduce: "),
}


@pytest.mark.parametrize("way", ["signal", "engine"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_request_to_stop(boxed, folder, moment, way):
    """The best of three: what else this machine has to do can only add to it."""
    for _ in range(3):
        flushed_s, ended_s = stop_once(boxed, folder, moment, way)
        if flushed_s < FLUSHED_S and ended_s < ENDED_S:
            return
    pytest.fail(f"the report after {flushed_s:.2f} s, the end after {ended_s:.2f} s")


def stop_once(boxed, folder, moment, way):
    """Seconds until the report is there, and until the container's first process is gone."""
    args, faults, shown = MOMENTS[moment]
    profile = "a100-pcie-x4" if moment == "collective" else "l4x1"
    report = folder / "report.json"
    # A terminal, for its progress.
    running = boxed.start(*args, "--json", "/out/report.json", profile=profile, faults=faults,
                          options=("-t", "-v", f"{folder}:/out"))
    first = running.wait_until_started()
    if shown:
        running.wait_for(shown)
    start = time.monotonic()
    if way == "signal":
        os.kill(first, signal.SIGTERM)
    else:
        running.stop()
    wait_until(lambda: report.exists() or not running.lives(first), seen=running.describe)
    flushed_s = time.monotonic() - start
    wait_until(lambda: not running.lives(first), seen=running.describe)
    ended_s = time.monotonic() - start
    done = running.end()
    assert report.exists(), f"it ended without a report: {done.describe()}"
    value = validate(json.loads(report.read_text()))
    assert done.exit == 3, done.describe()
    assert value["interrupted"] == "SIGTERM"
    assert {check["id"] for check in value["checks"] if check["verdict"] in COUNTING} == {
        "suite.interrupted"}
    assert [path.name for path in folder.iterdir()] == ["report.json"]
    report.unlink()
    return flushed_s, ended_s


def test_report_in_a_pipe_is_whole_after_a_stop(boxed):
    """Nobody at a terminal, as a scheduler runs it: what reads standard output gets all of it."""
    running = boxed.start("burn", "--minutes", "5", "--json", "-")
    first = running.wait_until_started()
    wait_until(Path(f"/proc/{first}/task/{first}/children").read_text, BOUND_S)
    running.stop()
    done = running.end()

    report = validate(json.loads(done.out))
    assert report["interrupted"] == "SIGTERM" and done.exit == 3, done.describe()
    assert "INTERRUPTED by SIGTERM" in done.err


@pytest.mark.parametrize("args", [("explain", "-"), ("lint", "-"), ("audit", "--watch", "60s")],
                         ids=lambda args: args[0])
def test_request_to_stop_a_verb(boxed, args):
    """The kernel gives a container's first process no default action for signals."""
    running = boxed.start(*args, stdin=subprocess.PIPE,
                          options=("-i", "--tmpfs", "/tmp", "-e", "TMPDIR=/tmp"))
    first = running.wait_until_started()
    start = time.monotonic()
    os.kill(first, signal.SIGTERM)
    wait_until(lambda: not running.lives(first), seen=running.describe)
    ended_s = time.monotonic() - start
    done = running.end()

    assert done.exit == 128 + signal.SIGTERM, done.describe()
    assert ended_s < ENDED_S


@pytest.mark.parametrize("args, shown, exit_code", [
    (("burn", "--minutes", "10"), "burn: ", 3), (("explain", "-"), None, 130)],
    ids=["burn", "explain"])
def test_ctrl_c(boxed, args, shown, exit_code):
    """At a terminal, as in `docker run -it`."""
    screen, terminal = pty.openpty()
    running = boxed.start(*args, stdin=terminal, stdout=terminal, stderr=terminal,
                          options=("-it",), screen=screen)
    os.close(terminal)
    running.wait_until_started()
    if shown:
        running.wait_for(shown)
    os.write(screen, b"\x03")
    done = running.end()

    assert done.exit == exit_code, done.describe()
    if shown:
        assert "INTERRUPTED by SIGINT" in done.out


# --- limits and what is missing ---

@pytest.mark.parametrize("options", [
    ("-e", "TERM=dumb"), ("-t", "-e", "TERM=dumb"), ("-t", "-e", "COLUMNS=40"), ("-e", "HOME="),
    ("--cpus", "0.5"), ("--ulimit", "nofile=64:64"), ("--pids-limit", "32"), ("-m", "256m"),
], ids=" ".join)
def test_in_narrow_places(boxed, options):
    done = boxed.run(options=options)

    assert done.exit == 0, done.describe()


def test_eight_gpus_in_narrow_places(boxed):
    done = boxed.run("--json", "-", profile="h100x8", options=(
        "--pids-limit", "32", "-m", "512m", "--ulimit", "nofile=64:64"))


    assert done.exit == 0, done.describe()


@pytest.mark.parametrize("profile, limit, spared", [("l4x1", 1, ()), ("h100x8", 9, ("vector-add",))])
def test_too_few_processes(boxed, profile, limit, spared):
    """The supervisor, its child, and for all-reduce a process for each GPU."""
    done = boxed.run("vector-add", "all-reduce", "--json", "-", profile=profile,
                     options=("--pids-limit", limit))
    [check] = [check for check in done.report()["checks"] if check["verdict"] in COUNTING]
    passed = {row["name"] for row in done.report()["workloads"] if row["verdict"] == "PASS"}

    assert done.exit == 3 and check["id"] == "user.process-limit", done.describe()
    assert passed == set(spared)


# What engines give that are not asked: docker 64 MiB, podman 64000k.
SHM_OF = {"docker": "64 MiB", "podman": "62.5 MiB"}


@pytest.mark.parametrize("options, size", [((), None), (("--shm-size", "1m"), "1 MiB"),
                                           (("--shm-size", "1g"), "1 GiB")], ids=str)
def test_size_of_shared_memory(boxed, options, size):
    """As the container has it: a simulated machine brings its own."""
    done = boxed.run("audit", "--json", "-", profile=None, options=options)

    assert done.report()["facts"]["shm"]["audit"] == (size or SHM_OF[boxed.engine.name])


def test_shared_memory_that_is_full(boxed):
    done = boxed.run("all-reduce", "--json", "-", profile="a100-pcie-x4",
                     faults=("host shm=64MiB",), options=("-e", "GPU_SELFTEST_SIZE=1M"))
    [check] = [check for check in done.report()["checks"] if check["verdict"] in COUNTING]

    assert done.exit == 1 and check["id"] == "user.nccl-shm-full", done.describe()
    assert "--shm-size" in check["remedy"]
