# SPDX-License-Identifier: Apache-2.0
"""A host with a driver, made of the simulated GPU stack: libraries as a driver's lie, the files of
the machine, and for each GPU what is added to a container that is given it.
"""

import re
import shutil
import subprocess

# In the container.
LIBRARIES = "/usr/lib/x86_64-linux-gnu"
OF_DRIVER = ("libcuda.so.1", "libnvidia-ml.so.1")
PTX_COMPILER = "libnvidia-ptxjitcompiler.so.1"
MODEL = "libgpusim.so"
COPIED = 42  # no program's own code, so that faults which did not fire yet are no error


class Refused(Exception):
    """What is wrong with the arguments, and what would be right."""


class Failed(Exception):
    """Why it could not be made."""


def copy_machine(sim, profile, faults, folder):
    """The launcher makes the machine's files for as long as a program runs."""
    copy = 'cp -r "$GPU_SELFTEST_ROOT" "$0/root" && cp -rL "$GPU_SELFTEST_ROOT/../lib" "$0/lib" &&'
    options = [word for fault in faults for word in ("--fault", fault)]
    done = subprocess.run([sim / "bin/gpu-selftest-simulate", "--profile", profile, *options, "--",
                           "sh", "-c", f"{copy} exit {COPIED}", folder],
                          check=False, capture_output=True, text=True)
    if done.returncode == 2:
        raise Refused(done.stderr.strip().replace("gpu-selftest-simulate: ", ""))
    if done.returncode != COPIED:
        raise Failed(f"cannot copy the simulated machine to '{folder}': {done.stderr.strip()}")


def take_lines(path, pattern):
    """The lines that match go from the file to the caller."""
    lines = path.read_text().splitlines(keepends=True)
    taken = [line for line in lines if re.search(pattern, line)]
    path.write_text("".join(line for line in lines if line not in taken))
    return "".join(taken)


class Node:
    """A device node as `ls` shows it in the machine's list."""

    def __init__(self, line):
        self.major, self.minor, self.path = re.search(r" (\d+), (\d+) (/dev/\S+)$", line).groups()

    def in_cdi(self):
        # With its numbers: the engine makes it, whatever this machine has.
        return {"path": self.path, "type": "c", "major": int(self.major),
                "minor": int(self.minor), "permissions": "rw"}


class Device:
    """What is injected for one GPU or one MIG instance. `folder` becomes a layer of the root."""

    def __init__(self, index, uuid, folder, lines):
        self.names, self.folder = (index, uuid), folder
        self.nodes = [Node(line) for line in lines]
        folder.mkdir(parents=True)
        (folder / "capture").write_text("a simulated GPU\n")
        (folder / "dev.txt").write_text("".join(f"{line}\n" for line in lines))
        (folder / "open.txt").write_text("".join(f"{node.path} OK\n" for node in self.nodes))


def profile_lines(sim, profile):
    """None, if there is no such profile: the launcher says it better."""
    path = sim / "profiles" / f"{profile}.profile"
    return path.read_text().splitlines() if path.exists() else []


def other_runtime(sim, profile, cuda):
    """The statement that makes the machine's runtime libraries those of the image."""
    if f"cudart version={cuda}" not in profile_lines(sim, profile):
        yield f"cudart version={cuda}"


def instances(sim, profile, index):
    """(GPU instance, compute instance, UUID) of the profile's MIG instances."""
    for line in profile_lines(sim, profile):
        if re.match(rf"mig {index} ", line):
            words = dict(word.split("=", 1) for word in line.split() if "=" in word)
            yield int(words.get("gi", 0)), int(words.get("ci", 0)), words["uuid"]


def make_devices(sim, profile, folder):
    """One for each GPU in the order of the bus, as NVML counts them; for a GPU that is split, one
    for each instance. The root keeps a place for each."""
    root, devices = folder / "root", []
    for place in sorted((root / "proc/driver/nvidia/gpus").glob("*")):
        text = (place / "information").read_text()
        uuid = re.search(r"GPU UUID:\s*(\S+)", text)[1]
        minor = int(re.search(r"Device Minor:\s*(\d+)", text)[1])
        node = take_lines(root / "dev.txt", rf" /dev/nvidia{minor}$").strip()
        take_lines(root / "open.txt", rf"^/dev/nvidia{minor} ")
        (root / f"dev/nvidia{minor}").unlink(missing_ok=True)
        parts = list(instances(sim, profile, minor))
        index = len({device.names[0].partition(":")[0] for device in devices})
        for number, (gi, ci, part) in enumerate(parts):
            # As /proc/driver/nvidia-caps/mig-minors counts them.
            cap = 3 + (minor * 15 + gi) * 9
            caps = [f"cr--r--r-- 1 0 0 506, {n} /dev/nvidia-caps/nvidia-cap{n}"
                    for n in (cap, cap + 1 + ci)]
            devices.append(Device(f"{index}:{number}", part, folder / f"gpus/{index}-{number}",
                                  [node, *caps]))
        if not parts:
            devices.append(Device(str(index), uuid, folder / f"gpus/{index}", [node]))
    for device in devices:
        held = root / "gpus" / device.folder.name
        held.mkdir(parents=True)
        (held / "capture").write_text("a GPU that was not given\n")
    (root / "beneath").write_text("".join(f"gpus/{d.folder.name}\n" for d in devices))
    return devices


def link_as_listed(root):
    """Links that a capture tells of in a list can be links here."""
    for path, goal in re.findall(r"(?m)^l.* (/sys/\S+) -> (\S+)$", (root / "dev.txt").read_text()):
        (root / path.lstrip("/")).symlink_to(goal)


def make_libraries(sim, folder):
    """The driver's by its version, with the usual links; the image's beside what they share. A
    file of no bytes keeps the loader from what an image has and the simulated machine has not."""
    made = folder / "lib"
    version = (folder / "root/sys/module/nvidia/version").read_text().strip()
    driver, runtime = folder / f"driver{LIBRARIES}", folder / "sim/runtime"
    driver.mkdir(parents=True)
    runtime.mkdir(parents=True)
    shutil.copy2(made / MODEL, driver)
    shutil.copy2(made / MODEL, runtime)
    sources = {name: made / name for name in OF_DRIVER if (made / name).exists()}
    if "libcuda.so.1" in sources:
        sources[PTX_COMPILER] = made / MODEL  # the model compiles; real ones have a file for it
    for name, source in sources.items():
        full = name.replace(".so.1", f".so.{version}")
        shutil.copy2(source, driver / full)
        (driver / name).symlink_to(full)
    for path in made.iterdir():
        if path.name not in (*OF_DRIVER, MODEL):
            shutil.copy2(path, runtime)
    stems = {path.name.partition(".so")[0] for path in made.iterdir()}
    for path in (sim / "absent").iterdir():
        if path.name.partition(".so")[0] not in stems and path.name not in OF_DRIVER:
            (runtime / path.name).touch()
    for name in ("profiles", "models"):
        shutil.copytree(sim / name, folder / "sim" / name)
    shutil.copy2(sim / "kernels.manifest", folder / "sim")
    shutil.rmtree(made)


def common_nodes(root):
    """What every container gets, whatever its GPUs."""
    lines = (root / "dev.txt").read_text().splitlines()
    return [Node(line) for line in lines if line.startswith("c")]


def make_nodes(folder, nodes):
    """Files that stand for nodes where nobody may make one."""
    for node in nodes:
        path = folder / f"driver{node.path}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
