# SPDX-License-Identifier: Apache-2.0
"""The steps of a night, in their order. What was measured is in bundles before anything else is tried
with it, so a step that fails costs what it makes and no more."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from .. import bundle, exit_codes
from .. import matrix as matrices
from ..analysis import Analysis, Verdict, analyse
from ..errors import Refused
from ..index import Index
from ..plugin import slice_of
from ..report import write
from ..words import ERROR, PASS, SKIP
from . import cut_short, ended, slices
from .slices import Settings, Slice, Stop

IN_WORDS = {exit_codes.PASSED: "as expected", exit_codes.RED: "not as expected",
            exit_codes.COULD_NOT_TELL: "could not tell", exit_codes.USAGE: "refused",
            exit_codes.NOTHING_TESTED: "nothing was tested"}


@dataclass
class Night:
    """What came of it."""

    codes: list[int] = field(default_factory=list)  # of the last night's slices
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # of what is not this night's: told, no more
    beside: list[str] = field(default_factory=list)  # the same, of runs that are under way
    analysis: Analysis | None = None
    page: Path | None = None  # if there is one of this night
    there: set[str] = field(default_factory=set)  # bundles that it did not make
    slices: set[tuple[str, str]] = field(default_factory=set)  # night and node

    def is_of_night(self, path: Path) -> bool:
        """Of one that has no header to be read nobody can tell, so it may be."""
        place = path if path.exists() else path.with_name(path.name.removesuffix(".open"))
        try:
            header = bundle.read(place, take=lambda header, launch: None).header
            return header is None or (header["night"], header["node"]["name"]) in self.slices
        except Exception:
            return True

    def trouble(self, what: str):
        """Once, however often it is met."""
        if what not in self.problems:
            self.problems.append(what)

    def of_bundle(self, path: Path, what: str, is_sealed=False):
        """What others left, or still add to, in the same folder makes no night of ours worse. One
        that was there and could be sealed now is of the night that it names."""
        was_there = path.name.removesuffix(".open") in self.there
        if self.is_of_night(path) and (is_sealed or not was_there):
            self.trouble(what)
        elif all(not note.startswith(what) for note in self.notes):
            self.notes.append(f"{what}; it is not of this night, move it away: {path}")

    @property
    def exit_code(self) -> int:
        word = self.analysis.verdict.word if self.analysis is not None else None
        return ended.exit_code(self.codes, word, self.problems)


def run(settings: Settings, parts: list[Slice], stop: Stop, say: Callable[[str], None]) -> Night:
    """`say` is given one line at a time."""
    night = Night()
    for folder in (settings.runs, settings.report, settings.out / "logs"):
        folder.mkdir(parents=True, exist_ok=True)
    night.there = _names_of(settings)
    night.slices = {(part.night, part.node.name) for part in parts}
    _take_in(settings, night)  # what an earlier night had no time for
    for _, together in groupby(parts, key=lambda part: part.night):
        night.codes = _run_together(settings, list(together), stop, say, night.problems)
        _take_in(settings, night)
    night.notes += night.beside
    if stop.is_set:
        night.problems.append("stopped before all of it was run")
    name = parts[-1].night
    _tell(settings, name, [part for part in parts if part.night == name], night)
    return night


def _run_together(settings, parts, stop, say, problems):
    """Slices of one night, as many at a time as there are processors: each is another machine."""
    def run_one(part):
        if stop.is_set:
            return None
        place = settings.out / "logs" / f"{part.night}-{part.node.name}"
        try:
            code = slices.run(settings, part, place, stop)
        except OSError as error:  # a full disk, most likely: what others measured is told all the same
            problems.append(f"'{part.node.name}' was not run: {error}")
            return None
        say(f"{part.night}  {part.node.name}  driver {part.node.driver or 'none'}: "
            f"{IN_WORDS.get(code, f'exit code {code}')}")
        return code

    with ThreadPoolExecutor(min(len(parts), os.cpu_count() or 1)) as pool:
        codes = list(pool.map(run_one, parts))
    for part, code in zip(parts, codes):
        if code not in (None, exit_codes.PASSED, exit_codes.RED, exit_codes.NOTHING_TESTED):
            place = settings.out / "logs" / f"{part.night}-{part.node.name}"
            problems.append(f"'{part.node.name}' ended with exit code {code}, see '{place}.log':\n"
                            f"{slices.end_of(place)}")
    return [code for code in codes if code is not None]


def _take_in(settings, night):
    """Every bundle that the index does not have yet. A run that was killed left one open: what is in
    it is judged as far as it came."""
    night.beside = []
    try:
        with Index(settings.index) as index:
            for path in bundle.left_open(settings.runs):
                _seal(path, settings, index, night)
            for path in bundle.find(settings.runs):
                _add(index, path, night)  # what it knows it leaves out by the seal alone
    except Exception as error:  # whatever it is: what was measured is in the bundles
        night.trouble(f"cannot take in what was measured: {_words(error)}")


def _names_of(settings):
    """Of bundles that were there before."""
    try:
        paths = (*bundle.left_open(settings.runs), *bundle.find(settings.runs))
    except OSError:  # and that is told when they are taken in
        return set()
    return {path.name.removesuffix(".open") for path in paths}


def _seal(path, settings, index, night):
    try:
        _, problems = cut_short.finish(path, settings.known, index)
        for problem in problems:
            night.of_bundle(path, problem, is_sealed=True)
    except bundle.BeingWritten:
        # All slices of ours are over: it is somebody's, who has called it what he likes.
        night.beside.append(f"a run that is not this night's is under way in '{path}': the next "
                            "night takes it in, or 'gpu-selftest-harness index' once it has ended")
    except Exception as error:  # the others can be taken in all the same
        night.of_bundle(path, f"cannot seal '{path.name}': {_words(error)}")


def _add(index, path, night):
    try:
        index.add(path)
    except Exception as error:
        night.of_bundle(path, f"cannot take in '{path.name}': {_words(error)}")


def _tell(settings, name, parts, night):
    """A page of another night in this one's place would be believed."""
    try:
        with Index(settings.index) as index:
            told = analyse(index, name, _cells_of(settings, parts), settings.known.losses)
        night.analysis = _as_far_as_known(told, night.problems)
        night.analysis.notes += night.notes
        night.notes = night.analysis.notes
        night.page = write(night.analysis, settings.report)[0]
    except Exception as error:
        night.trouble(f"cannot tell of the night: {_words(error)}")
        told = night.analysis if isinstance(error, OSError) else None
        _tell_less(settings, told or _nothing(name), night)


def _tell_less(settings, told, night):
    try:
        night.page = write(_as_far_as_known(told, night.problems), settings.report)[0]
    except Exception as error:
        night.trouble(f"no page, no summary or no Prometheus file of this night: {_words(error)}")


def _nothing(name):
    return Analysis(name, None, (name,), Verdict(SKIP, ""), {}, 0, 0, {}, [])


def _cells_of(settings, parts):
    """What had to run, whatever came of it."""
    matrix, cells = matrices.load(settings.matrix), []
    for part in parts:
        with suppress(Refused):  # by its slice, too, and that is told
            cells += [planned.cell for planned in
                      slice_of.plan(matrix, part.node, tier=part.tier, index=settings.index)]
    return cells


def _as_far_as_known(analysis, problems):
    """Page and exit code say the same: nothing is well while it is not known."""
    if problems and analysis.verdict.word in (PASS, SKIP):
        first = problems[0].splitlines()[0].rstrip(":")
        analysis.verdict = Verdict(ERROR, first, "suite", None, "see what the night's output says")
    return analysis


def _words(error):
    return f"{type(error).__name__}: {error}"
