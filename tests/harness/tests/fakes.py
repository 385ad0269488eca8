# SPDX-License-Identifier: Apache-2.0
"""An engine that runs nothing, and what it stands between."""

import json
import threading

from gpu_selftest_harness.bundle import DiskFull
from gpu_selftest_harness.engines import NONE, EngineMissing, ImageAbsent, Ran
from gpu_selftest_harness.model import EngineFacts
from gpu_selftest_harness.words import ENGINE
from records import report, workload


def answer(request, **changes):
    """A report of exactly what was asked for."""
    words = request.arguments
    names = words[words.index("--only") + 1].split(",")
    told = report([workload(name) for name in names], metrics=[], **changes)
    told["plan"] = " ".join(words)
    told["gpus"] = [{"index": i, "facts": {"uuid": {"nvml": uuid}}}
                    for i, uuid in enumerate(() if request.devices == NONE else request.devices)]
    told["gpus_tested"] = len(told["gpus"])
    told["facts"]["cudart_version"]["runtime"] = request.cuda
    return told


class FakeEngine:
    """`script(request, number)` gives a report, a Ran or an exception for each launch."""

    name = "local"

    def __init__(self, script=lambda request, number: answer(request), images=None, digest="sha256:0"):
        self.script, self.images, self.digest = script, images, digest
        self.requests, self.resolved, self.sweeps = [], [], 0
        self.lock = threading.Lock()

    def facts(self):
        return EngineFacts(self.name, "0.1.0", injection="host")

    def resolve(self, image):
        self.resolved.append(image)
        if self.digest is None:
            raise EngineMissing("there is no such command")
        if self.images is not None and image not in self.images:
            raise ImageAbsent(f"'{image}' is not there")
        return self.digest

    def run(self, request):
        with self.lock:
            self.requests.append(request)
            number = len(self.requests)
        told = self.script(request, number)
        if isinstance(told, Exception):
            raise told
        return told if isinstance(told, Ran) else ended(told)

    def sweep(self):
        self.sweeps += 1
        return []


def ended(told, **changes):
    text = told if isinstance(told, str) or told is None else json.dumps(told)
    code = told["exit_code"] if isinstance(told, dict) else 0
    return Ran(**{"started_utc": "2026-11-27T02:00:00Z", "duration_s": 1.0, "exit_code": code,
                  "report": text, **changes})


def refused(message, code=125):
    return Ran("2026-11-27T02:00:00Z", 0.5, ENGINE, code, message=message)


class FakeBundle:
    def __init__(self, fails_at=None):
        self.records, self.fails_at, self.is_sealed = [], fails_at, False

    def append(self, kind, record):
        self.records.append((kind, json.loads(json.dumps(record))))
        if self.fails_at and len(self.of("launch")) == self.fails_at:
            raise DiskFull("runs", is_kept=True)

    def of(self, kind):
        return [record for of, record in self.records if of == kind]

    def seal(self):
        self.is_sealed = True
