# SPDX-License-Identifier: Apache-2.0
"""The name of a cell's image, from the matrix's templates."""

from __future__ import annotations

import string
from collections.abc import Mapping

from ..errors import Refused
from ..model import AXES, Cell

FIELDS = AXES + ("cuda_major",)


def check(template: str) -> None:
    """Raises Refused if it has a field that no cell has."""
    try:
        fields = list(string.Formatter().parse(template))
    except ValueError as error:
        raise Refused(f"'{template}' is no template: {error}") from error
    for _, field, form, conversion in fields:
        if field is not None and (field not in FIELDS or form or conversion):
            raise Refused(f"'{template}' has the field '{{{field}}}', valid are "
                          f"{', '.join(FIELDS)}, as they are")


def name(images: Mapping, cell: Cell) -> str | None:
    """'' for what runs without an image, None where the matrix gives none."""
    if cell.engine == "local":
        return ""
    template = images.get(cell.engine)
    if isinstance(template, Mapping):
        template = template.get(cell.variant)
    if template is None:
        return None
    values = {axis: getattr(cell, axis) for axis in AXES}
    return template.format(**values, cuda_major=cell.cuda.partition(".")[0])
