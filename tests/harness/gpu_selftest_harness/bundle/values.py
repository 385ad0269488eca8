# SPDX-License-Identifier: Apache-2.0
"""The values of model.py from what JSON made of them; what does not fit is said by its name. Their
types are their schema, so that no field is listed twice."""

import contextlib
import dataclasses
import functools
import math
import types
import typing


class Misfit(Exception):
    """'gpus[0].index' is 'one', not a whole number."""


PLAIN = {str: "a text", int: "a whole number", float: "a number", bool: "true or false",
         type(None): "null", dict: "an object"}


def value_of(kind, data, where=""):
    """`kind` is a type as it is written in model.py. A field that is not there has its default."""
    if dataclasses.is_dataclass(kind):
        return _dataclass_of(kind, data, where)
    origin = typing.get_origin(kind) or kind
    if origin in (types.UnionType, typing.Union):
        return _union_of(kind, data, where)
    if origin in (tuple, list):
        return _sequence_of(kind, origin, data, where)
    if origin is float and type(data) in (int, float):
        return _real(data, where)
    if type(data) is not origin:
        raise Misfit(f"'{where}' is {_shown(data)}, not {PLAIN[origin]}")
    return data


def _dataclass_of(kind, data, where):
    if not isinstance(data, dict):
        raise Misfit(f"'{where}' is {_shown(data)}, not {PLAIN[dict]}")
    hints = _hints(kind)
    strange = sorted(set(data) - set(hints))
    if strange:
        raise Misfit(f"'{_under(where, strange[0])}' is not a field of {kind.__name__}")
    values = {}
    for field in dataclasses.fields(kind):
        if field.name in data:
            values[field.name] = value_of(hints[field.name], data[field.name],
                                          _under(where, field.name))
        elif field.default is field.default_factory is dataclasses.MISSING:
            raise Misfit(f"'{_under(where, field.name)}' is missing")
    return kind(**values)


def _union_of(kind, data, where):
    choices = typing.get_args(kind)
    if data is None and type(None) in choices:
        return None
    rest = [choice for choice in choices if choice is not type(None)]
    return value_of(rest[0], data, where)


def _sequence_of(kind, origin, data, where):
    if not isinstance(data, list):
        raise Misfit(f"'{where}' is {_shown(data)}, not a list")
    choices = typing.get_args(kind)
    if origin is tuple and choices[-1] is not Ellipsis and len(choices) != len(data):
        raise Misfit(f"'{where}' has {len(data)} entries, not {len(choices)}")
    each = [choices[0]] * len(data) if origin is list or choices[-1] is Ellipsis else choices
    return origin(value_of(one, item, f"{where}[{place}]")
                  for place, (one, item) in enumerate(zip(each, data)))


def _real(data, where):
    """JSON can write what no float is as large as, and Python reads words that JSON does not have."""
    with contextlib.suppress(OverflowError):
        if math.isfinite(data):
            return float(data)
    raise Misfit(f"'{where}' is {_shown(data)}, not {PLAIN[float]}")


@functools.cache
def _hints(kind):
    return typing.get_type_hints(kind)


def _under(where, name):
    return f"{where}.{name}" if where else name


def _shown(data):
    text = repr(data)
    return text if len(text) <= 60 else text[:60] + "..."
