# SPDX-License-Identifier: Apache-2.0
"""A YAML file held against its JSON schema; what is wrong in words for whoever wrote it."""

from __future__ import annotations

import difflib
import json
from pathlib import Path

import jsonschema

from ..errors import Refused
from .source import Source

KINDS = {"object": "a map", "array": "a list", "string": "text", "integer": "a whole number",
         "number": "a number", "boolean": "true or false", "null": "nothing"}


def check(source: Source, schema_path: Path) -> None:
    """Raises Refused with one line, 'file:line: place: what', for each thing that is wrong."""
    validator = jsonschema.Draft202012Validator(json.loads(schema_path.read_text()))
    wrong = {}
    for error in validator.iter_errors(source.value):
        place = tuple(error.absolute_path)
        for deeper, text in _said(error):
            wrong.setdefault(source.at(place + deeper) + text, source.lines[_known(source, place)])
    if wrong:
        raise Refused("\n".join(sorted(wrong, key=lambda text: wrong[text])))


def _known(source, place):
    while place not in source.lines:
        place = place[:-1]
    return place


def _said(error):
    """Pairs of a place below the error's and what is wrong there."""
    rule, value, schema = error.validator_value, error.instance, error.schema
    if error.validator == "additionalProperties":
        valid = list(schema.get("properties", {}))
        return [((key,), f"no such key here{_near(key, valid)}")
                for key in value if key not in valid]
    if error.validator == "required":
        return [((), f"'{key}' is missing") for key in rule if key not in value][:1]
    if error.validator == "enum":
        return [((), f"{_shown(value)} is not one of {', '.join(map(str, rule))}"
                 f"{_quotes(value, rule)}")]
    if error.validator == "type":
        kinds = rule if isinstance(rule, list) else [rule]
        return [((), f"{_shown(value)} is not {' or '.join(KINDS[kind] for kind in kinds)}"
                 + (", write it in quotes" if "string" in kinds and _is_scalar(value) else ""))]
    if error.validator == "pattern":
        return [((), f"{_shown(value)} is not {schema.get('$comment', 'of the form ' + rule)}")]
    if error.validator == "uniqueItems":
        twice = [item for index, item in enumerate(value) if item in value[:index]]
        return [((), f"{_shown(twice[0])} is there twice")]
    if error.validator in ("minItems", "minProperties"):
        return [((), f"it has {len(value)} entries, at least {rule} are needed")]
    if error.validator == "minLength":
        return [((), "the text is empty")]
    limits = {"minimum": "at least", "maximum": "at most", "exclusiveMinimum": "more than"}
    if error.validator in limits:
        return [((), f"{value} is not {limits[error.validator]} {rule}")]
    return [((), error.message)]


def _is_scalar(value):
    return isinstance(value, (int, float, bool)) or value is None


def _shown(value) -> str:
    if isinstance(value, str):
        return f"'{value[:80]}'"
    if isinstance(value, dict):
        return "a map"
    if isinstance(value, list):
        return "a list"
    return "nothing" if value is None else str(value).lower()


def _quotes(value, rule) -> str:
    return ", write it in quotes" if _is_scalar(value) and str(value) in map(str, rule) else ""


def _near(key, valid) -> str:
    near = difflib.get_close_matches(str(key), valid, 1)
    return (f", did you mean '{near[0]}'" if near else "") + f"; valid are {', '.join(valid)}"
