# SPDX-License-Identifier: Apache-2.0
"""The engine without containers: the program as a process of this machine, or of a simulated one.
What a real machine's program has to be held against, and what a night is tried with where there is
no GPU.

A simulated image is made of the cell: its CUDA version is that of the simulated runtime, and the
variant 'base' has neither cuBLAS nor NCCL. On a real machine there is no image, so both are only
names there."""

from __future__ import annotations

import hashlib
import os
from contextlib import ExitStack
from pathlib import Path

from ..model import EngineFacts, Trouble
from ..times import utc
from ..words import ENGINE, RUN
from . import process, scratch, strays
from .base import ALL, NONE, REPORT, EngineMissing, Ran, Request, read_report
from .excerpt import cut

# What the program gets of our own environment. The rest would make two nights differ for a reason
# that is written down nowhere: whose shell it was, which GPUs it hid.
PASSED_ON = ("PATH", "HOME", "TMPDIR", "LANG", "LD_LIBRARY_PATH", "GPU_SELFTEST_SIM_DIR")

# What an image of the variant 'base' does not bring.
NOT_IN_BASE = ("libcublas missing", "libcublasLt missing", "libnccl missing")

FACTS_TIMEOUT_S = 30.0


class Local:
    """`profile` and `faults` of a simulated machine; `environment` of each launch, below what a
    request adds."""

    name = "local"

    def __init__(self, program="gpu-selftest", profile: str | None = None, faults=(),
                 environment=()):
        self.program = str(program)
        self.profile = profile
        self.faults = tuple(faults)
        self.environment = dict(environment)

    def facts(self) -> EngineFacts:
        done = process.run([self.program, "--version"], timeout_s=FACTS_TIMEOUT_S,
                           environment=self._environment())
        if done.failed:
            raise EngineMissing(done.failed)
        first = done.stdout.partition("\n")[0].split()
        if done.exit_code != 0 or len(first) < 2:
            raise EngineMissing(f"'{self.program} --version' does not tell its version: exit code "
                                f"{done.exit_code}")
        return EngineFacts("local", version=" ".join(first[1:]), injection="host")

    def resolve(self, image: str = "") -> str:
        """The program's own digest: there is no image."""
        try:
            with open(self._path(), "rb") as file:
                return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
        except OSError as error:
            raise EngineMissing(f"cannot read '{self.program}': {error.strerror.lower()}") from None

    def run(self, request: Request) -> Ran:
        if request.devices == NONE and self.profile is None:
            return self._nothing(ENGINE, "suite.engine-cannot", "the engine 'local' cannot keep "
                                 "the GPUs of this machine from a program")
        with ExitStack() as stack:
            environment = self._environment(request)
            # Of its own, since who is killed cannot remove what he made there.
            environment["TMPDIR"] = folder = stack.enter_context(scratch.folder())
            if request.devices == NONE:
                # A folder of device nodes that has none, as a container that was given none.
                nodes = Path(folder) / "nodes"
                nodes.mkdir()
                environment["GPU_SELFTEST_SIM_NODES"] = str(nodes)
            done = process.run(self.command(request), timeout_s=request.timeout_s,
                               grace_s=request.grace_s, environment=environment,
                               stop=request.stop, is_merged=True)
        if done.failed:
            return self._nothing(ENGINE, "suite.engine-missing", done.failed, done.started_utc,
                                 done.duration_s)
        report, wrong = read_report(request.results)
        return Ran(done.started_utc, done.duration_s, RUN, done.exit_code,
                   is_timed_out=done.is_timed_out, is_stopped=done.is_stopped,
                   is_stuck=done.is_stuck, report=report,
                   message=cut(done.stdout + (f"{wrong}\n" if wrong else "")),
                   trouble=_trouble(request, done))

    def sweep(self) -> list[str]:
        return strays.sweep()

    def command(self, request: Request) -> list[str]:
        words = [self.program]
        if self.profile is not None:
            words += ["--simulate", self.profile]
            for fault in (*self.faults, *self._image(request)):
                words += ["--fault", fault]
        if request.devices not in (ALL, NONE):
            words += ["--device", ",".join(request.devices)]
        return [*words, "--json", str(request.results / REPORT), *request.arguments]

    def _image(self, request):
        if request.cuda:
            yield f"cudart version={request.cuda}"
        if request.variant == "base":
            yield from NOT_IN_BASE

    def _environment(self, request=None):
        names = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        names |= self.environment
        if request is None:
            return names
        if self.profile is not None and request.variant:
            names["GPU_SELFTEST_VARIANT"] = request.variant
        if len(request.devices) == 1 and request.devices[0].startswith("MIG-"):
            # CUDA shows a process one instance, the first if none is named.
            names["CUDA_VISIBLE_DEVICES"] = request.devices[0]
        return names | dict(request.environment) | strays.mark()

    def _path(self):
        if "/" in self.program:
            return Path(self.program)
        for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
            if os.access(Path(folder or ".") / self.program, os.X_OK):
                return Path(folder or ".") / self.program
        return Path(self.program)

    @staticmethod
    def _nothing(stage, trouble, observed, started_utc=None, duration_s=0.0):
        return Ran(started_utc or utc(), duration_s, stage, None,
                   message=f"{observed}\n", trouble=Trouble(trouble, observed))


def _trouble(request, done):
    if done.is_stuck:
        return Trouble("suite.process-stuck", f"'{request.name}' goes on running after it was "
                       f"killed, {done.duration_s:.0f} s after its start")
    if done.is_timed_out:
        return Trouble("suite.launch-timed-out", f"still running after {request.timeout_s:g} s")
    return None
