# SPDX-License-Identifier: Apache-2.0
"""
NVIDIA's own libraries on a machine without a GPU: the toolkit's stub, and user-mode drivers without
a kernel module. What they answer was observed, not looked up: 34 from the stub, 100 from a driver
without a module, 35 from a runtime whose driver is too old, 9 from NVML without a module.

A real libcuda that runs as root makes /dev/nvidiactl by mknod, and what looked for traces of a GPU
afterwards would find one. So these processes may not make device nodes.
"""

import os
from pathlib import Path

import pytest

from selftest import VENDOR, vendor

WITHOUT_MKNOD = ("setpriv", "--bounding-set=-mknod", "--inh-caps=-mknod")

# branch: the CUDA version that its cuDriverGetVersion names
DRIVERS = {"535": "12.2", "550": "12.4"}
RUNTIMES = {"11": "libcudart.so.11.0", "12": "libcudart.so.12", "13": "libcudart.so.13"}


def device_nodes():
    return sorted(str(path) for path in Path("/dev").glob("nvidia*"))


@pytest.fixture
def confined(bare_program):
    """Runs the program with these folders on the library path, unable to leave a trace."""
    before = device_nodes()
    wrapper = WITHOUT_MKNOD if os.geteuid() == 0 else ()

    def run(*folders):
        path = ":".join(str(folder) for folder in folders)
        return bare_program.report("device-query", env={"LD_LIBRARY_PATH": path}, before=wrapper,
                                   timeout=20)

    yield run
    assert device_nodes() == before, "a device node was left behind"


def only_runtime(tmp_path, version):
    """The runtime of this version; others, perhaps installed here, are hidden by empty files."""
    folder = tmp_path / f"runtime-{version}"
    folder.mkdir()
    for other, soname in RUNTIMES.items():
        if other == version:
            (folder / soname).symlink_to(vendor(f"cudart/{version}") / soname)
        else:
            (folder / soname).touch()
    return folder


def test_stub_is_the_only_finding(confined, tmp_path):
    outcome = confined(vendor("stub"), only_runtime(tmp_path, "13"))

    assert outcome.exit == 1, outcome.describe()
    assert outcome.counted() == {"image.stub-libcuda"}
    assert outcome.report["headline"]["layer"] == "image"
    assert [check["code"] for check in outcome.checks("FAIL")] == [34]
    assert not outcome.report["simulated"]


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_runtime_alone_is_no_driver(confined, tmp_path, runtime):
    outcome = confined(only_runtime(tmp_path, runtime))

    assert outcome.counted() == {"host.no-gpu"}, outcome.describe()


@pytest.mark.parametrize("branch", DRIVERS)
@pytest.mark.parametrize("runtime", ["11", "12"])
def test_driver_without_module(confined, tmp_path, branch, runtime):
    outcome = confined(vendor(f"drivers/{branch}"), only_runtime(tmp_path, runtime))
    [check] = outcome.checks("FAIL", "ERROR")

    assert outcome.exit == 1
    assert not outcome.report["simulated"] and "SIMULATED" not in outcome.out
    assert check["id"] == "host.module-not-loaded"
    assert (check["call"], check["code"]) == ("cuInit", 100)
    assert "driver not loaded (9)" in check["observed"]


@pytest.mark.parametrize("branch", DRIVERS)
def test_driver_without_module_and_too_old_for_the_runtime(confined, tmp_path, branch):
    """Two things to mend, both true: loading the module does not make this driver new enough."""
    outcome = confined(vendor(f"drivers/{branch}"), only_runtime(tmp_path, "13"))
    found = {check["id"]: check for check in outcome.checks("FAIL", "ERROR")}

    assert set(found) == {"host.module-not-loaded", "host.driver-too-old"}, outcome.describe()
    assert DRIVERS[branch] in found["host.driver-too-old"]["observed"]
    assert "libcudart.so.13" in found["host.driver-too-old"]["observed"]
    # Without a module nothing runs, whatever the versions are.
    assert outcome.report["headline"]["id"] == "host.module-not-loaded"


@pytest.mark.parametrize("branch", DRIVERS)
def test_driver_is_reported_as_real(confined, tmp_path, branch):
    outcome = confined(vendor(f"drivers/{branch}"), only_runtime(tmp_path, "12"))

    assert outcome.report["facts"]["cuda_version"]["driver"] == DRIVERS[branch]
    libcuda = outcome.report["facts"]["libcuda"]["loader"]
    assert libcuda.startswith(str(VENDOR)) and "(double)" not in libcuda


def test_driver_that_cannot_be_loaded(confined, tmp_path):
    """An empty file where libcuda ought to be, as a broken injection leaves it."""
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "libcuda.so.1").touch()
    outcome = confined(folder)

    assert outcome.counted() == {"runtime.libcuda-missing"}, outcome.describe()
    assert "file too short" in outcome.report["headline"]["observed"]
