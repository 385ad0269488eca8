# SPDX-License-Identifier: Apache-2.0
"""MIG instances from a probe to their numbers: seen, leased with their GPU, launched by their UUIDs."""

import json
import threading
from dataclasses import replace

import pytest

from fakes import FakeEngine, answer
from gpu_selftest_harness import bundle, node as nodes
from gpu_selftest_harness.cli import main
from gpu_selftest_harness.engines import make
from gpu_selftest_harness.engines.base import Request
from gpu_selftest_harness.lease import Leases
from gpu_selftest_harness.model import Gpu
from gpu_selftest_harness.runner import Earlier
from records import cell, node, planned
from running import night

GPU = "GPU-00000000-0000-4000-8000-000000000001"
INSTANCES = tuple(f"MIG-00000000-0000-4000-8000-00000000010{number}" for number in (1, 2))
MATRIX = """
version: 1
axes: {driver: ["580"], cuda: ["13.0"], variant: [runtime], distro: [ubuntu22.04], engine: [local],
       gpu: [a100-1g], devices: [each], level: [quick], capabilities: ["compute,utility"]}
models: {a100-1g: {names: ["NVIDIA A100 80GB PCIe MIG 1g.10gb"]}}
defaults: {launches: 1, samples: 5, workloads: [vector-add]}
rows: [{product: {}}]
"""


@pytest.fixture
def seen(build, monkeypatch, tmp_path):
    """The node whose one GPU is split in two, by NVML's double."""
    with monkeypatch.context() as patch:
        patch.setenv("LD_LIBRARY_PATH", str(build / "sim/lib"))
        patch.setenv("GPU_SELFTEST_SIM_DIR", str(build / "sim"))
        patch.setenv("GPU_SELFTEST_SIM_PROFILE", "mig")
        found = nodes.probe(name="n1", root=tmp_path)
        assert nodes.others(INSTANCES, found) == ()
    return found


def test_probe_sees_the_gpu_and_its_instances(seen):
    assert [(gpu.uuid, gpu.has_mig, gpu.parent) for gpu in seen.gpus] \
        == [(GPU, True, ""), (INSTANCES[0], False, GPU), (INSTANCES[1], False, GPU)]
    assert [gpu.uuid for gpu in seen.usable] == list(INSTANCES)
    assert {gpu.name for gpu in seen.usable} == {"NVIDIA A100 80GB PCIe MIG 1g.10gb"}
    assert nodes.from_json(json.loads(json.dumps(nodes.to_json(seen)))) == seen


def test_simulated_instance_is_none_that_is_split(program_path):
    [gpu] = nodes.simulated("mig", program=program_path).gpus
    assert (gpu.uuid, gpu.has_mig, gpu.is_instance) == (INSTANCES[0], False, True)


def test_each_instance_is_launched_and_its_numbers_are_its_own(seen, program_path, tmp_path, capsys):
    """The probe of the double stands for that of a machine; its engine is the simulated one."""
    on = replace(seen, simulated="mig", engines=(make("local", program=program_path).facts(),))
    (tmp_path / "node.json").write_text(json.dumps(nodes.to_json(on)))
    (tmp_path / "m.yaml").write_text(MATRIX)
    code = main(["run", str(tmp_path / "m.yaml"), "--node", str(tmp_path / "node.json"), "--out",
                 str(tmp_path / "runs"), "--leases", str(tmp_path / "leases"), "--program", str(program_path)])
    assert code == 0, capsys.readouterr().out
    [path] = bundle.find(tmp_path / "runs")
    told = {launch.gpus: launch.report for launch in bundle.read(path).launches}
    assert set(told) == {(uuid,) for uuid in INSTANCES}
    for (uuid,), report in told.items():
        assert report["gpus"][0]["facts"]["uuid"]["driver"] == uuid
        assert report["gpus_tested"] == 1


def test_an_instance_that_was_asked_for_is_the_one_that_cuda_shows():
    local = make("local", profile="mig")
    for devices, shown in ((INSTANCES[1:], INSTANCES[1]), ((GPU,), None)):
        environment = local._environment(Request("x", None, 1.0, devices=devices))
        assert environment.get("CUDA_VISIBLE_DEVICES") == shown


@pytest.fixture
def split():
    """A node of records.py with one GPU in two instances of the cells' model."""
    whole = node(1).gpus[0]
    return replace(node(), gpus=(replace(whole, uuid=GPU, has_mig=True), *(
        replace(whole, uuid=uuid, parent=GPU) for uuid in INSTANCES)))


def test_instances_are_leased_by_their_gpu(tmp_path, split):
    leases, held = Leases(tmp_path / "leases"), []

    def script(request, number):
        held.append((request.devices, set(leases.holders())))
        return answer(request)

    night(tmp_path, FakeEngine(script), [planned(cell(devices="each"), launches=1)], on=split)
    assert {devices: names for devices, names in held} == {(uuid,): {GPU} for uuid in INSTANCES}


def test_instances_of_one_gpu_never_run_together(tmp_path, split):
    running, most, lock = set(), [], threading.Lock()

    def script(request, number):
        with lock:
            running.add(request.devices)
            most.append(len(running))
        threading.Event().wait(0.02)
        with lock:
            running.discard(request.devices)
        return answer(request)

    launches, _ = night(tmp_path, FakeEngine(script), [planned(cell(devices="each"))], on=split, jobs=2)
    assert (max(most), [one.trouble for one in launches]) == (1, [None] * 6)


class Index:
    """One night, of a node that had these."""

    def __init__(self, gpus):
        self.gpus = gpus

    def runs(self):
        class Run:
            header = {"node": nodes.to_json(replace(node(), gpus=self.gpus))}
        return [Run]


WHOLE = Gpu(GPU, "NVIDIA A100 80GB PCIe", "a100", "0000:01:00.0", "8.0", 0)
SPLIT = (replace(WHOLE, has_mig=True), replace(WHOLE, uuid=INSTANCES[0], parent=GPU))


@pytest.mark.parametrize("before, now, missed", [
    ((WHOLE,), SPLIT, []), (SPLIT, (WHOLE,), []), (SPLIT, SPLIT[:1], []),
    (SPLIT, (replace(WHOLE, uuid="GPU-2"),), [GPU, INSTANCES[0]])],
    ids=["split since", "whole again", "without its instances", "gone"])
def test_a_gpu_is_not_lost_because_it_was_split_or_put_together(before, now, missed):
    earlier = Earlier(Index(before), replace(node(), gpus=now), "2026-11-27")
    assert [gpu.uuid for gpu in earlier.missed()] == missed
