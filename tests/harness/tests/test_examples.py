# SPDX-License-Identifier: Apache-2.0
"""The examples, held against what will read them: systemd, and GitHub's schema of workflows."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from gpu_selftest_harness import cli
from test_report_command import MATRIX as TWO_CELLS
from test_report_command import bundle

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

    assert [line.split()[0] for line in commands] == ["matrix", "matrix", "index", "report", "merge",
                                                         "report"]
    for line in commands:
        words = line.replace("${{ needs.plan.outputs.night }}", "2026-11-28").split()
        cli.parser().parse_args(words)  # ends the test with exit 2 where it does not fit


# --- What the workflow does on a night ---

MATRIX = HERE.parent / "matrices/simulated-580.yaml"
ONE_CELL = TWO_CELLS.replace('["535", "580"]', '["580"]')


def workflow():
    return yaml.safe_load(WORKFLOW.read_text())["jobs"]


def step_that(job, word):
    [step] = [step for step in workflow()[job]["steps"] if word in str(step)]
    return step


def test_workflow__checkout_leaves_what_nodes_keep():
    """git clean would take the index with it, and what was built."""
    assert step_that("node", "actions/checkout")["with"] == {"clean": False}


def test_workflow__all_jobs_mean_the_same_night():
    output = "${{ needs.plan.outputs.night }}"

    assert workflow()["plan"]["outputs"]["night"] == "${{ steps.night.outputs.night }}"
    assert f"--night {output}" in step_that("node", "scripts/nightly")["run"]
    told = [line for line in commands_of_workflow() if line.split()[0] in ("report", "merge")]
    assert len(told) == 3 and all(f"--night {output}" in line for line in told)


@pytest.mark.parametrize("is_there", [True, False])
def test_workflow__uploads_runs_of_two_days_and_not_a_year_of_them(tmp_path, is_there):
    made = time.time() - 3 * 86400
    for name in ("runs/old", "runs/new", "logs/old.log", "logs/new.log") if is_there else ():
        path = tmp_path / "night" / name
        path.mkdir(parents=True)
        if "old" in name:
            os.utime(path, (made, made))
    output = tmp_path / "output"

    subprocess.run(["bash", "-e", "-c", step_that("node", "mtime")["run"]], cwd=tmp_path, check=True,
                   env={**os.environ, "GITHUB_OUTPUT": str(output)}, stderr=subprocess.DEVNULL)

    first, *paths, last = output.read_text().splitlines()
    assert (first, last) == ("paths<<END", "END")
    assert set(paths) == ({"night/runs/new", "night/logs/new.log"} if is_there else set())
    assert "${{ steps.new.outputs.paths }}" in step_that("node", "upload-artifact")["with"]["path"]


def test_workflow__keeps_the_index_of_red_nights_too():
    restored, saved = (step_that("collect", f"actions/cache/{word}") for word in ("restore", "save"))

    assert restored["with"].pop("restore-keys") == "gpu-nights-"
    assert restored["with"] == saved["with"] and saved["if"] == "always()"
    assert saved["with"]["key"].startswith("gpu-nights-${{ github.run_id }}")


@pytest.fixture
def collect(tmp_path):
    """The steps of 'collect' on the night of 2026-11-28: exit codes until the first that is not 0,
    and of those after it that always run."""
    program = tmp_path / "bin/gpu-selftest-harness"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nexec '{sys.executable}' -m gpu_selftest_harness.cli \"$@\"\n")
    program.chmod(0o755)
    shutil.copy(MATRIX, tmp_path / "nightly.yaml")
    env = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}",
           "PYTHONPATH": str(HERE.parent), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}

    def run():
        codes = []
        for step in workflow()["collect"]["steps"]:
            text = step.get("run", "pip").replace("${{ needs.plan.outputs.night }}", "2026-11-28")
            if not text.startswith("pip") and (not any(codes) or step.get("if") == "always()"):
                codes.append(subprocess.run(["bash", "-e", "-c", text], cwd=tmp_path, env=env,
                                            capture_output=True, check=False).returncode)
        return codes
    return run


def test_workflow__a_night_on_which_no_runner_came_is_red_and_has_a_page(collect, tmp_path):
    codes = collect()

    assert codes[-1] == 3 and (tmp_path / "night/report/index.html").is_file()
    assert "MISS" in (tmp_path / "summary.md").read_text()


def test_workflow__a_number_that_dropped_is_red(collect, tmp_path):
    """Though each cell is as expected: of what its verbs say, that of the verdict is the last."""
    for day in range(5, 29):
        bundle(tmp_path / "nights/night-node7/runs", f"2026-11-{day:02}", "PASS",
               (5e10 if day < 24 else 4e10) + 1e7 * (day % 3))
    (tmp_path / "nightly.yaml").write_text(ONE_CELL)

    assert collect()[-1] == 1


def test_workflow__a_good_night_is_green(collect, tmp_path):
    for day in range(17, 29):
        bundle(tmp_path / "nights/night-node7/runs", f"2026-11-{day}", "PASS", 5e10 + 1e7 * (day % 3))
    (tmp_path / "nightly.yaml").write_text(ONE_CELL)

    assert set(collect()) == {0}


def test_readme__lines_of_the_harness_are_commands():
    readme = (HERE.parent / "README.md").read_text()
    lines = re.findall(r"^ {4}gpu-selftest-harness (.*)$", readme, re.M)

    assert {line.split()[0] for line in lines} >= {"index", "report", "retention"}
    for line in lines:
        cli.parser().parse_args(line.split())


def test_readme__the_index_is_made_again_of_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    bundle(tmp_path / "DIR/runs", "2026-11-27", "PASS", 5e10)
    [line] = re.findall(r"^ {4}gpu-selftest-harness (index .*--rebuild.*)$",
                        (HERE.parent / "README.md").read_text(), re.M)

    assert cli.main(line.split()) == 0
    assert (tmp_path / "DIR/index.sqlite").is_file()
