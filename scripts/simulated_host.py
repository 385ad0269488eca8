# SPDX-License-Identifier: Apache-2.0
"""A host with a driver, made of the simulated GPU stack: libraries as a driver's lie, the files of
the machine, and for each GPU what is added to a container that is given it.
"""

import json
import re
import shutil
import subprocess
import sys

# In the container.
LIBRARIES = "/usr/lib/x86_64-linux-gnu"
OF_DRIVER = ("libcuda.so.1", "libnvidia-ml.so.1")
PTX_COMPILER = "libnvidia-ptxjitcompiler.so.1"
MODEL = "libgpusim.so"
# Of what is not everybody's; a node of uvm is a library's that computes.
CAPABILITIES = {"libcuda": "compute", "libnvidia-ptxjitcompiler": "compute",
                "nvidia-uvm": "compute", "libnvidia-ml": "utility"}
COPIED = 42  # no program's own code, so that faults which did not fire yet are no error


# What NVIDIA's hook asks NVML, in a program of its own: the doubles take their machine from the
# environment of the process that loads them.
ASK = """
import ctypes, json, sys
nvml = ctypes.CDLL("libnvidia-ml.so.1")
number, major, minor, gpu = ctypes.c_int(), ctypes.c_int(), ctypes.c_int(), ctypes.c_void_p()
text = ctypes.create_string_buffer(96)
if nvml.nvmlInit_v2() != 0 or nvml.nvmlSystemGetCudaDriverVersion_v2(ctypes.byref(number)) != 0:
    sys.exit(1)
facts = {"cuda": "%d.%d" % (number.value // 1000, number.value % 1000 // 10), "gpus": []}
nvml.nvmlDeviceGetCount_v2(ctypes.byref(number))
for index in range(number.value):
    nvml.nvmlDeviceGetHandleByIndex_v2(index, ctypes.byref(gpu))
    nvml.nvmlDeviceGetName(gpu, text, 96)
    nvml.nvmlDeviceGetCudaComputeCapability(gpu, ctypes.byref(major), ctypes.byref(minor))
    facts["gpus"].append({"name": text.value.decode(), "arch": "%d.%d" % (major.value, minor.value)})
json.dump(facts, open(sys.argv[1], "w"))
"""
# The brands that NVML knows, by how names begin; data-centre boards since Ampere are 'nvidia'.
BRANDS = {"Tesla": "tesla", "NVIDIA GeForce RTX": "geforcertx", "NVIDIA GeForce": "geforce"}


class Refused(Exception):
    """What is wrong with the arguments, and what would be right."""


class Failed(Exception):
    """Why it could not be made."""


def copy_machine(sim, profile, faults, folder):
    """The launcher makes the machine's files for as long as a program runs."""
    copy = ('cp -r "$GPU_SELFTEST_ROOT" "$0/root" && cp -rL "$GPU_SELFTEST_ROOT/../lib" "$0/lib" &&'
            ' { "$1" -c "$2" "$0/facts.json" 2>/dev/null || :; } &&')
    options = [word for fault in faults for word in ("--fault", fault)]
    done = subprocess.run([sim / "bin/gpu-selftest-simulate", "--profile", profile, *options, "--",
                           "sh", "-c", f"{copy} exit {COPIED}", folder, sys.executable, ASK],
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

    def __init__(self, index, uuid, folder, lines, place):
        self.names, self.folder, self.place = (index, uuid), folder, place
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
                                  [node, *caps], place.name))
        if not parts:
            devices.append(Device(str(index), uuid, folder / f"gpus/{index}", [node],
                                  place.name))
    for device in devices:
        hold_place(root, f"gpus/{device.folder.name}")
    return devices


def read_facts(folder, devices):
    """What requirements are held against, of each device; None if NVML does not start."""
    path = folder / "facts.json"
    if not path.exists():
        return None
    facts = json.loads(path.read_text())
    path.unlink()
    version = (folder / "root/sys/module/nvidia/version").read_text().strip()
    found = []
    for device in devices:
        index = int(device.names[0].partition(":")[0])
        gpu = facts["gpus"][index] if index < len(facts["gpus"]) else {"name": "", "arch": "0"}
        brand = next((b for begin, b in BRANDS.items() if gpu["name"].startswith(begin)), "nvidia")
        found.append({"cuda": facts["cuda"], "driver": version, "arch": gpu["arch"],
                      "brand": brand})
    return {"cuda": facts["cuda"], "driver": version, "devices": found}


def link_as_listed(root):
    """Links that a capture tells of in a list can be links here."""
    for path, goal in re.findall(r"(?m)^l.* (/sys/\S+) -> (\S+)$", (root / "dev.txt").read_text()):
        (root / path.lstrip("/")).symlink_to(goal)


def make_libraries(sim, folder, variant):
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
        is_ours = variant != "base" or path.name.startswith("libcudart")
        if path.name not in (*OF_DRIVER, MODEL) and is_ours:
            shutil.copy2(path, runtime)
    stems = {path.name.partition(".so")[0] for path in made.iterdir()}
    for path in (sim / "absent").iterdir():
        if path.name.partition(".so")[0] not in stems and path.name not in OF_DRIVER:
            (runtime / path.name).touch()
    for name in ("profiles", "models"):
        shutil.copytree(sim / name, folder / "sim" / name)
    shutil.copy2(sim / "kernels.manifest", folder / "sim")
    shutil.rmtree(made)


def capability_of(path):
    """Which capability brings a file of the driver's; None: either does."""
    name = str(path).rpartition("/")[2]
    return next((capability for begin, capability in CAPABILITIES.items()
                 if name.startswith(begin)), None)


def hold_place(root, name):
    """Where a layer of the root is mounted if it is given; until then it says nothing."""
    (root / name).mkdir(parents=True)
    (root / name / "capture").write_text("was not given\n")
    with (root / "beneath").open("a") as beneath:
        beneath.write(f"{name}\n")


def tell_mounts(folder):
    """The root is that of a container which all libraries were mounted into, and that can load."""
    rows = ["1 0 0:50 / / rw,relatime - overlay overlay rw",
            "2 1 0:51 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw",
            "3 1 0:52 / /dev rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755",
            "4 1 0:53 / /sys ro,nosuid,nodev,noexec,relatime - sysfs sysfs ro"]
    for number, path in enumerate(sorted((folder / f"driver{LIBRARIES}").iterdir()), 5):
        rows.append(f"{number} 1 259:1 {path.resolve()} {LIBRARIES}/{path.name} "
                    "ro,nosuid,nodev,relatime - ext4 /dev/nvme0n1p1 rw")
    (folder / "root/proc/self/mountinfo").write_text("".join(f"{row}\n" for row in rows))
    # The list of the launcher's own libraries goes: they are not in the container.
    (folder / "root/lib.txt").write_text("-rwxr-xr-x 1 0 0 1 /lib64/ld-linux-x86-64.so.2 magic=elf\n")


def make_parts(folder):
    """What each capability adds to the root, as a layer: its libraries and nodes."""
    root = folder / "root"
    for capability in sorted(set(CAPABILITIES.values())):
        part = folder / "parts" / capability
        part.mkdir(parents=True)
        (part / "capture").write_text(f"what {capability} brings\n")
        lines = []
        for path in sorted((folder / f"driver{LIBRARIES}").iterdir()):
            if capability_of(path) == capability:
                size = path.stat().st_size
                lines.append(f"-rwxr-xr-x 1 0 0 {size} {LIBRARIES}/{path.name} magic=elf\n")
        (part / "lib.txt").write_text("".join(lines))
        if capability == "compute":
            for name in ("dev.txt", "open.txt"):
                (part / name).write_text(take_lines(root / name, "/dev/nvidia-uvm"))
            (root / "dev/nvidia-uvm").unlink(missing_ok=True)
        hold_place(root, f"parts/{capability}")


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


def open_to_all(folder):
    """A copy has the bits of what it was copied from, which its owner may have kept for himself."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if path.is_dir() or mode & 0o100 else 0o444))
