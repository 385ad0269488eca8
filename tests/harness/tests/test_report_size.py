# SPDX-License-Identifier: Apache-2.0
"""The page stays small whatever happened, and counts what it leaves out."""

import pytest

from gpu_selftest_harness.analysis.values import SHIFTED, STEADY
from gpu_selftest_harness.report import measure, page
from gpu_selftest_harness.report.sample import sample


def test_page__of_a_year_of_200_series_is_under_a_megabyte():
    _, size_bytes = measure(365, 200)
    assert 300_000 < size_bytes <= 1_000_000


@pytest.mark.parametrize("word", [SHIFTED, STEADY])
def test_page__stays_small_whatever_happened(word):
    analysis = sample(365, 60)
    some = [trend for trend in analysis.trends if trend.word == word][0]
    analysis.trends = [some] * 5000
    assert len(page(analysis).encode()) <= 1_000_000


@pytest.mark.parametrize("word, finding", [(SHIFTED, False), (STEADY, True)])
def test_page__counts_the_series_that_it_leaves_out(word, finding):
    analysis = sample(30, 200)
    some = [trend for trend in analysis.trends if trend.word == word][0]
    analysis.trends = [some] * 260
    text = page(analysis)
    assert "60 more are in the index and not drawn here" in text
    assert ("none of them has a finding" in text) == finding
