# SPDX-License-Identifier: Apache-2.0
"""A run of one matrix on one node: opened when pytest collects, run once for all items that were
selected, and asked by each of them afterwards."""

from __future__ import annotations

import json
import platform
import secrets
import threading
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import datetime, timezone
from functools import partial
from pathlib import Path

from .. import __version__
from .. import node as nodes
from ..analysis.suspects import suspects_of
from ..bundle import Bundle
from ..engines import make
from ..errors import Failed, Refused
from ..explain import explain
from ..judge import judge
from ..lease import Leases
from ..matrix import load
from ..model import Node, Outcome, Planned
from ..quarantine import Quarantine
from ..runner import Launcher, Runner
from . import earlier, told
from .options import Settings
from .stopping import Stopping


class Night:
    def __init__(self, settings: Settings, engines=None, progress=None):
        """`engines`: in place of those of this machine."""
        self.settings = settings
        self.matrix = None
        self.node: Node | None = None
        self.plan: dict[str, Planned] = {}
        self.outcomes: dict[tuple[str, str], Outcome] = {}
        self.launches = {}
        self.problems: list[str] = []
        self.path: Path | None = None  # of the sealed bundle
        self._engines = engines
        self._quarantine = None
        self._progress = progress or (lambda planned, launch, count, of: None)

    # --- While pytest collects ---

    def open(self, path) -> list[Planned]:
        """The node's slice. Raises Refused where it is empty, or where a word is not known."""
        if self.matrix is not None:
            raise Refused(f"one matrix in a run: '{self.matrix.path}' or '{path}'")
        matrix = load(path)
        if self.settings.quarantine is not None:
            self._quarantine = Quarantine.load(self.settings.quarantine, matrix)
        self.node = self._node(matrix)
        plan = matrix.plan(self.node, self.settings.select, self.settings.tier)
        self.matrix, self.plan = matrix, {planned.cell.key: planned for planned in plan}
        return plan

    def _node(self, matrix):
        if self.settings.node is None:
            engines = list(self._all_engines(matrix, None).values())
            return matrix.named(nodes.probe(engines, model_of=matrix.model_of))
        try:
            record = json.loads(self.settings.node.read_text(encoding="utf-8"))
        except OSError as error:
            raise Refused(f"cannot read '{self.settings.node}': {error.strerror.lower()}") from None
        except ValueError as error:
            raise Refused(f"'{self.settings.node}' is no JSON: {error}") from None
        return matrix.named(nodes.from_json(record))

    def _all_engines(self, matrix, node):
        if self._engines is not None:
            return self._engines
        engines = {}
        for name in matrix.axes["engine"]:
            of_program = {"program": self.settings.program} if name == "local" else {}
            if name == "local" and node is not None and node.simulated:
                of_program.update(profile=node.simulated, faults=node.faults)
            engines[name] = make(name, **of_program)
        return engines

    # --- Once items are selected ---

    def run(self, wanted: Iterable[tuple[str, str]]):
        """All launches of these items, (cell, workload), and what is said of them; sealed."""
        plan = self._narrowed(wanted)
        engines = self._all_engines(self.matrix, self.node)
        past = earlier.find(self.settings, self.matrix, self.node)
        bundle = self._bundle(plan, past)
        with Stopping() as stopping:
            runner = self._runner(bundle, engines, stopping, past)
            self._sweep(engines, bundle)
            try:
                launches = runner.run(plan)
            except Exception:
                bundle.close()
                raise
        self.launches = {launch.id: launch for launch in launches}
        self._judge(plan, launches, bundle)
        self.path = Path(bundle.seal())

    def _narrowed(self, wanted):
        """Of a cell whose own item is not wanted, only the workloads that are."""
        workloads: dict[str, list[str]] = {}
        for key, workload in wanted:
            workloads.setdefault(key, []).append(workload)
        plan = []
        for key, names in workloads.items():
            planned = self.plan[key]
            plan.append(planned if "" in names else replace(planned, workloads=tuple(names)))
        return plan

    def _bundle(self, plan, past):
        if past is not None and past.is_open:
            return Bundle.resume(past.path)
        now = datetime.now(timezone.utc)
        seed = self.settings.seed if self.settings.seed is not None else secrets.randbits(32)
        return Bundle.create(self.settings.out, {
            "night": self.settings.night or f"{now:%Y-%m-%d}", "started_utc": f"{now:%Y-%m-%dT%H:%M:%SZ}",
            "node": nodes.to_json(self.node), "seed": seed,
            "matrix": {"path": str(self.matrix.path), "text": self.matrix.text,
                       "sha256": self.matrix.sha256},
            "plan": [asdict(planned) for planned in plan],
            "resumes": past.run_id if past is not None else None,
            "versions": {"harness": __version__, "python": platform.python_version()}})

    def _runner(self, bundle, engines, stopping, past):
        header = past.header if past is not None else {}
        seed = self.settings.seed if self.settings.seed is not None else header.get("seed", 0)
        launcher = Launcher(
            self.node, engines, Leases(self.settings.leases, what=bundle.run_id), bundle.run_id,
            stopping.end, explain=partial(explain, program=self.settings.program),
            others=lambda uuids: nodes.others(uuids, self.node))
        return Runner(self.node, bundle, launcher, seed, jobs=self.settings.jobs,
                      tries=self.settings.tries, stop=stopping.stop, progress=self._heard,
                      done=past.launches if past is not None else (), **self._suspects())

    def _suspects(self):
        if self.settings.history is None:
            return {}
        return {"suspects": suspects_of(self.settings.history, self._date(), self.node.name, self.plan)}

    def _date(self):
        return self.settings.night or f"{datetime.now(timezone.utc):%Y-%m-%d}"

    def _sweep(self, engines, bundle):
        for name, engine in engines.items():
            if name in {facts.name for facts in self.node.engines}:
                for removed in engine.sweep():
                    bundle.append("note", {"what": "swept", "engine": name, "name": removed})

    def _heard(self, launch, count, of):
        self._progress(self.plan[launch.cell], launch, count, of)

    def _judge(self, plan, launches, bundle):
        outcomes = []
        for planned in plan:
            own = [launch for launch in launches if launch.cell == planned.cell.key]
            outcomes += judge(planned, own, self.matrix, self.node)
        if self._quarantine is not None:
            cells = [planned.cell for planned in plan]
            outcomes, self.problems = self._quarantine.apply(outcomes, cells, self._date())
        for outcome in outcomes:
            bundle.append("outcome", asdict(outcome))
        self.outcomes = {(outcome.cell, outcome.workload): outcome for outcome in outcomes}

    # --- Afterwards ---

    def outcome(self, cell: str, workload: str) -> Outcome:
        """Of a workload that no report tells of, what the cell's own item tells."""
        found = self.outcomes.get((cell, workload))
        if found is None:
            found = replace(self.outcomes[cell, ""], workload=workload)
        return found

    def properties(self, outcome: Outcome) -> list[tuple[str, str]]:
        """For JUnit."""
        digests = dict.fromkeys(self.launches[number].digest for number in outcome.launches
                                if number in self.launches and self.launches[number].digest)
        told_of = {
            "cell": outcome.cell, "word": outcome.word, "id": outcome.id, "layer": outcome.layer,
            "stage": outcome.stage, "expected": told.expected(outcome),
            "digest": " ".join(digests), "launches": " ".join(outcome.launches),
            "noise": outcome.noise, "intermittent": "yes" if outcome.is_intermittent else "",
            "run": self.path.name if self.path else ""}
        return [(name, value) for name, value in told_of.items() if value]

    @property
    def where(self) -> str:
        simulated = f"  SIMULATED {self.node.simulated}" if self.node.simulated else ""
        return f"{self.node.name}  driver {self.node.driver or 'none'}{simulated}"


__all__ = ["Failed", "Night"]
