# SPDX-License-Identifier: Apache-2.0
"""scripts/nightly: what it sets up, and what it hands over to the harness. Its helpers are stand-ins
that write down how they were called; nothing is fetched or built."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parent.parent.parent.parent
STAND_IN = '#!/bin/sh\necho "{name} $*" >>"{calls}"\nexit {code}\n'


class Tree:
    """A copy of the script in a project whose other parts are stand-ins."""

    def __init__(self, folder):
        self.folder, self.calls = folder, folder / "calls"
        for name in ("scripts/nightly", "scripts/setup.sh", "tests/requirements.txt",
                     "tests/harness/pyproject.toml"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(TOP / name, folder / name)
        self.environment = {**os.environ, "PATH": f"{folder / 'tools'}:{os.environ['PATH']}"}
        for name in ("cmake", "ninja"):
            self.stand_in(f"tools/{name}")
        # A compiler, so that none is looked for.
        self.stand_in("tools/nvcc")
        self.stand_in("scripts/vendor")
        self.stand_in("build/nightly-venv/bin/gpu-selftest-harness")
        made_from = (folder / "tests/requirements.txt").read_bytes() \
            + (folder / "tests/harness/pyproject.toml").read_bytes()
        (folder / "build/nightly-venv/.made-from").write_text(
            f"{hashlib.sha256(made_from).hexdigest()}  -\n")

    def stand_in(self, name, code=0):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(STAND_IN.format(name=path.name, calls=self.calls, code=code))
        path.chmod(0o755)

    def run(self, *words):
        return subprocess.run([self.folder / "scripts/nightly", *words], capture_output=True,
                              text=True, check=False, env=self.environment)

    def called(self, name):
        lines = self.calls.read_text().splitlines() if self.calls.exists() else []
        return [line.partition(" ")[2] for line in lines if line.split()[0] == name]


@pytest.fixture
def tree(tmp_path):
    return Tree(tmp_path)


def test_simulate__takes_the_36_cells_and_kernels_of_older_toolkits(tree):
    done = tree.run("--simulate")

    assert done.returncode == 0, done.stderr
    assert tree.called("vendor") == ["nvcc-11.8 nvcc-12.4"]
    assert tree.called("gpu-selftest-harness") == [
        f"night --simulate --out {tree.folder}/build/night-simulated"
        f" --program {tree.folder}/build/nightly/bin/gpu-selftest"
        f" {tree.folder}/tests/harness/matrices/simulated.yaml"]


def test_simulate__compilers_that_cannot_be_fetched_end_it_and_it_says_how_to_go_on(tree):
    tree.stand_in("scripts/vendor", code=1)

    done = tree.run("--simulate")

    assert done.returncode == 3
    assert "scripts/nightly --simulate --no-fetch tests/harness/matrices/simulated-580.yaml" \
        in done.stderr
    assert tree.called("gpu-selftest-harness") == [] == tree.called("cmake")


def test_no_fetch__fetches_nothing(tree):
    done = tree.run("--simulate", "--no-fetch", "m.yaml", "--nights", "3")

    assert done.returncode == 0
    assert tree.called("vendor") == []
    assert tree.called("gpu-selftest-harness")[0].endswith(" m.yaml --nights 3")


def test_matrix__of_real_machines_goes_to_a_folder_of_its_own(tree):
    done = tree.run("m.yaml", "--out", "there")

    assert done.returncode == 0
    assert tree.called("vendor") == []
    assert tree.called("gpu-selftest-harness") == [
        f"night --out {tree.folder}/build/night --program"
        f" {tree.folder}/build/nightly/bin/gpu-selftest m.yaml --out there"]


def test_engines__are_handed_on_and_told_of(tree):
    done = tree.run("m.yaml", "--engines", "e.toml")

    assert done.returncode == 0
    assert tree.called("gpu-selftest-harness")[0].endswith(" m.yaml --engines e.toml")
    assert "--engines FILE" in tree.run("--help").stdout


def test_program__that_is_named_is_not_built(tree):
    done = tree.run("m.yaml", "--program", "mine")

    assert done.returncode == 0 and tree.called("cmake") == []


def test_prepare__runs_nothing(tree):
    done = tree.run("--prepare")

    assert done.returncode == 0
    assert tree.called("cmake") and tree.called("gpu-selftest-harness") == []


def test_prepare__waits_for_another_call_and_says_so(tree):
    (tree.folder / "build/logs").mkdir(parents=True)
    with open(tree.folder / "build/logs/.nightly.lock", "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        waits = subprocess.Popen([tree.folder / "scripts/nightly", "--prepare"], text=True,
                                 stderr=subprocess.PIPE, env=tree.environment)
        said = waits.stderr.readline()

        assert "waiting for another call" in said and tree.called("cmake") == []

    assert waits.wait(timeout=60) == 0 and tree.called("cmake")
    waits.stderr.close()


@pytest.mark.parametrize("code", [0, 1, 3, 77])
def test_exit_code__is_that_of_the_night(tree, code):
    tree.stand_in("build/nightly-venv/bin/gpu-selftest-harness", code=code)

    assert tree.run("--simulate").returncode == code


def test_build__that_fails_ends_it_with_the_end_of_its_log(tree):
    tree.stand_in("tools/cmake", code=1)

    done = tree.run("--simulate")

    assert done.returncode == 3 and "cannot build gpu-selftest" in done.stderr
    assert tree.called("gpu-selftest-harness") == []


@pytest.mark.parametrize("words, said", [
    ([], "no matrix"),
    (["m.yaml", "--simulate"], "comes before the matrix"),
    (["--no-fetch", "m.yaml"], "goes with '--simulate'"),
    (["--prepare", "m.yaml"], "takes no matrix"),
])
def test_usage__what_does_not_go_together_is_refused(tree, words, said):
    done = tree.run(*words)

    assert done.returncode == 2 and said in done.stderr
    assert not tree.calls.exists()


def test_help__fits_and_says_what_is_fetched(tree):
    done = tree.run("--help")

    assert done.returncode == 0
    assert "210 MB" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100
