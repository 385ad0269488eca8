# SPDX-License-Identifier: Apache-2.0
"""Running the built program and reading what it reports; shared by all tests of this folder."""

import json
import os
import re
import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import jsonschema
import pytest

TOP = Path(__file__).resolve().parents[2]
VENDOR = TOP / "build/vendor"
COUNTING = ("FAIL", "ERROR")

# The workloads of --level quick, in their order.
BASIC = ["device-query", "vector-add", "launch"]
BANDWIDTH = ["host-copy", "peer-copy", "fan", "memory-bandwidth", "latency"]
COMPUTE = ["sgemm"]
COLLECTIVES = ["all-reduce"]
QUICK = ["audit", *BASIC, *BANDWIDTH, *COMPUTE, *COLLECTIVES]

# What one GPU alone cannot do; of these, what GPUs that do not reach each other cannot.
SEVERAL_GPUS = ["peer-copy", "fan"]
BETWEEN_GPUS = ["peer-copy"]
WITHOUT_PEERS = ["rtx4090x2"]

# Whatever the caller's shell says of GPUs would change what a test sees.
KEPT_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS")

_validator = jsonschema.Draft202012Validator(
    json.loads((TOP / "host/report.schema.json").read_text())
)


@dataclass
class Outcome:
    """What one run left behind."""

    exit: int
    out: str
    err: str
    report: dict = field(default_factory=dict)

    def checks(self, *verdicts):
        return [check for check in self.report["checks"] if check["verdict"] in verdicts]

    def counted(self):
        """The ids that count for the verdict."""
        return {check["id"] for check in self.checks(*COUNTING)}

    def notes(self):
        return {check["id"] for check in self.checks("NOTE")}

    def metrics(self):
        """By name and variant: of workloads whose numbers are no GPU's."""
        return {(metric["name"], metric["variant"]): metric for metric in self.report["metrics"]}

    def workloads(self):
        return {workload["name"]: workload["verdict"] for workload in self.report["workloads"]}

    def describe(self):
        return f"exit {self.exit}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


def healthy(outcome, workloads):
    """What these workloads come to on a healthy machine: one by one, PASS or SKIP."""
    skipped = []
    if outcome.report["gpus_tested"] < 2:
        skipped = SEVERAL_GPUS
    elif outcome.report.get("profile") in WITHOUT_PEERS:
        skipped = BETWEEN_GPUS
    return {name: "SKIP" if name in skipped else "PASS" for name in workloads}


def validate(report):
    """Against the schema, and against what a schema cannot say."""
    _validator.validate(report)
    codes = {"PASS": 0, "FAIL": 1, "ERROR": 3, "SKIP": 77}
    assert report["exit_code"] == codes[report["verdict"]] or report["exit_code"] == 3
    for check in report["checks"]:
        assert check["id"].split(".")[0] == check["layer"]
    return report


class Program:
    """gpu-selftest of one build folder, run from an empty folder and with a clean environment."""

    def __init__(self, build, folder):
        self.build = Path(build)
        self.path = self.build / "bin/gpu-selftest"
        self.folder = Path(folder)
        self.runs = 0

    def environment(self, extra=None):
        env = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
        scratch = self.folder / "tmp"
        scratch.mkdir(exist_ok=True)
        env.update(HOME=str(self.folder), TMPDIR=str(scratch))
        env.update(extra or {})
        return env

    def command(self, *args, profile=None, faults=()):
        simulate = ["--simulate", profile] if profile else []
        for fault in faults:
            simulate += ["--fault", fault]
        return [str(self.path), *simulate, *map(str, args)]

    def run(self, *args, profile=None, faults=(), env=None, before=(), timeout=60, **popen):
        """Runs to the end. `before` is a command that runs the program, such as setpriv."""
        done = subprocess.run(
            [*before, *self.command(*args, profile=profile, faults=faults)],
            env=self.environment(env), cwd=self.folder, timeout=timeout, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **popen)
        return Outcome(done.returncode, done.stdout.decode(errors="surrogateescape"),
                       done.stderr.decode(errors="surrogateescape"))

    def new_report_path(self):
        self.runs += 1
        return self.folder / f"report-{self.runs}.json"

    def report(self, *args, **options):
        """As run(), and the JSON report, held against the schema."""
        path = self.new_report_path()
        outcome = self.run("--json", path, *args, **options)
        assert path.exists(), f"no report was written\n{outcome.describe()}"
        outcome.report = validate(json.loads(path.read_text()))
        return outcome

    def has_simulator(self):
        return (self.build / "sim/bin/gpu-selftest-simulate").exists()

    def kernel_majors(self):
        """CUDA majors of the kernels in this build; empty where it was built without nvcc."""
        return {int(major) for major in re.findall(r" CUDA (\d+)\.", self.run("list").out)}


def mask(text):
    """Without what differs by machine, run or build: host, durations, folders, columns."""
    text = re.sub(r"(?m)^(PASS|FAIL|ERROR|SKIP)  \S+(?=  (no GPU|\d+x ))", r"\1  HOST", text)
    text = re.sub(r"\b\d+\.\d s$", "TIME", text, flags=re.M)
    text = re.sub(r"/\S*/sim/lib/", "SIM/", text)
    text = re.sub(r"\bcommit [0-9a-f]{7,40}(-dirty)?\b", "commit COMMIT", text)
    # How far a column is moved depends on the length of the host's name.
    return "\n".join(re.sub(r"(?<=\S) {2,}", "  ", line.rstrip()) for line in text.splitlines())


def plant(root, files):
    """A folder in the place of /: path to text or bytes, None for a folder, "-> target" for a link."""
    root.mkdir(exist_ok=True)
    for name, text in files.items():
        path = root / name.lstrip("/")
        if text is None:
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, bytes):
            path.write_bytes(text)
        elif text.startswith("-> "):
            path.symlink_to(text.removeprefix("-> "))
        else:
            path.write_text(text)
    return root


def vendor(name, is_required=True):
    """A folder that scripts/vendor makes: that which it fetches only when named is not required."""
    folder = VENDOR / name / "lib"
    if folder.is_dir() and any(folder.iterdir()):
        return folder
    if is_required and os.environ.get("GST_REQUIRE_VENDOR") == "1":
        pytest.fail(f"no {folder}: run scripts/vendor", pytrace=False)
    what = "scripts/vendor" if is_required else f"scripts/vendor {name.replace('/', '-')}"
    pytest.skip(f"no build/vendor/{name}: {what} fetches it")


def pci_device(pci="0000:65:00.0", vendor="0x10de", pci_class="0x030200"):
    """What sysfs shows of a display controller."""
    folder = f"/sys/bus/pci/devices/{pci}"
    return {f"{folder}/vendor": vendor + "\n", f"{folder}/class": pci_class + "\n"}


def bound_gpu(pci="0000:65:00.0"):
    """The same, with a GPU that the nvidia driver has taken and lists."""
    return {**pci_device(pci),
            f"/sys/bus/pci/devices/{pci}/driver": "-> ../../drivers/nvidia",
            f"/proc/driver/nvidia/gpus/{pci}/information": "Model: \t\t NVIDIA L4\n"
                                                           "Device Minor: \t 0\n"}


def kernel_module(version="580.95.05"):
    text = f"NVRM version: NVIDIA UNIX x86_64 Kernel Module  {version}  Tue Sep 23 10:01:17 UTC\n"
    return {"/proc/driver/nvidia/version": text}


def free_port():
    """Of this machine's own address; nobody keeps it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def has_driver_here():
    """Is there anything of a real driver on this machine, so that "no GPU" cannot be tried?"""
    try:
        import ctypes
        ctypes.CDLL("libcuda.so.1")
        return True
    except OSError:
        return Path("/proc/driver/nvidia").exists() or Path("/dev/nvidiactl").exists()


# Lists of findings that runs of workloads make.
RUNS = ["runs", "products", "burn", "collectives", "meets", "ways", "compile"]


def catalogue(*lists):
    """(id, verdict) of every finding that a run of workloads can make, or those of other lists."""
    folder = TOP / "host/core/findings"
    text = "".join((folder / f"{name}.h").read_text() for name in lists or RUNS)
    rows = re.findall(r'X\(GST_\w+, "([a-z.0-9-]+)", GST_(\w+),', text)
    assert len(rows) > 30
    return rows
