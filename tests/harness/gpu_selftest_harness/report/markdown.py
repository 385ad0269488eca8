# SPDX-License-Identifier: Apache-2.0
"""The summary that a CI system shows beside a run: verdict first, then only what somebody has to
look at. All text is written so that nothing in it can be markup, a link, a mention or a table's
edge."""

from __future__ import annotations

import re

from ..analysis.values import Analysis
from . import machines, marks, trends, views
from .names import Names
from .text import counted, listed, shown

LIMIT_BYTES = 1 << 20  # GitHub refuses a larger summary altogether
_ROWS = 100
_TEXT = 200
# What is neither a letter, a digit nor harmless in any Markdown is told by its number; so is what
# makes a link of a bare address. An '@' calls somebody even then: nothing may follow it.
_SPECIAL = re.compile(r"[^\w \-.,:;%+/?→·…−–✓✗◆◇]|_|:(?=//)|(?<=www)\.", re.IGNORECASE)
_NO_MENTION = "\u200b"


def markdown(analysis: Analysis) -> str:
    names = Names(analysis.cells, machines.gpu_names(analysis))
    parts = [_head(analysis, names), _layers(analysis, names), _red(analysis, names),
             _changes(analysis, names), _series(analysis, names), _held(analysis, names)]
    text = "\n\n".join(part for part in parts if part) + "\n"
    return text if len(text.encode()) <= LIMIT_BYTES else parts[0] + "\n"


def escape(text: str, limit: int = _TEXT) -> str:
    def told(found):
        return f"&#{ord(found[0])};" + (_NO_MENTION if found[0] == "@" else "")

    return _SPECIAL.sub(told, shown(text, limit))


def _head(analysis, names):
    verdict = analysis.verdict
    mark = marks.of_verdict(verdict)
    lines = [f"## {mark.glyph} {verdict.word}: {escape(names.told(verdict.headline))}", ""]
    if analysis.is_simulated:
        lines += ["**SIMULATED**: no number was measured on a GPU.", ""]
    if verdict.remedy:
        lines += [f"**Next:** {escape(names.told(verdict.remedy), 400)}", ""]
    where = [f"layer {verdict.layer}" if verdict.layer else "", verdict.id or "",
             f"since {verdict.since}" if verdict.since else ""]
    if any(where):
        lines += [" · ".join(escape(part) for part in where if part), ""]
    counts = ", ".join(f"{number} {word}" for word, number in analysis.counts.items() if number)
    more = [f"{analysis.red} not as expected", f"{analysis.expected_failures} failed as they have"
            f" to, {counted(len(analysis.regressions), 'regression')} of speed"]
    more += [f"{counted(count, 'number')} {what}" for count, what in views.told_counts(analysis)]
    more += [f"{analysis.held} in quarantine"] if analysis.held else []
    more += [counted(len(analysis.slow_gpus), "slow GPU")] if analysis.slow_gpus else []
    lines.append(f"Night {escape(analysis.night)}: {counts or 'nothing was run'}; "
                 f"{', '.join(more)}.")
    return "\n".join(lines)


def _layers(analysis, names):
    return _table("Who has to act", ("layer", "", "first seen"),
                  [(layer.name, f"{layer.glyph} {layer.text}", names.told(layer.evidence))
                   for layer in views.layers(analysis) if layer.red or layer.expected or layer.held])


def _red(analysis, names):
    red = [o for o in analysis.outcomes if o.is_red]
    return _table("Not as expected", ("cell", "workload", "word", "id", "what was seen", "next"),
                  [(names.cell(o.cell), o.workload, marks.of_outcome(o).text, o.id or "",
                    o.observed, o.remedy) for o in red])


def _changes(analysis, names):
    return _table(f"Since {escape(analysis.previous or '')}", ("cell", "where", "before", "now"), [
        (names.cell(c.cell), listed(c.workloads),
         marks.of_outcome(c.before).text if c.before else "not there",
         marks.of_outcome(c.after).text if c.after else "not there")
        for c in views.changes(analysis)])


def _series(analysis, names):
    rows = [(marks.of_trend(t.word).text, names.number(t.history.key),
             names.of(t.history.key), t.reason)
            for t in analysis.regressions]
    table = _table("Regressions of speed", ("", "number", "GPU", "why"), rows)
    if not analysis.trends:
        return table
    seen = escape(trends.visible(analysis.trends), 400)
    return f"{table}\n\n{seen}" if table else seen


def _held(analysis, names):
    return _table("In quarantine", ("cell", "word", "until", "owner", "reason"), [
        (names.cell(o.cell), o.word, *(str((o.quarantine or {}).get(part, ""))
                                       for part in ("until", "owner", "reason")))
        for o in analysis.quarantine])


def _table(title, heads, rows):
    if not rows:
        return ""
    lines = [f"### {title}", "", f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    lines += [f"| {' | '.join(escape(value) for value in row)} |" for row in rows[:_ROWS]]
    if len(rows) > _ROWS:
        lines += ["", f"{len(rows) - _ROWS} more are on the page."]
    return "\n".join(lines)
