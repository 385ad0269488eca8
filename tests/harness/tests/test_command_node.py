# SPDX-License-Identifier: Apache-2.0
"""The verb `node`, as somebody types it."""

import argparse
import json

import pytest

from gpu_selftest_harness import node
from gpu_selftest_harness.commands import node as command
from gpu_selftest_harness.errors import Failed, Refused
from gpu_selftest_harness.lease import Leases

A, B = (f"GPU-00000000-0000-4000-8000-00000000000{n}" for n in "12")


@pytest.fixture
def typed(capsys):
    """What is printed for these words."""
    def type_it(*words):
        parser = argparse.ArgumentParser()
        command.register(parser.add_subparsers(required=True))
        options = parser.parse_args(["node", *map(str, words)])
        assert options.run(options) == 0
        return capsys.readouterr().out
    return type_it


@pytest.fixture
def simulated(typed, program_path):
    return lambda *words: typed("show", "--program", program_path, "--simulate", *words)


# --- show -------------------------------------------------------------------------------------


def test_simulated_machine(simulated):
    lines = simulated("h100x8").splitlines()
    assert lines[0].startswith("simulated-h100x8  driver 580.95.05 (CUDA 13.0)  8 GPUs  ")
    assert lines[0].endswith("SIMULATED h100x8")
    assert len([line for line in lines if line.startswith("  gpu ")]) == 8
    assert lines[1].split() == ["gpu", "0", A, "0000:1b:00.0", "NVIDIA", "H100", "80GB", "HBM3"]
    assert lines[-1].startswith("  engine   local  ")


def test_names_of_a_matrix(simulated, top):
    path = top / "tests/harness/matrices/simulated.yaml"
    assert "h100-sxm5-80gb" in simulated("h100x8", "--matrix", path)
    assert "not in the matrix" in simulated("v100x16", "--matrix", path)


def test_machine_without_gpus(simulated):
    lines = simulated("empty", "--name", "n").splitlines()
    assert lines[0].startswith("n  driver 580.95.05 (CUDA 13.0)  0 GPUs")
    assert lines[-1] == "  problem  simulated empty: FAIL host.no-gpu"


def test_json_is_the_node(simulated, program_path):
    record = json.loads(simulated("h100x8", "--json"))
    assert node.from_json(record) == node.simulated("h100x8", program=program_path)


def test_expected_driver(simulated):
    fault = ("--fault", "driver version=535.261.03 cuda=12.2")
    assert "driver 535.261.03" in simulated("h100x8", *fault, "--expect-driver", "535")
    with pytest.raises(Failed, match="driver 580 is expected, and 'n' has 535.261.03"):
        simulated("h100x8", *fault, "--name", "n", "--expect-driver", "580")


def test_this_machine(typed, program_path, tmp_path, monkeypatch):
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    (tmp_path / "libnvidia-ml.so.1").touch()
    text = typed("show", "--program", program_path, "--engine", "local", "--name", "here")
    assert text.startswith("here  ")
    assert "  engine   local  " in text
    assert "  problem  NVML: nvml shared library not found" in text


def test_unknown_engine_is_refused(typed):
    with pytest.raises(Refused, match="unknown engine 'lxc', valid are local, docker, podman"):
        typed("show", "--engine", "lxc")


def test_fault_of_a_real_machine_is_refused(typed):
    with pytest.raises(Refused, match="'--fault' goes with '--simulate'"):
        typed("show", "--fault", "gpu 0 lost")


def test_names_steer_no_terminal(typed, simulated, monkeypatch):
    monkeypatch.setattr(node, "_value", lambda values: "\x1b[31mred\x1b[0m\nline")
    text = simulated("h100x8")
    assert "\x1b" not in text
    assert "red line" in text


# --- leases and clear -------------------------------------------------------------------------


def test_nothing_is_in_use(typed, tmp_path):
    assert typed("leases", "--leases", tmp_path) == "no GPU is in use\n"


def test_leases__folder_that_is_not_there_is_told(tmp_path, typed):
    """It may be the wrong one, and then nobody looked."""
    text = typed("leases", "--leases", tmp_path / "none")

    assert text == f"no GPU was ever leased in '{tmp_path}/none'\n"


def test_who_uses_what(typed, tmp_path):
    leases = Leases(tmp_path, what="run 7")
    leases.poison([B], "container 'x' cannot be removed")
    with leases.hold([A]):
        lines = typed("leases", "--leases", tmp_path).splitlines()
    assert lines[0].startswith(f"{A}  in use by process ")
    assert "('run 7') since " in lines[0]
    assert lines[1:] == [f"{B}  not to be used: container 'x' cannot be removed"]


def test_poisoned_gpu_is_cleared(typed, tmp_path):
    Leases(tmp_path).poison([A, B], "why")
    assert typed("clear", A, "--leases", tmp_path) == f"'{A}' may be used again\n"
    assert Leases(tmp_path).poisoned() == {B: "why"}


def test_gpu_that_is_not_poisoned_is_refused_with_those_that_are(typed, tmp_path):
    Leases(tmp_path).poison([B], "why")
    with pytest.raises(Refused, match=f"'{A}' is not kept from use: {B}"):
        typed("clear", A, "--leases", tmp_path)
    with pytest.raises(Refused, match="'../x' is not kept from use: no GPU is"):
        typed("clear", "../x", "--leases", tmp_path / "other")
