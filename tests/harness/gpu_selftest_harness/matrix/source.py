# SPDX-License-Identifier: Apache-2.0
"""YAML as its author wrote it: what could be read in two ways is refused, and each value knows its
line. Scalars are those of YAML 1.2's core schema, so that 'no' and '2026-12-01' stay text; so do
numbers that are too long to be any."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from ..errors import Refused

SIZE_LIMIT_BYTES = 1 << 20
TAG = "tag:yaml.org,2002:"
# They steer a terminal, end a text in C, or are no letters at all.
UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers: dict = {}


_Loader.add_implicit_resolver(
    f"{TAG}bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver(
    f"{TAG}null", re.compile(r"^(?:null|~|)$"), ["n", "~", ""])
_Loader.add_implicit_resolver(
    f"{TAG}int", re.compile(r"^[-+]?(?:0|[1-9][0-9]{0,14})$"), list("-+0123456789"))
_Loader.add_implicit_resolver(
    f"{TAG}float", re.compile(r"^[-+]?[0-9]{1,15}\.[0-9]{1,15}$"), list("-+0123456789"))


RESOLVER = _Loader("")


@dataclass(frozen=True)
class Source:
    path: str
    text: str
    value: object
    lines: dict  # place in the value -> line; a place is a tuple of keys and indices

    def at(self, place=()) -> str:
        """'matrix.yaml:12: expect[2].when: ', as far as the file has that place."""
        known = tuple(place)
        while known not in self.lines:
            known = known[:-1]
        name = written(place)
        return f"{self.path}:{self.lines[known]}: " + (f"{name}: " if name else "")


def written(place) -> str:
    """('expect', 2, 'when') as people write it: 'expect[2].when'."""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def read(path) -> Source:
    """Raises Refused: not there, not text, not YAML, or YAML that means two things."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise Refused(f"cannot read '{path}': {error.strerror.lower()}") from error
    if len(data) > SIZE_LIMIT_BYTES:
        raise Refused(f"'{path}' has {len(data)} bytes, at most {SIZE_LIMIT_BYTES} are read")
    try:
        return parse(data.decode("utf-8-sig"), str(path))
    except UnicodeDecodeError as error:
        raise Refused(f"'{path}' is not UTF-8: byte {error.start}") from error


def parse(text: str, path: str) -> Source:
    lines: dict = {}
    try:
        loader = _Loader(text)
        try:
            root = loader.get_single_node()
            if root is None:
                raise Refused(f"{path}:1: the file is empty")
            _walk(root, (), lines, set(), path)
            value = loader.construct_document(root)
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        what = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
        raise Refused(f"{path}:{line}: not YAML: {what}") from error
    except RecursionError as error:
        raise Refused(f"{path}: nested too deeply") from error
    return Source(path, text, value, lines)


def _walk(node, place, lines, seen, path):
    """Notes the lines; refuses what the constructor would read in silence."""
    line = node.start_mark.line + 1
    if id(node) in seen:
        raise Refused(f"{path}:{line}: {written(place)}: aliases are not read here, write it again")
    seen.add(id(node))
    lines[place] = line
    if node.tag not in _tags_of(node):
        shown = node.tag.replace(TAG, "!!")
        raise Refused(f"{path}:{line}: {written(place)}: it has a tag, '{shown}', leave it out")
    if isinstance(node, yaml.ScalarNode) and (found := UNSHOWN.search(node.value)):
        raise Refused(f"{path}:{line}: {written(place)}: {_code(found)} cannot be shown, leave it out")
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _walk(item, place + (index,), lines, seen, path)
    if isinstance(node, yaml.MappingNode):
        for key, item in node.value:
            _walk_entry(key, item, place, lines, seen, path)


def _walk_entry(key, item, place, lines, seen, path):
    line = key.start_mark.line + 1
    if not isinstance(key, yaml.ScalarNode) or key.tag != f"{TAG}str":
        found = f"'{key.value}'" if isinstance(key, yaml.ScalarNode) else "a list or a map"
        raise Refused(f"{path}:{line}: a key is {found}, which is no text; write it in quotes")
    if found := UNSHOWN.search(key.value):
        raise Refused(f"{path}:{line}: a key has {_code(found)}, which cannot be shown")
    name = place + (key.value,)
    if name in lines:
        raise Refused(f"{path}:{line}: '{written(name)}' is there twice, "
                      f"first in line {lines[name]}")
    _walk(item, name, lines, seen, path)
    lines[name] = line


def _tags_of(node):
    """Those that it may have: quotes make a text of anything, and nothing makes a number of a text."""
    if isinstance(node, yaml.ScalarNode):
        return RESOLVER.resolve(yaml.ScalarNode, node.value, (True, False)), f"{TAG}str"
    return (f"{TAG}seq" if isinstance(node, yaml.SequenceNode) else f"{TAG}map",)


def _code(found):
    return f"U+{ord(found[0]):04X}"
