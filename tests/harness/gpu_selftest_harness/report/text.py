# SPDX-License-Identifier: Apache-2.0
"""Texts and numbers as people read them. Names of GPUs and messages of engines come from anybody:
they are cut, and what cannot be seen, or would turn the line around, is spelled out."""

import math
import unicodedata

from ..words import counted

LIMIT = 400  # characters of one text

# Format and control characters, halves of pairs, unassigned ones, line and paragraph separators.
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_MARKS = ("Mn", "Me")
_MARKS_IN_A_ROW = 2  # more of them are not a language, they climb over the lines above

_SCALES = {
    "bytes_per_s": ((1e12, "TB/s"), (1e9, "GB/s"), (1e6, "MB/s"), (1e3, "kB/s"), (1, "B/s")),
    "flop_per_s": ((1e15, "PFLOP/s"), (1e12, "TFLOP/s"), (1e9, "GFLOP/s"), (1e6, "MFLOP/s"),
                   (1, "FLOP/s")),
    "s": ((1, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")),
    "hz": ((1e9, "GHz"), (1e6, "MHz"), (1, "Hz")),
}


def shown(text: str, limit: int = LIMIT) -> str:
    """The text on one line, safe to look at; what was cut is said."""
    head, marks = [], 0
    for character in text[:limit]:
        category = unicodedata.category(character)
        marks = marks + 1 if category in _MARKS else 0
        if character in "\n\t":
            head.append(" ")
        elif category in _UNSEEN or marks > _MARKS_IN_A_ROW:
            head.append(f"[U+{ord(character):04X}]")
        else:
            head.append(character)
    cut = f"… ({len(text):,} characters)" if len(text) > limit else ""
    return "".join(head) + cut


def scale(unit: str, value: float) -> tuple[float, str]:
    """By what to divide numbers like this one, and the name of what they are then in."""
    rows = _SCALES.get(unit)
    if rows is None:
        return 1.0, unit.replace("_per_", "/").replace("_", " ")
    for size, name in rows:
        if abs(value) >= size:
            return size, name
    return rows[-1] if value else rows[0]


def number(value: float, digits: int = 3) -> str:
    """With so many digits that count, never as 1e+03."""
    if not math.isfinite(value):
        return "not a number"
    if value == 0:
        return "0"
    places = max(digits - 1 - math.floor(math.log10(abs(value))), 0)
    return f"{value:,.{places}f}"


def quantity(value: float | None, unit: str, digits: int = 3) -> str:
    """'26.9 GB/s'; a dash for None."""
    if value is None:
        return "–"
    size, name = scale(unit, value)
    return f"{number(value / size, digits)} {name}".strip()


def percent(share: float, signed: bool = True) -> str:
    """'−6.2 %' of -0.062, with a minus that is one."""
    text = f"{share * 100:+.1f} %" if signed else f"{share * 100:.1f} %"
    return text.replace("-", "−")


def against(below: float) -> str:
    """Of a number that is worse than the median by that share."""
    share = percent(abs(below), signed=False)
    return "equal" if share == percent(0.0, signed=False) else (
        f"{share} {'worse' if below > 0 else 'better'}")


def deviations(z: float) -> str:
    """Robust ones; there are none where more than half of the values are equal."""
    return f"{z:.1f}".replace("-", "−") if math.isfinite(z) else "no spread"


def sortable(z: float) -> float:
    """What a table is sorted by: a script reads no infinity."""
    return min(max(z, -1e9), 1e9)


def shown_by(outcomes, trends) -> str:
    """'2 results and 1 series'; what is none is not told."""
    return listed(part for count, part in ((len(outcomes), counted(len(outcomes), "result")),
                                           (len(trends), counted(len(trends), "series", "series")))
                  if count)


def listed(names, last: str = "and") -> str:
    """'a, b and c'."""
    names = list(names)
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def short_uuid(uuid: str) -> str:
    """Enough of 'GPU-5f0e…' to tell one from another; the whole is in the provenance."""
    return uuid if len(uuid) <= 12 else uuid[:12]
