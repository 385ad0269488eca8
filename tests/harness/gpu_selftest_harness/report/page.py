# SPDX-License-Identifier: Apache-2.0
"""The page: one HTML file that needs nothing else, no script either. Style and script are allowed
by their hash alone, so a text that became markup by mistake could still do nothing."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ..analysis.values import NOISY, Analysis
from ..statistics.fleet import SLOW_BELOW, SLOW_Z
from . import colours, machines, marks, parts, sentences, standings, text, trends, views
from .names import Names

_TEMPLATES = Path(__file__).parent / "templates"
_ROWS, _VALUES = 200, 12  # of one table, of one part; what is beyond is counted


def page(analysis: Analysis) -> str:
    """The whole file as text; write it as UTF-8."""
    names = Names(analysis.cells, machines.gpu_names(analysis))
    style, script = _style(), (_TEMPLATES / "page.js").read_text(encoding="utf-8")
    first, others, left_out = trends.charts(analysis.trends, names)
    return _environment().get_template("page.html.j2").render(
        a=analysis, names=names, style=Markup(style), script=Markup(script),
        style_hash=_hash(style), script_hash=_hash(script),
        verdict=marks.of_verdict(analysis.verdict), layers=views.layers(analysis, names),
        changes=views.changes(analysis, names), grids=views.grids(analysis),
        cells=views.cell_views(analysis, names),
        fleets=standings.of_gpus(analysis, names), pairs=standings.of_pairs(analysis, names),
        first=first, others=others, left_out=left_out,
        left_out_silent=not others or others[-1].trend.word not in (*trends.TOLD_FIRST, NOISY),
        told_counts=views.told_counts(analysis), visible=sentences.visible(analysis.trends),
        ended=sentences.ended(analysis.trends, names),
        provenance=parts.parts(analysis),
        hosts=machines.hosts(analysis), machines=machines.machines(analysis),
        problems=machines.problems(analysis), claimed=machines.claimed_twice(analysis), rows=_ROWS,
        values=_VALUES)


@cache
def _environment() -> Environment:
    environment = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True,
                              undefined=StrictUndefined, finalize=_finalize, trim_blocks=True,
                              lstrip_blocks=True, keep_trailing_newline=True)
    environment.globals.update(marks=marks, text=text, sentences=sentences, views=views,
                               path=Markup, slow_z=-SLOW_Z, slow_below=SLOW_BELOW)
    return environment


def _finalize(value):
    """All that comes from data passes here, whatever a template forgets."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return text.shown(value)


@cache
def _style() -> str:
    template = Environment(loader=FileSystemLoader(_TEMPLATES), undefined=StrictUndefined,
                           autoescape=False, trim_blocks=True,
                           lstrip_blocks=True).get_template("page.css.j2")
    return template.render(palette=colours.PALETTE, steps=colours.steps())


def _hash(source: str) -> Markup:
    digest = hashlib.sha256(source.encode()).digest()
    return Markup(f"sha256-{base64.b64encode(digest).decode()}")
