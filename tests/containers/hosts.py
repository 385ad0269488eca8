# SPDX-License-Identifier: Apache-2.0
"""
What a host with two GPUs and a loaded driver shows in every container, as folders to be mounted
over a container's own. Form and names are those of the kernel and of NVIDIA's driver; UUIDs are
invented. This machine has none of it, and nothing of it can be made without the module.
"""

from pathlib import Path

MAJOR_UVM = 511
PCI_IDS = ("0000:01:00.0", "0000:41:00.0")

# path in the container: mode of a node, its major and minor
NODES = {
    "/dev/nvidiactl": (195, 255),
    "/dev/nvidia0": (195, 0),
    "/dev/nvidia1": (195, 1),
    "/dev/nvidia-uvm": (MAJOR_UVM, 0),
    "/dev/nvidia-uvm-tools": (MAJOR_UVM, 1),
}

# Below the host's folder, and where each is mounted in a container. Whole folders: names that this
# machine's kernel lacks cannot be made in /proc and /sys.
MOUNTS = {
    "proc/devices": "/proc/devices",
    "proc/driver": "/proc/driver",
    "sys/module": "/sys/module",
    "sys/bus": "/sys/bus",
}

INFORMATION = """\
Model: \t\t NVIDIA H100 80GB HBM3
IRQ:   \t\t 130
GPU UUID: \t GPU-00000000-1111-2222-3333-00000000000{minor}
Video BIOS: \t 96.00.74.00.01
Bus Type: \t PCIe
DMA Size: \t 52 bits
DMA Mask: \t 0xfffffffffffff
Bus Location: \t {pci_id}
Device Minor: \t {minor}
GPU Firmware: \t {version}
GPU Excluded:\t No
"""


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def with_driver_majors(devices):
    """/proc/devices with the driver's lines in their places: sorted, character devices first."""
    characters, _, blocks = devices.partition("\nBlock")
    lines = characters.splitlines()
    lines += ["195 nvidia", "195 nvidiactl", f"{MAJOR_UVM} nvidia-uvm"]
    head, body = lines[0], sorted((line for line in lines[1:] if line.strip()),
                                  key=lambda line: int(line.split()[0]))
    return "\n".join([head, *body, ""]) + "\nBlock" + blocks


def make_bus(folder, driver):
    """/sys/bus with the GPUs, bound to this driver if there is one."""
    for minor, pci_id in enumerate(PCI_IDS):
        device = folder / "pci/devices" / pci_id
        for name, text in {"vendor": "0x10de", "device": "0x2330", "class": "0x030200",
                           "numa_node": "-1", "local_cpulist": "0-1",
                           "subsystem_vendor": "0x10de"}.items():
            write(device / name, text + "\n")
        if driver:
            bound = folder / "pci/drivers" / driver
            bound.mkdir(parents=True, exist_ok=True)
            (device / "driver").symlink_to(f"../../drivers/{driver}")


def make_driver(folder, version):
    """/proc/driver and /sys/module of a loaded driver."""
    driver = folder / "proc/driver/nvidia"
    write(driver / "version",
          f"NVRM version: NVIDIA UNIX x86_64 Kernel Module  {version}  Thu Mar 21 17:22:51 UTC 2024\n"
          "GCC version:  gcc version 12.2.0 (Debian 12.2.0-14)\n")
    write(driver / "params", "ResmanDebugLevel: 4294967295\nModifyDeviceFiles: 1\n"
                             "DeviceFileUID: 0\nDeviceFileGID: 0\nDeviceFileMode: 438\n")
    for minor, pci_id in enumerate(PCI_IDS):
        write(driver / "gpus" / pci_id / "information",
              INFORMATION.format(minor=minor, pci_id=pci_id, version=version))
    for module in ("nvidia", "nvidia_uvm"):
        write(folder / "sys/module" / module / "version", version + "\n")


def make_host(folder, version):
    """A host with this driver; without a version GPUs are there and the module is not loaded."""
    folder = Path(folder)
    devices = Path("/proc/devices").read_text()
    write(folder / "proc/devices", with_driver_majors(devices) if version else devices)
    for path in ("proc/driver", "sys/module"):
        (folder / path).mkdir(parents=True, exist_ok=True)
    make_bus(folder / "sys/bus", "nvidia" if version else None)
    if version:
        make_driver(folder, version)
    return folder
