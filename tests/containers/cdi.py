# SPDX-License-Identifier: Apache-2.0
"""
A CDI spec of the simulated stack: what `nvidia-ctk cdi generate` writes on a host with a driver, but
with the doubles where the driver's libraries would be, and over the image's own runtime libraries,
since a real cudart cannot run on a double. Container runtimes refuse mounts in /proc, so the
simulated machine's files are passed by GPU_SELFTEST_ROOT.
"""

import json
import re
import subprocess
from pathlib import Path

from hosts import MAJOR_UVM, NODES
from scenario import LIBRARY_FOLDER

KIND = "nvidia.com/gpu"
# The newest that podman 4.3 reads.
VERSION = "0.5.0"
FOLDER = Path("/var/run/cdi")
INSIDE = "/opt/gpu-selftest-sim"


def mount(source, target):
    return {"hostPath": str(source), "containerPath": str(target),
            "options": ["ro", "nosuid", "nodev", "bind"]}


def copy_root(build, profile, target):
    """The files of the simulated machine, which its launcher makes for as long as a program runs;
    with the number of uvm that the nodes here have."""
    subprocess.run([build / "sim/bin/gpu-selftest-simulate", "--profile", profile, "--", "sh", "-c",
                    'cp -r "$GPU_SELFTEST_ROOT" "$0"', target], check=True, capture_output=True)
    # Its lists of what files cannot hold are for captures; here links can be links.
    for path, goal in re.findall(r"(?m)^l.* (/sys/\S+) -> (\S+)$", (target / "dev.txt").read_text()):
        (target / path.lstrip("/")).symlink_to(goal)
    devices = target / "proc/devices"
    text, count = re.subn(r"(?m)^\d+ nvidia-uvm$", f"{MAJOR_UVM} nvidia-uvm", devices.read_text())
    assert count == 1, f"{devices}: nvidia-uvm is not listed"
    devices.write_text(text)


def doubles(build):
    return sorted(path for path in (build / "sim/lib").iterdir() if ".so" in path.name)


def injected_libraries(build):
    """name in the library folder: file. The simulated driver compiles PTX without a library of its
    own, and what libcuda has beside it in any injection is expected to be there."""
    files = {path.name: path for path in doubles(build)}
    return dict(files, **{"libnvidia-ptxjitcompiler.so.1": files["libgpusim.so"]})


def make_spec(build, profile, root):
    environment = {"NVIDIA_VISIBLE_DEVICES": "void", "GPU_SELFTEST_SIM_PROFILE": profile,
                   "GPU_SELFTEST_SIM_DIR": INSIDE, "GPU_SELFTEST_ROOT": f"{INSIDE}-root"}
    edits = {
        "env": [f"{name}={value}" for name, value in environment.items()],
        "deviceNodes": [{"path": path} for path in NODES],
        "mounts": [mount(build / "sim", INSIDE), mount(root, f"{INSIDE}-root"),
                   *(mount(path, f"{LIBRARY_FOLDER}/{name}")
                     for name, path in injected_libraries(build).items())],
    }
    return {"cdiVersion": VERSION, "kind": KIND, "containerEdits": {},
            "devices": [{"name": "all", "containerEdits": edits}]}


def write_spec(spec, name):
    """Where engines look; /run is this run's own."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.json"
    path.write_text(json.dumps(spec, indent=2))
    return path
