# SPDX-License-Identifier: Apache-2.0
"""Takes the launches in their order, several at a time on GPUs that they do not share, tries those
again that could not tell, and goes on where an earlier run stopped."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field, replace

from ..errors import Failed
from ..judge import say, wants_again
from ..model import AGAIN, CONFIRM, MEASURE, Launch, Node, Planned
from ..words import MISS
from .launcher import Launcher
from .rounds import Task, order, place_of


@dataclass
class Runner:
    """`stop`: nothing is started any more once it is set. `suspects`: how many confirming launches
    a cell wants, after its own. `done`: launches of the run that is gone on with."""

    node: Node
    bundle: object
    launcher: Launcher
    seed: int
    jobs: int = 1
    tries: int = 2  # of a launch that could not tell, the first one counted
    stop: threading.Event = field(default_factory=threading.Event)
    suspects: Callable[[Planned, list[Launch]], int] = lambda planned, launches: 0
    progress: Callable[[Launch, int, int], None] = lambda launch, count, of: None
    done: tuple[Launch, ...] = ()
    launches: list[Launch] = field(default_factory=list)  # so far, if run() is left early
    doubts: list[str] = field(default_factory=list)  # of what should have been confirmed
    left: int = 0  # launches that were to come when it was left

    def run(self, plan: list[Planned]) -> list[Launch]:
        """All launches that count, earlier ones of a run that is gone on with, too."""
        tasks = order([planned for planned in plan if planned.miss is None], self.node, self.seed)
        self.bundle.append("note", {"what": "order", "seed": self.seed,
                                    "tasks": [task.record for task in tasks]})
        night = _Night(self, {planned.cell.key: planned for planned in plan})
        self.launches = night.launches
        night.take_earlier(self.done)
        night.add(tasks)
        try:
            with ThreadPoolExecutor(self.jobs) as pool:
                night.work(pool)
        finally:
            self.left = len(night.pending)
        return night.launches


class _Night:
    """What is to come, what runs, and what came of it. Used by one thread."""

    def __init__(self, runner, plan):
        self.runner, self.plan = runner, plan
        self.launches: list[Launch] = []
        self.pending: deque[Task] = deque()
        self.running: dict = {}
        self.tries: dict[tuple, int] = {}
        self.last: dict[tuple, Launch] = {}
        self.left: dict[str, int] = {}  # launches that a cell has to come
        self.is_confirmed: set[str] = set()
        self.number = 0
        self.total = 0

    def take_earlier(self, launches):
        """Those that still hold: of another image they say nothing of this one."""
        self.number = max((int(launch.id) for launch in launches), default=0)
        for launch in launches:
            planned = self.plan.get(launch.cell)
            now = planned and self.runner.launcher.digest(planned)[0]
            if planned and (now is None or launch.digest in (now, None)):
                self._keep(launch)

    def add(self, tasks):
        for task in tasks:
            earlier = self.last.get(task.place)
            if earlier is not None and not self._wants_again(earlier):
                continue
            self._append(task if earlier is None else replace(task, kind=AGAIN))
        for key in self.plan:
            if not self.left.get(key):
                self._confirm(key)

    def work(self, pool):
        failed = None
        while self.pending or self.running:
            while failed is None and (task := self._next()) is not None:
                self.number += 1
                self.tries[task.place] = self.tries.get(task.place, 0) + 1
                self.running[pool.submit(self._launch, task, f"{self.number:04}")] = task
            if not self.running:
                break
            for future in wait(self.running, return_when=FIRST_COMPLETED).done:
                task = self.running.pop(future)
                launch, error = future.result()
                # A full disk: what still runs is seen to its end.
                failed = failed or error
                if launch is not None:
                    self._take(task, launch)
        if failed is not None:
            raise failed

    def _launch(self, task, number):
        """In a thread. What was seen is on the disk before anybody hears of it."""
        launch = self.runner.launcher.launch(task, number)
        try:
            self.runner.bundle.append("launch", asdict(launch))
        except Failed as error:
            return (launch if getattr(error, "is_kept", False) else None), error
        return launch, None

    def _next(self):
        if self.runner.stop.is_set() or len(self.running) >= self.runner.jobs:
            return None
        node = self.runner.node
        taken = {name for task in self.running.values() for name in node.leases_of(task.gpus)}
        for place, task in enumerate(self.pending):
            if task.planned.needs_fabric:
                # It is waited for, so that others do not go before it for ever.
                if self.running:
                    return None
            elif any(other.planned.needs_fabric for other in self.running.values()) \
                    or taken.intersection(node.leases_of(task.gpus)):
                continue
            del self.pending[place]
            return task
        return None

    def _take(self, task, launch):
        self._keep(launch)
        self.left[launch.cell] -= 1
        self.runner.progress(launch, len(self.launches), self.total)
        # What was not there will not be there in a moment either: a MISS is for another day.
        if self._wants_again(launch, but_not=MISS) \
                and self.tries[task.place] < self.runner.tries:
            self._append(replace(task, kind=AGAIN))
        if self.left[launch.cell] == 0:
            self._confirm(launch.cell)

    def _keep(self, launch):
        self.launches.append(launch)
        self.total = max(self.total, len(self.launches))
        self.last[place_of(launch)] = launch

    def _append(self, task):
        key = task.planned.cell.key
        self.pending.append(task)
        self.left[key] = self.left.get(key, 0) + 1
        self.total = len(self.launches) + len(self.running) + len(self.pending)

    def _wants_again(self, launch, but_not=None):
        try:
            told = say(launch, self.plan[launch.cell], self.runner.node)
        except Exception as error:  # whoever tells of the cell fails at it, too, and says so
            self._note("judged", launch.cell, error)
            return False
        return wants_again(told) and told[""].word != but_not

    def _note(self, what, cell, error):
        self.runner.bundle.append("note", {"what": f"could not be {what}", "cell": cell,
                                           "text": f"{type(error).__name__}: {error}"[:400]})

    def _confirm(self, key):
        """Once, when the cell has all of its own."""
        planned = self.plan[key]
        if key in self.is_confirmed or planned.miss is not None:
            return
        self.is_confirmed.add(key)
        own = [launch for launch in self.launches if launch.cell == key]
        try:
            wanted = self.runner.suspects(planned, own)
        except Exception as error:
            self._note("confirmed", key, error)
            self.runner.doubts.append(f"nobody can tell whether '{planned.cell.name}' is slower: "
                                      f"{type(error).__name__}: {error}"[:400])
            return
        first = max((launch.round for launch in own), default=0) + 1
        places = dict.fromkeys(launch.gpus for launch in own if launch.kind == MEASURE)
        for number in range(first, first + wanted):
            for gpus in places:
                self._append(Task(planned, number, gpus, CONFIRM))
