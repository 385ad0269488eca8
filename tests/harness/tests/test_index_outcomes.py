# SPDX-License-Identifier: Apache-2.0
"""Several runs of a night say something of the same cell."""

from stored import CELL, OTHER, outcome


def test_later_run_of_a_node_counts(index, make):
    index.add(make("2026-11-27", outcome("FAIL"), outcome("FAIL", "sgemm"),
                   started_utc="2026-11-27T02:00:00Z"))
    index.add(make("2026-11-27", outcome("PASS"), started_utc="2026-11-27T04:00:00Z"))

    assert [(one.workload, one.word) for one in index.outcomes("2026-11-27")] == [
        ("", "PASS"), ("sgemm", "FAIL")]


def test_no_node_hides_another(index, make):
    index.add(make("2026-11-27", outcome("FAIL"), node="n7"))
    index.add(make("2026-11-27", outcome("PASS"), node="n8"))

    one, = index.outcomes("2026-11-27")

    assert one.word == "FAIL"


def test_what_is_red_on_one_node_is_not_hidden_by_an_expected_failure(index, make):
    index.add(make("2026-11-27", outcome("FAIL", is_as_expected=True), node="n7"))
    index.add(make("2026-11-27", outcome("PASS", is_as_expected=False), node="n8"))

    one, = index.outcomes("2026-11-27")

    assert (one.word, one.is_red) == ("PASS", True)


def test_miss_hides_nothing_that_ran(index, make):
    index.add(make("2026-11-27", outcome("PASS"), outcome("MISS", cell=OTHER)))
    index.add(make("2026-11-27", outcome("MISS"), outcome("MISS", cell=OTHER)))
    index.add(make("2026-11-27", outcome("MISS"), node="n8"))

    words = {one.cell: one.word for one in index.outcomes("2026-11-27")}

    assert words == {CELL.key: "PASS", OTHER.key: "MISS"}
