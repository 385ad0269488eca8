# SPDX-License-Identifier: Apache-2.0
"""The nightly harness starts containers of real engines: what comes back of each, and that nothing is
left of it, whatever the container does."""

import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor

import pytest

from engines import MAPPED_ID, demand
from gpu_selftest_harness.engines import EngineMissing, ImageAbsent, make
from gpu_selftest_harness.words import ENGINE, RUN
from harness import BOUND_S, DEAF, REPORT, REPORTS, Launches, harnessed
from scenario import BOTH


@pytest.mark.parametrize("exit_code", [0, 1, 125, 255])
def test_healthy(launches, exit_code):
    """Whatever the program's exit code is, also one that engines use for their own failures."""
    ran = launches.run(f"{REPORTS}; echo told; exit {exit_code}")

    assert (ran.stage, ran.exit_code, ran.report) == (RUN, exit_code, REPORT), ran
    assert ran.message == "told" and ran.trouble is None
    assert not ran.is_timed_out and not ran.is_out_of_memory and not ran.is_stuck
    assert 0 < ran.duration_s < 30


def as_nobody(work):
    """Runs it as the user whose engine it is, in a process of its own."""

    def become():
        os.setgroups([])
        os.setgid(MAPPED_ID)
        os.setuid(MAPPED_ID)

    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(1, mp_context=context, initializer=become) as pool:
        return pool.submit(*work).result()


@pytest.mark.parametrize("name", ["docker-userns", "podman-rootless"])
def test_somebody_without_rights_writes_the_report(loaded, tools, work, name):
    """Under engines that map users, too."""
    folder = work / f"results-{name}"
    folder.mkdir()
    folder.chmod(0o711)  # the mapped user has to get through
    launches = Launches(loaded(name, "debian"), tools, folder)
    request = launches.request(REPORTS, "--user", "65532:65532")
    if name == "podman-rootless":
        os.chown(request.results, MAPPED_ID, MAPPED_ID)
        command = launches.engine.command[launches.engine.command.index("env"):]
        ran = as_nobody((harnessed(launches.engine, command=command).run, request))
    else:
        ran = launches.harness.run(request)
    left = launches.left()
    launches.clean_up()

    assert (ran.exit_code, ran.report) == (0, REPORT), ran
    assert left == []


def test_container_can_write_to_nothing_that_stays_but_its_results(launches):
    ran = launches.run("for f in / /var/tmp /run /etc /tmp; do echo x >$f/x && echo wrote $f; done 2>/dev/null;"
                       f"{REPORTS}; grep CapEff /proc/self/status; ls /sys/class/net")

    assert ran.report == REPORT, ran
    assert ran.message.split() == ["wrote", "/tmp", "CapEff:", "0000000000000000", "lo"]


def test_end_by_a_signal_is_the_programs(launches):
    ran = launches.run("kill -KILL $$; kill -TERM -1; exit 137")

    assert (ran.stage, ran.exit_code, ran.trouble) == (RUN, 137, None), ran


def test_program_that_is_not_there(launches):
    request = launches.request("true")
    request = type(request)(**{**vars(request), "options": ("--entrypoint", "/no/such/program")})
    ran = launches.harness.run(request)

    assert ran.stage == ENGINE and ran.exit_code in (126, 127), ran
    assert "/no/such/program" in ran.message and ran.trouble is None


def test_option_that_the_engine_does_not_know(launches):
    ran = launches.run("true", "--no-such-option")

    assert (ran.stage, ran.exit_code, ran.trouble) == (ENGINE, 125, None), ran
    assert "no-such-option" in ran.message


def test_time_limit_ends_who_hears_it(launches):
    ran = launches.run(f'ends() {{ {REPORTS}; exit 3; }}; trap "ends $1" TERM;'
                       "while true; do /gst/busybox sleep 0.1; done", timeout_s=2)

    assert ran.is_timed_out and ran.trouble.id == "suite.launch-timed-out", ran
    assert (ran.stage, ran.exit_code, ran.report) == (RUN, 3, REPORT)


def test_time_limit_ends_who_does_not_hear_it(launches):
    ran = launches.run(f"{REPORTS}; {DEAF}", timeout_s=2, grace_s=1)

    assert ran.is_timed_out and not ran.is_stuck and ran.trouble.id == "suite.launch-timed-out", ran
    assert (ran.exit_code, ran.report) == (137, REPORT)


def test_stop_ends_it_before_its_time(launches):
    stop = threading.Event()
    _, future = launches.start(DEAF, grace_s=1, stop=stop)
    stop.set()
    ran = future.result(BOUND_S)

    assert ran.is_stopped and not ran.is_timed_out and ran.trouble is None, ran
    assert ran.report == REPORT


def test_image_is_run_by_what_it_was_resolved_to(launches):
    digest = launches.harness.resolve("debian")
    ran = launches.run(REPORTS, image="gone", digest=digest)

    assert "sha256:" in digest
    assert (ran.exit_code, ran.report) == (0, REPORT), ran


def test_absent_image(launches):
    with pytest.raises(ImageAbsent, match="has no image 'gpu-selftest:0.0'"):
        launches.harness.resolve("gpu-selftest:0.0")

    ran = launches.run("true", image="gpu-selftest:0.0")
    assert (ran.stage, ran.exit_code, ran.report) == (ENGINE, 125, None), ran
    assert "gpu-selftest:0.0" in ran.message


def test_engine_says_what_it_is(launches):
    facts = launches.harness.facts()

    told = demand([{"docker": "dockerd"}.get(facts.name, facts.name), "--version"])
    assert facts.name == launches.engine.name and facts.version in told


@pytest.mark.parametrize("name", BOTH)
def test_missing_engine(tmp_path, name):
    engine = make(name, command=[tmp_path / name])

    with pytest.raises(EngineMissing, match="cannot start"):
        engine.facts()
    with pytest.raises(EngineMissing):
        engine.resolve("debian")
    with pytest.raises(EngineMissing):
        engine.sweep()


def test_daemon_that_is_not_there(tmp_path):
    engine = make("docker", command=["docker", "-H", f"unix://{tmp_path}/none"])

    with pytest.raises(EngineMissing, match="Cannot connect to the Docker daemon"):
        engine.facts()
