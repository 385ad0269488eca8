# SPDX-License-Identifier: Apache-2.0
"""What pip makes of tests/harness: everything that the package reads is in the wheel, and its
command starts from there."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

HARNESS = Path(__file__).resolve().parent.parent
PACKAGE = "gpu_selftest_harness"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    pytest.importorskip("flit_core", reason="flit_core is not installed")
    into = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index",
                    "--no-build-isolation", "--disable-pip-version-check", "-w", str(into),
                    str(HARNESS)], check=True, capture_output=True, text=True)
    return next(into.glob("*.whl"))


def files_of_package():
    return {str(path.relative_to(HARNESS)) for path in (HARNESS / PACKAGE).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts}


def test_wheel__holds_every_file_of_the_package(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if name.startswith(PACKAGE + "/")}

    assert names == files_of_package()


def test_wheel__leaves_nothing_in_the_sources(wheel):
    assert not list(HARNESS.glob("build")) and not list(HARNESS.glob("*.egg-info"))


def test_wheel__command_of_pyproject_is_one_that_exists(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
        names = archive.namelist()
        points = archive.read(next(n for n in names if n.endswith("entry_points.txt"))).decode()

    assert "gpu-selftest-harness=gpu_selftest_harness.cli:main" in points
