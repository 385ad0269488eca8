# SPDX-License-Identifier: Apache-2.0
"""Every row of scenarios.yaml, in containers of both engines: the audit names what was planted and
nothing else, and no longer once that is put right."""

import pytest

from scenario import cases, healthy_of

# What the suite's own program, linked for this machine, starts in.
NEEDS_STATIC = ("oldest", "musl", "scratch")


@pytest.fixture
def found(maker, audit, has_driver):
    """What the audit finds in the container of a row."""
    if has_driver:
        pytest.skip("this machine has an NVIDIA driver of its own: nodes would open")

    def look(engine, row):
        if row.get("image") in NEEDS_STATIC and not audit.is_static:
            pytest.skip("no build/audit/x86_64: scripts/build-audit makes it")
        container = maker.start(engine, row)
        try:
            maker.check_state(container, row)
            return audit.run(container)
        finally:
            container.remove()

    return look


@pytest.mark.parametrize("engine, row", cases())
def test_planted_fault_is_named(found, engine, row):
    outcome = found(engine, row)

    assert outcome.counted() == set(row["finds"]), outcome.evidence()
    assert outcome.notes() == set(row.get("notes", ())), outcome.evidence()
    assert outcome.report["headline"]["id"] in row["finds"]


@pytest.mark.parametrize("engine, row", cases(lambda row: "healthy" in row))
def test_nothing_once_it_is_put_right(found, engine, row):
    healthy = {key: value for key, value in healthy_of(row).items()
               if key not in ("opens", "loads")}
    outcome = found(engine, healthy)

    assert row["finds"][0] not in outcome.counted() | outcome.blocked(), outcome.evidence()
