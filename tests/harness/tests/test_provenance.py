# SPDX-License-Identifier: Apache-2.0
"""What numbers were measured with, and what is told of two nights."""

import copy
import json
from dataclasses import replace
from pathlib import Path

import pytest

from gpu_selftest_harness import node, provenance
from gpu_selftest_harness.engines import Request, make
from gpu_selftest_harness.model import EngineFacts, Gpu, Launch, Node
from gpu_selftest_harness.provenance import Difference

A, B = "GPU-00000000-0000-4000-8000-00000000000a", "GPU-00000000-0000-4000-8000-00000000000b"
FACTS = {"vbios": {"nvml": "96.00.A5"}, "ecc_enabled": {"driver": 1, "nvml": 1},
         "power_limit_w": {"nvml": 700}, "sm_clock_max_hz": {"nvml": 1980000000},
         "temperature_celsius": {"nvml": 33}, "serial": {"nvml": "123"}}


def gpu_of(index, uuid, **facts):
    return {"index": index, "facts": {"uuid": {"driver": uuid}, "name": {"nvml": "H100"}, **FACTS,
                                      **facts}}


REPORT = {"suite": {"version": "0.1.0", "commit": "abc"},
          "facts": {"driver_version": {"nvml": "580.95.05"}, "cuda_version": {"driver": "13.0"},
                    "nccl_version": {"runtime": "2.28.9"}, "injection_mode": {"audit": "legacy"}},
          "gpus": [gpu_of(0, A), gpu_of(1, B)]}
NODE = Node("node7", "580.95.05", "13.0", (Gpu(A, "H100", "", "", "9.0", 0),
                                           Gpu(B, "H100", "", "", "9.0", 1)),
            (EngineFacts("docker", "27.1.1", "1.17.4", "legacy"),), "x86_64", "6.8.0", "debian 12")
HEADER = {"node": node.to_json(NODE), "versions": {"harness": "0.1.0", "commit": "def"}}
LAUNCH = Launch("0001", "key", "measure", 0, "docker", "gpu-selftest:13.0", "sha256:1", (), (A, B),
                "2026-11-27T00:00:00Z", 0.0, 1.0, "run", 0, report=REPORT)


def of(header=HEADER, launch=LAUNCH):
    return provenance.of(header, launch)


def with_report(change):
    report = copy.deepcopy(REPORT)
    change(report)
    return of(launch=replace(LAUNCH, report=report))


def with_node(**fields):
    return of(HEADER | {"node": node.to_json(replace(NODE, **fields))})


# --- What is in it ----------------------------------------------------------------------------


def test_what_is_known_of_a_launch():
    assert of() == {
        "driver": {"version": "580.95.05", "cuda": "13.0"},
        "image": {"name": "gpu-selftest:13.0", "digest": "sha256:1"},
        "program": {"version": "0.1.0", "commit": "abc"},
        "libraries": {"nccl": "2.28.9"},
        "engine": {"name": "docker", "version": "27.1.1", "toolkit": "1.17.4",
                   "injection": "legacy"},
        "node": {"name": "node7", "kernel": "6.8.0", "distro": "debian 12",
                 "architecture": "x86_64", "faults": []},
        "harness": {"harness": "0.1.0", "commit": "def"},
        "gpus": {uuid: {"name": "H100", "vbios": "96.00.A5", "ecc_enabled": 1,
                        "power_limit_w": 700, "sm_clock_max_hz": 1980000000}
                 for uuid in (A, B)},
    }


def test_launch_without_report_is_known_by_its_node_and_engine():
    record = of(launch=replace(LAUNCH, report=None, injection="cdi"))
    assert record["driver"] == {"version": "580.95.05", "cuda": "13.0"}
    assert record["engine"]["injection"] == "cdi"
    assert record["gpus"] == {A: {"name": "H100"}, B: {"name": "H100"}}


@pytest.mark.parametrize("report", [{}, {"facts": 1, "gpus": {}, "suite": []},
                                    {"gpus": [None, {"facts": [1]}], "facts": {"nccl_version": 2}}])
def test_report_that_is_none_is_no_crash(report):
    record = of({"node": None, "versions": None}, replace(LAUNCH, report=report))
    assert record["image"]["digest"] == "sha256:1"


@pytest.mark.parametrize("header", [{}, {"node": 1, "versions": []},
                                    {"node": {"gpus": [1, {"uuid": [2]}], "engines": ["docker"]}}])
def test_header_that_is_none_is_no_crash(header):
    assert of(header)["driver"]["version"] == "580.95.05"
    assert len(provenance.digest(of(header))) == 16


def test_of_a_real_launch(program_path, tmp_path):
    engine = make("local", program=program_path, profile="h100x8")
    ran = engine.run(Request("test", tmp_path, 60.0, arguments=("device-query",)))
    seen = node.simulated("h100x8", program=program_path, name="sim")
    record = of({"node": node.to_json(seen)}, replace(
        LAUNCH, engine="local", image="", digest=engine.resolve(), report=json.loads(ran.report)))
    assert record["node"]["simulated"] == "h100x8"
    assert record["libraries"]["cudart"] == "13.0"
    assert len(record["gpus"]) == 8
    assert all(gpu["ecc_enabled"] == 1 and gpu["power_limit_w"] == 700
               for gpu in record["gpus"].values())
    assert "serial" not in json.dumps(record)


# --- Its digest -------------------------------------------------------------------------------


def test_digest_is_that_of_the_content_in_any_order():
    record = of()
    assert provenance.digest(dict(reversed(record.items()))) == provenance.digest(record)


def test_temperature_is_no_part_of_it():
    def warmer(report):
        report["gpus"][0]["facts"]["temperature_celsius"] = {"nvml": 80}
        report["started_utc"] = "2026-11-28T00:00:00Z"

    assert provenance.digest(with_report(warmer)) == provenance.digest(of())


def test_other_driver_has_another_digest():
    assert provenance.digest(with_report(set_driver)) != provenance.digest(of())


def set_driver(report):
    report["facts"]["driver_version"] = {"nvml": "580.105.08"}


# --- Differences ------------------------------------------------------------------------------


def test_same_is_no_difference():
    assert provenance.difference(of(), of()) == []


def test_what_changed_is_told_for_people_the_driver_first():
    after = of(HEADER | {"node": node.to_json(replace(NODE, kernel="6.9.0"))},
               replace(LAUNCH, digest="sha256:2", report=with_driver()))
    assert provenance.difference(of(), after) == [
        Difference("driver", "580.95.05", "580.105.08"),
        Difference("digest of the image", "sha256:1", "sha256:2"),
        Difference("kernel", "6.8.0", "6.9.0"),
    ]


def with_driver():
    report = copy.deepcopy(REPORT)
    set_driver(report)
    return report


@pytest.mark.parametrize("fact, value, difference", [
    ("power_limit_w", 500, Difference("power limit of all 2 GPUs", "700 W", "500 W")),
    ("ecc_enabled", 0, Difference("ECC of all 2 GPUs", "on", "off")),
    ("sm_clock_max_hz", 1755000000, Difference("highest SM clock of all 2 GPUs", "1980 MHz",
                                               "1755 MHz")),
    ("vbios", "97.00", Difference("VBIOS of all 2 GPUs", "96.00.A5", "97.00")),
])
def test_setting_of_all_gpus_is_one_line(fact, value, difference):
    def change(report):
        for gpu in report["gpus"]:
            gpu["facts"][fact] = {"nvml": value}

    assert provenance.difference(of(), with_report(change)) == [difference]


def test_setting_of_one_gpu_names_it():
    def change(report):
        report["gpus"][1]["facts"]["power_limit_w"] = {"nvml": 500}

    assert provenance.difference(of(), with_report(change)) == [
        Difference(f"power limit of {B}", "700 W", "500 W")]


@pytest.mark.parametrize("change, layer", [
    (lambda report: report["facts"].update(driver_version={"nvml": "570.1"}), "host"),
    (lambda report: report["facts"].update(nccl_version={"runtime": "2.20"}), "image"),
    (lambda report: report["suite"].update(version="0.2.0"), "suite"),
    (lambda report: report["facts"].update(injection_mode={"audit": "cdi"}), "runtime"),
    (lambda report: report["gpus"][1]["facts"].update(power_limit_w={"nvml": 500}), "host"),
    (lambda report: report["gpus"][1]["facts"].update(vbios={"nvml": "97.00"}), None),
    (lambda report: report["gpus"].append(gpu_of(2, "GPU-new")), None)])
def test_who_looks_after_what_changed(change, layer):
    one = replace(LAUNCH, injection=None)
    report = copy.deepcopy(REPORT)
    change(report)

    found, = provenance.difference(of(launch=one), of(launch=replace(one, report=report)))

    assert found.layer == layer


def test_gpu_that_was_replaced():
    def change(report):
        report["gpus"][1] = gpu_of(1, "GPU-new", name={"nvml": "H200"})

    after = with_report(change)
    del after["gpus"][B]
    assert provenance.difference(of(), after) == [
        Difference(f"gpu {B}", "H100", "not there"), Difference("gpu GPU-new", "not there", "H200")]


def test_launch_that_tells_less_is_no_difference():
    def change(report):
        del report["facts"]["nccl_version"]
        del report["gpus"][0]["facts"]["vbios"]

    assert provenance.difference(of(), with_report(change)) == []
    assert provenance.difference(of(), of(launch=replace(LAUNCH, report=None))) == []


def test_planted_fault_of_a_simulation_is_a_difference():
    assert provenance.difference(of(), with_node(faults=("link 0-1 rate=0.5",))) == [
        Difference("simulated faults", "none", "link 0-1 rate=0.5")]


def test_differences_survive_json():
    record = json.loads(json.dumps(of()))
    assert provenance.difference(record, of()) == []
    assert provenance.digest(record) == provenance.digest(of())


def test_rows_name_facts_that_the_program_has():
    """So that a fact which is renamed there is missed here."""
    known = (Path(__file__).resolve().parents[3] / "host").rglob("*.c")
    text = "".join(path.read_text() for path in known)
    # Numbers have their unit put behind their name when they are written.
    for name in provenance.ROWS_OF_GPU:
        assert f'"{name}"' in text or f'"{name.rpartition("_")[0]}"' in text, name
