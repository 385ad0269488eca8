# SPDX-License-Identifier: Apache-2.0
"""The summary that a CI system shows beside a run: verdict first, then only what somebody has to
look at. All text is written so that nothing in it can be markup, a link, a mention or a table's
edge."""

from __future__ import annotations

import re

from ..analysis.values import Analysis
from ..words import counted
from . import machines, marks, sentences, views
from .names import Names
from .text import listed, shown

LIMIT_BYTES = 1_000_000  # GitHub refuses more than 1 MiB of a step altogether
_ROWS = (100, 20, 5, 0)  # of a table, the first with which all of it is small enough
_TEXT = 200
# What is neither a letter, a digit nor harmless in any Markdown is told by its number; so is what
# makes a link of a bare address. An '@' calls somebody even then: nothing may follow it.
_SPECIAL = re.compile(r"[^\w \-.,:;%+/?'()=→·…−–✓✗◆◇]|_|:(?=//)|(?<=www)\.", re.IGNORECASE)
_NO_MENTION = "\u200b"


def markdown(analysis: Analysis) -> str:
    names = Names(analysis.cells, machines.gpu_names(analysis))
    head = _head(analysis, names)
    tables = [_incidents(analysis, names), _changes(analysis, names), _parts(analysis),
              _red(analysis, names), _series(analysis, names), _held(analysis, names),
              _problems(analysis)]
    for rows in _ROWS:
        parts = [head, *(_table(*table, rows) for table in tables)]
        text = "\n\n".join(part for part in parts if part) + "\n"
        if len(text.encode()) <= LIMIT_BYTES:
            break
    return text


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
    hosts = machines.hosts(analysis)
    lines.append(f"Night {escape(analysis.night)}{' of ' + escape(hosts) if hosts else ''}: "
                 f"{counts or 'nothing was run'}; {', '.join(more)}.")
    if analysis.trends:
        lines += ["", escape(sentences.visible(analysis.trends), 400)]
    return "\n".join(lines)


def _incidents(analysis, names):
    return "Causes", ("", "what", "where", "layer", "since", "next"), [
        (marks.of(one.word, False).text, names.told(one.title), views.where(one, names),
         one.layer or "", one.since or "", names.told(views.remedy(one)))
        for one in analysis.incidents]


def _red(analysis, names):
    return "Not as expected", ("cell", "workload", "word", "id", "what was seen", "next"), [
        (names.cell(o.cell), o.workload, marks.of_outcome(o).text, o.id or "",
         names.seen(o), names.told(o.remedy)) for o in views.red(analysis, names)]


def _changes(analysis, names):
    told, quiet = views.changes(analysis, names)
    rows = [(names.cell(c.cell), listed(c.workloads),
             marks.of_outcome(c.before).text if c.before else "not there",
             marks.of_outcome(c.after).text if c.after else "not there") for c in told]
    if quiet:
        rows.append((f"{len(quiet)} more" if rows else counted(len(quiet), "result"), "",
                     "nothing wrong", "nothing wrong"))
    return f"Since {escape(analysis.previous or '')}", ("cell", "where", "before", "now"), rows


def _parts(analysis):
    return "Parts that are not the same", ("part", "before", "now"), [
        (one.what, one.before or "none", one.after or "none") for one in analysis.differences]


def _series(analysis, names):
    return "Regressions of speed", ("", "number", "GPU", "why"), [
        (marks.of_trend(t.word).text, names.number(t.history.key), names.of(t.history.key),
         t.reason) for t in analysis.regressions]


def _held(analysis, names):
    return "In quarantine", ("cell", "word", "until", "owner", "reason"), [
        (names.cell(o.cell), o.word, *(str((o.quarantine or {}).get(part, ""))
                                       for part in ("until", "owner", "reason")))
        for o in analysis.quarantine]


def _problems(analysis):
    return "Seen of the machines", ("machine", "problem"), machines.problems(analysis)


def _table(title, heads, rows, limit):
    if not rows:
        return ""
    lines = [f"### {title}", "", f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    lines += [f"| {' | '.join(escape(value) for value in row)} |" for row in rows[:limit]]
    if len(rows) > limit:
        lines += ["", f"{len(rows) - limit} more are on the page."]
    return "\n".join(lines)
