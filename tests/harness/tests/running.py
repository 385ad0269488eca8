# SPDX-License-Identifier: Apache-2.0
"""Launches of a plan on an engine that runs nothing."""

import threading

from fakes import FakeBundle
from gpu_selftest_harness.lease import Leases
from gpu_selftest_harness.runner import Launcher, Runner
from records import cell, node, planned

TWO = [planned(cell(cuda="12.4")), planned(cell(cuda="13.0"))]


def night(tmp_path, engine, plan=TWO, bundle=None, stop=None, end=None, done=(), on=None, jobs=1,
          leases=None, **settings):
    bundle = bundle or FakeBundle()
    names = {name: settings.pop(name) for name in ("explain", "others") if name in settings}
    launcher = Launcher(on or node(), {"local": engine} if engine else {},
                        leases or Leases(tmp_path / "leases"), "run1", end or threading.Event(),
                        lease_wait_s=0.0, **names)
    runner = Runner(on or node(), bundle, launcher, seed=7, jobs=jobs,
                    stop=stop or threading.Event(), done=tuple(done), **settings)
    return runner.run(plan), bundle


def words(launches, of=None):
    return [(one.kind, one.round) for one in launches if of is None or one.cell == of]


def troubles(launches):
    return [(one.trouble.id, one.trouble.observed) for one in launches if one.trouble]
