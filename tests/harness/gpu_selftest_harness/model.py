# SPDX-License-Identifier: Apache-2.0
"""What the parts of the harness hand to each other. Values without behaviour, and what each field
means; who makes them and who reads them is in README.md. Units are in the names, texts in UTC are
'2026-11-27T02:00:00Z'."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field

# --- What is to be run ------------------------------------------------------------------------

AXES = ("driver", "cuda", "variant", "distro", "engine", "gpu", "devices", "capabilities", "level")


@dataclass(frozen=True)
class Cell:
    """One point of the matrix. Its key names it in bundles, history and on the page, so an axis's
    value never changes its meaning."""

    driver: str  # the branch: '580'
    cuda: str  # of the image: '13.0'
    variant: str  # base, runtime, devel
    distro: str  # of the image: 'ubuntu22.04'
    engine: str  # local, docker, podman
    gpu: str  # the model, as the matrix calls it: 'h100-sxm5-80gb'
    devices: str  # which GPUs the container is given: 'all', 'count:1', 'each', 'none'
    capabilities: str  # NVIDIA_DRIVER_CAPABILITIES: 'compute,utility'
    level: str  # quick, full

    @property
    def key(self) -> str:
        text = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def name(self) -> str:
        """For people and for -k: 'driver=580,cuda=13.0,...'."""
        return ",".join(f"{axis}={getattr(self, axis)}" for axis in AXES)


@dataclass(frozen=True)
class Expectation:
    """What the matrix says has to come of a cell; the first rule that matches decides. PASS where
    none does."""

    word: str
    layer: str | None = None
    id: str | None = None  # 'host.driver-too-old'
    stage: str | None = None  # of STAGES; None: either
    reason: str = ""  # why this is expected, for people; never empty in a rule
    rule: int | None = None  # its place in the matrix's list; None: no rule


@dataclass(frozen=True)
class Planned:
    """A cell as this node is going to run it."""

    cell: Cell
    image: str  # '' for the engine 'local'
    workloads: tuple[str, ...]  # names or groups; empty: the program's default plan
    launches: int  # fresh containers in a night, 3
    samples: int  # of each number in one launch, 30
    timeout_s: float
    environment: tuple[tuple[str, str], ...] = ()
    needs_fabric: bool = False  # uses links between GPUs: alone on the node
    miss: str | None = None  # why it cannot run here, or anywhere; None: it can
    is_gone: bool = False  # with 'miss': it could, before driver or GPUs were gone


# --- Where it runs ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Gpu:
    """A whole one, or a MIG instance, which is leased as its GPU is: they share clocks and links."""

    uuid: str
    name: str  # as the driver writes it; untrusted text
    model: str  # as the matrix calls it; '' if it does not
    pci_id: str
    compute_capability: str
    index: int
    has_mig: bool = False  # it is split into instances: nothing runs on it itself
    parent: str = ""  # of an instance: the UUID of its GPU, if that is known

    @property
    def is_instance(self) -> bool:
        return self.uuid.startswith("MIG-")

    @property
    def lease(self) -> str:
        return self.parent or self.uuid


@dataclass(frozen=True)
class EngineFacts:
    name: str
    version: str
    toolkit: str | None = None  # version of NVIDIA's container toolkit
    injection: str | None = None  # how it is going to put GPUs in: 'legacy', 'cdi', 'jit-cdi'


@dataclass(frozen=True)
class Node:
    """What a machine was seen to be: never typed by hand."""

    name: str
    driver: str | None  # '580.95.05'; None: there is none
    cuda_of_driver: str | None  # '13.0'
    gpus: tuple[Gpu, ...]
    engines: tuple[EngineFacts, ...]
    architecture: str
    kernel: str
    distro: str
    simulated: str | None = None  # the profile
    faults: tuple[str, ...] = ()  # of the simulation
    toolkit_mode: str | None = None  # as NVIDIA's container toolkit is set up: auto, legacy, cdi
    problems: tuple[str, ...] = ()  # what could not be seen, and why: 'docker: no daemon answers'
    lost: tuple[str, ...] = ()  # those of them that are GPUs: 'gpu 3: gpu is lost'

    withheld: int = 0  # GPUs that somebody else may use and we may not

    @property
    def usable(self) -> tuple[Gpu, ...]:
        """Those that something can run on."""
        return tuple(gpu for gpu in self.gpus if not gpu.has_mig)

    def leases_of(self, uuids) -> tuple[str, ...]:
        """What is leased for these GPUs."""
        names = {gpu.uuid: gpu.lease for gpu in self.gpus}
        return tuple(dict.fromkeys(names.get(uuid, uuid) for uuid in uuids))

    @property
    def driver_branch(self) -> str | None:
        return self.driver.partition(".")[0] if self.driver else None


# --- What came of it --------------------------------------------------------------------------

# Why something was launched: to measure, to confirm a suspected regression, again after an ERROR.
MEASURE, CONFIRM, AGAIN = KINDS = ("measure", "confirm", "again")


@dataclass(frozen=True)
class Trouble:
    """Why the harness itself, or an engine, could not do its part: a row of troubles.py."""

    id: str  # 'suite.engine-missing'
    observed: str


@dataclass
class Launch:
    """One container, or one process of the engine 'local', from its start to its removal. What the
    judge needs is in it: it is a line of a bundle."""

    id: str  # unique in its run: '0007'
    cell: str  # key
    kind: str  # of KINDS
    round: int  # of the cell's launches
    engine: str
    image: str
    digest: str | None  # what was run, resolved once
    arguments: tuple[str, ...]  # of the program
    gpus: tuple[str, ...]  # UUIDs that were leased for it
    started_utc: str
    since_start_s: float  # of the run, by a clock that nobody sets
    duration_s: float
    stage: str  # of STAGES
    exit_code: int | None
    is_timed_out: bool = False
    is_out_of_memory: bool = False
    injection: str | None = None  # seen by the audit inside, or told by the engine's message
    report: dict | None = None  # the program's own, host/report.schema.json
    message: str = ""  # what engine and program said beside it: head and tail, at most 16 KiB
    explained: str | None = None  # the id that `explain -` made of the message
    trouble: Trouble | None = None
    foreign: tuple[str, ...] = ()  # other processes on its GPUs, before or after


@dataclass
class Outcome:
    """What is said of one cell, or of one workload in it."""

    cell: str  # key
    workload: str  # '' for the cell itself
    word: str
    layer: str | None
    id: str | None
    stage: str
    expected: Expectation
    is_as_expected: bool
    observed: str = ""  # with values
    remedy: str = ""  # one thing to do
    noise: str = ""  # why its numbers are not to be compared; '' if they are
    is_intermittent: bool = False  # not the same in each launch
    launches: tuple[str, ...] = ()
    quarantine: dict | None = None  # owner, reason, until
    duration_s: float = 0.0
    run_id: str = ""  # whose launches they are; '' until it comes out of an index
    also: tuple[str, ...] = ()  # ids beside 'id' that were not expected, in any launch
    gpu: str = ""  # UUID, where the finding is of one

    @property
    def is_red(self) -> bool:
        return not self.is_as_expected and self.quarantine is None


# --- History ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class SeriesKey:
    """What is measured night after night: one number of one cell on one GPU or pair of GPUs."""

    cell: str  # key
    workload: str
    metric: str  # 'host-copy.to-gpu'
    variant: str  # 'pinned'
    unit: str
    src: str  # UUID; '' where it is of all GPUs together
    dst: str
    node: str = ""  # where src is '': two nodes are two series; a GPU keeps its own when it moves


@dataclass
class History:
    """One series, oldest first; all lists have the same length, one entry for each night that has
    it. The value is the median over the launches of a night of each launch's median."""

    key: SeriesKey
    nights: list[str]  # '2026-11-27'
    values: list[float]
    lows: list[float]  # median over the launches of each launch's first quartile
    highs: list[float]  # and of its third
    launches: list[list[float]]  # median of each launch that was not started to confirm anything
    clocks_hz: list[float | None]  # of the multiprocessors under load
    flags: list[str] = field(default_factory=list)  # '' or why the night is not to be compared
    provenance: list[str] = field(default_factory=list)  # digest of what it was measured with
    confirming: list[list[float]] = field(default_factory=list)  # of launches that were
