# SPDX-License-Identifier: Apache-2.0
"""What scripts/bench says of the analysis: that it counts what is so, and what is not."""

from gpu_selftest_harness.analysis import measure
from gpu_selftest_harness.analysis.values import SHIFTED


def test_discoveries__counts_those_that_are_slower():
    told = measure.discoveries(series=40, slower=4)

    assert [one.what for one in told] == list(measure.NOISES)
    assert all(one.wrong <= one.told <= 40 for one in told)
    gauss = next(one for one in told if one.what == "gauss")
    assert (gauss.slower, gauss.told, gauss.wrong) == (4, 4, 0)


def test_discoveries__tells_wrong_ones(monkeypatch):
    class Told:
        def __init__(self, history):
            self.history, self.word = history, SHIFTED

    monkeypatch.setattr(measure, "trends", lambda histories, night: list(map(Told, histories)))

    assert {(one.told, one.wrong) for one in measure.discoveries(series=10, slower=4)} == {(10, 6)}


def test_visible__what_is_told_is_seen_and_less_is_not(monkeypatch):
    share, median = measure.visible("gauss", series=40)
    monkeypatch.setattr(measure, "detectable", lambda values: 0.01)

    assert share >= 0.9 and 0.03 < median < 0.1
    assert measure.visible("gauss", series=40) == (0.0, 0.01)
