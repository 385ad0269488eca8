# SPDX-License-Identifier: Apache-2.0
"""scripts/selftest simulates only where there is no trace of an NVIDIA GPU; with one it runs for
real, and fails for real. It builds first, so the first of these tests can take minutes."""

import json
import os
import subprocess

import pytest

from selftest import TOP, Outcome, bound_gpu, kernel_module, pci_device, plant, validate

pytestmark = pytest.mark.slow
GPU_VARIABLES = ("NVIDIA_", "CUDA_", "GPU_SELFTEST_")


@pytest.fixture
def script(bare_program, tmp_path):
    """Runs scripts/selftest on a planted machine, and reads its JSON report."""

    def run(files, *args, env=None):
        root = plant(tmp_path / "root", {"/sys/bus/pci/devices": None, "/proc": None, **files})
        report = tmp_path / "report.json"
        clean = {name: value for name, value in os.environ.items()
                 if not name.startswith(GPU_VARIABLES)}
        clean.update(GPU_SELFTEST_ROOT=str(root), **(env or {}))
        done = subprocess.run([TOP / "scripts/selftest", "--", "--json", report, *args], env=clean,
                              cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=900, check=False)
        outcome = Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert report.exists(), outcome.describe()
        outcome.report = validate(json.loads(report.read_text()))
        return outcome

    return run


@pytest.mark.parametrize("env", [{}, {"NVIDIA_VISIBLE_DEVICES": "void"},
                                 {"NVIDIA_VISIBLE_DEVICES": ""}], ids=["unset", "void", "empty"])
def test_without_a_trace_it_simulates_and_says_so(script, env):
    outcome = script({}, "--size", "1M", env=env)
    first, *_, last = outcome.out.splitlines()

    assert outcome.exit == 0, outcome.describe()
    assert first.startswith("PASS") and "SIMULATED" in first
    assert last.endswith("exit 0")
    assert outcome.report["simulated"] is True
    assert "no trace" in outcome.err and "--simulate" in outcome.err


# name, what the machine shows, environment, ids. A planted node is a plain file, which is told, too.
TRACES = [
    ("pci-device", pci_device(), {}, {"host.module-not-loaded"}),
    ("module", {**bound_gpu(), **kernel_module()}, {}, {"runtime.libcuda-missing"}),
    ("device-node", {"/dev/nvidiactl": ""}, {}, {"host.no-gpu", "user.node-is-no-device"}),
    ("wsl", {"/dev/dxg": ""}, {}, {"host.wsl-driver-missing", "host.wsl-node-unusable"}),
    ("environment", {}, {"NVIDIA_VISIBLE_DEVICES": "all"}, {"host.no-gpu"}),
]


@pytest.mark.parametrize("files, env, findings", [row[1:] for row in TRACES],
                         ids=[row[0] for row in TRACES])
def test_with_a_trace_it_fails_for_real_and_says_why(script, files, env, findings):
    outcome = script(files, env=env)

    assert outcome.exit == 1, outcome.describe()
    assert outcome.counted() == findings
    assert outcome.report["simulated"] is False
    assert "SIMULATED" not in outcome.out + outcome.err
    assert outcome.out.startswith("FAIL")


def test_simulation_that_is_asked_for_despite_a_trace(script):
    outcome = script(pci_device(), "--simulate", "t4x1", "--size", "1M")

    assert outcome.exit == 0, outcome.describe()
    assert outcome.report["profile"] == "t4x1"


def test_program_without_its_dashes_is_refused():
    done = subprocess.run([TOP / "scripts/selftest", "--json", "x"], capture_output=True,
                          timeout=30, check=False)

    assert done.returncode == 2
    assert done.stdout == b"" and done.stderr.count(b"\n") == 1
    assert b"--" in done.stderr
