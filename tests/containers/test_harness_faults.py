# SPDX-License-Identifier: Apache-2.0
"""What can go wrong around the nightly harness's containers, with real engines: clients, daemons and
harnesses that die, others who remove its containers, memory that runs out. Each has its own word,
the report that was written is kept, and nothing is left behind that nobody knows of."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from engines import Docker, call, demand
from gpu_selftest_harness.words import ENGINE, RUN
from harness import BOUND_S, DEAF, REPORT, REPORTS, Launches, harnessed
from processes import wait_until
from selftest import TOP


def trouble(ran):
    return ran.trouble.id if ran.trouble else None


def test_killed_client(launches):
    request, future = launches.start(DEAF, grace_s=1)
    os.kill(launches.client(request), signal.SIGKILL)
    ran = future.result(BOUND_S)

    assert trouble(ran) == "suite.client-killed", ran
    assert (ran.stage, ran.report, ran.is_stuck) == (RUN, REPORT, False)


def test_somebody_else_removes_it(launches):
    """Its client looks away meanwhile: engines end a container first, which is all that could be seen
    between the two."""
    request, future = launches.start(DEAF)
    client = launches.client(request)
    os.kill(client, signal.SIGSTOP)
    launches.clean_up()
    os.kill(client, signal.SIGCONT)
    ran = future.result(BOUND_S)

    assert trouble(ran) == "suite.container-gone", ran
    assert (ran.stage, ran.report) == (RUN, REPORT)


def test_somebody_else_kills_it(launches):
    """Which is an end as any other: the word is the judge's, who misses what did not come."""
    _, future = launches.start(DEAF)
    demand([*launches.engine.command, "kill", *launches.left()])
    ran = future.result(BOUND_S)

    assert (ran.stage, ran.exit_code, ran.trouble) == (RUN, 137, None), ran


# Looks for the end of a line that has none.
EATS = f"{REPORTS}; exec /gst/busybox tail /dev/zero"


def test_memory_that_is_enough(launches):
    ran = launches.run(f"{REPORTS}; exit 1", "--memory", "64m")

    assert (ran.exit_code, ran.is_out_of_memory, ran.trouble) == (1, False, None), ran


def test_memory_that_runs_out(launches):
    if launches.engine.name == "podman" and not Path("/sys/fs/cgroup/cgroup.controllers").exists():
        pytest.skip("podman's monitor is told of no lack of memory by cgroups of version 1 here")
    ran = launches.run(EATS, "--memory", "64m")

    assert ran.is_out_of_memory and trouble(ran) == "suite.launch-out-of-memory", ran
    assert ran.report == REPORT


# --- two harnesses ---

HARNESS = textwrap.dedent("""
    import sys
    from pathlib import Path
    sys.path[:0] = sys.argv[1:3]
    from gpu_selftest_harness.engines import Request, make
    name, results, tools, command, options = sys.argv[3:]
    make(name, command=command.split(), options=options.split(), way="options").run(Request(
        name="gst-harness-other", results=Path(results), timeout_s=300, image="debian", devices="none",
        options=("--volume", f"{tools}:/gst:ro", "--entrypoint", "/gst/busybox"),
        arguments=("sh", "-c", "echo >$1; while true; do /gst/busybox sleep 1; done")))
""")


@pytest.fixture
def other(launches, tmp_path):
    """A harness that is another process, and has a container that runs."""
    results = tmp_path / "other"
    results.mkdir()
    engine = launches.engine
    process = subprocess.Popen([sys.executable, "-c", HARNESS, TOP / "tests/harness",
                                TOP / "tests/system", engine.name, results, launches.tools,
                                " ".join(engine.command), " ".join(engine.run_options)],
                               env=dict(os.environ, TMPDIR=str(tmp_path)))  # killed, it leaves some
    wait_until(lambda: any(results.glob("*/report.json")) or process.poll() is not None, BOUND_S)
    assert process.poll() is None
    yield process
    process.kill()
    process.wait()
    launches.clean_up()


def test_containers_of_a_living_harness_are_not_swept(launches, other):
    assert launches.harness.sweep() == []

    assert len(launches.left()) == 1


def test_containers_of_a_killed_harness_are_swept(launches, other):
    other.kill()
    other.wait()
    assert len(launches.left()) == 1  # it runs on: whoever started it does not matter to an engine

    assert launches.harness.sweep() == ["gst-harness-other"]

    assert launches.left() == []


def test_two_at_once_do_not_disturb_each_other(launches, other):
    ran = launches.run(REPORTS)

    assert (ran.exit_code, ran.report, ran.trouble) == (0, REPORT, None), ran
    assert other.poll() is None and len(launches.left()) == 1


def test_name_that_another_harness_uses(launches, other):
    """The other's container is not taken for one's own, to be removed."""
    ran = launches.run(REPORTS, name="gst-harness-other")

    assert (ran.stage, ran.exit_code, ran.report) == (ENGINE, 125, None), ran
    assert "gst-harness-other" in ran.message
    assert other.poll() is None and len(launches.left()) == 1


# --- daemons ---

@pytest.fixture
def daemon(work, storage, archives, tools, tmp_path):
    """A dockerd that tests may end."""
    engine = Docker(work / "docker-mortal", storage, os.environ["GST_CONTAINERS_CGROUP"])
    engine.start()
    if call([*engine.command, "image", "inspect", "debian"]).returncode != 0:
        engine.load(archives / "debian.tar", "debian")
    launches = Launches(engine, tools, tmp_path)
    launches.harness = harnessed(engine, call_s=2.0, remove_s=2.0)
    yield launches
    if engine.daemon.poll() is not None:
        engine.start()
    launches.clean_up()
    assert launches.left() == []
    engine.stop()


def test_daemon_is_stopped_while_a_container_runs(daemon):
    _, future = daemon.start(DEAF, grace_s=1)
    daemon.engine.daemon.terminate()
    daemon.engine.daemon.wait(BOUND_S)
    ran = future.result(BOUND_S)

    assert trouble(ran) in ("suite.engine-lost", "suite.engine-stopped"), ran
    assert ran.report == REPORT
    # Nobody could look: its GPUs are not to be used before somebody did.
    assert ran.is_stuck


def test_daemon_is_killed_while_a_container_runs(daemon):
    _, future = daemon.start(DEAF, grace_s=1)
    daemon.engine.daemon.kill()
    daemon.engine.daemon.wait(BOUND_S)
    ran = future.result(BOUND_S)

    assert trouble(ran) == "suite.engine-lost", ran
    assert ran.report == REPORT and ran.is_stuck


def test_daemon_that_answers_nothing(daemon):
    _, future = daemon.start(DEAF, grace_s=1, timeout_s=3)
    daemon.engine.daemon.send_signal(signal.SIGSTOP)
    try:
        ran = future.result(2 * BOUND_S)
    finally:
        daemon.engine.daemon.send_signal(signal.SIGCONT)

    assert trouble(ran) == "suite.engine-lost" and ran.is_timed_out and ran.is_stuck, ran
    assert ran.report == REPORT and "within 2 s" in ran.trouble.observed


def test_daemon_that_comes_back_is_waited_for(daemon):
    daemon.harness.remove_s = BOUND_S
    _, future = daemon.start(DEAF, grace_s=1)
    daemon.engine.daemon.terminate()
    daemon.engine.daemon.wait(BOUND_S)
    daemon.engine.start()
    ran = future.result(BOUND_S)

    assert trouble(ran) in ("suite.engine-lost", "suite.engine-stopped"), ran
    assert ran.report == REPORT and not ran.is_stuck
    assert daemon.left() == []
