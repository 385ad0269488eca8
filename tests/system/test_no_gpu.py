# SPDX-License-Identifier: Apache-2.0
"""No GPU and no simulation: the answer names who has to act, and what to do."""

import pytest

from selftest import kernel_module, pci_device, plant

WSL = {"/dev/dxg": ""}
LEFT_OVER = {"/dev/nvidiactl": ""}
OTHER_VENDOR = pci_device(vendor="0x1002")
# An NVIDIA bridge (NVSwitch) or audio function is no GPU.
NO_DISPLAY = pci_device(pci_class="0x040300")

# name, what the machine shows, environment, id, words that the evidence must hold
MACHINES = [
    ("nothing", {}, {}, "host.no-gpu", ["no NVIDIA device", "libcuda.so.1"]),
    ("other-vendor", OTHER_VENDOR, {}, "host.no-gpu", []),
    ("no-display", NO_DISPLAY, {}, "host.no-gpu", []),
    ("gpu-without-module", pci_device(), {}, "host.module-not-loaded", ["0000:65:00.0"]),
    ("left-over-node", LEFT_OVER, {}, "host.module-not-loaded", ["/dev/nvidiactl"]),
    ("module", {**pci_device(), **kernel_module()}, {}, "runtime.libcuda-missing", ["580.95.05"]),
    ("wsl", WSL, {}, "runtime.libcuda-missing", ["/dev/dxg"]),
    ("asked-for", {}, {"NVIDIA_VISIBLE_DEVICES": "all"}, "runtime.libcuda-missing",
     ["NVIDIA_VISIBLE_DEVICES", "all"]),
    # NVIDIA Container Toolkit: void, empty and unset inject nothing.
    ("void", {}, {"NVIDIA_VISIBLE_DEVICES": "void"}, "host.no-gpu", []),
    ("empty", {}, {"NVIDIA_VISIBLE_DEVICES": ""}, "host.no-gpu", []),
    # The machine's own state is stronger evidence than a wish.
    ("asked-for-without-module", pci_device(), {"NVIDIA_VISIBLE_DEVICES": "all"},
     "host.module-not-loaded", []),
]


@pytest.mark.parametrize("files, env, finding, words", [row[1:] for row in MACHINES],
                         ids=[row[0] for row in MACHINES])
def test_each_machine_gets_its_cause(bare_program, tmp_path, files, env, finding, words):
    root = plant(tmp_path / "root", {"/sys/bus/pci/devices": None, "/proc": None, **files})
    outcome = bare_program.report("--root", root, env=env, timeout=10)

    assert outcome.exit == 1, outcome.describe()
    assert outcome.report["verdict"] == "FAIL"
    assert outcome.counted() == {finding}
    assert outcome.report["headline"]["id"] == finding
    assert outcome.report["headline"]["layer"] == finding.split(".")[0]
    assert not outcome.report["simulated"]
    assert set(outcome.workloads().values()) == {"SKIP"}
    for word in words:
        assert word in outcome.report["headline"]["observed"]
    assert "SIMULATED" not in outcome.out


def test_root_can_come_from_the_environment(bare_program, tmp_path):
    root = plant(tmp_path / "root", pci_device())
    outcome = bare_program.report(env={"GPU_SELFTEST_ROOT": str(root)}, timeout=10)

    assert outcome.counted() == {"host.module-not-loaded"}


def test_the_head_says_who_and_what_to_do(bare_program, tmp_path):
    """One look is enough: verdict, layer and id, the remedy, and a way without a GPU."""
    root = plant(tmp_path / "root", {"/sys/bus/pci/devices": None})
    outcome = bare_program.run("--root", root, timeout=10)
    first, second = outcome.out.splitlines()[:2]

    assert outcome.exit == 1
    assert first.startswith("FAIL") and "host.no-gpu" in first and "no GPU" in first
    assert second.strip().startswith("next (host): ")
    assert "--simulate" in second
    assert outcome.err == ""


def test_json_to_stdout_moves_the_text(bare_program, tmp_path):
    root = plant(tmp_path / "root", {"/sys/bus/pci/devices": None})
    outcome = bare_program.run("--root", root, "--json", "-", timeout=10)

    assert outcome.out.startswith("{") and outcome.out.endswith("}\n")
    assert outcome.err.startswith("FAIL")


def test_nagios_exit(bare_program, tmp_path):
    root = plant(tmp_path / "root", {"/sys/bus/pci/devices": None})

    assert bare_program.run("--root", root, "--exit-map", "nagios", timeout=10).exit == 2


def test_nothing_is_written_to_the_home(bare_program, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    bare_program.run(env={"HOME": str(home)}, timeout=10)

    assert list(home.iterdir()) == []
