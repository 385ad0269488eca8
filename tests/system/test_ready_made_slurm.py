# SPDX-License-Identifier: Apache-2.0
"""images/slurm: the batch scripts start the program as Slurm and pyxis would, with the variables that
ranks need and none that a login shell would bring along."""

import json
import os
import re
import shlex
import subprocess
import sys

import pytest

from selftest import TOP, validate

FOLDER = TOP / "images/slurm"
STAND_IN = TOP / "tests/system/slurm_stand_in.py"

pytestmark = pytest.mark.usefixtures("nothing_is_left")


class Cluster:
    """Nodes that show each its part of one simulated machine."""

    def __init__(self, program, folder, gpus_of_node):
        self.program, self.folder = program, folder
        (folder / "bin").mkdir()
        for name in ("sbatch", "srun", "scontrol"):
            (folder / "bin" / name).symlink_to(STAND_IN)
        cases = "".join(f"{node}) gpus={gpus} ;; " for node, gpus in enumerate(gpus_of_node))
        wrapper = folder / "bin/in-image"
        wrapper.write_text(
            f'#!/bin/sh\ncase "$SLURM_NODEID" in {cases}esac\nenv > environment\n'
            f'exec {shlex.quote(str(program.path))} "$@" --simulate h100x8 --device "$gpus" '
            '--json report.json\n')
        wrapper.chmod(0o755)

    def environment(self, **more):
        path = f"{self.folder / 'bin'}:{os.path.dirname(sys.executable)}:{os.environ['PATH']}"
        return self.program.environment({"PATH": path, "LD_LIBRARY_PATH": "/of/the/login/shell",
                                         "STAND_IN_PROGRAM": str(self.folder / "bin/in-image"),
                                         **more})

    def batch(self, script, *arguments, options=(), **more):
        """`options` are sbatch's."""
        (self.folder / "gpu-selftest.sqsh").touch()
        return subprocess.run(["sbatch", *options, FOLDER / script, *arguments],
                              env=self.environment(**more), cwd=self.folder, timeout=120,
                              check=False, capture_output=True)

    def tasks(self):
        """Of each: its report, its environment, and what srun was told."""
        found = sorted(self.folder.glob("task-*"), key=lambda path: int(path.name[5:]))
        for task in found:
            environment = dict(line.split("=", 1) for line in
                               (task / "environment").read_text().splitlines() if "=" in line)
            yield (validate(json.loads((task / "report.json").read_text())), environment,
                   json.loads((task / "told.json").read_text()))


def test_one_node(simulated, tmp_path):
    cluster = Cluster(simulated, tmp_path, ["0,1,2,3,4,5,6,7"])

    done = cluster.batch("one-node.sbatch", "--only", "device-query,vector-add")

    assert done.returncode == 0, done.stderr.decode()
    [(report, environment, told)] = cluster.tasks()
    assert (report["verdict"], report["gpus_tested"]) == ("PASS", 8)
    assert "LD_LIBRARY_PATH" not in environment
    assert told["container_image"] == str(tmp_path / "gpu-selftest.sqsh")


def test_two_nodes_of_two_ranks(whole, tmp_path):
    """The site's settings of NCCL go along, and nothing else of the shell."""
    cluster = Cluster(whole, tmp_path, ["0,1", "2,3"])

    done = cluster.batch("all-reduce.sbatch", "--size", "1M", "--samples", "4",
                         options=["--ntasks-per-node=2"], NCCL_DEBUG="VERSION")

    assert done.returncode == 0, done.stderr.decode()
    tasks = list(cluster.tasks())
    assert len(tasks) == 4
    for rank, (report, environment, _) in enumerate(tasks):
        [workload] = report["workloads"]
        assert report["verdict"] == "PASS" and f"rank {rank} of 4" in workload["summary"]
        assert environment["NCCL_DEBUG"] == "VERSION"
        assert "LD_LIBRARY_PATH" not in environment
        assert (environment["RANK"], environment["LOCAL_RANK"]) == (str(rank), str(rank % 2))
    assert tasks[0][0]["metrics"]


def test_a_rank_that_fails_leaves_the_others_their_report(whole, tmp_path):
    """Both nodes show the same GPU, which NCCL refuses: each of the ranks says so."""
    cluster = Cluster(whole, tmp_path, ["0", "0"])

    done = cluster.batch("all-reduce.sbatch", "--size", "1M", "--timeout", "20",
                         options=["--ntasks-per-node=1"])

    assert done.returncode in (1, 3)
    reports = [report for report, _, _ in cluster.tasks()]
    assert len(reports) == 2 and all(report["verdict"] in ("FAIL", "ERROR") for report in reports)


@pytest.mark.parametrize("script", ["one-node.sbatch", "all-reduce.sbatch"])
def test_an_image_that_is_not_there_is_told(simulated, tmp_path, script):
    cluster = Cluster(simulated, tmp_path, ["0"])

    done = cluster.batch(script, options=["--nodes=1"], GPU_SELFTEST_IMAGE="/nowhere.sqsh")

    assert done.returncode == 1 and b"/nowhere.sqsh" in done.stderr
    assert not list(tmp_path.glob("task-*"))


@pytest.mark.parametrize("word, instead, told", [
    ("--container-readonly", "--container-read-only", "--container-read-only"),
    ("--container-image=", "--image=", "--image"),
    ("--export=NONE", "", "login shell"),
    ("/usr/local/bin/gpu-selftest", "gpu-selftest", "no PATH"),
])
def test_what_is_wrong_with_a_line_is_found(simulated, tmp_path, word, instead, told):
    text = (FOLDER / "one-node.sbatch").read_text()
    assert word in text
    broken = tmp_path / "broken.sbatch"
    broken.write_text(text.replace(word, instead))
    cluster = Cluster(simulated, tmp_path, ["0"])

    done = cluster.batch(broken)

    assert done.returncode != 0 and told in done.stderr.decode()
    assert not list(tmp_path.glob("task-*"))


def test_the_port_is_one_that_may_be_used(tmp_path):
    """Of no job below 1024, nor among those that the kernel gives to whoever asks for any."""
    line = re.search(r"(?m)^MASTER_PORT=.*$", (FOLDER / "all-reduce.sbatch").read_text())[0]
    for job in (1, 9999, 10000, 67043328):
        done = subprocess.run(["bash", "-c", f"{line}; echo $MASTER_PORT"], check=True, timeout=10,
                              env={**os.environ, "SLURM_JOB_ID": str(job)}, capture_output=True)
        assert 20000 <= int(done.stdout) < 30000 and int(done.stdout) % 10000 == job % 10000
