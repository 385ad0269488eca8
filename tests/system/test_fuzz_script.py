# SPDX-License-Identifier: Apache-2.0
"""scripts/fuzz: what it refuses, and that each target is whole. Fuzzing itself is a step of
scripts/test."""

import os
import re
import shutil
import subprocess

import pytest

from selftest import TOP

FUZZ = TOP / "tests/fuzz"
TARGETS = sorted(path.stem.removeprefix("fuzz_") for path in FUZZ.glob("fuzz_*.c"))


def run(*args, path=os.environ["PATH"]):
    return subprocess.run([TOP / "scripts/fuzz", *args], env={"PATH": path}, capture_output=True,
                          text=True, timeout=60, check=False)


@pytest.mark.parametrize("args, words", [
    (["no-such-target"], "unknown target 'no-such-target', expected one of: " + " ".join(TARGETS)),
    (["--seconds", "0"], "--seconds needs a number of seconds, not '0'"),
    (["--seconds"], "--seconds needs a number of seconds, not ''"),
    (["--secnods", "5"], "unknown option '--secnods'"),
])
def test_usage(args, words):
    done = run(*args)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stdout == ""


def test_without_clang_it_does_not_run(tmp_path):
    for tool in ("bash", "dirname", "mkdir"):
        (tmp_path / tool).symlink_to(shutil.which(tool))
    done = run(path=str(tmp_path))
    assert done.returncode == 77
    assert "no clang with libFuzzer" in done.stderr


@pytest.mark.parametrize("target", TARGETS)
def test_each_target_is_built_and_has_seeds(target):
    built = re.findall(r"^gst_fuzz_target\((\w+)", (FUZZ / "CMakeLists.txt").read_text(), re.M)
    assert target in built
    assert any((FUZZ / "seeds" / target).iterdir())
