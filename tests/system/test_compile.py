# SPDX-License-Identifier: Apache-2.0
"""compile: what the real compilers make where there is no GPU, and what comes of compilers and
programs that are stand-ins. Those run in simulation alone, and there because
GPU_SELFTEST_SIM_RUNS_PROGRAMS says that whoever set it has brought programs that can.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from processes import wait_until
from selftest import plant

CUDA = Path("/usr/local/cuda")
ELEMENTS = 1048577
# 3 i + 1 for each i below ELEMENTS.
SUM = sum(range(1, 3 * ELEMENTS, 3))

NVCC = """#!/bin/sh
case $1 in
--version) echo "Cuda compilation tools, release {version}, V{version}.88"; exit ;;
--list-gpu-code) printf '%s\\n' {codes}; exit ;;
esac
echo "$@" >> {log}
while [ $# -gt 0 ]; do
    [ "$1" = -o ] && target=$2
    shift
done
cp {program} "$target"
"""


def words(pci, runtime=13000, driver=13000, elements=ELEMENTS, wrong=0, total=SUM):
    """What program.cu prints."""
    return (f"error=0 pci={pci} runtime={runtime} driver={driver} elements={elements} "
            f"wrong={wrong} sum={total}")


class Compilers:
    """An nvcc on PATH that makes a shell script of ours."""

    def __init__(self, program, folder, nvrtc):
        self.program, self.folder, self.nvrtc = program, folder, nvrtc
        self.log = folder / "built.txt"
        (folder / "bin").mkdir()

    def nvcc(self, text):
        script = self.folder / "bin/nvcc"
        script.write_text(text)
        script.chmod(0o755)

    def environment(self, extra=None):
        return self.program.environment({"PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
                                         "LD_LIBRARY_PATH": str(self.nvrtc),
                                         "GPU_SELFTEST_SIM_RUNS_PROGRAMS": "1", **(extra or {})})

    def run(self, body, *args, codes="sm_75 sm_90 compute_90", nvcc=None, profile="h100x8", env=None,
            before_it=(), **options):
        made = self.folder / "program"
        made.write_text("#!/bin/sh\n" + body)
        made.chmod(0o755)
        self.nvcc(nvcc or NVCC.format(version="13.0", codes=codes, log=self.log, program=made))
        devices = ["--device", "0"] if profile else []
        return self.program.report(*before_it, "compile", *devices, *args, profile=profile,
                                   env=self.environment(env), **options)


# A libnvrtc that has every function, and does as little as the loader needs.
NVRTC = """
#include <stddef.h>
#include <stdlib.h>
int nvrtcVersion(int *major, int *minor) { *major = 13; *minor = 0; return 0; }
int nvrtcCreateProgram(void **program) { *program = program; return 0; }
int nvrtcDestroyProgram(void **program) { (void)program; return 0; }
int nvrtcCompileProgram(void *program) { (void)program; COMPILE; }
int nvrtcGetPTXSize(void *program, size_t *bytes) { (void)program; *bytes = 1; return 0; }
int nvrtcGetPTX(void *program, char *ptx) { (void)program; *ptx = 0; return 0; }
int nvrtcGetCUBINSize(void *program, size_t *bytes) { (void)program; *bytes = 1; return 0; }
int nvrtcGetCUBIN(void *program, char *cubin) { (void)program; *cubin = 0; return 0; }
"""


def make_nvrtc(folder, body):
    """A libnvrtc in this folder whose compilation is `body`."""
    compiler = shutil.which("cc") or pytest.skip("no C compiler")
    subprocess.run([compiler, "-shared", "-fPIC", "-w", "-x", "c", "-", f"-DCOMPILE={body}", "-o",
                    folder / "libnvrtc.so.13"], input=NVRTC.encode(), check=True)
    return folder


@pytest.fixture(scope="session")
def good_nvrtc(tmp_path_factory):
    return make_nvrtc(tmp_path_factory.mktemp("nvrtc"), "return 0")


@pytest.fixture
def compilers(simulated, tmp_path, good_nvrtc):
    return Compilers(simulated, tmp_path, good_nvrtc)


@pytest.fixture
def pci(simulated):
    """Of the simulated GPU 0, as the CUDA runtime writes it."""
    report = simulated.report("device-query", "--device", "0", profile="h100x8").report
    gpu = report["gpus"][0]
    return gpu["facts"]["pci_id"]["driver"].upper()


@pytest.fixture(scope="session")
def real_nvcc():
    nvcc = shutil.which("nvcc") or (str(CUDA / "bin/nvcc") if (CUDA / "bin/nvcc").exists() else None)
    if nvcc is None or shutil.which("g++") is None:
        pytest.skip("no nvcc with a C++ compiler on this machine")
    return nvcc


def observed(outcome, finding):
    [check] = [check for check in outcome.checks("FAIL", "ERROR", "NOTE") if check["id"] == finding]
    return check["observed"]


@pytest.mark.slow
def test_the_build_half_needs_no_gpu(bare_program, tmp_path, real_nvcc, nothing_is_left):
    root = plant(tmp_path / "root", {"/sys/bus/pci/devices": None})
    outcome = bare_program.report("--root", root, "compile", "vector-add", timeout=200)
    [compiled] = [row for row in outcome.report["workloads"] if row["name"] == "compile"]

    assert outcome.exit == 1, outcome.describe()
    assert outcome.counted() == {"host.no-gpu"}
    assert outcome.workloads() == {"compile": "SKIP", "vector-add": "SKIP"}
    assert compiled["reason"].startswith("nvcc ") and "built it; not run: no GPU" in compiled["reason"]
    assert {("compile.nvcc", "static"), ("compile.nvcc", "shared")} <= set(outcome.metrics())


@pytest.mark.slow
def test_what_is_built_is_not_run_by_a_simulated_gpu(simulated, real_nvcc, nothing_is_left):
    outcome = simulated.report("compile", profile="h100x8", timeout=200)

    assert outcome.exit == 77, outcome.describe()
    assert outcome.counted() == set()
    assert "built it; not run: the GPUs are simulated" in outcome.report["workloads"][0]["reason"]


def test_a_good_program_passes(compilers, pci, nothing_is_left):
    outcome = compilers.run(f"echo '{words(pci)}'\n")

    assert outcome.exit == 0, outcome.describe()
    assert outcome.workloads() == {"compile": "PASS"}
    assert outcome.counted() == set()
    static, shared = compilers.log.read_text().splitlines()
    assert "-gencode=arch=compute_90,code=sm_90" in static and "-cudart" not in static
    assert "-cudart=shared" in shared


# What the program does, the finding, and words of the evidence.
PROGRAMS = {
    "driver-too-old": ("echo 'error=35 name=cudaErrorInsufficientDriver call=x'; exit 1\n",
                       "host.driver-too-old", "cudaErrorInsufficientDriver"),
    "ptx-too-new": ("echo 'error=222 name=cudaErrorUnsupportedPtxVersion call=x'; exit 1\n",
                    "host.driver-too-old-for-ptx", "222"),
    "no-code": ("echo 'error=209 name=cudaErrorNoKernelImageForDevice call=x'; exit 1\n",
                "image.built-program-fails", "209"),
    "no-libcudart": ("echo 'x: error while loading shared libraries: libcudart.so.13: cannot' >&2\n"
                     "exit 127\n", "image.cudart-missing", "libcudart.so.13"),
    "silent": ("exit 0\n", "image.built-program-fails", "exit code 0; it said: nothing"),
    "exits-1": ("echo oops; exit 1\n", "image.built-program-fails", "exit code 1; it said: oops"),
    "crashes": ("kill -SEGV $$\n", "image.built-program-fails", "killed by SIGSEGV"),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_each_end_of_a_program_has_its_cause(compilers, name, nothing_is_left):
    body, finding, evidence = PROGRAMS[name]
    outcome = compilers.run(body)
    told = outcome.checks("FAIL", "ERROR")

    assert outcome.exit == 1, outcome.describe()
    assert outcome.counted() == {finding}
    assert len(told) == 2 and all(evidence in check["observed"] for check in told)


def test_gpus_are_left_before_a_program_runs(compilers):
    """In exclusive mode a GPU has no place for it beside a row before: whose contexts were given
    back can be seen where that call crashes."""
    outcome = compilers.run(f"echo > {compilers.log}.ran\n", "--size", "64K", before_it=["host-copy"],
                            faults=["cuDevicePrimaryCtxRelease_v2 crashes"])

    assert outcome.workloads()["compile"] == "ERROR", outcome.describe()
    assert "host.driver-crashed" in outcome.counted()
    assert not Path(f"{compilers.log}.ran").exists()


def test_a_program_that_the_kernel_kills(compilers):
    """Memory runs out in a container: no fault of the image's."""
    outcome = compilers.run("kill -KILL $$\n")

    assert outcome.exit == 3, outcome.describe()
    assert outcome.counted() == {"suite.out-of-memory"}


@pytest.mark.parametrize("wrong", [{"wrong": 3}, {"total": SUM - 1}, {"elements": ELEMENTS - 1}],
                         ids=["elements", "sum", "tail"])
def test_a_wrong_result_is_no_pass(compilers, pci, wrong):
    outcome = compilers.run(f"echo '{words(pci, **wrong)}'\n")

    assert outcome.counted() == {"hardware.wrong-result"}, outcome.describe()


def test_another_gpu_is_no_pass(compilers):
    outcome = compilers.run(f"echo '{words('0000:FF:00.0')}'\n")

    assert outcome.counted() == {"image.built-program-fails"}, outcome.describe()


def test_an_nvcc_that_does_not_know_the_gpu(compilers):
    outcome = compilers.run("exit 0\n", codes="sm_100 sm_120")

    assert outcome.counted() == {"image.compiler-lacks-gpu"}, outcome.describe()
    assert "10.0 and above, this GPU has 9.0" in observed(outcome, "image.compiler-lacks-gpu")


def test_an_nvcc_older_than_the_gpu_makes_ptx(compilers, pci):
    outcome = compilers.run(f"echo '{words(pci)}'\n", codes="sm_75 sm_86 sm_90a")

    assert outcome.exit == 0, outcome.describe()
    assert outcome.notes() >= {"image.compiler-older-than-gpu"}
    assert "-gencode=arch=compute_86,code=compute_86" in compilers.log.read_text()
    assert "code=sm_" not in compilers.log.read_text()


FAILING = """#!/bin/sh
case $1 in
--version) echo "Cuda compilation tools, release 13.0, V13.0.88"; exit ;;
--list-gpu-code) echo sm_90; exit ;;
esac
echo "{words}" >&2
exit 1
"""

# What nvcc and the compilers below it say, as observed with nvcc 13.0 and gcc 12.
BUILDS = {
    "image.host-compiler-missing": "nvcc fatal   : Failed to preprocess host compiler properties.",
    "image.host-compiler-unsupported": "#error -- unsupported GNU version! gcc versions later than 13",
    "image.cudart-dev-missing": "/usr/bin/ld: cannot find -lcudart_static: No such file or directory",
    "image.nvcc-failed": "nvcc fatal   : Could not open input file",
}


@pytest.mark.parametrize("finding", BUILDS)
def test_each_failed_build_has_its_cause(compilers, finding, nothing_is_left):
    outcome = compilers.run("", nvcc=FAILING.format(words=BUILDS[finding]))

    assert outcome.exit == 1, outcome.describe()
    assert outcome.counted() == {finding}
    assert BUILDS[finding][:40] in observed(outcome, finding)


def in_namespace(*mounts):
    """Runs with these mounts, seen by nobody else."""
    return ("unshare", "-m", "sh", "-c", " && ".join([*mounts, 'exec "$@"']), "sh")


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounts need root")
HIDDEN = in_namespace("mount -t tmpfs none /usr/local")


@needs_root
@pytest.mark.parametrize("variant", ["", "base", "runtime"])
def test_nobody_promised_compilers(simulated, variant):
    outcome = simulated.report("compile", profile="h100x8", before=HIDDEN,
                               env={"PATH": "/usr/bin:/bin", "GPU_SELFTEST_VARIANT": variant})

    assert outcome.exit == 77, outcome.describe()
    assert "nothing promised them" in outcome.report["workloads"][0]["reason"]


HALVES = {
    "nvcc": "nvcc 13.0 built what ran on 1 GPU; no NVRTC is here, and nothing promised it",
    "NVRTC": "NVRTC 13.0 built what ran on 1 GPU; no nvcc is here, and nothing promised it",
}


def run_half(compilers, half, body, **env):
    """With one of the two alone."""
    env["PATH"] = f"{compilers.folder / 'bin'}:/usr/bin:/bin" if half == "nvcc" else "/usr/bin:/bin"
    if half == "nvcc":
        env["LD_LIBRARY_PATH"] = "/nowhere"
    return compilers.run(body, env=env, before=HIDDEN)


@needs_root
@pytest.mark.parametrize("half", HALVES)
def test_one_of_two_compilers_is_no_pass(compilers, pci, half):
    outcome = run_half(compilers, half, f"echo '{words(pci)}'\n")

    assert outcome.exit == 77, outcome.describe()
    assert outcome.workloads() == {"compile": "SKIP"}
    assert outcome.report["workloads"][0]["reason"] == HALVES[half]


@needs_root
def test_one_of_two_compilers_can_fail(compilers, pci):
    outcome = run_half(compilers, "nvcc", f"echo '{words(pci, wrong=1)}'\n")

    assert outcome.exit == 1, outcome.describe()
    assert outcome.counted() == {"hardware.wrong-result"}


@needs_root
@pytest.mark.parametrize("half, missing", [("nvcc", "nvrtc"), ("NVRTC", "nvcc")])
def test_one_of_two_compilers_where_both_were_promised(compilers, pci, half, missing):
    outcome = run_half(compilers, half, f"echo '{words(pci)}'\n", GPU_SELFTEST_VARIANT="devel")

    assert outcome.exit == 1, outcome.describe()
    assert outcome.counted() == {f"image.{missing}-missing"}


@needs_root
def test_a_devel_image_promises_compilers(simulated):
    outcome = simulated.report("--only", "audit,compile", profile="h100x8", before=HIDDEN,
                               env={"PATH": "/usr/bin:/bin", "GPU_SELFTEST_VARIANT": "devel"})

    assert outcome.exit == 1, outcome.describe()
    assert outcome.counted() == {"image.nvcc-missing", "image.nvrtc-missing"}


@needs_root
@pytest.mark.parametrize("is_noexec", [False, True])
def test_a_folder_from_which_nothing_is_started(compilers, pci, tmp_path, is_noexec):
    """As Docker mounts /dev/shm and what --tmpfs asks for. It is healthy, and worth a note."""
    scratch = tmp_path / "other"
    scratch.mkdir()
    option = "noexec" if is_noexec else "exec"
    outcome = compilers.run(f"echo '{words(pci)}'\n", env={"TMPDIR": str(scratch)},
                            before=in_namespace(f"mount -t tmpfs -o {option} none {scratch}"))

    assert outcome.exit == 0, outcome.describe()
    assert ("user.scratch-noexec" in outcome.notes()) == is_noexec


@needs_root
def test_no_start_from_a_folder_although_half_a_build_failed(compilers, pci, tmp_path):
    """A program that was built runs from memory, whatever comes of the other one."""
    scratch = tmp_path / "other"
    scratch.mkdir()
    nvcc = NVCC.format(version="13.0", codes="sm_90", log=compilers.log,
                       program=tmp_path / "program")
    words_of_ld = BUILDS["image.cudart-dev-missing"]
    nvcc = nvcc.replace("while", f'case "$*" in *shared*) echo "{words_of_ld}"; exit 1 ;; esac\nwhile')
    outcome = compilers.run(f"echo '{words(pci)}'\n", nvcc=nvcc, env={"TMPDIR": str(scratch)},
                            before=in_namespace(f"mount -t tmpfs -o noexec none {scratch}"))

    assert outcome.counted() == {"image.cudart-dev-missing"}, outcome.describe()


@needs_root
@pytest.mark.slow
def test_a_real_program_is_started_from_memory(tmp_path, real_nvcc, simulated):
    """How far it gets with a stand-in for libcuda is of no matter."""
    scratch = tmp_path / "other"
    scratch.mkdir()
    outcome = simulated.report(
        "compile", "--device", "0", profile="h100x8", timeout=200,
        env={"TMPDIR": str(scratch), "GPU_SELFTEST_SIM_RUNS_PROGRAMS": "1"},
        before=in_namespace(f"mount -t tmpfs -o noexec none {scratch}"))

    assert outcome.exit == 1, outcome.describe()
    assert "user.scratch-noexec" in outcome.notes()
    assert outcome.checks("FAIL")
    assert not any("cannot be started" in check["observed"] for check in outcome.checks("FAIL"))


@needs_root
def test_a_folder_without_room(simulated, tmp_path, real_nvcc):
    scratch = tmp_path / "other"
    scratch.mkdir()
    outcome = simulated.report(
        "compile", "--device", "0", profile="h100x8", env={"TMPDIR": str(scratch)}, timeout=200,
        before=in_namespace(f"mount -t tmpfs -o size=1m none {scratch}"))

    assert outcome.counted() == {"user.scratch-full"}, outcome.describe()
    assert "No space left" in observed(outcome, "user.scratch-full")


@needs_root
def test_no_folder_to_write_to(bare_program, tmp_path, real_nvcc):
    """A read-only root without a /tmp of its own; the folder of the test alone can be written to."""
    read_only = [f"mount --bind {folder} {folder}" for folder in ("/tmp", "/dev/shm", tmp_path)]
    read_only += [f"mount -o remount,bind,ro {folder}" for folder in ("/tmp", "/dev/shm")]
    root = plant(tmp_path / "root", {"/sys/bus/pci/devices": None})
    outcome = bare_program.report("--root", root, "compile", env={"TMPDIR": "/nowhere"},
                                  before=in_namespace(*read_only))

    assert outcome.counted() == {"host.no-gpu", "user.no-scratch-folder"}, outcome.describe()


def test_an_nvcc_that_does_not_end(compilers, nothing_is_left):
    """What it has started goes with it."""
    hanging = FAILING.replace("exit 1\n", "sleep 100\n").format(words="working")
    outcome = compilers.run("", "--timeout", "3", nvcc=hanging)

    assert outcome.exit == 3, outcome.describe()
    assert outcome.counted() == {"image.nvcc-hangs"}
    assert "not over after 1 s" in observed(outcome, "image.nvcc-hangs")


def test_a_program_that_does_not_end(compilers, nothing_is_left):
    outcome = compilers.run("echo begun\nsleep 100\n", "--timeout", "10")

    assert outcome.exit == 3, outcome.describe()
    assert outcome.counted() == {"image.built-program-hangs"}
    assert "not over after 1 s; it said: begun" in outcome.checks("ERROR")[0]["observed"]


def test_a_request_to_stop_ends_the_compiler(compilers, tmp_path, nothing_is_left):
    begun = tmp_path / "begun"
    hanging = FAILING.replace("exit 1\n", f"echo > {begun}\nsleep 100\n").format(words="working")
    compilers.nvcc(hanging)
    path = compilers.program.new_report_path()
    with subprocess.Popen(
            compilers.program.command("compile", "--json", path, profile="h100x8"),
            env=compilers.environment(), cwd=tmp_path, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        wait_until(begun.exists)
        process.terminate()
        assert process.wait(10) == 3

    report = json.loads(path.read_text())
    assert report["interrupted"] == "SIGTERM"
    assert report["workloads"][0]["verdict"] == "ERROR"


@pytest.fixture
def without_gpu(bare_program, tmp_path):
    """Runs the build half with an nvcc that makes nothing of use, and these files before others."""
    def run(folder):
        made = Compilers(bare_program, tmp_path, folder)
        root = plant(tmp_path / "root", {"/sys/bus/pci/devices": None})
        return made.run("", "--root", root, profile=None)

    return run


@pytest.mark.parametrize("body, finding, evidence", [
    ("return 11", "image.nvrtc-failed", "nvrtcCompileProgram"),
    ("abort()", "image.nvrtc-crashes", "killed by SIGABRT in nvrtcCompileProgram"),
], ids=["fails", "crashes"])
def test_nvrtc_goes_wrong(without_gpu, tmp_path, body, finding, evidence):
    folder = tmp_path / "nvrtc"
    folder.mkdir()
    outcome = without_gpu(make_nvrtc(folder, body))

    assert outcome.counted() == {"host.no-gpu", finding}, outcome.describe()
    assert evidence in observed(outcome, finding)


def test_nvrtc_without_its_builtins(without_gpu, tmp_path):
    """Who copies one library into an image forgets the other. Empty files hide this machine's."""
    installed = [path.name for path in (CUDA / "lib64").glob("libnvrtc-builtins.so.*")]
    if not installed:
        pytest.skip("no NVRTC on this machine")
    folder = tmp_path / "nvrtc"
    folder.mkdir()
    for name in installed:
        (folder / name).touch()
    outcome = without_gpu(folder)

    assert outcome.counted() == {"host.no-gpu", "image.nvrtc-builtins-missing"}, outcome.describe()
    assert "libnvrtc-builtins.so." in observed(outcome, "image.nvrtc-builtins-missing")


def test_only_a_devel_image_compiles_by_itself(simulated):
    for variant, is_in in (("", False), ("base", False), ("runtime", False), ("devel", True)):
        outcome = simulated.report("--skip", "bandwidth,compute,collectives,basic", profile="h100x8",
                                   env={"GPU_SELFTEST_VARIANT": variant, "PATH": "/usr/bin:/bin"},
                                   timeout=200)

        assert ("compile" in outcome.workloads()) == is_in, outcome.describe()
