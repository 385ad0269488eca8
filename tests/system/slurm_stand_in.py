#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a batch script meets on a cluster, on one machine: `sbatch` reads its #SBATCH lines and starts it,
`srun` refuses options that neither Slurm nor pyxis has and starts the tasks of all nodes here, with
the variables that reach a task, and `scontrol` names the nodes. Linked by each of these names.

$STAND_IN_PROGRAM takes the place of the image's program, and is told the node in $SLURM_NODEID."""

import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path

IN_IMAGE = "/usr/local/bin/gpu-selftest"

# What is left of an environment that is not exported: slurmd's own.
OF_SLURMD = ("PATH", "HOME", "TMPDIR")

# Slurm 22.05, srun(1) and sbatch(1).
JOB = ("--job-name", "--nodes", "--ntasks", "--ntasks-per-node", "--gpus-per-node", "--time")
JOB_FLAGS = ("--exclusive",)
STEP = ("--export", "--kill-on-bad-exit")
STEP_FLAGS = ("--label",)
# pyxis, README.md, "Usage"; --container-readonly since release 0.11.0.
PYXIS = ("--container-image", "--container-workdir")
PYXIS_FLAGS = ("--container-readonly", "--container-writable", "--container-mount-home",
               "--no-container-mount-home", "--container-entrypoint", "--no-container-entrypoint")


def parser(values, flags):
    made = argparse.ArgumentParser(prog=Path(sys.argv[0]).name, allow_abbrev=False)
    for name in values:
        made.add_argument(name)
    for name in flags:
        made.add_argument(name, action="store_true")
    return made


def sbatch(arguments):
    """Options before the script count more than its own lines, as with the real one."""
    made = parser(JOB, JOB_FLAGS)
    made.add_argument("script")
    made.add_argument("rest", nargs=argparse.REMAINDER)
    given = made.parse_args(arguments)
    lines = re.findall(r"(?m)^#SBATCH (.+)$", Path(given.script).read_text())
    options = made.parse_args([*" ".join(lines).split(), *arguments])

    nodes = int(options.nodes)
    each = int(options.ntasks_per_node or int(options.ntasks) // nodes)
    job = {"SLURM_JOB_ID": str(os.getpid()), "SLURM_JOB_NODELIST": f"gpu[0-{nodes - 1}]",
           "SLURM_JOB_NUM_NODES": str(nodes), "SLURM_NTASKS": str(nodes * each)}
    if options.ntasks_per_node:
        job["SLURM_NTASKS_PER_NODE"] = options.ntasks_per_node
    return subprocess.run(["bash", options.script, *options.rest], env={**os.environ, **job},
                          check=False).returncode


def scontrol(arguments):
    """All nodes are this one."""
    if arguments[:2] != ["show", "hostnames"]:
        sys.exit(f"scontrol: {arguments} is not played here")
    last = int(re.fullmatch(r"gpu\[0-(\d+)\]", arguments[2])[1])
    print("\n".join(f"127.0.0.{1 + node}" for node in range(last + 1)))
    return 0


def exported(text):
    """srun(1), --export: SLURM_* reach a task whatever is asked for."""
    kept = {name: value for name, value in os.environ.items()
            if name.startswith("SLURM_") or name in OF_SLURMD}
    if text == "NONE":
        return kept
    if text is None or "ALL" in text.split(","):
        sys.exit("srun: the login shell's environment would reach the container")
    for name in text.split(","):
        if name in os.environ:
            kept[name] = os.environ[name]
    return kept


def srun(arguments):
    made = parser((*STEP, *PYXIS), (*STEP_FLAGS, *PYXIS_FLAGS))
    made.add_argument("command", nargs=argparse.REMAINDER)
    options = made.parse_args(arguments)
    image = options.container_image
    # pyxis takes what begins so for a file, all else for a name at a registry.
    if image is None or (image[0] in "./" and not Path(image).is_file()):
        sys.exit(f"srun: error: pyxis: no image file '{image}'")
    if options.command[0][0] != "/":
        sys.exit("srun: with --export a command is looked for in no PATH")

    program = os.environ["STAND_IN_PROGRAM"]
    command = [word.replace(IN_IMAGE, program) for word in options.command]
    environment = exported(options.export)
    nodes, tasks = int(os.environ["SLURM_JOB_NUM_NODES"]), int(os.environ["SLURM_NTASKS"])
    started = []
    for rank in range(tasks):
        local = rank % (tasks // nodes)
        own = {"SLURM_PROCID": str(rank), "SLURM_LOCALID": str(local),
               "SLURM_NODEID": str(rank // (tasks // nodes))}
        folder = Path(f"task-{rank}").resolve()
        (folder / "tmp").mkdir(parents=True)
        (folder / "told.json").write_text(json.dumps(vars(options)))
        with open(folder / "out.txt", "wb") as out:
            started.append(subprocess.Popen(
                command, env={**environment, **own, "TMPDIR": str(folder / "tmp")}, cwd=folder,
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT))
    return max(process.wait() for process in started)


if __name__ == "__main__":
    sys.exit({"sbatch": sbatch, "scontrol": scontrol, "srun": srun}[Path(sys.argv[0]).name](
        sys.argv[1:]))
