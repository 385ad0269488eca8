# SPDX-License-Identifier: Apache-2.0
"""Wherever a run breaks, the GPU that broke is blamed, and no other: the same fault is moved
through the whole run, call by call or moment by moment."""

import pytest

# An allocation for each of a, b, c and the architecture, on each GPU, in each workload.
ALLOCATIONS = 4


@pytest.fixture
def broken(simulated, kernel_majors):
    """Runs on little data with one fault; returns the outcome and who was blamed for what."""
    if not kernel_majors:
        pytest.skip("built without nvcc: nothing runs on a GPU")

    def run(profile, fault):
        outcome = simulated.report("--size", "64K", profile=profile, faults=[fault], timeout=30)
        assert outcome.exit == 1, outcome.describe()
        return outcome, {(check["id"], check["workload"], check["gpu"])
                         for check in outcome.checks("FAIL", "ERROR")}

    return run


@pytest.mark.parametrize("call", range(1, 4 * ALLOCATIONS + 1))
def test_nth_allocation_of_the_driver(broken, call):
    """Two GPUs in vector-add, then the same two where launch compiles PTX."""
    workload = ["vector-add", "launch"][(call - 1) // (2 * ALLOCATIONS)]
    gpu = (call - 1) // ALLOCATIONS % 2
    outcome, blamed = broken("rtx4090x2", f"cuMemAlloc_v2 call={call} returns 2")

    assert blamed == {("host.allocation-failed", workload, gpu)}, outcome.describe()


@pytest.mark.parametrize("call", range(1, 2 * ALLOCATIONS + 1))
def test_nth_allocation_of_the_runtime(broken, call):
    gpu = (call - 1) // ALLOCATIONS
    outcome, blamed = broken("rtx4090x2", f"cudaMalloc call={call} returns 2")

    assert blamed == {("host.allocation-failed", "vector-add", gpu)}, outcome.describe()


@pytest.mark.parametrize("symbol", [
    "cuMemcpyHtoDAsync_v2", "cuMemcpyDtoHAsync_v2", "cuMemsetD8Async", "cuLaunchKernel",
    "cuStreamSynchronize", "cuEventRecord", "cuEventElapsedTime", "cuModuleLoadDataEx",
    "cuModuleGetFunction",
    "cudaMemcpyAsync", "cudaLaunchKernel", "cudaStreamSynchronize", "cudaLibraryLoadData",
    "cudaEventElapsedTime"])
def test_first_call_that_fails_is_the_first_gpus(broken, symbol):
    outcome, blamed = broken("rtx4090x2", f"{symbol} call=1 returns 700")

    assert blamed == {("hardware.kernel-fault", "vector-add", 0)}, outcome.describe()
    assert symbol.removesuffix("_v2") in outcome.report["headline"]["observed"]


@pytest.mark.parametrize("after_us", [
    500, 1500, 2500, 3500, 4000, 4500, 5500, 8000, 11000, 13000, 18000, 25000])
def test_gpu_that_is_lost_at_any_moment(broken, after_us):
    """Nothing else is to be said of such a machine, and the other seven GPUs are well."""
    outcome, blamed = broken("h100x8", f"gpu 2 lost after={after_us}us")

    assert {finding for finding, _, _ in blamed} == {"hardware.gpu-lost"}, outcome.describe()
    assert {gpu for _, _, gpu in blamed} <= {2, None}
