# SPDX-License-Identifier: Apache-2.0
"""Every row of scenarios.yaml, in containers of both engines."""

from pathlib import Path

import pytest
import yaml

from engines import ENGINES
from scenario import healthy_of, validate_row

TABLE = yaml.safe_load((Path(__file__).parent / "scenarios.yaml").read_text())


def cases():
    for row in TABLE["rows"]:
        validate_row(row)
        for engine in row.get("engines", ENGINES):
            yield pytest.param(engine, row, id=f"{engine}-{row['name']}")


@pytest.mark.parametrize("engine, row", cases())
def test_scenario(maker, engine, row):
    container = maker.start(engine, row)
    try:
        maker.check_state(container, row)
    finally:
        container.remove()
