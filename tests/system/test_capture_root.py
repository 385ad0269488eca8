# SPDX-License-Identifier: Apache-2.0
"""scripts/capture-root: what it records is a capture by tests/fixtures/README.md, says the same to the
audit as the container itself, and keeps what is nobody's business."""

import io
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from selftest import TOP

SCRIPT = TOP / "scripts/capture-root"
LISTS = {"environ.txt", "dev.txt", "lib.txt", "open.txt", "statvfs.txt", "capture"}

CONTAINER = "4f1c" * 16
POD = "8e2f0a11-5b5b-4c4c-9d9d-0123456789ab"
GPU = "GPU-6a3c0f6e-1b2c-3d4e-5f60-718293a4b5c6"
LAYER = "QWERTYUIOPASDFGHJKLZXCVB23"

# What must not be found in a capture: planted in the tree below.
SECRETS = ("jo-smith", "nvapi-", "10.96.0.1", "fileserver", "project-x", "node7-vg", "buildbot",
           "my-secret-job", "10.0.0.7", CONTAINER, POD, POD.replace("-", "_"), GPU[4:], LAYER, "hunter2")

# Spelled so that it is nobody's real folder.
HOMES = "/" + "home"

MOUNTS = f"""\
100 1 0:41 / / ro,relatime - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/{LAYER}:/x,upperdir=/var/lib/docker/overlay2/{CONTAINER}/diff
101 100 0:42 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw
102 100 0:43 / /dev rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755
103 102 0:44 / /dev/shm rw,nosuid,nodev,noexec - tmpfs shm rw,size=65536k
104 100 0:45 / /sys ro,nosuid,nodev,noexec,relatime - sysfs sysfs ro
105 100 254:1 /var/lib/docker/containers/{CONTAINER}/hostname /etc/hostname rw - ext4 /dev/mapper/node7-vg-root rw
106 100 254:1 /data/project-x /data rw - ext4 /dev/mapper/node7-vg-data rw
107 100 0:50 / /run/nfs rw - nfs4 fileserver.example.org:/export rw,addr=10.0.0.7
108 100 254:1 /usr/lib/x86_64-linux-gnu/libcuda.so.550.54.14 /usr/lib/x86_64-linux-gnu/libcuda.so.550.54.14 ro,nosuid,nodev - ext4 /dev/vda1 rw
109 100 254:1 /usr/bin/nvidia-smi /usr/bin/nvidia-smi ro,nosuid,nodev - ext4 /dev/vda1 rw
110 101 0:60 / /proc/driver/nvidia rw,nosuid,nodev,noexec - tmpfs tmpfs rw,mode=555
111 102 0:6 /nvidiactl /dev/nvidiactl ro,nosuid,noexec - devtmpfs udev rw
112 100 254:1 {HOMES}/jo-smith/.cache /run/cache rw - ext4 /dev/vda1 rw
"""

ENVIRONMENT = {
    "PATH": f"{HOMES}/jo-smith/bin:/usr/bin:/bin",
    "NVIDIA_VISIBLE_DEVICES": GPU,
    "NVIDIA_DRIVER_CAPABILITIES": "compute,utility",
    "NVIDIA_API_KEY": "nvapi-hunter2",
    "CUDA_VISIBLE_DEVICES": "0",
    "NCCL_COMM_ID": "10.0.0.7:4000",
    "KUBERNETES_SERVICE_HOST": "10.96.0.1",
    "LD_LIBRARY_PATH": "/usr/local/nvidia/lib64",
    "HOME": f"{HOMES}/jo-smith",
    "AWS_SECRET_ACCESS_KEY": "hunter2",
    "MULTI": "x\nNVIDIA_VISIBLE_DEVICES=hunter2",
}

# The beginning of a library of this machine's kind.
ELF = Path(sys.executable).resolve().read_bytes()[:64].decode("latin-1")

FILES = {
    "proc/self/mountinfo": MOUNTS,
    "proc/self/cgroup": f"0::/kubepods.slice/kubepods-pod{POD.replace('-', '_')}.slice/"
                        f"cri-containerd-{CONTAINER}.scope\n",
    "proc/self/uid_map": "         0          0 4294967295\n",
    "proc/self/gid_map": "         0          0 4294967295\n",
    "proc/self/status": "Name:\tmy-secret-job\nUid:\t0\t0\t0\t0\nCapBnd:\t00000000a80425fb\n"
                        "NoNewPrivs:\t0\nSeccomp:\t2\n",
    "proc/self/limits": "Limit                     Soft Limit           Hard Limit           Units     \n"
                        "Max locked memory         8388608              8388608              bytes     \n",
    "proc/self/environ": "".join(f"{n}={v}\0" for n, v in ENVIRONMENT.items()),
    "proc/version": "Linux version 6.1.0 (buildbot@node7-vg) (gcc 12.2.0) #1 SMP\n",
    "proc/devices": "Character devices:\n  1 mem\n195 nvidia\n511 nvidia-uvm\n",
    "proc/1/stat": "1 (my-secret-job) S 0 1 1 0 -1 4194560 1 1 1 1 1 1 1 1 20 0 1 0 100 1 1\n",
    "proc/stat": "cpu 1 2 3 4\nbtime 1700000000\n",
    "proc/driver/nvidia/version": "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Thu\n",
    "proc/driver/nvidia/params": "ModifyDeviceFiles: 0\n",
    "proc/driver/nvidia/gpus/0000:01:00.0/information":
        f"Model: \t\t NVIDIA H100 80GB HBM3\nGPU UUID: \t {GPU}\nDevice Minor: \t 0\n",
    "sys/module/nvidia/version": "550.54.14\n",
    "sys/module/nvidia_uvm/version": "550.54.14\n",
    "sys/bus/pci/devices/0000:01:00.0/vendor": "0x10de\n",
    "sys/bus/pci/devices/0000:01:00.0/class": "0x030200\n",
    "sys/bus/pci/devices/0000:01:00.0/numa_node": "0\n",
    "sys/bus/pci/devices/0000:02:00.0/vendor": "0x8086\n",
    "sys/bus/pci/devices/0000:02:00.0/class": "0x020000\n",
    "etc/debian_version": "12.5\n",
    "etc/ld.so.conf": "include /etc/ld.so.conf.d/*.conf\n",
    "etc/ld.so.conf.d/x.conf": "/opt/extra\n",
    "etc/shadow": "jo-smith:hunter2\n",
    "etc/cdi/nvidia.yaml": "cdiVersion: 0.5.0\nkind: nvidia.com/gpu\ncontainerEdits:\n  mounts:\n"
                           "  - hostPath: /opt/driver/libother.so\n",
    "opt/driver/libother.so": "x",
    "usr/local/cuda-12.4/compat/libcuda.so.1": ELF + "of cuda-compat",
    "opt/extra/libcuda.so.1": ELF + "of the image",
    "usr/bin/nvidia-smi": ELF,
    "usr/lib/x86_64-linux-gnu/libcuda.so.550.54.14": ELF,
    "usr/lib/x86_64-linux-gnu/libc.so.6": ELF,
    "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2": ELF,
    "dev/shm/x": "",
}
LINKS = {
    "lib": "usr/lib",
    "lib64": "usr/lib64",
    "usr/lib64/ld-linux-x86-64.so.2": "/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2",
    "usr/lib/x86_64-linux-gnu/libcuda.so.1": "libcuda.so.550.54.14",
    "usr/local/cuda": "/etc/alternatives/cuda",
    "etc/alternatives/cuda": "/usr/local/cuda-12.4",
    "sys/bus/pci/devices/0000:01:00.0/driver": "../../../bus/pci/drivers/nvidia",
}


@pytest.fixture
def tree(tmp_path):
    """A container as /proc/PID/root shows it, with secrets in all places where there may be some."""
    top = tmp_path / "tree"
    for name, text in FILES.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(text, encoding="latin-1")
    for name, leads in LINKS.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).symlink_to(leads)
    try:
        os.mknod(top / "dev/nvidiactl", 0o666 | stat.S_IFCHR, os.makedev(195, 255))
        os.mknod(top / "dev/nvidia0", 0o666 | stat.S_IFCHR, os.makedev(195, 0))
    except PermissionError:
        pass
    return top


def shells(tmp_path):
    """Shells, each with the tools that belong to it: those of this machine, and BusyBox's."""
    found = [(name, [name], os.environ["PATH"]) for name in ("sh", "bash") if shutil.which(name)]
    busybox = shutil.which("busybox")
    if busybox:
        tools = tmp_path / "applets"
        tools.mkdir()
        for applet in subprocess.run([busybox, "--list"], capture_output=True, text=True,
                                     check=True).stdout.split():
            (tools / applet).symlink_to(busybox)
        found.append(("busybox", [str(tools / "sh")], str(tools)))
    return found


def record(*options, shell=("sh",), path=None, env=None):
    environment = {"PATH": path or os.environ["PATH"], **(env or {})}
    return subprocess.run([shutil.which(shell[0], path=environment["PATH"]) or shell[0], *shell[1:],
                           str(SCRIPT), *map(str, options)],
                          env=environment, capture_output=True, timeout=120, check=False)


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()}


def checks(program, *options, env=None):
    """What the audit says, check by check."""
    program.run("audit", "--files-only", "--json", "report.json", *options, env=env)
    report = json.loads((program.folder / "report.json").read_text())
    return [(c["verdict"], c["id"], c["observed"]) for c in report["checks"]]


def test_usage():
    for words, named in ((["--nowhere"], b"--root, --to"), (["--root"], b"folder"),
                         (["--root", "/nonexistent"], b"/nonexistent"), (["--to", "/"], b"there already")):
        done = record(*words)
        assert done.returncode == 2
        assert done.stdout == b"" and done.stderr.count(b"\n") == 1 and named in done.stderr
    assert record("--help").returncode == 0


def test_this_container_is_the_same_to_the_audit(program, tmp_path):
    """Taken where the tests run, GPU or not: no node is opened, so it's the files that count."""
    done = record()
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(tmp_path / "capture", filter="data")
    assert LISTS - {"statvfs.txt"} <= set(contents(tmp_path / "capture"))
    environment = {"PATH": os.environ["PATH"]}
    assert checks(program, "--root", tmp_path / "capture", env=environment) \
        == checks(program, env=environment)


def test_each_shell_records_the_same(tree, tmp_path):
    taken = {}
    for name, shell, path in shells(tmp_path):
        done = record("--root", tree, "--to", tmp_path / name, shell=shell, path=path)
        assert done.returncode == 0, done.stderr
        assert done.stderr == b""
        taken[name] = contents(tmp_path / name)
    assert len(taken) >= 2
    first = next(iter(taken.values()))
    assert all(other == first for other in taken.values()), list(taken)


def test_a_driver_is_the_same_to_the_audit(program, tree, tmp_path):
    record("--root", tree, "--to", tmp_path / "capture")
    environment = {name: value for name, value in ENVIRONMENT.items()
                   if name not in ("HOME", "AWS_SECRET_ACCESS_KEY", "MULTI")}
    seen = checks(program, "--root", tmp_path / "capture")
    expected = checks(program, "--root", tree, env=environment)

    # What is replaced is replaced in what was observed, too.
    replaced = re.compile(r"GPU-[-0-9a-f]+|/home/[^/: ]+")
    assert sorted((v, i, replaced.sub("X", o)) for v, i, o in seen) \
        == sorted((v, i, replaced.sub("X", o)) for v, i, o in expected)
    assert len(seen) > 5


def test_secrets_stay_behind(tree, tmp_path):
    record("--root", tree, "--to", tmp_path / "capture")
    taken = contents(tmp_path / "capture")
    everything = b"\n".join(name.encode() + b"\n" + text for name, text in taken.items()).decode("latin-1")

    for secret in SECRETS:
        assert secret not in everything, [n for n, t in taken.items() if secret.encode() in t]
    assert not any(name.startswith(("etc/shadow", "usr/", "opt/", "dev/")) for name in taken)
    names = {line.split("=")[0] for line in taken["environ.txt"].decode().splitlines()}
    assert names == {"PATH", "NVIDIA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES", "NVIDIA_API_KEY",
                     "CUDA_VISIBLE_DEVICES", "NCCL_COMM_ID", "KUBERNETES_SERVICE_HOST", "LD_LIBRARY_PATH"}


def test_ids_keep_their_shape_and_stay_the_same_id(tree, tmp_path):
    record("--root", tree, "--to", tmp_path / "capture")
    taken = {name: text.decode("latin-1") for name, text in contents(tmp_path / "capture").items()}
    gpu = re.search(r"GPU-[0-9]{8}(-[0-9]{4}){3}-[0-9]{12}$", taken["environ.txt"], re.M)
    information = taken["proc/driver/nvidia/gpus/0000:01:00.0/information"]
    container = re.search(r"cri-containerd-([0-9]{64})\.scope$", taken["proc/self/cgroup"], re.M)

    assert gpu and f"GPU UUID: \t {gpu[0]}\n" in information
    assert container and f"/var/lib/docker/containers/{container[1]}/hostname" in taken["proc/self/mountinfo"]
    assert re.search(r"kubepods-pod[0-9]{8}(_[0-9]{4}){3}_[0-9]{12}\.slice", taken["proc/self/cgroup"])


def test_what_is_listed_follows_the_format(tree, tmp_path):
    record("--root", tree, "--to", tmp_path / "capture")
    taken = {name: text.decode("latin-1") for name, text in contents(tmp_path / "capture").items()}
    listed = {line.split(" ")[5 if line[0] != "c" else 6] for line in
              (taken["lib.txt"] + taken["dev.txt"]).splitlines()}

    assert {"/", "/lib", "/lib64", "/usr/bin/nvidia-smi", "/usr/local/cuda", "/etc/alternatives/cuda",
            "/usr/local/cuda-12.4/compat/libcuda.so.1", "/usr/lib/x86_64-linux-gnu/libcuda.so.1",
            "/usr/lib/x86_64-linux-gnu/libcuda.so.550.54.14",
            "/opt/extra/libcuda.so.1", "/opt/driver/libother.so",
            "/usr/lib64/ld-linux-x86-64.so.2",
            "/sys/bus/pci/devices/0000:01:00.0/driver"} - listed == set()
    assert not any("libc.so.6" in path for path in listed)
    for line in taken["lib.txt"].splitlines():
        assert re.fullmatch(r"[-dlcbps][-rwxsStT]{9} \d+ \d+ \d+ \d+ /\S*( -> \S+)? dev=\d+:\d+ ino=\d+"
                            r"( ctime=\d+ magic=(elf|other))?( target=\S+ tdev=\d+:\d+ tino=\d+ tsize=\d+"
                            r" tnlink=\d+)?", line), line
    assert "0000:02:00.0" not in "".join(taken)
    mounts = taken["proc/self/mountinfo"].splitlines()
    assert [line.split(" ")[4] for line in mounts] \
        == [line.split(" ")[4] for line in MOUNTS.splitlines() if " /data " not in line]


def test_nodes_are_listed_with_their_numbers(tree, tmp_path):
    if not (tree / "dev/nvidiactl").exists():
        pytest.skip("nodes cannot be made here")
    record("--root", tree, "--to", tmp_path / "capture")
    nodes = (tmp_path / "capture/dev.txt").read_text().splitlines()

    assert any(re.fullmatch(r"crw-[-rw]{6} 1 \d+ \d+ 195, 255 /dev/nvidiactl", line) for line in nodes), nodes
    assert any(re.fullmatch(r"crw-[-rw]{6} 1 \d+ \d+ 195, 0 /dev/nvidia0", line) for line in nodes)
    # Another root's nodes are not opened: they are not ours to start.
    assert not (tmp_path / "capture/open.txt").exists() or \
        (tmp_path / "capture/open.txt").read_text() == ""


def test_what_the_image_lacks_is_said_first(tmp_path):
    """Without tar the archive cannot be written, a folder can."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for folder in os.environ["PATH"].split(":"):
        for tool in Path(folder).glob("*"):
            if tool.name != "tar" and not (tools / tool.name).exists():
                (tools / tool.name).symlink_to(tool)
    command = [shutil.which("sh"), str(SCRIPT)]
    (tmp_path / "root").mkdir()
    for words, code in ((["--root", str(tmp_path / "root")], 3),
                        (["--root", str(tmp_path / "root"), "--to", str(tmp_path / "capture")], 0)):
        done = subprocess.run(command + words, env={"PATH": str(tools)}, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, timeout=60, check=False)
        assert done.returncode == code, done.stderr
        assert done.stderr == ("capture-root: 'tar' is not in this image\n" if code else "")


def test_what_came_of_opening_nodes(tmp_path):
    """In a /dev of its own: a number without a driver, the null device by another name, a node that is
    none; then one of them on a mount that forbids devices."""
    script = """set -e
mount -t tmpfs tmpfs /dev
mknod -m 666 /dev/null c 1 3
mknod -m 666 /dev/nvidiactl c 195 255
mknod -m 666 /dev/nvidia0 c 1 3
echo x >/dev/nvidia1
"$@" --to "$OUT/first"
mount --bind /dev/nvidia0 /dev/nvidia0
mount -o remount,bind,nodev /dev/nvidia0
"$@" --to "$OUT/second"
"""
    unshare = ["unshare", "--mount", "--propagation", "private", "sh", "-c"]
    if subprocess.run([*unshare, "mount -t tmpfs tmpfs /dev && mknod /dev/x c 1 3"], capture_output=True,
                      check=False).returncode != 0:
        pytest.skip("mounts and nodes cannot be made here")
    for name, shell, path in shells(tmp_path):
        out = tmp_path / f"out-{name}"
        out.mkdir()
        command = [shutil.which(shell[0], path=path) or shell[0], str(SCRIPT)]
        # The tools of this machine set the scene, those of the shell under test do the rest.
        done = subprocess.run([*unshare, script, "sh", "env", f"PATH={path}", *command],
                              env={"PATH": os.environ["PATH"], "OUT": str(out)}, capture_output=True,
                              timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        assert (out / "first/open.txt").read_text().split("\n") \
            == ["/dev/nvidia0 OK", "/dev/nvidiactl ENXIO", ""], name
        assert (out / "second/open.txt").read_text().split("\n") \
            == ["/dev/nvidia0 EACCES", "/dev/nvidiactl ENXIO", ""], name
        assert "-rw-r--r-- 1 0 0 2 /dev/nvidia1 " in (out / "first/dev.txt").read_text()
