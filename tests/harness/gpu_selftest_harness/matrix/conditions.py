# SPDX-License-Identifier: Apache-2.0
"""'when', 'select' and 'needs': what has to be so. A condition is True, False, or None where
something that it needs is not known; nobody may take None for True."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from ..errors import Refused
from ..model import AXES

OF_CELL = AXES + ("gpu.cc",)
OF_NODE = ("driver.version", "driver.cuda", "engine.version", "engine.toolkit", "architecture",
           "gpus", "simulated")
INJECTION = "injection"

# As gst_injection_name() of the audit writes them.
INJECTIONS = ("none", "host", "legacy", "cdi", "jit-cdi", "csv", "wsl", "manual")
ARCHITECTURES = ("x86_64", "aarch64")

# What has an order: it can be compared.
VERSIONS = ("driver", "cuda", "gpu.cc", "driver.version", "driver.cuda", "engine.version",
            "engine.toolkit", "gpus")
BOOLEANS = ("simulated",)

RANGE = re.compile(r"^\s*(?:<=|>=|<|>|==|!=|~=)")
EXACT = re.compile(r"^[0-9]+(?:\.[0-9]+)*$")


def version(text) -> Version | None:
    """None if there is no version in it. '1.18.0-rc.1' and '1.18.0~rc.1-1' are 1.18.0: a range has
    to hold for a release candidate or not, and a package's revision is none of the program's."""
    start = re.match(r"v?([0-9]+(?:\.[0-9]+)*)", str(text))
    return Version(start.group(1)) if start else None


@dataclass(frozen=True)
class Term:
    """One line of a condition."""

    key: str
    values: tuple  # any of these; empty where there is a range
    range: SpecifierSet | None
    written: str  # 'cuda >=13'

    def holds(self, found) -> bool | None:
        if found is None:
            return None
        if self.range is not None:
            known = version(found)
            return None if known is None else self.range.contains(known)
        if self.key in VERSIONS:
            known = version(found)
            return None if known is None else known in {version(value) for value in self.values}
        return found in self.values

    def implies(self, other: Term) -> bool:
        """True only if whatever holds this certainly holds the other."""
        if self.key != other.key:
            return False
        if self.range is None:
            return all(other.holds(value) for value in self.values)
        return self.range == other.range


@dataclass(frozen=True)
class Condition:
    terms: tuple[Term, ...] = ()

    def holds(self, find: Callable[[str], object]) -> bool | None:
        """find(key) gives what is so, None where that is not known."""
        answers = [term.holds(find(term.key)) for term in self.terms]
        if False in answers:
            return False
        return None if None in answers else True

    def only(self, keys) -> Condition:
        return Condition(tuple(term for term in self.terms if term.key in keys))

    @property
    def written(self) -> str:
        return ", ".join(term.written for term in self.terms) or "always"


def parse(entries: Mapping, keys: tuple[str, ...], vocabulary: Mapping) -> Condition:
    """Raises Refused with one line for each entry that is wrong, led by its key and ': '.
    vocabulary gives the valid values of a key, if they are a list."""
    terms, wrong = [], []
    for key, value in entries.items():
        try:
            terms.append(_term(key, value, keys, vocabulary))
        except Refused as error:
            wrong.append(f"{key}: {error}")
    if wrong:
        raise Refused("\n".join(wrong))
    return Condition(tuple(terms))


def _term(key, value, keys, vocabulary) -> Term:
    if key not in keys:
        raise Refused(f"no such condition here, valid are {', '.join(keys)}")
    if key in BOOLEANS:
        if not isinstance(value, bool):
            raise Refused(f"'{value}' is not one of true, false")
        return Term(key, (value,), None, f"{key} {str(value).lower()}")
    values = value if isinstance(value, (list, tuple)) else [value]
    if not values:
        raise Refused("the list is empty, so that nothing can hold it")
    for item in values:
        if not isinstance(item, str):
            raise Refused(f"{str(item).lower()} is no text, write it in quotes")
    if len(values) == 1 and RANGE.match(values[0]):
        return Term(key, (), _range(key, values[0], vocabulary), f"{key} {values[0]}")
    for item in values:
        _check_value(key, item, vocabulary)
    return Term(key, tuple(values), None, f"{key} {' or '.join(values)}")


def _check_value(key, item, vocabulary):
    if RANGE.match(item):
        raise Refused(f"'{item}' stands in a list; a range stands alone, such as '>=12,<13'")
    if key in vocabulary and item not in vocabulary[key]:
        raise Refused(f"'{item}' is not one of {', '.join(vocabulary[key])}")
    if key in VERSIONS and not EXACT.match(item):
        raise Refused(f"'{item}' is no version; valid are such as '12.4' and '>=12,<13'")


def _range(key, text, vocabulary) -> SpecifierSet:
    if key not in VERSIONS:
        valid = f"; it is one of {', '.join(vocabulary[key])}" if key in vocabulary else ""
        raise Refused(f"'{text}': '{key}' has no order{valid}")
    if key == "driver" and "." in text.replace(".*", ""):
        raise Refused(f"'{text}': a driver's branch has no '.'; whole versions are compared by "
                      "'driver.version'")
    try:
        return SpecifierSet(text)
    except InvalidSpecifier as error:
        raise Refused(f"'{text}' is no range; valid are such as '>=12,<13' and '==12.*'") from error


def from_text(text: str) -> dict:
    """'cuda>=13,variant=base|devel' as the map that YAML would have. A comma is part of a value
    unless a key follows, since 'compute,utility' is one value and '>=12,<13' one range."""
    entries: dict = {}
    names = "|".join(re.escape(key) for key in sorted(OF_CELL + OF_NODE, key=len, reverse=True))
    start = re.compile(rf",(?=\s*(?:{names})\s*[<>=!~])")
    for part in start.split(text):
        found = re.match(r"^\s*([\w.]+)\s*(<=|>=|==|!=|~=|<|>|=)\s*(\S.*?)\s*$", part)
        if not found:
            raise Refused(f"'{part}' is no condition; valid are such as 'cuda=13.0', 'driver<580' "
                          f"and 'variant=base|devel' of {', '.join(OF_CELL)}")
        key, sign, value = found.groups()
        if key in entries:
            raise Refused(f"'{key}' is there twice; a range is such as '{key}>=12,<13'")
        entries[key] = value.split("|") if sign == "=" else sign + value
    return entries
