# SPDX-License-Identifier: Apache-2.0
"""Every row of scenarios.yaml, in containers of both engines: the audit names what was planted and
nothing else, and no longer once that is put right."""

import pytest

from scenario import cases, healthy_of

# What the suite's own program, linked for this machine, starts in.
NEEDS_STATIC = ("oldest", "musl", "scratch")


@pytest.fixture
def found(maker, audit, has_driver):
    """What the audit finds in the container of a row, and what of that in files alone."""
    if has_driver:
        pytest.skip("this machine has an NVIDIA driver of its own: nodes would open")

    def look(engine, row):
        if row.get("image") in NEEDS_STATIC and not audit.is_static:
            pytest.skip("no build/audit/x86_64: scripts/build-audit makes it")
        container = maker.start(engine, row)
        try:
            maker.check_state(container, row)
            return audit.run(container), audit.run(container, "--files-only")
        finally:
            container.remove()

    return look


# Of the second stage, which opens nodes: true wherever nodes lie on a host that only looks healthy.
OPENING = {"host.no-driver-behind-node"}


@pytest.mark.parametrize("engine, row", cases())
def test_planted_fault_is_named(found, engine, row):
    outcome, files_only = found(engine, row)

    assert outcome.counted() == set(row["finds"]), outcome.evidence()
    assert outcome.notes() == set(row.get("notes", ())), outcome.evidence()
    assert outcome.report["headline"]["id"] in row["finds"]
    assert files_only.counted() <= set(row["finds"]) - OPENING, files_only.evidence()


@pytest.mark.parametrize("engine, row", cases(lambda row: "healthy" in row))
def test_nothing_once_it_is_put_right(found, engine, row):
    healthy = {key: value for key, value in healthy_of(row).items()
               if key not in ("opens", "loads")}
    about = row.get("about", row["finds"][0])
    outcome, _ = found(engine, healthy)

    assert about not in outcome.counted() | outcome.notes() | outcome.blocked(), outcome.evidence()
