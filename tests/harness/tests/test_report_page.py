# SPDX-License-Identifier: Apache-2.0
"""The page as a file: valid, alone, small, and untouched by what strangers write into it."""

import base64
import hashlib
import re
from dataclasses import replace

import html5lib
import pytest

from gpu_selftest_harness.analysis.values import (NOISY, SHIFTED, STEADY, SUSPECT, WORSE, Analysis,
                                                  Verdict)
from gpu_selftest_harness.report import page
from gpu_selftest_harness.report.sample import sample
from gpu_selftest_harness.words import SKIP

HTML = "{http://www.w3.org/1999/xhtml}"


@pytest.fixture(scope="module")
def text():
    return page(sample(60, 40))


def parsed(text):
    return html5lib.HTMLParser(strict=True).parse(text)


def words(node):
    return " ".join("".join(node.itertext()).split())


def handlers(node):
    return [name for name in node.attrib if name.startswith("on")]


def empty():
    return Analysis("2026-11-27", None, ("2026-11-27",), Verdict(SKIP, "nothing was tested"), {},
                    0, 0, {}, [])


def test_page__is_valid_html(text):
    assert parsed(text).tag == f"{HTML}html"


def test_page__of_a_night_in_which_nothing_ran_is_valid_and_says_so():
    tree = parsed(page(empty()))
    assert tree.find(f".//{HTML}h1").text == "nothing was tested"


def test_page__has_each_id_once_and_each_link_leads_somewhere(text):
    tree = parsed(text)
    ids = [node.get("id") for node in tree.iter() if node.get("id")]
    links = {href[1:] for node in tree.iter() if (href := node.get("href")) and href[0] == "#"}
    assert len(ids) == len(set(ids))
    assert links and links <= set(ids)


def test_page__asks_nothing_of_anybody(text):
    tree = parsed(text)
    loads = [(node.tag, name, value) for node in tree.iter() for name, value in node.attrib.items()
             if name in ("src", "href", "srcset", "action", "data", "poster")]
    assert all(value.startswith("#") or value == "data:," for _, _, value in loads)
    assert not re.search(r"url\(|@import|https?:", "".join(tree.find(f".//{HTML}style").itertext()))


def test_page__allows_just_its_own_style_and_script(text):
    tree = parsed(text)
    policy = tree.find(f".//{HTML}meta[@http-equiv='Content-Security-Policy']").get("content")
    for tag in ("style", "script"):
        found = tree.findall(f".//{HTML}{tag}")
        digest = hashlib.sha256("".join(found[0].itertext()).encode()).digest()
        assert len(found) == 1
        assert f"{tag}-src 'sha256-{base64.b64encode(digest).decode()}'" in policy
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy
    assert not [node for node in tree.iter() if node.get("style") or handlers(node)]


def test_page__says_first_what_is_wrong_and_what_to_do(text):
    tree = parsed(text)
    header = "".join(tree.find(f".//{HTML}header").itertext())
    assert header.index("FAIL") < header.index("the PCIe link of gpu 5") < header.index("reseat")
    assert "since 2026-11-25" in header


def test_page__says_the_word_with_who_has_to_act(text):
    assert words(parsed(text).find(f".//{HTML}p[@class='word']")) == "✗ FAIL layer hardware"


def test_page__of_a_night_in_which_nothing_is_wrong_names_no_layer():
    assert words(parsed(page(empty())).find(f".//{HTML}p[@class='word']")) == "– SKIP"


def test_page__tells_causes_first_then_what_changed(text):
    parts = [section.get("id") for section in parsed(text).iterfind(f".//{HTML}section")]
    assert parts == ["incidents", "changes", "grid", "fleet", "pairs", "trends", "held", "cells",
                     "provenance"]
    links = [link.get("href")[1:] for link in parsed(text).iterfind(f".//{HTML}nav//{HTML}a")]
    assert links == parts


def test_page__tells_failures_as_expected_from_broken_ones(text):
    squares = {}
    for td in parsed(text).iterfind(f".//{HTML}table[@class='grid']//{HTML}td"):
        squares.setdefault(td.get("class"), []).append(" ".join("".join(td.itertext()).split()))
    assert {name: len(found) for name, found in squares.items()} == {
        "t-good": 28, "t-expected": 6, "t-wrong": 1, "t-held": 1}
    assert set(squares["t-expected"]) == {"◆ FAILexpected"}
    assert squares["t-wrong"] == ["✗ FAILhardware"]


def test_page__shouts_that_it_is_simulated_only_if_it_is(text):
    real = page(replace(sample(30, 10), is_simulated=False))
    assert "SIMULATED" in text and "no number on this page was measured" in text
    assert "SIMULATED" not in real and "no number on this page was measured" not in real


@pytest.mark.parametrize("hostile", [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>",
    "'--></style></script><svg/onload=alert(1)>",
    "{{ 7*7 }}", "&lt;b&gt;", "\u202eGPU", "x" * 10240, "a\0b\x1b[31m"])
def test_page__shows_hostile_text_as_text(hostile):
    analysis = sample(30, 10)
    uuid = next(iter(analysis.gpus))
    analysis.gpus[uuid] = hostile
    named = {"name": hostile, "driver": hostile, "gpus": [{"uuid": hostile, "name": hostile}]}
    analysis.runs = [replace(analysis.runs[0], node=hostile, header={"node": named})]
    analysis.verdict = replace(analysis.verdict, headline=hostile, remedy=hostile, id=hostile)
    analysis.outcomes[0].observed = hostile
    analysis.provenance[hostile] = {hostile: hostile}
    analysis.incidents[0] = replace(analysis.incidents[0], title=hostile, ids=(hostile,))
    healthy, result = parsed(page(sample(30, 10))), page(analysis)
    tree = parsed(result)
    for tag in ("script", "style", "img", "svg"):
        count = len(healthy.findall(f".//*{{*}}{tag}"))
        assert len(tree.findall(f".//*{{*}}{tag}")) == count
    assert not [node for node in tree.iter() if handlers(node)]
    assert "\u202e" not in result and "\0" not in result
    assert "49" not in tree.find(f".//{HTML}h1").text
    told = [node.text for node in tree.find(f"{HTML}body").iter()
            if node.text and node.tag != f"{HTML}script"]
    assert max(map(len, told)) < 1000


def test_page__tells_series_with_a_finding_first():
    analysis = sample(30, 60)
    analysis.trends.reverse()
    tree = parsed(page(analysis))
    large = ["".join(node.find(f"{HTML}h3").itertext())
             for node in tree.iterfind(f".//{HTML}div[@class='trend']")]
    assert len(large) == len([t for t in analysis.trends if t.word != STEADY]) > 0
    assert not any("steady" in text for text in large)


def test_page__tells_workloads_that_one_cause_blocks_in_one_row():
    analysis = sample(30, 10)
    cell = next(o.cell for o in analysis.outcomes if o.word == "FAIL" and o.is_as_expected)
    folded = parsed(page(analysis)).find(f".//{HTML}details[@id='c-{cell}']")
    rows = ["".join(row.itertext()) for row in folded.iterfind(f".//{HTML}tbody/{HTML}tr")]
    assert len(rows) == 1 and "device-query, host-copy and sgemm" in rows[0]


def test_page__is_the_same_twice():
    assert page(sample(20, 10)) == page(sample(20, 10))


def test_page__calls_gpus_by_their_place_in_the_machine():
    analysis = sample(30, 10)
    uuid = next(iter(analysis.gpus))
    analysis.gpus = {uuid: "a-long-name-of-a-machine GPU 0"}
    analysis.verdict = replace(analysis.verdict, headline=f"{uuid} is slow")
    assert parsed(page(analysis)).find(f".//{HTML}h1").text == "gpu 0 is slow"


def words_of(analysis, *words):
    """The first series with these words, and how many of each are counted at the top."""
    analysis.trends = [replace(trend, word=word) for trend, word in zip(analysis.trends, words)]
    tree = parsed(page(analysis))
    return tree, {"".join(div[0].itertext()): "".join(div[1].itertext())
                  for div in tree.iterfind(f".//{HTML}dl[@class='counts']/{HTML}div")}


def test_page__counts_at_the_top_what_nobody_could_tell():
    _, none = words_of(sample(30, 10), STEADY)
    _, counts = words_of(sample(30, 10), SUSPECT, SUSPECT, NOISY, WORSE)
    told = {"suspect": "2", "not comparable": "1", "still worse": "1"}
    assert not told.keys() & none.keys() and told.items() <= counts.items()


def test_page__counts_cells_in_quarantine_once():
    _, counts = words_of(sample(30, 10), STEADY)
    assert counts["in quarantine"] == "1"


def test_page__names_the_cell_of_a_large_chart_in_its_head():
    analysis = sample(30, 60)
    heads = [" ".join("".join(node.itertext()).split()) for node in
             parsed(page(analysis)).iterfind(f".//{HTML}div[@class='trend']/{HTML}h3")]
    assert heads and all("driver " in head and "cuda " in head for head in heads)


def test_page__an_incident_says_only_what_shows_it():
    analysis = sample(30, 10)
    analysis.incidents = [replace(analysis.incidents[0], trends=())]
    told = "".join(parsed(page(analysis)).find(f".//{HTML}article").itertext())
    assert "shown by 1 result:" in told and "0 series" not in told


def test_page__draws_the_same_of_many_cells_once():
    analysis = sample(30, 10)
    one = replace(analysis.trends[0], word=SHIFTED)
    analysis.trends = [replace(one, history=replace(one.history, key=replace(
        one.history.key, cell=key))) for key in list(analysis.cells)[:5]]
    tree = parsed(page(analysis))
    head, = tree.iterfind(f".//{HTML}div[@class='trend']/{HTML}h3")
    assert "and in 4 more cells" in "".join(head.itertext())
    assert len(tree.findall(f".//{HTML}details[@class='series']")) == 4


def test_page__an_incident_of_numbers_says_what_to_do():
    analysis = sample(30, 10)
    analysis.incidents = [replace(analysis.incidents[0], outcomes=(), remedy="look at its clocks")]
    assert "Next: look at its clocks" in "".join(
        parsed(page(analysis)).find(f".//{HTML}article").itertext())
