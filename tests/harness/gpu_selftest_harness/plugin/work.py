# SPDX-License-Identifier: Apache-2.0
"""One run: its launches, what is said of them, and the bundle that has both. A run that was sealed is
never added to; whoever goes on with it leaves out the cells that it completed."""

from __future__ import annotations

import platform
import secrets
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from functools import partial
from pathlib import Path

from .. import __version__
from .. import node as nodes
from ..analysis.suspects import Suspects
from ..bundle import Bundle
from ..engines import NONE, EngineMissing, scratch
from ..errors import Failed, Refused
from ..explain import explain
from ..index import Index
from ..judge import gone
from ..lease import Leases
from ..model import Gpu, Launch, Outcome
from ..quarantine import Quarantine
from ..runner import Earlier, Launcher, Runner, outcomes_of, ran_of
from ..words import ERROR, MISS
from .stopping import Stopping


@dataclass
class Came:
    """What came of it."""

    outcomes: dict[tuple[str, str], Outcome] = field(default_factory=dict)  # by cell and workload
    launches: dict[str, Launch] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    path: Path | None = None  # of the bundle
    failed: Failed | None = None  # why it ended early
    doubt: str = ""  # why nobody can say that all is well, though it came to its end


class Work:
    def __init__(self, settings, matrix, node, engines, quarantine, past, progress, say,
                 again: dict | None = None):
        """`again`: the header of the run whose red cells are run again."""
        self.settings, self.matrix, self.node, self.engines = settings, matrix, node, engines
        self.quarantine, self.past, self.progress, self.say = quarantine, past, progress, say
        self.now = datetime.now(timezone.utc)
        self.came = Came()
        self.missed: list[Gpu] = []  # that the node had, and has no more
        self.unseen: list[Gpu] = []  # that it may have still
        # What is left of a night belongs to it, on whatever day it is made good.
        header = past.header if past is not None else {}
        self.night = (header.get("night") or settings.night or (again or {}).get("night")
                      or f"{self.now:%Y-%m-%d}")
        self.seed = header.get("seed", settings.seed)
        if self.seed is None:
            self.seed = secrets.randbits(32)

    def run(self, plan) -> Came:
        with ExitStack() as stack:
            stopping = stack.enter_context(Stopping(self.say))
            history = self._history(stack)
            self.missed = self._missed(history)
            self.unseen = history.unseen if history else []
            launcher = Launcher(
                self.node, self.engines, Leases(self.settings.leases), "", stopping.end,
                explain=partial(explain, program=self.settings.program),
                others=lambda uuids: nodes.others(uuids, self.node))
            if self.past is not None and self.past.is_open:
                launcher.start -= self.past.elapsed_s
            rest = self._without_complete(plan, launcher)
            if any(one.miss is None and one.cell.devices != NONE for one in rest):
                launcher.leases.make()  # once, and not a failure of each launch
            if rest:
                bundle = stack.enter_context(self._bundle(rest))
                self.came.problems += [f"the run that is gone on with is damaged: {one}"
                                       for one in bundle.damage]
                launcher.run_id = launcher.leases.what = bundle.run_id
                runner = self._runner(bundle, launcher, stopping, history, rest)
                self._launch(runner, rest)
                self._judge(rest, history)
            self._mark(plan)
            if rest:
                self._seal(bundle, rest)
        return self.came

    def _history(self, stack):
        path = self.settings.index
        if path is None:
            return None
        if not path.exists():
            self.came.problems.append(f"there is no '{path}' yet: no drop is confirmed, and no GPU "
                                      "and no number is missed")
            return None
        return self._asked(
            lambda: Earlier(stack.enter_context(Index(path)), self.node, self.night), None)

    def _asked(self, question, otherwise):
        """What the index answers. One that is damaged costs what nobody else knows, and that is
        said: without it a GPU or a number that is gone is not missed."""
        try:
            return question()
        except Exception as error:  # whatever SQLite makes of a damaged file
            if not self.came.doubt:
                self.came.doubt = f"nobody can tell what the nights before had: {error}"
                self.came.problems.append("nothing is missed and nothing is confirmed; make "
                                          f"'{self.settings.index}' again: gpu-selftest-harness "
                                          f"index {self.settings.index} --rebuild DIR")
            return otherwise

    def _missed(self, history):
        told, index = self.settings.without, self.settings.index
        if told and (index is None or not index.exists()):
            raise Refused("'--without' needs '--index FILE' of the nights before: without it no GPU "
                          "is missed")
        found = self._asked(history.missed, []) if history else []
        if self.came.doubt:
            return []
        uuids = [gpu.uuid for gpu in found]
        self.came.problems += [f"--without: '{uuid}' is not missed; these are: "
                               f"{', '.join(uuids) or 'none'}"
                               for uuid in told if uuid not in (*uuids, "all")]
        return [gpu for gpu in found if gpu.uuid not in told and "all" not in told]

    def _without_complete(self, plan, launcher):
        """Of a sealed run, cells hold that could be told of the image that it is now."""
        if self.past is None or self.past.is_open:
            return plan
        contents, rest = self.past.contents, []
        for planned in plan:
            own = [one for one in contents.launches if one.cell == planned.cell.key]
            outcomes = {(one.cell, one.workload): one for one in contents.outcomes
                        if one.cell == planned.cell.key}
            cell = outcomes.get((planned.cell.key, ""))
            digest = launcher.digest(planned)[0]
            ran, wanted = ran_of(planned, own, self.node)
            if cell is None or cell.word in (ERROR, MISS) or ran < wanted \
                    or {one.digest for one in own} != {digest}:
                rest.append(planned)
                continue
            self.came.outcomes.update(outcomes)
            self.came.launches.update((one.id, one) for one in own)
            self.came.path = self.past.path
        return rest

    def _bundle(self, plan):
        if self.past is not None and self.past.is_open:
            return Bundle.resume(self.past.path)
        return Bundle.create(self.settings.out, {
            "night": self.night, "started_utc": f"{self.now:%Y-%m-%dT%H:%M:%SZ}",
            "node": nodes.to_json(self.node), "seed": self.seed,
            "matrix": {"path": str(self.matrix.path), "text": self.matrix.text,
                       "sha256": self.matrix.sha256},
            "missed": [asdict(gpu) for gpu in self.missed],
            "unseen": [asdict(gpu) for gpu in self.unseen],
            "plan": [asdict(planned) for planned in plan],
            "resumes": self.past.run_id if self.past is not None else None,
            "versions": {"harness": __version__, "python": platform.python_version()}})

    def _runner(self, bundle, launcher, stopping, history, plan):
        is_open = self.past is not None and self.past.is_open
        return Runner(
            self.node, bundle, launcher, self.seed, jobs=self.settings.jobs,
            tries=self.settings.tries, stop=stopping.stop, progress=self.progress,
            suspects=self._suspects(history, plan),
            done=self.past.launches if is_open else ())

    def _suspects(self, history, plan):
        """Read now: the runner asks from threads of its own."""
        histories = self._asked(lambda: list(history.index.histories(
            cells=[one.cell.key for one in plan])), ()) if history else ()
        return Suspects(histories, self.night, self.node)

    def _launch(self, runner, plan):
        for name, engine in self.engines.items():
            if name in {facts.name for facts in self.node.engines}:
                for removed in self._sweep(runner.bundle, engine, name):
                    runner.bundle.append("note", {"what": "swept", "engine": name, "name": removed})
                    for uuid in runner.launcher.leases.clear_of(removed):
                        runner.bundle.append("note", {"what": "cleared", "gpu": uuid,
                                                      "name": removed})
        # Afterwards: what was swept above may have used them.
        for removed in scratch.sweep():
            runner.bundle.append("note", {"what": "swept", "engine": "", "name": removed})
        try:
            runner.run(plan)
        except Failed as error:
            # A full disk, most likely: what was launched can still be told, and sealed if there is
            # room for that.
            self.came.failed = error
        if runner.stop.is_set() and runner.left and self.came.failed is None:
            self.came.failed = Failed(f"it was stopped, {runner.left} launches are left")
        self.came.launches.update((launch.id, launch) for launch in runner.launches)
        self.came.doubt = self.came.doubt or next(iter(runner.doubts), "")

    def _sweep(self, bundle, engine, name):
        try:
            return engine.sweep()
        except EngineMissing:  # since the node was seen; each launch is going to say so
            return []
        except Failed as error:
            # Whose lease is poisoned where it may still use a GPU; all other cells can run.
            bundle.append("note", {"what": "not swept", "engine": name, "text": str(error)})
            self.came.problems.append(f"{name} could not sweep away all of earlier runs: {error}")
            return []

    def _judge(self, plan, history):
        for planned in plan:
            own = [launch for launch in self.came.launches.values()
                   if launch.cell == planned.cell.key]
            known = self._asked(lambda: history.metrics(planned.cell.key), None) if history else None
            self._keep(outcomes_of(planned, own, self.matrix, self.node, known))

    def _keep(self, outcomes):
        self.came.outcomes.update(((one.cell, one.workload), one) for one in outcomes)

    def _mark(self, plan):
        """Also what an earlier run completed: an entry may be over since, or a GPU gone."""
        self._keep(gone(self.came.outcomes.values(), plan, self.node, self.missed))
        quarantine = self.quarantine or Quarantine()
        outcomes, said = quarantine.apply(
            self.came.outcomes.values(), [planned.cell for planned in plan], self.night)
        self.came.problems += [f"quarantine: {one}" for one in said]
        self._keep(outcomes)

    def _seal(self, bundle, plan):
        keys = {planned.cell.key for planned in plan}
        self.came.path = Path(bundle.path)
        try:
            for outcome in self.came.outcomes.values():
                if outcome.cell in keys:
                    bundle.append("outcome", asdict(outcome))
            self.came.path = Path(bundle.seal())
        except Failed as error:
            self.came.failed = self.came.failed or error
