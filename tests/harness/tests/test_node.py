# SPDX-License-Identifier: Apache-2.0
"""What a machine is seen to be: this one under NVML's double, and simulated ones."""

import json
from dataclasses import replace

import pytest

from gpu_selftest_harness import node
from gpu_selftest_harness.engines.base import EngineMissing
from gpu_selftest_harness.errors import Failed, Refused
from gpu_selftest_harness.model import EngineFacts

UUIDS = tuple(f"GPU-00000000-0000-4000-8000-{number:012d}" for number in range(1, 9))
H100 = "h100-sxm5-80gb"


def model_of(device_id, name):
    return {"0x2330": H100}.get(device_id, "")


class Fake:
    def __init__(self, name, missing=None):
        self.name, self.missing = name, missing

    def facts(self):
        if self.missing:
            raise EngineMissing(self.missing)
        return EngineFacts(self.name, "27.1.1", "1.17.4", "legacy")


@pytest.fixture
def machine(build, monkeypatch):
    """NVML's double in the place of the driver's library."""
    def set_up(*faults, profile="h100x8"):
        monkeypatch.setenv("LD_LIBRARY_PATH", str(build / "sim/lib"))
        monkeypatch.setenv("GPU_SELFTEST_SIM_DIR", str(build / "sim"))
        monkeypatch.setenv("GPU_SELFTEST_SIM_PROFILE", profile)
        monkeypatch.setenv("GPU_SELFTEST_SIM_FAULTS", "; ".join(faults))
    return set_up


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """A machine without NVML, even where this one has it."""
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    (tmp_path / "libnvidia-ml.so.1").touch()


# --- Through NVML -----------------------------------------------------------------------------


def test_healthy_machine(machine, tmp_path):
    machine()
    seen = node.probe(model_of=model_of, name="node7", root=tmp_path)
    assert (seen.name, seen.driver, seen.cuda_of_driver) == ("node7", "580.95.05", "13.0")
    assert seen.driver_branch == "580"
    assert tuple(gpu.uuid for gpu in seen.gpus) == UUIDS
    first = seen.gpus[0]
    assert (first.name, first.model, first.pci_id) == ("NVIDIA H100 80GB HBM3", H100,
                                                       "0000:1b:00.0")
    assert (first.compute_capability, first.index, first.has_mig) == ("9.0", 0, False)
    assert (seen.simulated, seen.problems) == (None, ())
    assert seen.architecture and seen.kernel and seen.distro


def test_other_driver(machine):
    machine("driver version=535.261.03 cuda=12.2")
    seen = node.probe()
    assert (seen.driver, seen.driver_branch, seen.cuda_of_driver) == ("535.261.03", "535", "12.2")
    assert seen.gpus[0].model == ""


def test_gpu_that_is_lost_is_a_problem_and_the_others_are_there(machine, tmp_path):
    machine("gpu 2 lost")
    seen = node.probe(root=tmp_path)
    assert tuple(gpu.uuid for gpu in seen.gpus) == UUIDS[:2] + UUIDS[3:]
    assert seen.problems == seen.lost == ("gpu 2: gpu is lost",)
    assert node.from_json(json.loads(json.dumps(node.to_json(seen)))) == seen
    machine()
    assert node.probe(root=tmp_path).lost == ()


def test_gpu_that_is_withheld_is_counted_and_not_lost(machine, tmp_path):
    machine("nvmlDeviceGetHandleByIndex_v2 call=3 returns 4")
    seen = node.probe(root=tmp_path)
    assert (len(seen.gpus), seen.withheld, seen.lost) == (7, 1, ())
    machine()
    assert node.probe(root=tmp_path).withheld == 0


def test_gpu_without_a_uuid_is_a_problem_since_nobody_can_be_given_it(machine, tmp_path):
    machine("nvmlDeviceGetUUID call=3 returns 999")
    seen = node.probe(root=tmp_path)
    assert tuple(gpu.uuid for gpu in seen.gpus) == UUIDS[:2] + UUIDS[3:]
    assert seen.problems == ("gpu 2: NVML does not tell its UUID",)


def test_driver_without_gpus(machine, tmp_path):
    machine(profile="empty")
    seen = node.probe(root=tmp_path)
    assert (seen.driver, seen.gpus) == ("580.95.05", ())
    assert seen.problems == ("the driver shows no GPU",)


def test_machine_without_driver_is_a_node(bare, tmp_path):
    seen = node.probe(root=tmp_path)
    assert (seen.driver, seen.cuda_of_driver, seen.gpus) == (None, None, ())
    assert seen.driver_branch is None
    assert seen.problems == ("NVML: nvml shared library not found",)


def test_module_tells_its_version_where_nvml_does_not(machine, tmp_path):
    machine("nvmlInit_v2 returns 18")
    (tmp_path / "sys/module/nvidia").mkdir(parents=True)
    (tmp_path / "sys/module/nvidia/version").write_text("580.95.05\n")
    seen = node.probe(root=tmp_path)
    assert (seen.driver, seen.gpus) == ("580.95.05", ())
    assert "version mismatch" in seen.problems[0]


def test_nvml_that_hangs_is_left_behind(machine):
    machine("nvmlInit_v2 hangs")
    seen = node.probe(timeout_s=2.0)
    assert seen.gpus == ()
    assert seen.problems[0].startswith("NVML did not answer within 2 s")


def test_nvml_that_crashes_is_told(machine):
    machine("nvmlInit_v2 crashes")
    assert "NVML ended its process with exit code 139" in node.probe().problems[0]


def test_set_up_of_the_toolkit(machine, tmp_path):
    machine()
    (tmp_path / "etc/nvidia-container-runtime").mkdir(parents=True)
    (tmp_path / "etc/nvidia-container-runtime/config.toml").write_text(
        '[nvidia-container-runtime]\nmode = "legacy"\n')
    (tmp_path / "etc/cdi").mkdir()
    (tmp_path / "etc/cdi/nvidia.yaml").write_text("kind: nvidia.com/gpu\nx: libcuda.so.535.1\n")
    seen = node.probe(root=tmp_path)
    assert seen.toolkit_mode == "legacy"
    assert [text.partition(",")[0] for text in seen.problems] == [
        "'/etc/cdi/nvidia.yaml' is for driver 535.1"]


def test_engines_that_answer_and_those_that_do_not(bare):
    seen = node.probe([Fake("docker"), Fake("podman", "cannot start 'podman'")])
    assert seen.engines == (EngineFacts("docker", "27.1.1", "1.17.4", "legacy"),)
    assert "podman: cannot start 'podman'" in seen.problems


# --- Who else is there ------------------------------------------------------------------------


def test_nobody_else_is_there(machine):
    machine()
    assert node.others(UUIDS[:2]) == ()


def test_somebody_else_is_named(machine):
    machine("gpu 1 held")
    assert node.others(UUIDS[:2]) == (f"gpu '{UUIDS[1]}': process 4194305",)
    assert node.others(UUIDS[:1]) == ()


def test_nobody_can_tell_is_not_nobody(machine):
    machine("gpu 0 lost")
    assert node.others(UUIDS[:1]) == (
        f"gpu '{UUIDS[0]}': nobody can tell who uses it: gpu is lost",)
    machine("nvmlInit_v2 hangs")
    assert "NVML did not answer within 1 s" in node.others(UUIDS[:1], timeout_s=1.0)[0]


def test_without_a_driver_nobody_uses_it(bare):
    assert node.others(UUIDS[:1]) == ()


def test_simulated_machine_is_not_asked(machine, program_path):
    machine("gpu 0 held")
    simulated = node.simulated("h100x8", program=program_path)
    assert node.others(UUIDS[:1], simulated) == ()


# --- Simulated machines -----------------------------------------------------------------------


def test_simulated_machine_is_what_the_program_sees(program_path):
    fault = "driver version=535.261.03 cuda=12.2"
    seen = node.simulated("h100x8", [fault], program_path, model_of)
    assert (seen.driver, seen.driver_branch, seen.cuda_of_driver) == ("535.261.03", "535", "12.2")
    assert tuple(gpu.uuid for gpu in seen.gpus) == UUIDS
    first = seen.gpus[0]
    assert (first.model, first.pci_id, first.compute_capability) == (H100, "0000:1b:00.0", "9.0")
    assert (seen.simulated, seen.faults, seen.problems) == ("h100x8", (fault,), ())
    assert [engine.name for engine in seen.engines] == ["local"]
    assert seen.name == "simulated-h100x8"


def test_simulated_machine_needs_the_program_itself():
    with pytest.raises(Failed, match="'/bin/true' leaves no report: exit code 0"):
        node.simulated("h100x8", program="/bin/true")


def test_simulated_machine_without_gpus(program_path):
    seen = node.simulated("empty", program=program_path)
    assert seen.gpus == ()
    assert seen.problems == ("simulated empty: FAIL host.no-gpu",)


def test_simulated_machine_with_half_a_driver_keeps_its_slice(program_path):
    seen = node.simulated("h100x8", ["libcuda missing"], program_path)
    assert (seen.driver, seen.gpus) == ("580.95.05", ())
    assert seen.problems == ("simulated h100x8: FAIL runtime.libcuda-missing",)


def test_unknown_profile_is_refused_with_the_known_ones(program_path):
    with pytest.raises(Refused, match="unknown profile 'h100x9' .known: .*h100x8"):
        node.simulated("h100x9", program=program_path)


def test_unknown_fault_is_refused(program_path):
    with pytest.raises(Refused, match="unknown word 'gremlin'"):
        node.simulated("h100x8", ["gremlin"], program_path)


def test_program_that_is_not_there():
    with pytest.raises(Failed, match="cannot start '/nowhere/program'"):
        node.simulated("h100x8", program="/nowhere/program")


# --- The expected driver ----------------------------------------------------------------------


@pytest.mark.parametrize("expected", ["580", "580.95", "580.95.05"])
def test_driver_that_is_expected(machine, expected):
    machine()
    assert node.expect_driver(node.probe(), expected) is None


@pytest.mark.parametrize("expected", ["58", "535", "580.9", "580.95.06"])
def test_driver_that_is_not_expected(machine, expected):
    machine()
    with pytest.raises(Failed, match=f"driver {expected} is expected, and 'n' has 580.95.05"):
        node.expect_driver(node.probe(name="n"), expected)


def test_no_driver_is_not_the_expected_one(bare, tmp_path):
    with pytest.raises(Failed, match="and 'n' has none: NVML: nvml shared library not found"):
        node.expect_driver(node.probe(name="n", root=tmp_path), "580")


def test_what_is_no_version_is_refused(bare, tmp_path):
    with pytest.raises(Refused, match="'>=580' is no version of a driver"):
        node.expect_driver(node.probe(root=tmp_path), ">=580")


# --- As JSON ----------------------------------------------------------------------------------


def test_same_after_json(machine):
    machine("gpu 2 lost")
    seen = node.probe([Fake("docker")], model_of)
    assert node.from_json(json.loads(json.dumps(node.to_json(seen)))) == seen


def test_node_of_another_version(machine):
    machine()
    seen = node.probe()
    record = node.to_json(seen) | {"colour": "green"}
    record["gpus"][0]["mood"] = "good"
    del record["problems"]
    assert node.from_json(record) == replace(seen, problems=())


@pytest.mark.parametrize("record", [{}, {"gpus": [], "engines": []}, {"gpus": 1, "engines": []}])
def test_what_is_no_node_is_refused(record):
    with pytest.raises(Refused, match="this is no node"):
        node.from_json(record)


@pytest.mark.parametrize("text, why", [("{", "it is not JSON: "), ("{}", "this is no node: 'gpus'"),
                                       ("[]", "this is no node: "), (b"\xff", "it is not JSON: ")])
def test_file_that_is_no_node_is_named_with_what_writes_one(tmp_path, text, why):
    path = tmp_path / "bad.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())

    with pytest.raises(Refused) as refused:
        node.read(path)

    assert str(refused.value).startswith(
        f"'{path}' is not what 'gpu-selftest-harness node show --json' writes: {why}")


def test_file_of_a_node_that_cannot_be_read(tmp_path):
    with pytest.raises(Refused, match=f"cannot read '{tmp_path}': is a directory"):
        node.read(tmp_path)
