# SPDX-License-Identifier: Apache-2.0
"""Set-ups of the container toolkit: those that are well, and each that is not."""

import pytest

from gpu_selftest_harness import toolkit

DRIVER = "580.95.05"
SPEC = """\
cdiVersion: 0.5.0
kind: nvidia.com/gpu
containerEdits:
  mounts:
  - containerPath: /usr/lib/x86_64-linux-gnu/libcuda.so.{version}
    hostPath: /usr/lib/x86_64-linux-gnu/libcuda.so.{version}
"""
CONFIGURATION = """\
disable-require = false
[nvidia-container-cli]
load-kmods = true
[nvidia-container-runtime]
mode = "cdi"
"""


@pytest.fixture
def put(tmp_path):
    def put_it(name, text):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return put_it


def test_machine_without_toolkit(tmp_path):
    assert toolkit.read(DRIVER, tmp_path) == toolkit.Toolkit(None)


def test_machine_that_is_well(tmp_path, put):
    put("etc/nvidia-container-runtime/config.toml", CONFIGURATION)
    put("etc/cdi/nvidia.yaml", SPEC.format(version=DRIVER))
    assert toolkit.read(DRIVER, tmp_path) == toolkit.Toolkit("cdi")


@pytest.mark.parametrize("text", ["", "[nvidia-container-runtime]\n", "nvidia-container-runtime = 1",
                                  "[nvidia-container-runtime]\nmode = 3\n"])
def test_mode_that_is_not_set(tmp_path, put, text):
    put("etc/nvidia-container-runtime/config.toml", text)
    assert toolkit.read(DRIVER, tmp_path) == toolkit.Toolkit(None)


def test_configuration_that_is_none_is_told(tmp_path, put):
    put("etc/nvidia-container-runtime/config.toml", "[[[")
    found = toolkit.read(DRIVER, tmp_path)
    assert found.mode is None
    assert "'/etc/nvidia-container-runtime/config.toml' cannot be read: " in found.problems[0]


@pytest.mark.parametrize("place", ["etc/cdi/nvidia.yaml", "var/run/cdi/nvidia.yaml"])
def test_specification_of_an_older_driver_is_told(tmp_path, put, place):
    put(place, SPEC.format(version="535.261.03"))
    assert toolkit.read(DRIVER, tmp_path).problems == (
        f"'/{place}' is for driver 535.261.03, and 580.95.05 runs: "
        f"nvidia-ctk cdi generate --output=/{place}",)


def test_specification_in_json(tmp_path, put):
    put("etc/cdi/nvidia.json", '{"kind": "nvidia.com/gpu", "x": "/lib/libcuda.so.535.261.03"}')
    assert len(toolkit.read(DRIVER, tmp_path).problems) == 1


@pytest.mark.parametrize("name, text", [
    ("nvidia.yaml.off", SPEC.format(version="535.1")),  # no engine reads it
    ("other.yaml", SPEC.format(version="535.1").replace("nvidia.com", "example.com")),
    ("nvidia.yaml", SPEC.replace("libcuda.so.{version}", "libcuda.so.1")),
])
def test_file_that_says_nothing_of_the_driver(tmp_path, put, name, text):
    put(f"etc/cdi/{name}", text)
    assert toolkit.read(DRIVER, tmp_path).problems == ()


def test_without_a_driver_no_specification_is_wrong(tmp_path, put):
    put("etc/cdi/nvidia.yaml", SPEC.format(version="535.1"))
    assert toolkit.read(None, tmp_path).problems == ()
