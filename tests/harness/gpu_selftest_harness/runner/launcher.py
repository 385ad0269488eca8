# SPDX-License-Identifier: Apache-2.0
"""One launch, from its lease to its record. Whatever happens to it becomes part of the record."""

from __future__ import annotations

import errno
import json
import math
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..engines import NONE, EngineMissing, ImageAbsent, Ran, Request, scratch
from ..injection import seen
from ..lease import Leased
from ..model import Launch, Node, Trouble
from ..plans import arguments_of
from ..times import utc
from ..words import ENGINE
from .rounds import Task

LEASE_WAIT_S = 600.0


@dataclass
class Launcher:
    """`explain` makes an id of an engine's message; `others` tells who else is on GPUs."""

    node: Node
    engines: dict
    leases: object
    run_id: str
    stop: threading.Event  # once set, what runs is ended
    explain: Callable[[str], str | None] = lambda message: None
    others: Callable[[tuple], tuple] = lambda uuids: ()
    lease_wait_s: float = LEASE_WAIT_S
    start: float = field(default_factory=time.monotonic)
    _digests: dict = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def launch(self, task: Task, number: str) -> Launch:
        since_start_s = time.monotonic() - self.start
        digest, trouble = self.digest(task.planned)
        ran, foreign = Ran(utc(), 0.0, ENGINE, trouble=trouble), ()
        try:
            if trouble is None:
                ran, foreign = self._with_gpus(task, number, digest)
            return self._record(task, number, digest, ran, foreign, since_start_s)
        except Exception as error:  # also of a report that nobody thought of
            ran = replace(ran, report=None, trouble=_fault(error))
            return self._record(task, number, digest, ran, foreign, since_start_s)

    def digest(self, planned) -> tuple[str | None, Trouble | None]:
        """What is run for an image is asked once in a run."""
        name, image = planned.cell.engine, planned.image
        with self._lock:
            if (name, image) not in self._digests:
                self._digests[name, image] = self._ask_digest(name, image)
            return self._digests[name, image]

    def _ask_digest(self, name, image):
        if name not in self.engines:
            return None, Trouble("suite.engine-missing", f"the harness was not given '{name}'")
        try:
            return self.engines[name].resolve(image), None
        except EngineMissing as error:
            return None, Trouble("suite.engine-missing", str(error))
        except ImageAbsent as error:
            return None, Trouble("suite.image-absent", str(error))
        except Exception as error:
            return None, _fault(error)

    def _with_gpus(self, task, number, digest):
        held = self.leases.hold(self.node.leases_of(task.gpus), fabric=task.planned.needs_fabric,
                                wait_s=self.lease_wait_s, stop=self.stop) \
            if task.gpus or task.planned.needs_fabric else nullcontext()
        ran = None
        try:
            with held as lease:
                before = self.others(task.gpus)
                ran = self._run(task, number, digest)
                if ran.is_stuck and lease is not None:
                    lease.poison(ran.trouble.observed if ran.trouble else "its launch is stuck",
                                 self._name(number))
                return ran, tuple(dict.fromkeys((*before, *self.others(task.gpus))))
        except Leased as error:
            return Ran(utc(), 0.0, ENGINE, trouble=error.trouble), ()
        except Exception as error:
            return _with_fault(ran, error), ()

    def _name(self, number):
        return f"gpu-selftest-{self.run_id}-{number}"

    def _run(self, task, number, digest):
        planned, cell = task.planned, task.planned.cell
        try:
            with scratch.folder() as results:
                return self.engines[cell.engine].run(Request(
                    name=self._name(number), results=Path(results),
                    timeout_s=planned.timeout_s, image=planned.image, digest=digest,
                    arguments=arguments_of(planned), devices=task.gpus or NONE,
                    capabilities=cell.capabilities, environment=planned.environment,
                    labels=(("gpu-selftest.run", self.run_id), ("gpu-selftest.cell", cell.key)),
                    cuda=cell.cuda, variant=cell.variant, stop=self.stop))
        except Exception as error:
            return _with_fault(None, error)

    def _record(self, task, number, digest, ran, foreign, since_start_s):
        report, trouble = parsed(ran.report)
        trouble = ran.trouble or trouble
        if trouble is None and report is None and ran.is_stopped:
            trouble = Trouble("suite.not-run", "it was ended on its way")
        is_told = report is None and ran.stage == ENGINE and trouble is None and ran.message
        return Launch(
            id=number, cell=task.planned.cell.key, kind=task.kind, round=task.round,
            engine=task.planned.cell.engine, image=task.planned.image, digest=digest,
            arguments=arguments_of(task.planned), gpus=task.gpus, started_utc=ran.started_utc,
            since_start_s=since_start_s, duration_s=ran.duration_s, stage=ran.stage,
            exit_code=ran.exit_code, is_timed_out=ran.is_timed_out,
            is_out_of_memory=ran.is_out_of_memory, injection=seen(report, ran.message),
            report=report, message=ran.message,
            explained=self.explain(ran.message) if is_told else None, trouble=trouble,
            foreign=foreign)


def _with_fault(ran: Ran | None, error: Exception) -> Ran:
    """A fault of ours costs one launch, not the night; what the launch itself came to is kept."""
    if ran is None:
        return Ran(utc(), 0.0, ENGINE, trouble=_fault(error))
    if ran.trouble is None:
        return replace(ran, trouble=_fault(error))
    told = f"{ran.trouble.observed}; then {_fault(error).observed}"
    return replace(ran, trouble=Trouble(ran.trouble.id, told))


def _fault(error: Exception) -> Trouble:
    is_full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    return Trouble("suite.disk-full" if is_full else "suite.harness-failed",
                   f"{type(error).__name__}: {error}"[:400])


def parsed(text: str | None) -> tuple[dict | None, Trouble | None]:
    """A report that was written. Numbers that JSON does not have, or no double, become null, which
    the judge takes for missing."""
    if text is None:
        return None, None
    try:
        report = json.loads(text, parse_constant=lambda name: None, parse_int=_integer,
                            parse_float=_real)
    except (ValueError, RecursionError) as error:
        return None, Trouble("suite.report-unreadable", str(error)[:400])
    if not isinstance(report, dict):
        return None, Trouble("suite.report-unreadable", "it is not one object")
    return report, None


def _real(text):
    value = float(text)
    return value if math.isfinite(value) else None


def _integer(text):
    return int(text) if _real(text) is not None else None
