# SPDX-License-Identifier: Apache-2.0
"""No GPU and no simulation: the answer names who has to act, and what to do."""

import pytest

from selftest import bound_gpu, kernel_module, pci_device, plant

WSL = {"/dev/dxg": ""}
LEFT_OVER = {"/dev/nvidiactl": ""}
OTHER_VENDOR = pci_device(vendor="0x1002")
# An NVIDIA bridge (NVSwitch) or audio function is no GPU.
NO_DISPLAY = pci_device(pci_class="0x040300")

# What opening the GPUs makes of it, without the audit.
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
    outcome = bare_program.report("--root", root, "--skip", "audit", env=env, timeout=10)

    assert_one_cause(outcome, finding, words)
    assert set(outcome.workloads().values()) == {"SKIP"}


# In a container of Docker's, on a host whose driver has a GPU.
DOCKER = {"/.dockerenv": "", **bound_gpu(), **kernel_module(),
          "/proc/devices": "Character devices:\n195 nvidia\n509 nvidia-uvm\n\nBlock devices:\n"}
NO_BUS = {"/sys/bus": None}

# The same columns, and who tells: the audit, or whoever opens the GPUs.
AUDITED = [
    ("nothing", {}, {}, "host.no-gpu", ["/sys/bus/pci/devices"], "audit"),
    ("other-vendor", OTHER_VENDOR, {}, "host.no-gpu", [], "audit"),
    ("no-display", NO_DISPLAY, {}, "host.no-gpu", [], "audit"),
    ("no-bus", NO_BUS, {}, "host.no-gpu", ["no NVIDIA device"], None),
    ("gpu-without-module", pci_device(), {}, "host.module-not-loaded", ["0000:65:00.0"], None),
    ("gpu-without-module-in-proc", {**pci_device(), "/proc/devices": "Character devices:\n"}, {},
     "host.module-not-loaded", ["/proc/devices"], "audit"),
    ("module", {**bound_gpu(), **kernel_module()}, {}, "runtime.libcuda-missing", ["580.95.05"],
     None),
    # That the image asks for GPUs does not put one into the machine.
    ("asked-for", {}, {"NVIDIA_VISIBLE_DEVICES": "all"}, "host.no-gpu", [], "audit"),
    ("asked-for-without-module", pci_device(), {"NVIDIA_VISIBLE_DEVICES": "all"},
     "host.module-not-loaded", [], None),
    ("docker-without-gpus", DOCKER, {}, "user.no-gpus-requested", ["not set"], "audit"),
    ("docker-with-void", DOCKER, {"NVIDIA_VISIBLE_DEVICES": "void"},
     "runtime.void-without-injection", ["'void'"], "audit"),
    ("docker-that-ignores-all", DOCKER, {"NVIDIA_VISIBLE_DEVICES": "all"},
     "runtime.nothing-injected", ["'all'"], "audit"),
]


def assert_one_cause(outcome, finding, words):
    assert outcome.exit == 1, outcome.describe()
    assert outcome.report["verdict"] == "FAIL"
    assert outcome.counted() == {finding}, outcome.describe()
    assert outcome.report["headline"]["id"] == finding
    assert outcome.report["headline"]["layer"] == finding.split(".")[0]
    assert not outcome.report["simulated"]
    for word in words:
        assert word in outcome.report["headline"]["observed"]
    assert "SIMULATED" not in outcome.out


@pytest.mark.parametrize("files, env, finding, words, teller", [row[1:] for row in AUDITED],
                         ids=[row[0] for row in AUDITED])
def test_a_plain_run_names_the_layer(bare_program, tmp_path, files, env, finding, words, teller):
    whole = {"/sys/bus/pci/devices": None} if files is not NO_BUS else {}
    root = plant(tmp_path / "root", {**whole, "/proc": None, **files})
    outcome = bare_program.report("--root", root, env=env, timeout=10)
    [told] = outcome.checks("FAIL", "ERROR")
    skipped = {workload["name"]: workload for workload in outcome.report["workloads"]}
    audit = skipped.pop("audit")

    assert_one_cause(outcome, finding, words)
    assert told["workload"] == teller
    assert audit["verdict"] == ("FAIL" if teller else "PASS")
    for workload in skipped.values():
        assert workload["verdict"] == "SKIP"
        assert workload["blocked_by"] == finding
        assert workload["reason"] == f"blocked by {finding}"
    # What was found twice is told once.
    assert outcome.out.count(f"id      {finding} ") == 1
    assert outcome.out.splitlines()[-1].startswith(
        f"{int(not teller)} passed, 1 failed, {len(skipped)} skipped")


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
