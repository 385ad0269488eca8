# SPDX-License-Identifier: Apache-2.0
"""The engine 'local': its command line, and the built program on simulated machines."""

import hashlib
import json
import os
import tempfile
import threading
import time

import pytest

from gpu_selftest_harness import troubles
from gpu_selftest_harness.engines import EngineMissing, Request, make
from gpu_selftest_harness.engines.base import NONE
from gpu_selftest_harness.model import Trouble
from gpu_selftest_harness.words import ENGINE, MISS, RUN

ONE = "GPU-00000000-0000-4000-8000-000000000001"
THREE = "GPU-00000000-0000-4000-8000-000000000003"
OLD_DRIVER = "driver version=535.261.03 cuda=12.2"
LONG_S = 60.0


def request(folder, **fields):
    return Request(**{"name": "test", "results": folder, "timeout_s": LONG_S,
                      "environment": (("GPU_SELFTEST_SIZE", "1M"),), **fields})


@pytest.fixture
def simulated(program_path):
    return lambda *faults: make("local", program=program_path, profile="h100x8", faults=faults)


@pytest.fixture
def stand_in(tmp_path):
    """A program of the test's own in the place of gpu-selftest."""
    def make_it(text):
        path = tmp_path / "program"
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return path
    return make_it


def set_when(event, path, is_simulation=False):
    """Once the file is there, or a simulation has made its folder somewhere below."""
    deadline = time.monotonic() + LONG_S
    while time.monotonic() < deadline:
        if any(path.glob("*/gpu-selftest-sim.*")) if is_simulation else path.exists():
            break
    event.set()


def verdicts(ran):
    return {row["name"]: row["verdict"] for row in json.loads(ran.report)["workloads"]}


# --- The command line -------------------------------------------------------------------------


def test_command_on_a_real_machine(tmp_path):
    engine = make("local", program="/opt/gpu-selftest")
    assert engine.command(request(tmp_path, arguments=("--samples", "30"), devices=(ONE, THREE),
                                  cuda="12.4", variant="base")) == [
        "/opt/gpu-selftest", "--device", f"{ONE},{THREE}", "--json", f"{tmp_path}/report.json",
        "--samples", "30"]


def test_command_on_a_simulated_machine(tmp_path):
    engine = make("local", program="/opt/gpu-selftest", profile="h100x8", faults=[OLD_DRIVER])
    assert engine.command(request(tmp_path, cuda="12.4", variant="base")) == [
        "/opt/gpu-selftest", "--simulate", "h100x8", "--fault", OLD_DRIVER,
        "--fault", "cudart version=12.4", "--fault", "libcublas missing",
        "--fault", "libcublasLt missing", "--fault", "libnccl missing",
        "--json", f"{tmp_path}/report.json"]


def test_only_what_is_written_down_gets_into_the_environment(tmp_path, stand_in, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    monkeypatch.setenv("NCCL_DEBUG", "INFO")
    engine = make("local", program=stand_in("env"), environment={"A": "engine", "B": "engine"})

    ran = engine.run(request(tmp_path, environment=(("B", "request"),), variant="base"))

    names = dict(line.split("=", 1) for line in ran.message.splitlines())
    assert names["A"] == "engine" and names["B"] == "request"
    assert names["PATH"] == os.environ["PATH"]
    assert not names.keys() & {"CUDA_VISIBLE_DEVICES", "NCCL_DEBUG", "GPU_SELFTEST_VARIANT"}


# --- Facts ------------------------------------------------------------------------------------


def test_version_is_what_the_program_says(stand_in):
    facts = make("local", program=stand_in("echo 'gpu-selftest 1.2.3 (commit abc)'")).facts()
    assert (facts.name, facts.version, facts.injection) == ("local", "1.2.3 (commit abc)", "host")


def test_version_of_the_built_program(program_path):
    assert "(commit " in make("local", program=program_path).facts().version


@pytest.mark.parametrize("text", ["exit 1", "exit 0"])
def test_program_that_tells_no_version_is_missing(stand_in, text):
    with pytest.raises(EngineMissing, match="does not tell its version"):
        make("local", program=stand_in(text)).facts()


def test_program_that_is_not_there_is_missing(tmp_path):
    engine = make("local", program="/nowhere/gpu-selftest")
    with pytest.raises(EngineMissing, match="cannot start '/nowhere/gpu-selftest'"):
        engine.facts()
    with pytest.raises(EngineMissing, match="cannot read '/nowhere/gpu-selftest'"):
        engine.resolve()
    ran = engine.run(request(tmp_path))
    assert (ran.stage, ran.exit_code, ran.report) == (ENGINE, None, None)
    assert ran.trouble.id == "suite.engine-missing"


def test_digest_is_the_programs(stand_in, monkeypatch):
    path = stand_in("exit 0")
    digest = f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
    assert make("local", program=path).resolve("") == digest
    monkeypatch.setenv("PATH", str(path.parent))
    assert make("local", program="program").resolve("") == digest


# --- Launches ---------------------------------------------------------------------------------


def test_healthy_launch(tmp_path, simulated):
    ran = simulated().run(request(tmp_path, arguments=("vector-add",), devices=(THREE,),
                                  cuda="13.0", variant="runtime"))
    report = json.loads(ran.report)
    assert (ran.stage, ran.exit_code, ran.trouble) == (RUN, 0, None)
    assert (report["verdict"], report["simulated"], report["gpus_tested"]) == ("PASS", True, 1)
    assert report["facts"]["cudart_version"] == {"runtime": "13.0"}
    assert "vector-add" in ran.message
    assert 0 < ran.duration_s < LONG_S
    tested = [gpu["facts"]["uuid"]["driver"] for gpu in report["gpus"] if gpu["facts"]]
    assert tested == [THREE]


def test_old_driver_fails_with_its_id(tmp_path, simulated):
    ran = simulated(OLD_DRIVER).run(request(tmp_path, arguments=("vector-add",), devices=(ONE,),
                                            cuda="12.4", variant="runtime"))
    report = json.loads(ran.report)
    assert ran.exit_code == 1
    assert report["headline"]["id"] == "host.driver-too-old-for-kernels"
    assert report["facts"]["cudart_version"] == {"runtime": "12.4"}


@pytest.mark.parametrize("variant, word", [("base", "SKIP"), ("runtime", "PASS")])
def test_base_has_neither_cublas_nor_nccl(tmp_path, simulated, variant, word):
    ran = simulated().run(request(tmp_path, arguments=("--samples", "16"), devices=(ONE,),
                                  cuda="13.0", variant=variant))
    found = verdicts(ran)
    assert (found["sgemm"], found["all-reduce"], found["vector-add"]) == (word, word, "PASS")


def test_without_gpus_nothing_is_there(tmp_path, simulated):
    ran = simulated().run(request(tmp_path, arguments=("vector-add",), devices=NONE))
    assert ran.exit_code == 1
    assert json.loads(ran.report)["headline"]["id"] == "runtime.device-nodes-missing"


def test_gpus_of_a_real_machine_cannot_be_kept_from_it(tmp_path, stand_in):
    ran = make("local", program=stand_in("echo began")).run(request(tmp_path, devices=NONE))
    assert (ran.stage, ran.trouble.id) == (ENGINE, "suite.engine-cannot")
    assert troubles.TROUBLES[ran.trouble.id].word == MISS
    assert "began" not in ran.message


def test_report_is_kept_of_a_program_that_then_hangs(tmp_path, stand_in):
    stop = threading.Event()
    program = stand_in("trap '' TERM; while [ \"$1\" != --json ]; do shift; done;"
                       'echo "{}" > "$2"; : > "$2.is-there"; while :; do :; done')
    threading.Thread(target=set_when, args=(stop, tmp_path / "report.json.is-there")).start()
    ran = make("local", program=program).run(request(tmp_path, stop=stop, grace_s=0.1))
    assert (ran.is_stopped, ran.exit_code, ran.report) == (True, 137, "{}\n")
    assert ran.trouble is None


def test_program_that_is_told_to_end_at_its_deadline_still_reports(tmp_path, simulated):
    ran = simulated().run(request(tmp_path, arguments=("burn", "--minutes", "10"), timeout_s=3.0,
                                  grace_s=LONG_S))
    report = json.loads(ran.report)
    assert (ran.is_timed_out, ran.exit_code) == (True, 3)
    assert ran.trouble == Trouble("suite.launch-timed-out", "still running after 3 s")
    assert (report["verdict"], report["interrupted"]) == ("ERROR", "SIGTERM")


def test_program_that_is_killed_leaves_nothing_behind(tmp_path, simulated, monkeypatch):
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    stop = threading.Event()
    threading.Thread(target=set_when, args=(stop, tmp_path / "tmp", True)).start()
    ran = simulated().run(request(tmp_path, arguments=("burn", "--minutes", "10"), stop=stop,
                                  grace_s=0.0))
    assert (ran.is_stopped, ran.exit_code, ran.report) == (True, 137, None)
    assert list((tmp_path / "tmp").iterdir()) == []


def test_report_that_is_no_file_is_told(tmp_path, stand_in):
    (tmp_path / "report.json").mkdir()
    ran = make("local", program=stand_in("echo said")).run(request(tmp_path))
    assert ran.report is None
    assert ran.message == "said\n'report.json' is not a plain file\n"


def test_crash_is_an_exit_code_without_report(tmp_path, stand_in):
    ran = make("local", program=stand_in("kill -SEGV $$")).run(request(tmp_path))
    assert (ran.stage, ran.exit_code, ran.report, ran.trouble) == (RUN, 139, None, None)


def test_stuck_process_says_so(tmp_path, stand_in, monkeypatch):
    from gpu_selftest_harness.engines import process
    monkeypatch.setattr(process, "run", lambda *_, **__: process.Done(
        "2026-11-27T00:00:00Z", 80.0, None, is_timed_out=True, is_stuck=True))
    ran = make("local", program=stand_in("")).run(request(tmp_path))
    assert (ran.is_stuck, ran.trouble.id) == (True, "suite.process-stuck")
    assert ran.trouble.observed == ("'test' goes on running after it was killed, 80 s after its "
                                    "start")
