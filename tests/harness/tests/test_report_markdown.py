# SPDX-License-Identifier: Apache-2.0
"""The summary, as GitHub's own Markdown turns it into HTML."""

from dataclasses import replace

import cmarkgfm
import html5lib
import pytest

from gpu_selftest_harness.analysis.values import Analysis, Change, Verdict
from gpu_selftest_harness.report import markdown
from gpu_selftest_harness.report.markdown import LIMIT_BYTES
from gpu_selftest_harness.report.sample import sample
from gpu_selftest_harness.words import SKIP

HOSTILE = ("<script>alert(1)</script>", "a | b", "[x](javascript:alert(1))", "**bold** _it_ `code`",
           "https://evil.example", "www.evil.example", "# head", "&lt;b&gt;", "![x](y)", "~~gone~~",
           "1. one", "| --- |", "\\|", "<!-- ", "line\nbreak", "\u202eleft")


def rendered(text):
    page = cmarkgfm.github_flavored_markdown_to_html(text)
    return html5lib.parse(page, namespaceHTMLElements=False)


def tags(tree):
    return sorted(node.tag for node in tree.iter() if isinstance(node.tag, str))


def text_of(tree):
    return " ".join("".join(tree.itertext()).split())


def test_markdown__says_first_what_is_wrong_and_what_to_do():
    text = text_of(rendered(markdown(sample(30, 10))))
    assert text.startswith("✗ FAIL: the PCIe link of gpu 5 on node7 runs at half its width")
    assert "Next: reseat or drain gpu 5 (0000:db:00.0)" in text
    assert "7 FAIL, 1 MISS, 28 PASS; 1 not as expected, 6 failed as they have to" in text


def test_markdown__tables_have_a_row_for_each_that_is_wrong():
    tree = rendered(markdown(sample(30, 10)))
    rows = [["".join(cell.itertext()) for cell in row] for row in tree.iter("tr")]
    assert ["driver 580 · cuda 12.9 · devel", "", "✗ FAIL", "hardware.pcie-link-narrow",
            "the link of gpu 5 is x8, both ends can do x16",
            "reseat or drain gpu 5 (0000:db:00.0)"] in rows
    assert ["driver 550 · cuda 11.8 · runtime", "MISS", "2026-12-04", "images",
            "the registry is being moved"] in rows


def test_markdown__tells_how_many_changed_and_need_no_look():
    analysis = sample(30, 10)
    passed = [one for one in analysis.outcomes if one.word == "PASS" and not one.workload]
    analysis.changes = [Change(one.cell, "", None, one) for one in passed]
    last = [["".join(cell.itertext()) for cell in row]
            for row in rendered(markdown(analysis)).iter("tr")]
    assert [f"{len(passed)} results", "", "nothing wrong", "nothing wrong"] in last


def test_markdown__a_command_is_read_as_it_is_typed():
    analysis = sample(30, 10)
    analysis.verdict = replace(analysis.verdict, remedy="nvidia-smi -i 5 -q (as root), 'a=b'")
    assert "**Next:** nvidia-smi -i 5 -q (as root), 'a=b'\n" in markdown(analysis)


def test_markdown__says_simulated_only_if_it_is():
    assert "SIMULATED" in markdown(sample(30, 5))
    assert "SIMULATED" not in markdown(replace(sample(30, 5), is_simulated=False))


def test_markdown__of_a_night_in_which_nothing_ran():
    analysis = Analysis("2026-11-27", None, ("2026-11-27",), Verdict(SKIP, "nothing was tested"),
                        {}, 0, 0, {}, [])
    text = text_of(rendered(markdown(analysis)))
    assert text.startswith("– SKIP: nothing was tested Night 2026-11-27: nothing was run")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_markdown__shows_hostile_text_as_text(hostile):
    analysis = sample(30, 10)
    healthy = rendered(markdown(analysis))
    for outcome in analysis.outcomes:
        if outcome.is_red:
            outcome.observed = hostile
    analysis.verdict = replace(analysis.verdict, headline=hostile)
    tree = rendered(markdown(analysis))
    assert tags(tree) == tags(healthy)
    shown = hostile.replace("\n", " ").replace("\u202e", "[U+202E]").strip()
    assert text_of(tree.find(".//h2")) == f"✗ FAIL: {shown}"


def test_markdown__calls_nobody():
    analysis = sample(30, 10)
    analysis.verdict = replace(analysis.verdict, headline="ask @somebody")
    assert "@somebody" not in text_of(rendered(markdown(analysis)))


@pytest.mark.parametrize("word, rows", [("FAIL", 1), ("ERROR", 2)])
def test_markdown__tells_a_workload_beside_its_cell_only_if_it_says_something_else(word, rows):
    analysis = sample(30, 10)
    red = next(outcome for outcome in analysis.outcomes if outcome.is_red)
    analysis.outcomes = [red, replace(red, workload="sgemm", word=word)]
    told = markdown(analysis).partition("### Not as expected")[2].partition("###")[0]
    assert told.count("driver 580") == rows


def test_markdown__tells_cells_in_the_order_of_their_versions():
    analysis = sample(30, 10)
    red = next(outcome for outcome in analysis.outcomes if outcome.is_red)
    analysis.outcomes = [replace(red, cell=key) for key in reversed(analysis.cells)]
    told = markdown(analysis).partition("### Not as expected")[2].partition("###")[0]
    order = [line.split(" · ")[:2] for line in told.splitlines() if "driver 5" in line]
    assert len(order) == 36 and order == sorted(order)


def test_markdown__tells_each_cause_with_what_to_do():
    tree = rendered(markdown(sample(30, 10)))
    rows = [["".join(cell.itertext()) for cell in row] for row in tree.iter("tr")]
    assert ["✗ FAIL", "gpu 5 has a PCIe link of half its width", "gpu 5", "hardware", "2026-11-25",
            "reseat or drain gpu 5 (0000:db:00.0)"] in rows
    assert ["driver", "580.65.06", "580.95.05"] in rows


def test_markdown__is_never_larger_than_what_is_taken():
    analysis = sample(30, 10)
    red = [outcome for outcome in analysis.outcomes if outcome.is_red][0]
    analysis.outcomes = [replace(red, observed="|" * 10240, remedy="_" * 10240)] * 5000
    text = markdown(analysis)
    assert len(text.encode()) <= LIMIT_BYTES < 1 << 20
    assert "4900 more are on the page" in text


def test_markdown__with_shorter_tables_where_those_would_be_too_large():
    analysis = sample(30, 10)
    red = next(outcome for outcome in analysis.outcomes if outcome.is_red)
    hostile = "\U0001f525" * 200
    analysis.outcomes = [replace(red, id=hostile, observed=hostile, remedy=hostile)] * 300
    analysis.quarantine = [replace(red, quarantine=dict.fromkeys(("until", "owner", "reason"),
                                                                 hostile))] * 300
    text = markdown(analysis)
    assert len(text.encode()) <= LIMIT_BYTES
    assert text.count("280 more are on the page") == 2 and "✗ FAIL" in text
