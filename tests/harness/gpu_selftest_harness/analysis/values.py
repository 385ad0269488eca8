# SPDX-License-Identifier: Apache-2.0
"""What there is to tell of a night, ready to be shown: pages, summaries and exporters read these
values and compute nothing. Shifts are relative and signed as the numbers are (-0.05: 5 % less)."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..model import Cell, History, Outcome
from ..provenance import Difference
from ..statistics.values import ChangePoint, Gate, Separation, Standing

# Of a series, worst first. DROPPED: tonight is worse, and confirmed. SHIFTED: tonight tells that it
# has been worse for some nights. WORSE: that was told so long ago that it is no news, and it is
# still so; not red, but counted and listed. SUSPECT: worse tonight, not confirmed. NOISY: tonight
# is not to be compared. YOUNG: too few nights to tell. IMPROVED: it got better; if that is new.
# STEADY: no regression as far as `smallest` lets us see. UNJUDGED: nobody says which direction is
# better. GONE: not measured tonight, and nothing to look at: the series ended.
DROPPED, SHIFTED, WORSE, SUSPECT, NOISY, YOUNG, IMPROVED, STEADY, UNJUDGED, GONE = TRENDS = (
    "DROPPED", "SHIFTED", "WORSE", "SUSPECT", "NOISY", "YOUNG", "IMPROVED", "STEADY", "UNJUDGED",
    "GONE")
REGRESSIONS = (DROPPED, SHIFTED)


@dataclass(frozen=True)
class Verdict:
    """The first line of the page."""

    word: str  # of words.WORDS; SKIP: nothing was tested
    headline: str  # one sentence: what, where, since when
    layer: str | None = None
    id: str | None = None
    remedy: str = ""
    since: str | None = None  # first night of it, 'YYYY-MM-DD'


@dataclass(frozen=True)
class Change:
    """An outcome that is not what it was the night before."""

    cell: str  # key
    workload: str
    before: Outcome | None  # None: it was not there
    after: Outcome | None


@dataclass(frozen=True)
class Square:
    """One cell in the grid of driver and CUDA."""

    cell: str  # key
    word: str  # the worst of its outcomes
    is_as_expected: bool
    is_quarantined: bool
    is_intermittent: bool
    outcome: Outcome  # the one that decides


@dataclass(frozen=True)
class Grid:
    """Cells that differ in driver and CUDA only."""

    title: tuple[tuple[str, str], ...]  # what they have in common: (axis, value)
    drivers: tuple[str, ...]
    cudas: tuple[str, ...]
    squares: dict[tuple[str, str], Square]  # by (driver, cuda); not there: not in the matrix


@dataclass(frozen=True)
class Point:
    """A change point with what changed at it: a suspect, no proof."""

    change: ChangePoint
    night: str
    is_new: bool  # could not be told before tonight
    is_worse: bool
    suspects: tuple[Difference, ...] = ()
    separation: Separation | None = None
    changed: str | None = None  # the night on which the suspects did: the same, or one near it


@dataclass(frozen=True)
class Trend:
    history: History
    word: str  # of TRENDS
    reason: str  # for people, with numbers
    direction: str | None  # of words.DIRECTIONS
    tonight: float | None  # None: not measured tonight
    median: float | None  # of the nights since the last change point
    spread: float | None  # 1.4826 MAD of the same, relative
    gate: Gate | None
    points: tuple[Point, ...] = ()  # oldest first
    smallest: float | None = None  # relative shift that could have been seen tonight; None: none
    since: str | None = None  # first night of what the word says; of GONE: the last one measured
    suspects: tuple[Difference, ...] = ()  # what is not the same since then; no proof


@dataclass(frozen=True)
class Incident:
    """One cause, however many results show it."""

    word: str
    layer: str | None
    where: str  # UUID, 'UUID <-> UUID', or '' for no GPU in particular
    title: str  # one sentence
    ids: tuple[str, ...] = ()  # of findings
    outcomes: tuple[Outcome, ...] = ()
    trends: tuple[Trend, ...] = ()
    since: str | None = None  # the first night of it
    remedy: str = ""  # one thing to do; outcomes have their own
    nodes: tuple[str, ...] = ()  # of outcomes: machines, where the night has several


@dataclass(frozen=True)
class Fleet:
    """The same number of all GPUs, slowest first."""

    workload: str
    metric: str
    variant: str
    unit: str
    cell: str  # key
    median: float
    standings: tuple[Standing, ...]  # of GPUs

    @property
    def slow(self) -> tuple[str, ...]:
        """GPUs that stand out, slowest first."""
        return tuple(standing.gpu for standing in self.standings if standing.is_slow)


@dataclass(frozen=True)
class PairMatrix:
    """One number of all ordered pairs of GPUs, tonight."""

    workload: str
    metric: str
    variant: str
    unit: str
    direction: str | None
    cell: str  # key
    gpus: tuple[str, ...]  # UUIDs, in the order of rows and of columns
    values: tuple[tuple[float | None, ...], ...]  # [from][to]; None: not measured
    median: float
    slow: tuple[tuple[int, int], ...] = ()  # (from, to) that stand out

    @property
    def measured(self) -> list[float]:
        return [value for row in self.values for value in row if value is not None]

    @property
    def spread(self) -> float:
        """From the lowest to the highest, relative to the median."""
        return (max(self.measured) - min(self.measured)) / self.median if self.median else 0.0


@dataclass
class Analysis:
    night: str
    previous: str | None  # the night that is compared with
    nights: tuple[str, ...]  # all that are known, oldest first
    verdict: Verdict
    counts: dict[str, int]  # of outcomes of cells, by word
    red: int  # cells that are not as expected and not in quarantine
    expected_failures: int  # cells that failed as they have to
    cells: dict[str, Cell]  # by key
    outcomes: list[Outcome]
    changes: list[Change] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)  # worst first
    trends: list[Trend] = field(default_factory=list)  # worst first
    fleets: list[Fleet] = field(default_factory=list)
    pairs: list[PairMatrix] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)  # of provenance since `previous`
    provenance: dict = field(default_factory=dict)  # of tonight, digest -> what it says
    quarantine: list[Outcome] = field(default_factory=list)
    intermittent: list[Outcome] = field(default_factory=list)
    runs: list = field(default_factory=list)  # as index.runs(night) tells them
    gpus: dict[str, str] = field(default_factory=dict)  # UUID -> name for people, as far as known
    is_simulated: bool = False
    notes: list[str] = field(default_factory=list)  # of clocks, bundles and entries
    held: int = 0  # cells in which only what is in quarantine is not as expected

    @property
    def regressions(self) -> list[Trend]:
        return self.told(*REGRESSIONS)

    @property
    def slow_gpus(self) -> list[str]:
        """Slower tonight than their like, in the order in which the page tells them."""
        return list(dict.fromkeys(gpu for fleet in self.fleets for gpu in fleet.slow))

    def told(self, *words) -> list[Trend]:
        """Worst first."""
        return [trend for trend in self.trends if trend.word in words]
