# SPDX-License-Identifier: Apache-2.0
"""The examples, held against what will read them: systemd, and GitHub's schema of workflows."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from gpu_selftest_harness import cli

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parent / "examples"
UNITS = sorted((EXAMPLES / "systemd").iterdir())
WORKFLOW = EXAMPLES / "github" / "nightly.yml"


def verify(folder):
    return subprocess.run(["systemd-analyze", "verify", "--man=no",
                           *map(str, sorted(folder.iterdir()))],
                          capture_output=True, text=True, check=False)


@pytest.fixture
def units(tmp_path):
    """The units with a program that is there: verify looks for it."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    for path in UNITS:
        text = re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", path.read_text())
        (tmp_path / path.name).write_text(text)
    return tmp_path


def test_units__are_verified(units):
    done = verify(units)

    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_units__a_wrong_word_is_told(units):
    service = units / "gpu-selftest-nightly.service"
    service.write_text(service.read_text().replace("ProtectSystem=strict", "ProtectSystem=strictly"))

    assert "strictly" in verify(units).stderr


def settings():
    """Of the service; each has a list of words."""
    found = {}
    for line in (EXAMPLES / "systemd/gpu-selftest-nightly.service").read_text().splitlines():
        name, is_one, value = line.partition("=")
        if is_one and not line.startswith("#"):
            found.setdefault(name, []).extend(value.split())
    return found


def test_service__calls_what_prepare_makes_with_options_that_it_has():
    program, *words = settings()["ExecStart"]
    nightly = (HERE.parent.parent.parent / "scripts/nightly").read_text()

    options = cli.parser().parse_args(words)

    assert program == "/opt/gpu-selftest/build/nightly-venv/bin/gpu-selftest-harness"
    assert str(options.program) == "/opt/gpu-selftest/build/nightly/bin/gpu-selftest"
    assert "venv=$top/build/nightly-venv\nbuild=$top/build/nightly\n" in nightly
    assert str(options.out) == "/var/lib/gpu-selftest"


def test_service__scratch_folders_are_where_the_daemon_sees_them():
    told = settings()

    folder, = (word.partition("=")[2] for word in told["Environment"] if word.startswith("TMPDIR="))

    assert folder in {f"/var/lib/{name}" for name in told["StateDirectory"]}


def test_service__no_setting_closes_the_gpus():
    """Each of these makes a list of devices that are allowed, and the GPUs are not in it."""
    assert not {"ProtectClock", "PrivateDevices", "DeviceAllow"} & settings().keys()
    assert settings()["DevicePolicy"] == ["auto"]


def check_workflow(path, schema="vendor.github-workflows"):
    return subprocess.run([sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema,
                           str(path)], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("schema", ["vendor.github-workflows",
                                    "custom.github-workflows-require-timeout"])
def test_workflow__is_one(schema):
    done = check_workflow(WORKFLOW, schema)

    assert done.returncode == 0, done.stdout + done.stderr


def test_workflow__a_wrong_word_is_told(tmp_path):
    wrong = tmp_path / "nightly.yml"
    wrong.write_text(WORKFLOW.read_text().replace("runs-on:", "run-on:"))

    assert check_workflow(wrong).returncode != 0


def commands_of_workflow():
    jobs = yaml.safe_load(WORKFLOW.read_text())["jobs"].values()
    lines = "\n".join(step.get("run", "") for job in jobs for step in job["steps"])
    return re.findall(r"^ *gpu-selftest-harness (.*?)(?: \|)?$", lines, re.M)


def test_workflow__calls_verbs_that_there_are():
    commands = commands_of_workflow()

    assert [line.split()[0] for line in commands] == ["matrix", "matrix", "index", "report", "merge"]
    for line in commands:
        cli.parser().parse_args(line.split())  # ends the test with exit 2 where it does not fit
