# SPDX-License-Identifier: Apache-2.0
"""What a bundle says of itself at its beginning, and what all who look into it may take for granted."""

from ..errors import Refused
from ..model import Planned
from ..times import is_night
from .layout import SCHEMA_VERSION
from .run_id import SHAPE
from .values import value_of

TEXTS = ("run_id", "night", "started_utc")


def check(header):
    """Before it is written, with values of model.py in it. Refused, naming all that is wrong."""
    wrong = _wrong_with_texts(header)
    if wrong:
        raise Refused("header of a bundle: " + "; ".join(wrong))


def wrong_with(header):
    """As it came out of JSON."""
    return _wrong_with_texts(header) or _misshapen(header)


def node_of(header):
    """What the run's machine was seen to be, as JSON; nothing where nobody said it."""
    return header.get("node", {})


def planned_of(header):
    """What was to be run. Raises Misfit."""
    return [value_of(Planned, entry, f"plan[{place}]")
            for place, entry in enumerate(header.get("plan", []))]


def _wrong_with_texts(header):
    if not isinstance(header, dict):
        return ["it is not an object"]
    if header.get("schema_version") != SCHEMA_VERSION:
        return [f"schema_version {header.get('schema_version')!r:.40} is unknown; "
                f"this harness knows {SCHEMA_VERSION}"]
    wrong = [f"'{name}' is missing or no text" for name in TEXTS
             if not isinstance(header.get(name), str)]
    if not wrong and not SHAPE.fullmatch(header["run_id"]):
        wrong.append(f"'{header['run_id']!s:.80}' is not a run id")
    if not wrong and not is_night(header["night"]):
        wrong.append(f"night '{header['night']!s:.80}' is not like '2026-11-27'")
    return wrong


def _misshapen(header):
    return [f"'{name}' is {header[name]!r:.40}, not {word}" for name, kind, word in
            (("node", dict, "an object"), ("plan", list, "a list"))
            if not isinstance(header.get(name, kind()), kind)]
