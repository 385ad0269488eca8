# SPDX-License-Identifier: Apache-2.0
"""scripts/simulate-injection without an engine: what it makes, and what it refuses. What engines do
with it is tried in tests/containers."""

import json
import os
import shutil
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader

import pytest

from selftest import TOP

SCRIPT = TOP / "scripts/simulate-injection"
OURS = "/etc/cdi/gpu-selftest.json"


@pytest.fixture
def simulate(build):
    def run(*args):
        return subprocess.run([SCRIPT, "--sim", build / "sim", *args], capture_output=True,
                              text=True, check=False)
    return run


def spec_of(folder):
    return json.loads((folder / "cdi/gpu-selftest.json").read_text())


def test_spec_has_each_gpu_by_index_and_uuid(simulate, tmp_path):
    done = simulate("--profile", "rtx4090x2", tmp_path / "made")

    assert done.returncode == 0, done.stderr
    spec = spec_of(tmp_path / "made")
    names = [device["name"] for device in spec["devices"]]
    # The profile's own, in the order of the bus.
    uuids = [f"GPU-00000000-0000-4000-8000-{number:012}" for number in (1, 2)]
    assert names == ["0", uuids[0], "1", uuids[1], "all"]
    assert spec["kind"] == "nvidia.com/gpu"
    nodes = [[node["path"] for node in device["containerEdits"]["deviceNodes"]]
             for device in spec["devices"]]
    assert nodes == [["/dev/nvidia0"]] * 2 + [["/dev/nvidia1"]] * 2 + [["/dev/nvidia0",
                                                                       "/dev/nvidia1"]]
    for mount in spec["containerEdits"]["mounts"]:
        assert mount["hostPath"].startswith(str(tmp_path / "made")), mount
    assert "sudo podman run --rm --device nvidia.com/gpu=all" in done.stdout


def test_split_gpu_is_given_by_instance(simulate, tmp_path):
    assert simulate("--profile", "mig", tmp_path / "made").returncode == 0

    devices = spec_of(tmp_path / "made")["devices"]
    uuid = "MIG-00000000-0000-4000-8000-0000000001{:02}"
    assert [device["name"] for device in devices] == ["0:0", uuid.format(1), "0:1", uuid.format(2),
                                                      "all"]
    # GPU instance 8, its compute instance 0: 3 + 8 * 9, and one more.
    assert [node["path"] for node in devices[2]["containerEdits"]["deviceNodes"]] == [
        "/dev/nvidia0", "/dev/nvidia-caps/nvidia-cap75", "/dev/nvidia-caps/nvidia-cap76"]


def test_rootless_has_no_node_to_make(simulate, tmp_path):
    assert simulate("--profile", "t4x1", "--rootless", tmp_path / "made").returncode == 0

    spec = spec_of(tmp_path / "made")
    every = [spec, *spec["devices"]]
    assert not any("deviceNodes" in part["containerEdits"] for part in every)
    targets = {mount["containerPath"] for part in every for mount in part["containerEdits"]["mounts"]}
    assert {"/dev/nvidia0", "/dev/nvidiactl", "/dev/nvidia-uvm"} <= targets


@pytest.mark.parametrize("cuda, names", [
    ("12.4", {"libcudart.so.12", "libcublas.so.12", "libcublasLt.so.12"}),
    ("13.0", {"libcudart.so.13", "libcublas.so.13", "libcublasLt.so.13"})])
def test_runtime_libraries_are_those_of_the_image(simulate, tmp_path, cuda, names):
    assert simulate("--cuda", cuda, tmp_path / "made").returncode == 0

    made = {path.name for path in (tmp_path / "made/sim/runtime").iterdir()}
    assert made == names | {"libnccl.so.2", "libgpusim.so"}


def test_base_has_the_cuda_runtime_alone(simulate, tmp_path):
    assert simulate("--variant", "base", tmp_path / "made").returncode == 0

    made = {path.name for path in (tmp_path / "made/sim/runtime").iterdir()}
    assert made == {"libcudart.so.13", "libgpusim.so"}


def test_library_that_is_missing_is_not_found_behind(simulate, tmp_path):
    assert simulate("--fault", "libcublas missing", tmp_path / "made").returncode == 0

    runtime = tmp_path / "made/sim/runtime"
    assert (runtime / "libcublas.so.13").stat().st_size == 0
    assert (runtime / "libcudart.so.13").stat().st_size > 0


def test_made_again_it_replaces_its_own(simulate, tmp_path):
    assert simulate("--profile", "h100x8", tmp_path / "made").returncode == 0
    assert simulate("--profile", "t4x1", tmp_path / "made").returncode == 0

    assert sorted(path.name for path in (tmp_path / "made/gpus").iterdir()) == ["0"]


def closed_to_others(folder):
    """What somebody without rights could not read, enter or start."""
    for path in (folder, *folder.rglob("*")):
        mode = path.lstat().st_mode
        needed = 0o005 if path.is_dir() or mode & 0o100 else 0o004
        if not path.is_symlink() and mode & needed != needed:
            yield str(path.relative_to(folder)), oct(mode)


def test_whoever_runs_in_a_container_can_read_it(build, tmp_path):
    """Whatever the umask of who makes it, and of who built what it is made of."""
    sim = tmp_path / "sim"
    shutil.copytree(build / "sim", sim, symlinks=True)
    for path in sim.rglob("*"):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & 0o700)
    done = subprocess.run([SCRIPT, "--sim", sim, "--profile", "t4x1", tmp_path / "made"],
                          capture_output=True, text=True, check=False, umask=0o077)

    assert done.returncode == 0, done.stderr
    assert dict(closed_to_others(tmp_path / "made")) == {}
    assert os.access(tmp_path / "made/bin/nvidia-container-runtime-hook", os.X_OK)


@pytest.mark.parametrize("args, said", [
    (["--profile", "h100x9"], "unknown profile 'h100x9' (known: a100-pcie-switch-x4"),
    (["--fault", "mme 0 flip=1"], "mme"),
    (["--cuda", "9.0"], "choose from '11.8', '12.4', '12.9', '13.0'"),
], ids=["profile", "fault", "cuda"])
def test_unknown_word_is_refused_with_the_choices(simulate, tmp_path, args, said):
    assert simulate("--profile", "t4x1", tmp_path / "made").returncode == 0
    done = simulate(*args, tmp_path / "made")

    assert done.returncode == 2
    assert said in done.stderr
    assert spec_of(tmp_path / "made"), "what was there is gone"


def test_folder_of_somebody_else_is_left_alone(simulate, tmp_path):
    (tmp_path / "letter").write_text("dear")
    done = simulate(tmp_path)

    assert done.returncode == 2
    assert f"'{tmp_path}' is not empty and not made by this program" in done.stderr
    assert (tmp_path / "letter").read_text() == "dear"


def test_path_that_docker_would_split_is_refused(simulate, tmp_path):
    done = simulate(tmp_path / "two words")

    assert done.returncode == 2
    assert "has a blank, a colon or a comma" in done.stderr


def test_installed_tree_makes_it_without_the_source(build, tmp_path):
    subprocess.run(["cmake", "--install", build, "--prefix", tmp_path / "usr"], check=True,
                   capture_output=True)
    [script] = (tmp_path / "usr").rglob("simulate-injection")
    done = subprocess.run([script, "--profile", "t4x1", tmp_path / "made"], capture_output=True,
                          text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert [device["name"] for device in spec_of(tmp_path / "made")["devices"]][0] == "0"


# --- what is said of the machine on which it was made ---

@pytest.fixture
def said(tmp_path, monkeypatch, capsys):
    """Makes folders and files, and gives what is printed on a machine that has only these."""
    monkeypatch.setattr(sys, "path", [str(SCRIPT.parent), *sys.path])
    loader = SourceFileLoader("simulate_injection", str(SCRIPT))
    script = module_from_spec(spec_from_loader("simulate_injection", loader))
    loader.exec_module(script)

    def say(files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        script.tell("/made", tmp_path)
        return capsys.readouterr().out

    return say


# As nvidia-ctk and others write it.
REAL = "---\ncdiVersion: 0.5.0\nkind: nvidia.com/gpu\ndevices:\n- name: \"0\"\n"
REAL_JSON = '{"cdiVersion": "0.5.0", "kind":"nvidia.com/gpu", "devices": []}'


@pytest.mark.parametrize("path, text, words", [
    ("etc/cdi/nvidia.yaml", REAL, "engines refuse a GPU that both define"),
    ("etc/cdi/nvidia.json", REAL_JSON, "engines refuse a GPU that both define"),
    ("var/run/cdi/nvidia.yaml", REAL, "it wins without a word"),
    ("var/run/cdi/gpu-selftest.json", REAL_JSON, "it wins without a word"),
])
def test_another_specification_of_gpus_is_named(said, path, text, words):
    lines = [line for line in said({path: text}).splitlines() if f"'/{path}'" in line]

    assert len(lines) == 1 and words in lines[0], lines
    assert f"sudo mv /{path} " in lines[0]


@pytest.mark.parametrize("path, text", [
    (OURS.lstrip("/"), REAL_JSON),  # replaced by the next step
    ("etc/cdi/nvidia.yaml.off", REAL),  # engines read .json and .yaml
    ("var/run/cdi/other.yaml", REAL.replace("nvidia.com/gpu", "nvidia.com/gpu-other")),
    ("etc/cdi/other.yaml", REAL.replace("nvidia.com/gpu", "example.com/gpu")),
])
def test_specification_of_something_else_is_not_named(said, path, text):
    assert f"'/{path}'" not in said({path: text})


def test_label_that_selinux_wants_is_told(said):
    command = "sudo chcon -R -t container_file_t /made"

    assert command not in said({})
    assert command in said({"sys/fs/selinux/enforce": "1"})


def test_specification_that_cannot_be_read_is_named(said, tmp_path):
    (tmp_path / "etc/cdi").mkdir(parents=True)
    (tmp_path / "etc/cdi/nvidia.yaml").symlink_to("nowhere")

    assert ("'/etc/cdi/nvidia.yaml' cannot be read (No such file or directory) and may define "
            "nvidia.com/gpu, too") in said({})
