# SPDX-License-Identifier: Apache-2.0
"""The front page's way into a container is what happens: its commands are run as they are written.
What `--gpus all` adds on a machine with NVIDIA's toolkit is here added by hand, from a simulated
one, and what stands in for NVIDIA's images has their names."""

import json
import os
import re
import subprocess

import pytest

import stand_in
from built import BUILD_S, REVISION
from engines import call, demand
from selftest import TOP, validate

README = (TOP / "README.md").read_text()
[SECTION] = re.findall(r"(?ms)^## In a container\n(.*?)^## ", README)
COMMANDS = re.findall(r"(?m)^    (\S.*)$", SECTION)
NAME = "gpu-selftest"

# A docker of the user's, in front of this run's own: it builds without a network what is compiled
# already, the flag becomes what the toolkit would do, and a twin on a processor gets less data than a
# GPU.
DOCKER = """#!/bin/bash
if [ "$1" = build ]; then
    [ "$*" = "build -f images/Dockerfile -t gpu-selftest ." ] || exit 1
    shift
    cd TOP || exit 1
    DOCKER_BUILDKIT=0 exec CLIENT build --network none --build-arg REVISION=REVISION_HERE "$@"
fi
words=()
while [ $# -gt 0 ]; do
    case "$1 $2" in
    "--gpus all")
        if [ -n "$GST_GPUS" ]; then words+=($(cat "$GST_GPUS")); else words+=(--gpus all); fi
        shift 2
        ;;
    "--network none") shift 2 ;;
    "run --rm") words+=(run --rm --network none -e GPU_SELFTEST_SIZE=64K); shift 2 ;;
    *) words+=("$1"); shift ;;
    esac
done
exec CLIENT "${words[@]}"
"""


@pytest.fixture(scope="module")
def user(roomy, built, stack, build, tmp_path_factory):
    """Runs a line of the page in the tree, as somebody whose docker is this run's."""
    engine = roomy("docker")
    demand([*engine.command, "tag", built("docker", "13.0")["runtime"], NAME])
    for stage, name in stand_in.build(engine, "13.0").items():
        # What is built with stands in for devel, which the other variants are not made of.
        if stage != "devel":
            official = {"build": "devel"}.get(stage, stage)
            demand([*engine.command, "tag", name, f"nvidia/cuda:13.0.0-{official}-ubuntu22.04"])
    bin_folder = tmp_path_factory.mktemp("bin")
    docker = bin_folder / "docker"
    real = " ".join(map(str, [call(["which", "docker"]).stdout.strip(), *engine.command[1:]]))
    docker.write_text(DOCKER.replace("CLIENT", real).replace("TOP", str(TOP))
                      .replace("REVISION_HERE", REVISION))
    docker.chmod(0o755)

    def run(line, folder, has_toolkit=True):
        """In a folder that shows the tree, so that nothing is written into it."""
        for name in ("images", "scripts"):
            if not (folder / name).exists():
                (folder / name).symlink_to(TOP / name)
        return subprocess.run(
            ["bash", "-c", line], cwd=folder, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=BUILD_S, check=False,
            env=dict(os.environ, PATH=f"{bin_folder}:{os.environ['PATH']}",
                     GPU_SELFTEST_SIM_DIR=str(build / "sim"),
                     GST_GPUS=str(stack.arguments("l4x1")) if has_toolkit else ""))

    return run


def test_there_is_a_way_in():
    for words in ("docker build", "--gpus all", "explain -", "--json -", "simulate-injection",
                  "--read-only"):
        assert any(words in line for line in COMMANDS), words


def with_what_it_needs(line):
    """With the command before it that makes what it takes."""
    makes = [other for other in COMMANDS if "simulate-injection" in other]
    return " && ".join([*makes, line] if "simulated-host/" in line else [line])


@pytest.mark.parametrize("line", COMMANDS)
def test_command_does_what_is_said(user, tmp_path, line, has_driver):
    if has_driver and "--gpus all" in line and line.endswith("explain -"):
        pytest.skip("this machine has an NVIDIA driver of its own, and may have its toolkit")
    done = user(with_what_it_needs(line), tmp_path, has_toolkit=not line.endswith("explain -"))
    out = f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"

    if "--gpus all" not in line and line.endswith("audit"):
        assert done.returncode == 1 and done.stdout.startswith("FAIL "), out
        return
    assert done.returncode == 0, out
    if line.startswith("docker build"):
        told = user(f"docker image inspect --format '{{{{json .Config.Labels}}}}' {NAME}", tmp_path)
        labels = json.loads(told.stdout)
        assert labels["gpu-selftest.variant"] == "runtime"
        assert labels["org.opencontainers.image.base.name"] == (
            "docker.io/nvidia/cuda:13.0.0-runtime-ubuntu22.04")
    reports = [*tmp_path.glob("report.json")]
    for path in reports:
        assert validate(json.loads(path.read_text()))["verdict"] == "PASS"
    assert bool(reports) == ("report.json" in line)
    if line.endswith(" gpu-selftest") and "run" in line:
        assert "\nPASS " in f"\n{done.stdout}" and "SIMULATED" in done.stdout, out
    if line.endswith("explain -"):
        # This docker has no toolkit, and says so.
        assert done.stdout.startswith("FAIL  runtime.toolkit-not-found "), out


def test_command_that_fails_is_seen(user, tmp_path):
    """The check above is not blind."""
    assert user("docker run --rm gpu-selftest --no-such-option", tmp_path).returncode == 2
    assert user("docker build -t other .", tmp_path).returncode == 1
