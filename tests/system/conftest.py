# SPDX-License-Identifier: Apache-2.0
"""Which build is under test, and the program as a fixture."""

import os
from pathlib import Path

import pytest

from processes import scratch_files, shared_memory, those_of, wait_until
from selftest import TOP, Program, has_driver_here


def pytest_addoption(parser):
    parser.addoption("--build", help="build folder (default: $GPU_SELFTEST_BUILD, build/release)")
    parser.addoption("--renew-golden", action="store_true",
                     help="write what the program prints now to golden/, to be read as prose")


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes more than a few seconds")
    config.addinivalue_line("markers", "alone: measures time, so that nothing may run beside it")


@pytest.fixture(scope="session")
def build(request):
    chosen = request.config.getoption("--build") or os.environ.get("GPU_SELFTEST_BUILD")
    folder = Path(chosen or TOP / "build/release").resolve()
    if not (folder / "bin/gpu-selftest").exists():
        pytest.fail(f"no program in {folder}/bin: build it first, or say --build", pytrace=False)
    return folder


@pytest.fixture
def program(build, tmp_path):
    return Program(build, tmp_path)


@pytest.fixture
def simulated(program):
    """The program where it can simulate: always, but on half-built trees."""
    if not program.has_simulator():
        pytest.fail(f"no simulator in {program.build}/sim/bin", pytrace=False)
    return program


@pytest.fixture
def bare_program(program):
    """The program on a machine without a driver of its own."""
    if has_driver_here():
        pytest.skip("this machine has an NVIDIA driver of its own")
    return program


@pytest.fixture
def nothing_is_left(tmp_path):
    """Whatever comes of a run: no process, no memory that processes shared, and no file. What others
    share on this machine meanwhile goes away by itself."""
    before = shared_memory()
    yield
    wait_until(lambda: not those_of(tmp_path))
    wait_until(lambda: shared_memory() <= before)
    assert not scratch_files(tmp_path)


@pytest.fixture(scope="session")
def kernel_majors(build, tmp_path_factory):
    return Program(build, tmp_path_factory.mktemp("list")).kernel_majors()


@pytest.fixture
def kernels_of_profile(request, kernel_majors):
    """Skips a test of a `profile` whose GPUs no CUDA of this build knows any more: of compute capability
    7.0 CUDA 12 was the last."""
    callspec = getattr(request.node, "callspec", None)
    if callspec and callspec.params.get("profile") == "v100x16" and min(kernel_majors, default=0) > 12:
        pytest.skip("this build carries no kernels of CUDA 12")


@pytest.fixture
def whole(simulated, kernel_majors):
    """A build with kernels: without them no machine is healthy."""
    if not kernel_majors:
        pytest.skip("built without nvcc: this build carries no kernels")
    return simulated
