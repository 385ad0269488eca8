# SPDX-License-Identifier: Apache-2.0
"""
The helper of the audit: against the simulated stack, broken on purpose; against NVIDIA's own libraries
without a kernel module; and the one that scripts/build-audit makes for any image. And the script that
asks PyTorch, against a module that answers what a test tells it.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from selftest import TOP, has_driver_here, validate, vendor

AUDIT = TOP / "build/audit"
TORCH_SCRIPT = (TOP / "host/probe/torch_probe.py").read_text()
# One rule per kind of line, as host/probe/README.md has them.
GRAMMAR = re.compile(r"""
    enter\ [\w.-]+
  | library\ [\w.-]+\ (path=.+\ dev=\d+:\d+\ ino=\d+\ double=(yes|no) | failed\ .+)
  | call\ \w+\ (-?\d+(\ .+)? | missing)
  | nvml-gpu\ \d+(\ uuid=[\w-]+)?(\ pci=[0-9a-f:.]+)?(\ minor=\d+)?(\ mig=enabled)?
  | cuda-gpu\ \d+(\ uuid=[\w-]+)?(\ pci=[0-9a-f:.]+)?(\ cc=\d+\.\d+)?
  | done
""", re.X)


class Answers:
    """The lines of one run, all of which must follow the grammar."""

    def __init__(self, done):
        self.exit, self.err = done.returncode, done.stderr
        self.lines = done.stdout.splitlines()
        for line in self.lines:
            assert GRAMMAR.fullmatch(line), line

    def call(self, name):
        """What follows the name in each line about this call."""
        return [line.split(" ", 2)[2] for line in self.lines if line.startswith(f"call {name} ")]

    def library(self, name):
        [rest] = [line.split(" ", 2)[2] for line in self.lines if line.startswith(f"library {name} ")]
        return rest

    def gpus(self, kind):
        return [line for line in self.lines if line.startswith(kind)]

    def failed(self):
        """Calls of libraries, that is; what the kernel allows depends on where this runs."""
        return [line for line in self.lines
                if re.match(r"call (nvml|cu)\w+ (missing|-?[1-9])", line)]

    @property
    def last_enter(self):
        return [line for line in self.lines if line.startswith("enter ")][-1].split()[1]


def run(command, env=None, timeout=60):
    return Answers(subprocess.run([str(word) for word in command], env=env, timeout=timeout,
                                  check=False, text=True, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE))


@pytest.fixture
def probe(build):
    return build / "bin/gpu-selftest-audit-probe"


@pytest.fixture
def ask(simulated, probe):
    """On a simulated machine; `helper` is another build of the probe."""
    def start(profile, *faults, helper=probe, env=None):
        words = [word for fault in faults for word in ("--fault", fault)]
        return run([simulated.build / "sim/bin/gpu-selftest-simulate", "--profile", profile, *words,
                    "--", helper], env=simulated.environment(env))
    return start


def check_rtx4090x2(answers):
    assert answers.lines[-1] == "done" and not answers.failed()
    assert "double=yes" in answers.library("libcuda.so.1")
    assert "double=yes" in answers.library("libnvidia-ml.so.1")
    assert answers.call("nvmlInit_v2") == ["0"] and answers.call("cuInit") == ["0"]
    assert answers.call("nvmlSystemGetDriverVersion") == ["0 580.95.05"]
    assert answers.call("cuDriverGetVersion") == ["0 13000"]
    assert answers.call("nvmlDeviceGetCount_v2") == answers.call("cuDeviceGetCount") == ["0 2"]
    assert answers.gpus("nvml-gpu") == [
        "nvml-gpu 0 uuid=GPU-00000000-0000-4000-8000-000000000001 pci=0000:01:00.0 minor=0",
        "nvml-gpu 1 uuid=GPU-00000000-0000-4000-8000-000000000002 pci=0000:41:00.0 minor=1"]
    assert answers.gpus("cuda-gpu") == [
        "cuda-gpu 0 uuid=GPU-00000000-0000-4000-8000-000000000001 pci=0000:01:00.0 cc=8.9",
        "cuda-gpu 1 uuid=GPU-00000000-0000-4000-8000-000000000002 pci=0000:41:00.0 cc=8.9"]
    assert answers.call("cuDevicePrimaryCtxRetain") == ["0 gpu=0", "0 gpu=1"]
    assert answers.call("cuMemcpyDtoH_v2") == ["0 gpu=0 right", "0 gpu=1 right"]


def test_two_gpus(ask):
    check_rtx4090x2(ask("rtx4090x2"))


def test_eight_gpus(ask):
    answers = ask("h100x8")

    assert [line.split()[1] for line in answers.gpus("cuda-gpu")] == [str(i) for i in range(8)]
    assert answers.call("cuMemcpyDtoH_v2") == [f"0 gpu={i} right" for i in range(8)]


def test_mig_is_said(ask):
    answers = ask("mig")

    assert [line.endswith(" mig=enabled") for line in answers.gpus("nvml-gpu")] == [True]
    assert not answers.failed()


def test_no_gpu(ask):
    answers = ask("empty")

    assert answers.call("cuInit") == ["100"] and answers.call("nvmlDeviceGetCount_v2") == ["0 0"]
    assert answers.call("cuDeviceGetCount") == [] and answers.lines[-1] == "done"


def test_each_call_is_entered_before_it_answers(ask):
    entered = set()
    for line in ask("rtx4090x2").lines:
        words = line.split()
        if words[0] == "enter":
            entered.add(words[1])
        if re.match(r"library |call (nvml|cu)", line):
            assert words[1] in entered, line


@pytest.mark.parametrize("fault, failed", [
    ("cuMemAlloc_v2 call=2 returns 2", ["call cuMemAlloc_v2 2 gpu=1"]),
    ("cuDevicePrimaryCtxRetain call=1 returns 46", ["call cuDevicePrimaryCtxRetain 46 gpu=0"]),
    ("cuInit returns 802", ["call cuInit 802"]),
    ("nvmlInit_v2 returns 18", ["call nvmlInit_v2 18"]),
    ("nvmlDeviceGetHandleByIndex_v2 call=2 returns 15",
     ["call nvmlDeviceGetHandleByIndex_v2 15 gpu=1"]),
    ("nvmlDeviceGetMigMode call=1 returns 999", ["call nvmlDeviceGetMigMode 999 gpu=0"]),
])
def test_a_call_that_fails(ask, fault, failed):
    answers = ask("rtx4090x2", fault)

    assert answers.failed() == failed
    assert answers.lines[-1] == "done"


def test_nvml_that_does_not_start_says_its_version(ask):
    answers = ask("rtx4090x2", "nvmlInit_v2 returns 18")

    assert answers.call("nvmlSystemGetNVMLVersion")
    assert answers.call("nvmlSystemGetDriverVersion") == []
    # CUDA is asked all the same.
    assert answers.call("cuInit") == ["0"]


def test_a_byte_that_comes_back_wrong(ask):
    answers = ask("rtx4090x2", "mem 0 flip=0x7ff:3")

    assert answers.call("cuMemcpyDtoH_v2") == ["0 gpu=0 wrong=1", "0 gpu=1 right"]


@pytest.mark.parametrize("fault, enter", [
    ("cuInit crashes", "cuInit"),
    ("cuMemAlloc_v2 call=2 crashes", "cuMemAlloc_v2"),
    ("nvmlDeviceGetCount_v2 aborts", "nvmlDeviceGetCount_v2"),
])
def test_a_crash_leaves_what_was_learnt(ask, fault, enter):
    answers = ask("rtx4090x2", fault)

    assert answers.last_enter == enter and "done" not in answers.lines
    assert "double=yes" in answers.library("libcuda.so.1")


def test_what_libraries_print_is_no_line(ask):
    answers = ask("rtx4090x2", 'cuInit prints "done"')

    assert answers.lines.count("done") == 1 and answers.lines[-1] == "done"
    assert "done" in answers.err


@pytest.mark.parametrize("fault, name", [
    ("libcuda missing", "libcuda.so.1"), ("libnvidia-ml missing", "libnvidia-ml.so.1")])
def test_a_library_that_is_missing(ask, fault, name):
    assert ask("rtx4090x2", fault).library(name).startswith("failed ")


def test_arguments_are_refused(probe):
    done = subprocess.run([probe, "--help"], capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == 2 and done.stdout == "" and done.stderr.startswith("usage: ")


def test_nobody_reads(probe):
    """Ends at its first line, as a pipe without a reader ends anything."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([probe], stdout=writer, stderr=subprocess.PIPE, check=False, timeout=60)
    os.close(writer)

    assert done.returncode != 0


def real_environment(*folders):
    return {"PATH": os.environ["PATH"], "LD_LIBRARY_PATH": ":".join(map(str, folders))}


@pytest.mark.parametrize("branch, cuda, nvml", [("535", 12020, "12.535."), ("550", 12040, "12.550.")])
def test_real_driver_without_module(probe, branch, cuda, nvml):
    if has_driver_here():
        pytest.skip("this machine has an NVIDIA driver of its own")
    answers = run([probe], env=real_environment(vendor(f"drivers/{branch}"), vendor("cudart/12")))

    assert answers.lines[-1] == "done"
    for name in ("libcuda.so.1", "libcuda.so", "libnvidia-ml.so.1", "libnvidia-ptxjitcompiler.so.1"):
        assert f"/drivers/{branch}/lib/" in answers.library(name)
        assert answers.library(name).endswith(" double=no")
    assert answers.library("libcuda.so") == answers.library("libcuda.so.1")
    assert answers.call("nvmlInit_v2") == ["9"] and answers.call("cuInit") == ["100"]
    assert answers.call("cuDriverGetVersion") == [f"0 {cuda}"]
    assert answers.call("nvmlSystemGetNVMLVersion")[0].startswith(f"0 {nvml}")
    version = re.search(r"libcuda\.so\.(\S+)", answers.library("libcuda.so.1")).group(1)
    assert answers.library(f"libnvidia-gpucomp.so.{version}").startswith("failed ")


def test_library_is_the_file_that_stat_knows(probe):
    folder = vendor("drivers/550")
    answers = run([probe], env=real_environment(folder))
    info = (folder / "libcuda.so.1").stat()

    assert f" dev={os.major(info.st_dev)}:{os.minor(info.st_dev)} ino={info.st_ino} " \
        in answers.library("libcuda.so.1")


def test_stub(probe):
    answers = run([probe], env=real_environment(vendor("stub")))

    assert answers.call("cuInit") == ["34"] and answers.lines[-1] == "done"


def test_real_driver_leaves_no_node(probe):
    """As root, libcuda 550 makes /dev/nvidiactl by mknod; here it gets a /dev of its own for that."""
    folder = vendor("drivers/550")
    script = ('mount -t tmpfs none /dev && mknod -m 666 /dev/null c 1 3 || exit 77; "$1" >/dev/null;'
              ' ls /dev')
    done = subprocess.run(["unshare", "-m", "sh", "-c", script, "sh", probe], check=False,
                          env=real_environment(folder), capture_output=True, text=True, timeout=60)

    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip(f"no /dev of its own to be had: {done.stderr.strip()}")
    assert done.stdout.split() == ["null"]


@pytest.fixture(params=["x86_64", "aarch64"])
def for_any_image(request):
    folder = AUDIT / request.param
    if not (folder / "gpu-selftest-audit-probe").exists():
        pytest.skip(f"not built: scripts/build-audit {request.param}")
    return folder


def foreign(folder, *command):
    """The command line for a program of build/audit on this machine."""
    if folder.name == os.uname().machine:
        return [*command]
    if subprocess.run(["sh", "-c", f"command -v qemu-{folder.name}-static"], check=False,
                      stdout=subprocess.DEVNULL).returncode != 0:
        pytest.skip(f"no qemu-{folder.name}-static: install qemu-user-static")
    return [f"qemu-{folder.name}-static", *command]


def glibc_needs(program):
    out = subprocess.run(["objdump", "-p", program], check=True, capture_output=True, text=True).stdout
    return {tuple(map(int, version.split(".")))
            for version in re.findall(r"\bGLIBC_(\d[\d.]*)", out)}


def test_helper_needs_no_glibc_newer_than_2_17(for_any_image):
    needs = glibc_needs(for_any_image / "gpu-selftest-audit-probe")

    assert needs and max(needs) <= (2, 17), needs


def test_helper_needs_nothing_but_glibc(for_any_image):
    out = subprocess.run(["readelf", "-d", for_any_image / "gpu-selftest-audit-probe"], check=True,
                         capture_output=True, text=True).stdout

    assert set(re.findall(r"NEEDED.*\[(.*)\]", out)) <= {"libc.so.6", "libdl.so.2", "libpthread.so.0"}


def test_helper_for_any_image_asks_the_same(ask):
    helper = AUDIT / "x86_64/gpu-selftest-audit-probe"
    if not helper.exists() or os.uname().machine != "x86_64":
        pytest.skip("not built: scripts/build-audit x86_64")
    check_rtx4090x2(ask("rtx4090x2", helper=helper))


def test_helper_for_arm64_runs():
    """With the loader and the C library of the cross compiler, which has no driver's library."""
    helper, libraries = AUDIT / "aarch64/gpu-selftest-audit-probe", Path("/usr/aarch64-linux-gnu")
    if not helper.exists() or not (libraries / "lib/ld-linux-aarch64.so.1").exists():
        pytest.skip("not built, or without arm64's loader: scripts/build-audit aarch64")
    answers = run(foreign(helper.parent, "-L", libraries, helper), env={"PATH": os.environ["PATH"]})

    assert answers.lines[-1] == "done" and answers.exit == 0
    assert "No such file" in answers.library("libcuda.so.1")


def test_build_audit_refuses_an_unknown_processor():
    done = subprocess.run([TOP / "scripts/build-audit", "riscv64"], check=False, capture_output=True,
                          text=True, timeout=60)

    assert done.returncode == 2 and "expected x86_64 or aarch64" in done.stderr


def test_static_program_needs_no_loader(for_any_image):
    program = for_any_image / "gpu-selftest-audit"
    out = subprocess.run(["readelf", "-lW", program], check=True, capture_output=True, text=True).stdout

    assert "INTERP" not in out and "DYNAMIC" not in out


def test_static_program_starts(for_any_image):
    command = foreign(for_any_image, for_any_image / "gpu-selftest-audit", "--version")
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done
    assert re.fullmatch(r"gpu-selftest-audit \S+ \(commit \S+\)\n", done.stdout)


def in_empty_root(folder, root, *arguments):
    """The JSON report of the static program in a root that holds it and /proc, and nothing else."""
    (root / "gst").mkdir(parents=True, exist_ok=True)
    (root / "proc").mkdir(exist_ok=True)
    script = 'mount -t proc proc "$1/proc" || exit 77; root=$1; shift; exec chroot "$root" "$@"'
    command = foreign(folder, "/gst/gpu-selftest-audit", "--json", "-", *arguments)
    if command[0].startswith("qemu-"):
        shutil.copy(shutil.which(command[0]), root / "gst")
        command[0] = f"/gst/{command[0]}"
    for file in folder.iterdir():
        if file.is_file() and not (root / "gst" / file.name).exists():
            shutil.copy(file, root / "gst")
    done = subprocess.run(["unshare", "-m", "sh", "-c", script, "sh", root, *command], check=False,
                          capture_output=True, text=True, timeout=60, env={"PATH": os.environ["PATH"]})
    if done.returncode == 77 or "unshare:" in done.stderr or "chroot:" in done.stderr:
        pytest.skip(f"no root of its own to be had: {done.stderr.strip()}")
    return validate(json.loads(done.stdout))


def found(report):
    return {check["id"] for check in report["checks"] if check["verdict"] in ("FAIL", "ERROR")}


def test_static_program_in_an_image_without_anything(for_any_image, tmp_path):
    """What the helper's absence means depends on the image: here on one without a C library."""
    report = in_empty_root(for_any_image, tmp_path)

    assert not report["simulated"] and report["checks"]
    if for_any_image.name == os.uname().machine:
        assert "suite.probe-failed" not in found(report), report["checks"]


def test_static_program_without_its_helper(tmp_path):
    folder = AUDIT / os.uname().machine
    if not (folder / "gpu-selftest-audit").exists():
        pytest.skip(f"not built: scripts/build-audit {folder.name}")
    (tmp_path / "gst").mkdir()
    (tmp_path / "gst/gpu-selftest-audit-probe").mkdir()
    report = in_empty_root(folder, tmp_path)
    [check] = [check for check in report["checks"] if check["id"] == "suite.probe-failed"]

    assert "not-runnable /gst/gpu-selftest-audit-probe" in check["observed"]


# --- from the program to the helper and back

@pytest.fixture(params=["bin/gpu-selftest-audit", "static"])
def audit_program(request, build):
    path = build / request.param
    if request.param == "static":
        path = AUDIT / os.uname().machine / "gpu-selftest-audit"
    if not path.exists():
        pytest.skip(f"not built: scripts/build-audit {os.uname().machine}")
    return path


@pytest.fixture
def audit(simulated, audit_program):
    def start(*arguments, faults=(), env=None):
        words = [word for fault in faults for word in ("--fault", fault)]
        done = subprocess.run(
            [simulated.build / "sim/bin/gpu-selftest-simulate", "--profile", "rtx4090x2", *words,
             "--", audit_program, "--json", "-", *arguments],
            env=simulated.environment(env), check=False, capture_output=True, text=True, timeout=60)
        return validate(json.loads(done.stdout))
    return start


def test_audit_of_a_simulated_machine(audit):
    report = audit()

    assert report["verdict"] == "PASS" and report["simulated"], report["checks"]


@pytest.mark.parametrize("fault, finding, words", [
    ("cuInit hangs", "host.driver-hang", "hangs in cuInit after 1 s"),
    ("cuInit crashes", "host.driver-crashed", "signal 11 in cuInit"),
    ("cuMemAlloc_v2 call=2 aborts", "host.driver-crashed", "signal 6 in cuMemAlloc_v2"),
])
def test_audit_of_a_driver_that_does_not_return(audit, fault, finding, words):
    report = audit("--timeout", "1s", faults=[fault])

    assert found(report) == {finding}
    [check] = [check for check in report["checks"] if check["id"] == finding]
    assert words in check["observed"]


def torch_environment(wanted):
    return {"FAKE_TORCH": json.dumps(wanted), "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(TOP / "tests/fixtures/torch")}


@pytest.mark.parametrize("wanted, finding", [
    ({"count": 2}, None),
    ({"count": 2, "cuda": None}, "image.framework-cpu-only"),
    ({"count": 1}, "image.framework-sees-fewer-gpus"),
    ({"count": 0, "fails": {"init": "No CUDA GPUs are available"}}, "image.framework-sees-fewer-gpus"),
    ({"count": 2, "cuda": "99.0"}, "host.driver-too-old"),
    ({"count": 2, "archs": ["sm_50"]}, "image.framework-lacks-architecture"),
    ({"count": 2, "wrong": {"cuda:1": 1}}, "hardware.wrong-result"),
    ({"count": 2, "fails": {"cuda:0": "CUBLAS_STATUS_NOT_INITIALIZED"}}, "image.framework-fails"),
    ({"fails": {"import": "undefined symbol"}}, "image.framework-missing"),
    ({"crashes": ["import"]}, "image.framework-ended-early"),
])
def test_audit_of_a_framework(audit, wanted, finding):
    report = audit("--framework", "torch", env=torch_environment(wanted))

    assert found(report) == ({finding} if finding else set()), report["checks"]


@pytest.mark.parametrize("arguments, words", [
    (["--level", "full"], "unknown option '--level'"),
    (["audit"], "unexpected word 'audit'"),
    (["--framework", "keras"], "valid: torch"),
])
def test_audit_program_refuses_what_it_does_not_know(audit_program, arguments, words):
    done = subprocess.run([audit_program, *arguments], check=False, capture_output=True, text=True,
                          timeout=60)

    assert done.returncode == 2 and words in done.stderr and done.stdout == ""


# --- torch_probe.py

def torch(wanted, is_there=True):
    """The lines that the script says with this fake module, without their prefix."""
    env = {"PATH": os.environ["PATH"], **torch_environment(wanted)}
    if not is_there:
        del env["PYTHONPATH"]
    done = subprocess.run([sys.executable, "-c", TORCH_SCRIPT], env=env, text=True, check=False, timeout=60,
                          capture_output=True)
    lines = done.stdout.splitlines()
    assert all(line.startswith("framework torch ") for line in lines), done.stdout
    return [line[len("framework torch "):] for line in lines
            if not line.startswith("framework torch enter ")], done


def test_torch_that_works():
    lines, done = torch({"count": 2})

    assert lines == ["version=2.5.1+cu124 built_for=12.4", "available=yes count=2",
                     "arch sm_80 sm_90 compute_90", "gpu 0 cc=9.0", "gpu 1 cc=9.0",
                     "product gpu=0 ok max_error=0", "product gpu=1 ok max_error=0", "done"]
    assert "a banner" in done.stderr


def test_torch_that_is_not_there():
    lines, _ = torch({}, is_there=False)
    if lines[0].startswith("version="):
        pytest.skip("this machine has a torch of its own")

    assert lines == ["missing No module named 'torch'", "done"]


def test_torch_of_the_working_folder_is_not_taken(tmp_path, monkeypatch):
    (tmp_path / "torch.py").write_text("raise SystemExit(5)\n")
    monkeypatch.chdir(tmp_path)

    assert torch({})[0][0] == "version=2.5.1+cu124 built_for=12.4"


@pytest.mark.parametrize("wanted, expected", [
    ({"fails": {"import": "libcudart.so.12: cannot open\nsecond line"}},
     ["missing libcudart.so.12: cannot open", "done"]),
    ({"version": "2.5.1+cpu", "cuda": None}, ["version=2.5.1+cpu built_for=cpu", "done"]),
    ({"count": 0, "cuda": None, "hip": "6.1"},
     ["version=2.5.1+cu124 built_for=rocm", "available=no count=0 error=no reason given", "done"]),
    ({"count": 0, "warns": "CUDA initialization: no luck"},
     ["version=2.5.1+cu124 built_for=12.4",
      "available=no count=0 error=CUDA initialization: no luck", "done"]),
    ({"count": 0, "warns": "vague", "fails": {"init": "No CUDA GPUs are available"}},
     ["version=2.5.1+cu124 built_for=12.4",
      "available=no count=0 error=No CUDA GPUs are available", "done"]),
])
def test_torch_without_a_gpu(wanted, expected):
    assert torch(wanted)[0] == expected


def test_torch_with_a_wrong_product_and_one_that_fails():
    lines, _ = torch({"count": 3, "wrong": {"cuda:1": 0.5},
                      "fails": {"cuda:2": "CUDA error: no kernel image\nmore words"}})

    assert lines[-4:] == ["product gpu=0 ok max_error=0", "product gpu=1 differs max_error=0.5",
                          "product gpu=2 failed CUDA error: no kernel image", "done"]


def test_torch_that_breaks_the_rules():
    lines, _ = torch({"count": 1, "capability": "nine"})

    assert lines[-1].startswith("problem raised ") and "done" not in lines


def test_torch_that_crashes():
    lines, done = torch({"crashes": ["import"]})

    assert done.returncode == -6 and lines == []
