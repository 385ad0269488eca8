# SPDX-License-Identifier: Apache-2.0
"""What is launched again, by an index of real bundles."""

from dataclasses import asdict

import pytest
from gpu_selftest_harness.analysis.suspects import Suspects
from gpu_selftest_harness.bundle import Bundle
from gpu_selftest_harness.index import Index

from records import cell, launch, metric, node, planned, report

TONIGHT = "2026-11-27"
BEFORE = [f"2026-11-{day:02}" for day in range(15, 27)]  # twelve nights


def launches(value, **more):
    return [launch(number, report(metrics=[metric(value=value, **more)])) for number in (1, 2, 3)]


@pytest.fixture
def index_of(tmp_path):
    """An index of nights with these values."""
    def made(values, nights=BEFORE):
        path = tmp_path / "index.sqlite"
        with Index(path) as index:
            for night, value in zip(nights, values):
                with Bundle.create(tmp_path, {"night": night, "node": asdict(node()),
                                              "plan": [planned()]}, 0) as bundle:
                    for one in launches(value):
                        bundle.append("launch", one)
                    index.add(bundle.seal())
        return path
    return made


def asked(path, of_cell):
    with Index(path) as index:
        return Suspects(index.histories(cells=[of_cell.key]), TONIGHT, node())


def wanted(path, tonight):
    return asked(path, cell())(planned(), tonight)


@pytest.mark.parametrize("value, count", [(50e9, 0), (48.6e9, 0), (48.4e9, 2), (60e9, 0)])
def test_suspects__what_is_three_percent_lower(index_of, value, count):
    assert wanted(index_of([50e9] * 12), launches(value)) == count


def test_suspects__one_low_launch_of_three_is_none(index_of):
    assert wanted(index_of([50e9] * 12), launches(50e9)[:2] + launches(30e9)[:1]) == 0


def test_suspects__too_few_nights_tell_nothing(index_of):
    assert wanted(index_of([50e9] * 9), launches(30e9)) == 0


def test_suspects__tonight_is_not_held_against_itself(index_of):
    nights = [*BEFORE, TONIGHT]

    assert wanted(index_of([50e9] * 12 + [30e9], nights), launches(30e9)) == 2


def test_suspects__a_number_without_history_and_a_cell_without_one(index_of):
    path = index_of([50e9] * 12)

    assert wanted(path, launches(1e9, name="host-copy.from-gpu")) == 0
    told = asked(path, cell(cuda="12.4"))
    assert told(planned(cell(cuda="12.4")), launches(1e9)) == 0


def test_suspects__launches_without_a_report_are_none(index_of):
    assert wanted(index_of([50e9] * 12), [launch(1)]) == 0
