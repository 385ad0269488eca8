# SPDX-License-Identifier: Apache-2.0
"""The audit as the first item of a run: when it runs, and what its findings are worth where the
simulated GPUs work whatever the planted files say."""

import pytest

from selftest import QUICK, bound_gpu, healthy, kernel_module, pci_device, plant

OTHERS = [name for name in QUICK if name != "audit"]
# The driver took this GPU and does not list it.
UNLISTED = {"/proc/driver/nvidia/gpus": None, **kernel_module(),
            **{path: text for path, text in bound_gpu().items() if path.startswith("/sys/")}}


@pytest.fixture
def on_root(simulated, kernel_majors, tmp_path):
    """A simulated L4 that works, beside the files of some other machine."""
    if not kernel_majors:
        pytest.skip("built without nvcc: nothing runs on a GPU")

    def run(files, *args, **options):
        root = plant(tmp_path / "root", files)
        return simulated.report("--root", root, "--size", "64K", *args, profile="l4x1", **options)

    return run


# --- what GPUs that work disprove, and what they do not ---

@pytest.mark.parametrize("files, finding, word", [
    ({**pci_device(), **kernel_module()}, "host.gpu-not-bound", "0000:65:00.0"),
    ({"/sys/bus/pci/devices": None}, "host.no-gpu", "/sys/bus/pci/devices"),
    ({**bound_gpu(), **kernel_module(), "/.dockerenv": ""}, "user.no-gpus-requested", "not set"),
], ids=["not-bound", "no-gpu", "not-requested"])
def test_gpus_that_work_make_it_a_note(on_root, files, finding, word):
    outcome = on_root(files)
    [note] = [check for check in outcome.checks("NOTE") if check["id"] == finding]

    assert outcome.exit == 0, outcome.describe()
    assert outcome.counted() == set()
    assert outcome.workloads() == healthy(outcome, QUICK)
    assert word in note["observed"] and note["observed"].endswith("opened all the same")
    assert f"note   {finding}: " in outcome.out


def test_a_gpu_that_is_lost_stays_a_failure(on_root):
    outcome = on_root(UNLISTED)

    assert outcome.exit == 1, outcome.describe()
    assert outcome.counted() == {"host.gpu-not-initialised"}
    assert outcome.workloads() == {**healthy(outcome, QUICK), "audit": "FAIL"}
    assert outcome.report["headline"]["id"] == "host.gpu-not-initialised"


def test_a_fault_of_the_gpu_is_not_put_down_to_files(on_root):
    """The driver was reached: wrong results have another cause than a GPU that is not bound."""
    outcome = on_root({**pci_device(), **kernel_module()},
                      faults=["kernel vector_add element=5 wrong"])

    assert outcome.counted() == {"hardware.wrong-result"}, outcome.describe()
    assert "host.gpu-not-bound" in outcome.notes()


def test_files_explain_what_opening_found(on_root):
    """The library is missing because nobody asked for GPUs: one cause, and all else is skipped."""
    outcome = on_root({**bound_gpu(), **kernel_module(), "/.dockerenv": ""},
                      faults=["libcuda missing"])
    [missing] = [check for check in outcome.checks("SKIP")
                 if check["id"] == "runtime.libcuda-missing"]

    assert outcome.counted() == {"user.no-gpus-requested"}, outcome.describe()
    assert missing["blocked_by"] == "user.no-gpus-requested"
    assert outcome.workloads() == {"audit": "FAIL", **dict.fromkeys(OTHERS, "SKIP")}
    assert "machine" not in outcome.out


# --- alone, and not at all ---

def test_audit_alone_opens_no_gpu(simulated):
    outcome = simulated.report("--only", "audit", profile="rtx4090x2", faults=[])
    first = outcome.out.splitlines()[0]

    assert outcome.exit == 0, outcome.describe()
    assert outcome.workloads() == {"audit": "PASS"}
    assert "2x NVIDIA GeForce RTX 4090 (tested 0 of 2)" in first and "SIMULATED" in first
    assert outcome.report["simulated"] is True
    assert "loader" not in str(outcome.report["facts"]), "a library was loaded"


def test_audit_that_stands_alone_with_a_fault(on_root):
    outcome = on_root({"/sys/bus/pci/devices": None}, "--only", "audit")

    assert outcome.exit == 1
    assert outcome.counted() == {"host.no-gpu"}


@pytest.mark.parametrize("words", [["--skip", "audit"], ["vector-add"], ["--only", "basic"]],
                         ids=lambda value: "-".join(value))
def test_a_run_without_the_audit(on_root, words):
    outcome = on_root({"/sys/bus/pci/devices": None}, *words)

    assert outcome.exit == 0, outcome.describe()
    assert "audit" not in outcome.workloads()
    assert "host.no-gpu" not in outcome.notes()


def test_isolated_audit(on_root):
    outcome = on_root({"/sys/bus/pci/devices": None}, "--isolate")

    assert outcome.exit == 0, outcome.describe()
    assert set(outcome.workloads()) == set(QUICK)
    assert outcome.report["facts"]["libcuda"], "what is known of the libraries is told once"


def test_list_shows_it(program):
    assert "  audit " in program.run("list").out
