# SPDX-License-Identifier: Apache-2.0
"""
What an audited machine shows may be broken or made on purpose: thousands of mounts, links in
circles, an environment of a megabyte, junk in every file. The audit says what it can tell within a
second, or that it cannot tell, and never crashes or hangs.
"""

import os
import random
import resource
import shutil
import struct
import subprocess

import pytest

from selftest import kernel_module, pci_device, plant

AT_MOST_S = 1.0
VERDICTS = {0, 1, 3, 77}
LIBRARIES = "/usr/lib/x86_64-linux-gnu"
MACHINES = {"x86_64": 62, "aarch64": 183}  # e_machine

# Read by the audit, whatever the group; each gets junk.
FILES = ("/proc/self/mountinfo", "/proc/self/cgroup", "/proc/self/status", "/proc/self/uid_map",
         "/proc/self/limits", "/proc/self/attr/current", "/proc/version", "/proc/devices",
         "/proc/driver/nvidia/version", "/proc/driver/nvidia/params",
         "/proc/driver/nvidia/gpus/0000:01:00.0/information", "/sys/module/nvidia/version",
         "/sys/module/nvidia_uvm/version", "/sys/bus/pci/devices/0000:01:00.0/vendor",
         "/sys/bus/pci/devices/0000:01:00.0/class", "/sys/bus/pci/devices/0000:01:00.0/numa_node",
         "/sys/bus/pci/devices/0000:01:00.0/local_cpulist", "/etc/ld.so.cache", "/etc/ld.so.conf",
         "/etc/ld.so.conf.d/00-nvcr-1.conf", "/etc/ld.so.preload", "/etc/cdi/nvidia.yaml",
         "/etc/cdi/nvidia.json", "/sys/fs/cgroup/devices/devices.list", "/usr/bin/nvidia-smi",
         f"{LIBRARIES}/libcuda.so.550.54.14", f"{LIBRARIES}/libnvidia-ml.so.550.54.14")


def healthy_files():
    return {**kernel_module("550.54.14"), **pci_device("0000:01:00.0"),
            "/proc/devices": "Character devices:\n195 nvidia\n511 nvidia-uvm\n\nBlock devices:\n",
            "/proc/self/mountinfo": "1 0 0:1 / / rw - overlay overlay rw\n"}


def processor_s():
    """Of all children that have ended. A busy machine takes longer, and no more than that."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.fixture
def audited(program):
    """Runs the audit and holds it to the promise."""

    def run(*args, **options):
        before = processor_s()
        outcome = program.report("audit", "--files-only", *args, timeout=20, **options)
        took = processor_s() - before
        assert outcome.exit in VERDICTS, outcome.describe()
        assert outcome.exit == outcome.report["exit_code"]
        assert took <= AT_MOST_S, f"{took:.2f} s\n{outcome.describe()}"
        return outcome

    return run


def junk(seed, size):
    return random.Random(seed).randbytes(size)


def lines_of_junk(seed, size):
    """Longer lines than anybody writes, with the separators that parsers look for."""
    chooser = random.Random(seed)
    return bytes(chooser.choice(b" \t\n:,=-/0123456789abcdef\\\"'%{}[]\0\xff") for _ in range(size))


def fill(root, make):
    for number, name in enumerate(FILES):
        path = root / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        make(path, number)
    return root


@pytest.mark.parametrize("size", [0, 1, 17, 4096, 1 << 20])
@pytest.mark.parametrize("kind", [junk, lines_of_junk])
def test_junk_in_every_file(audited, tmp_path, kind, size):
    content = kind(size, size)
    root = fill(tmp_path / "root", lambda path, number: path.write_bytes(content))

    audited("--root", root)


@pytest.mark.parametrize("name", FILES)
def test_junk_in_one_file_of_a_healthy_root(audited, tmp_path, name):
    root = plant(tmp_path / "root", healthy_files())
    path = root / name.lstrip("/")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(lines_of_junk(name, 100_000))

    audited("--root", root)


def test_file_without_end(audited, tmp_path):
    """Sparse files of a terabyte in the place of each."""

    def make(path, number):
        with path.open("wb") as file:
            file.truncate(1 << 40)

    audited("--root", fill(tmp_path / "root", make))


def test_pipes_nobody_writes_to(audited, tmp_path):
    audited("--root", fill(tmp_path / "root", lambda path, number: os.mkfifo(path)))


def test_folders_in_the_place_of_files(audited, tmp_path):
    audited("--root", fill(tmp_path / "root", lambda path, number: path.mkdir()))


def test_links_in_circles(audited, tmp_path):
    """Each file leads to the next, and the last to the first; folders hold themselves."""

    def make(path, number):
        path.symlink_to(FILES[(number + 1) % len(FILES)])

    root = fill(tmp_path / "root", make)
    for folder in ("usr/lib", "dev", "usr/local", "opt"):
        (root / folder).mkdir(parents=True, exist_ok=True)
        (root / folder / "self").symlink_to(f"/{folder}")
    (root / "usr/local/cuda").symlink_to("cuda")
    (root / "dev/nvidia0").symlink_to("nvidia0")
    (root / "dev/nvidiactl").symlink_to("/dev/self/self/self/nvidiactl")
    (root / LIBRARIES.lstrip("/") / "libcuda.so.1").symlink_to("libcuda.so")
    (root / LIBRARIES.lstrip("/") / "libcuda.so").symlink_to("libcuda.so.1")

    audited("--root", root)


def test_links_that_lead_out(audited, tmp_path):
    """A link of the root never reads what lies outside it."""
    outside = tmp_path / "outside"
    outside.write_text("NVRM version: NVIDIA UNIX x86_64 Kernel Module  666.66.66  never\n")
    root = plant(tmp_path / "root", healthy_files())
    version = root / "proc/driver/nvidia/version"
    version.unlink()
    version.symlink_to("../" * 40 + str(outside).lstrip("/"))

    outcome = audited("--root", root)

    assert "666.66" not in outcome.out


def test_more_files_than_there_is_room_for(audited, tmp_path):
    root = plant(tmp_path / "root", healthy_files())
    for folder, names in {LIBRARIES: "libnvidia-{}.so.550.54.14", "/dev": "nvidia{}",
                          "/proc/driver/nvidia/gpus": "0000:{:02x}:00.0",
                          "/etc/ld.so.conf.d": "{}.conf"}.items():
        path = root / folder.lstrip("/")
        path.mkdir(parents=True, exist_ok=True)
        for number in range(5000):
            (path / names.format(number)).touch()

    audited("--root", root)


def test_lists_made_to_be_slow(audited, tmp_path):
    """Logs of marks without ends, rules without end, and a version that no number holds."""
    libraries = tmp_path / "root" / "usr/local/cuda/compat"
    nodes = "".join(f"crw-rw-rw- 1 0 0 195, {n} /dev/nvidia{n}\n" for n in range(248))
    root = plant(tmp_path / "root", {
        **healthy_files(), "/capture": "", "/dev.txt": nodes, "/environ.txt":
        "NVIDIA_VISIBLE_DEVICES=" + ",".join(map(str, range(20_000))) + "\n"
        "CUDA_VERSION=2999999999.0\n",
        "/proc/self/mountinfo": "1 0 0:1 / / rw - overlay overlay rw\n"
        "2 1 0:2 / /proc/driver/nvidia rw - tmpfs tmpfs rw\n",
        "/dev/kmsg": "NVRM: Xid (" * (4 << 20 >> 4),
        "/sys/fs/cgroup/devices/devices.list": "c 1:3 rw\n" * 7000})
    libraries.mkdir(parents=True)
    (libraries / "libcuda.so.575.57.08").write_bytes(b"\x7fELF")

    audited("--root", root)


def library_of_tables(count):
    """An ELF file whose sections all claim the same megabyte of symbols."""
    start, size = 64, 1 << 20
    header = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 3, MACHINES[os.uname().machine],
                         1, 0, 0, start + size, 0, 64, 0, 0, 64, count, 0)
    symbol = struct.pack("<IBBHQQ", 1, 0, 0, 1, 0, 0)
    section = struct.pack("<IIQQQQIIQQ", 0, 11, 0, 0, start, size, 1, 0, 8, 24)
    names = struct.pack("<IIQQQQIIQQ", 0, 3, 0, 0, start, size, 0, 0, 1, 0)
    return header + (symbol * (size // 24 + 1))[:size] + names * 2 + section * (count - 2)


def test_library_of_symbols_alone(audited, tmp_path):
    root = plant(tmp_path / "root", healthy_files())
    compat = root / "usr/local/cuda/compat"
    compat.mkdir(parents=True)
    (compat / "libcuda.so.575.57.08").write_bytes(library_of_tables(60_000))

    audited("--root", root)


def test_names_that_are_no_text(audited, tmp_path):
    root = plant(tmp_path / "root", healthy_files())
    for folder in (LIBRARIES, "/dev", "/etc/cdi", "/proc/driver/nvidia/gpus"):
        path = root / folder.lstrip("/")
        path.mkdir(parents=True, exist_ok=True)
        for name in (b"libcuda.so.\xff\xfe\n", b"nvidia\x1b[31m", b"nvidia" + b"9" * 240,
                     b"%s%n%s.yaml"):
            with open(os.path.join(os.fsencode(path), name), "wb"):
                pass

    outcome = audited("--root", root)

    assert "\x1b[31m" not in outcome.out


def megabyte():
    """As much as the kernel takes: single variables end at 128 KiB, execve(2)."""
    long = 120_000
    return {
        "LD_LIBRARY_PATH": ":".join(f"/nowhere/{n}" for n in range(long))[:long],
        "NVIDIA_VISIBLE_DEVICES": ",".join(map(str, range(long)))[:long],
        "NVIDIA_DRIVER_CAPABILITIES": "compute," * (long // 8),
        "NVIDIA_REQUIRE_CUDA": "cuda>=12.0,driver>=1 " * (long // 21),
        "NVIDIA_REQUIRE_X": "(" * long,
        "CUDA_VISIBLE_DEVICES": "0," * (long // 2),
        "CUDA_MPS_PIPE_DIRECTORY": "/" + "a" * long,
        "LD_PRELOAD_": "b" * long,
        **{f"NVIDIA_REQUIRE_{n}": "cuda>=1" for n in range(2000)},
    }


def test_environment_of_a_megabyte(audited):
    environment = megabyte()
    assert sum(len(name) + len(value) + 2 for name, value in environment.items()) > 900_000

    audited(env=environment)


def test_variables_of_junk(audited):
    text = lines_of_junk(1, 100_000).replace(b"\0", b"\xfe").decode("utf-8", "surrogateescape")

    audited(env={name: text for name in ("LD_LIBRARY_PATH", "NVIDIA_VISIBLE_DEVICES",
                                         "NVIDIA_DRIVER_CAPABILITIES", "NVIDIA_REQUIRE_CUDA",
                                         "CUDA_VISIBLE_DEVICES", "NVIDIA_CTK_LIBCUDA_DIR")})


@pytest.fixture
def mounted(tmp_path):
    """A command that runs another among 10,000 mounts: each step binds all there are once more."""
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("mounts need root and unshare")
    script = ('mount -t tmpfs tmpfs "$0" && for i in $(seq 14); do mkdir "$0/$i" && '
              'mount --rbind "$0" "$0/$i" || exit 125; done; exec "$@"')
    command = ("unshare", "--mount", "sh", "-c", script, str(tmp_path / "mounts"))
    (tmp_path / "mounts").mkdir()
    count = subprocess.run([*command, "sh", "-c", "wc -l </proc/self/mountinfo"],
                           capture_output=True, text=True, check=False)
    if count.returncode != 0:
        pytest.skip(f"cannot make 10,000 mounts: {count.stderr.strip()}")
    assert int(count.stdout) > 10_000
    return command


def test_ten_thousand_mounts(program, mounted, tmp_path):
    """Timed inside: making the mounts takes longer than looking at them."""
    clock = ("sh", "-c", 'before=$(date +%s%N); "$@"; code=$?; '
             f'echo $((($(date +%s%N) - before) / 1000000)) >{tmp_path}/took; exit $code', "sh")
    outcome = program.report("audit", "--files-only", before=(*mounted, *clock), timeout=60)

    assert outcome.exit in VERDICTS, outcome.describe()
    assert int((tmp_path / "took").read_text()) <= AT_MOST_S * 1000
