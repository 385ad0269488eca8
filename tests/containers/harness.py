# SPDX-License-Identifier: Apache-2.0
"""The nightly harness on the engines of this run: what its launches need to be told, and what they
leave behind."""

import itertools
import os
import threading
from concurrent.futures import Future
from pathlib import Path

from engines import BUSYBOX, TOOLS, call, demand
from gpu_selftest_harness.engines import NONE, Request, make
from gpu_selftest_harness.engines.command_line import OWNER
from processes import parent_of, wait_until

BOUND_S = 30
NAMES = itertools.count(1)


REPORTS = 'echo \'{"verdict": "PASS"}\' >"$1"'
REPORT = '{"verdict": "PASS"}\n'
# Hears no TERM, and has no end.
DEAF = f"trap '' TERM; while true; do {BUSYBOX} sleep 1; done"


def new_name():
    return f"gst-harness-{os.getpid()}-{next(NAMES)}"


def harnessed(engine, **settings):
    """The harness's engine for one of this run's."""
    return make(engine.name.partition("-")[0],
                **{"command": engine.command, "options": engine.run_options, "way": "options",
                   "call_s": BOUND_S, "settle_s": 0.5, **settings})


def command_of(entry):
    try:
        return (entry / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return []  # it is gone


class Launches:
    """Launches of a line of shell in the image 'debian': its $0 is --json, its $1 the report."""

    def __init__(self, engine, tools, folder):
        self.engine, self.tools, self.folder = engine, tools, folder
        self.harness = harnessed(engine)

    def request(self, line, *options, **more):
        name = more.pop("name", None) or new_name()
        results = self.folder / f"results-{name}"
        results.mkdir(exist_ok=True)
        mount = ("--volume", f"{self.tools}:{TOOLS}:ro", "--entrypoint", BUSYBOX)
        return Request(**{"name": name, "results": results, "timeout_s": BOUND_S, "grace_s": 5.0,
                          "image": "debian", "arguments": ("sh", "-c", line), "devices": NONE,
                          "options": (*mount, *map(str, options)), **more})

    def run(self, line, *options, **more):
        return self.harness.run(self.request(line, *options, **more))

    def start(self, line, *options, **more):
        """Returns once its report is there, and it has gone on."""
        request = self.request(f"{REPORTS}; {line}", *options, **more)
        future = Future()
        threading.Thread(target=lambda: future.set_result(self.harness.run(request)),
                         daemon=True).start()
        wait_until(lambda: any(request.results.glob("*/report.json")) or future.done(), BOUND_S)
        assert not future.done(), future.result()
        return request, future

    def client(self, request):
        """The process that waits for its container: a child of this one."""
        found = [int(entry.name) for entry in Path("/proc").glob("[0-9]*")
                 if request.name.encode() in command_of(entry) and parent_of(entry.name) == os.getpid()]
        assert len(found) == 1, found
        return found[0]

    def left(self):
        """Ids of the harness's containers, in any state."""
        return demand([*self.engine.command, "ps", "-aq", "--filter", f"label={OWNER}"]).split()

    def clean_up(self):
        for ident in call([*self.engine.command, "ps", "-aq", "--filter",
                           f"label={OWNER}"]).stdout.split():
            self.engine.remove(ident)
