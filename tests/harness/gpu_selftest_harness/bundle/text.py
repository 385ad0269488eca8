# SPDX-License-Identifier: Apache-2.0
"""A record as one line of JSON, whatever texts and numbers containers put into it: bounded, valid
UTF-8, and never a second line."""

import dataclasses
import json
import math

from .layout import MAX_DEPTH, MAX_LINE_BYTES, MAX_TEXT


def bounded(value, depth=0):
    """The same value with nothing in it that JSON, UTF-8 or SQLite could not keep."""
    if isinstance(value, str):
        return _short(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None  # JSON has no word for it, and what is no number is missing
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if depth == MAX_DEPTH:
        return f"[deeper than {MAX_DEPTH} levels, left out]"
    if dataclasses.is_dataclass(value):
        value = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {_short(str(key)): bounded(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [bounded(item, depth + 1) for item in value]
    raise TypeError(f"a record cannot keep a '{type(value).__name__}'")


def line_of(kind, number, record):
    """Bytes that end in the only line break that is in them."""
    line = json.dumps({"kind": kind, "number": number, "record": bounded(record)},
                      separators=(",", ":"), allow_nan=False).encode() + b"\n"
    if len(line) > MAX_LINE_BYTES:
        raise ValueError(f"a record of {len(line)} bytes; the limit is {MAX_LINE_BYTES}")
    return line


def document_of(value):
    """The bytes of a whole file: for people too, so with line breaks."""
    return json.dumps(bounded(value), indent=1, sort_keys=True, allow_nan=False).encode() + b"\n"


def _short(text):
    """Half of a surrogate pair has no UTF-8; a report may hold one, since JSON can write it."""
    text = text.encode("utf-8", "backslashreplace").decode()
    if len(text) <= MAX_TEXT:
        return text
    half = MAX_TEXT // 2 - 32
    return f"{text[:half]}[... {len(text) - 2 * half} characters left out ...]{text[-half:]}"
