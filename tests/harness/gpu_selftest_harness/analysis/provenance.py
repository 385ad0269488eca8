# SPDX-License-Identifier: Apache-2.0
"""What is not the same of what two nights were measured with."""

from __future__ import annotations

from .values import Difference

ABSENT = "none"


def differences(before, after):
    """Of two objects as a bundle's header has them, by path, in the order of `before`."""
    one, other = dict(_leaves(before)), dict(_leaves(after))
    return [Difference(what, one.get(what, ABSENT), other.get(what, ABSENT))
            for what in {**one, **other} if one.get(what, ABSENT) != other.get(what, ABSENT)]


def _leaves(value, path=""):
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, (list, tuple)):
        for place, inner in enumerate(value):
            yield from _leaves(inner, f"{path}.{place}" if path else str(place))
    elif value is not None:
        yield path, str(value)
