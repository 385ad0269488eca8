# SPDX-License-Identifier: Apache-2.0
"""GPUs and links beside one another."""

from dataclasses import replace

import numpy as np

from gpu_selftest_harness.analysis import analyse

from analysed import GPUS, history, index_of, noise, pairs


def test_fleet__the_slow_gpu_is_first():
    told = analyse(index_of(*(history(noise(60, 1) * (0.8 if gpu == GPUS[2] else 1), src=gpu)
                              for gpu in GPUS)))

    fleet, = told.fleets
    assert [one.gpu for one in fleet.standings if one.is_slow] == [GPUS[2]]
    assert fleet.standings[0].gpu == GPUS[2]


def test_pairs__every_ordered_pair_and_the_slow_ones():
    told = analyse(index_of(*pairs(lambda src, dst: {src, dst} == set(GPUS[:2]))))

    matrix, = told.pairs
    assert matrix.gpus == GPUS
    assert [matrix.values[place][place] for place in range(4)] == [None] * 4
    assert matrix.slow == ((0, 1), (1, 0))


def test_fleet__what_has_a_slow_gpu_comes_first():
    names = ("a.rate", "b.rate", "c.rate", "d.rate")
    by = {"b.rate": 0.7, "d.rate": 0.8}
    told = analyse(index_of(*(history(
        noise(60, place) * (by.get(name, 1) if gpu == GPUS[2] else 1), src=gpu, metric=name)
        for name in names for place, gpu in enumerate(GPUS))))

    assert [fleet.metric for fleet in told.fleets][:2] == ["b.rate", "d.rate"]
    assert [bool(fleet.slow) for fleet in told.fleets] == [True, True, False, False]
    assert told.slow_gpus == [GPUS[2]]


def test_fleet__a_night_that_is_not_to_be_compared_is_not_held_against_others():
    def told(flag):
        return analyse(index_of(*(history(
            noise(60, 1) * (0.8 if gpu == GPUS[2] else 1), src=gpu,
            flags=[""] * 59 + [flag if gpu == GPUS[2] else ""]) for gpu in GPUS)))

    assert told("").slow_gpus == [GPUS[2]]
    assert told("other processes").slow_gpus == []
    assert len(told("other processes").fleets[0].standings) == 3


def test_pairs__what_has_a_slow_link_comes_first():
    some = [replace(one, key=replace(one.key, metric="a.write")) for one in pairs(lambda *_: False)]
    told = analyse(index_of(*some, *pairs(lambda src, dst: {src, dst} == set(GPUS[:2]))))

    assert [(one.metric, bool(one.slow)) for one in told.pairs] == [
        ("peer-copy.write", True), ("a.write", False)]


def test_fleet__nor_is_one_of_a_gpu_that_got_slower_before():
    def values(place, gpu):
        return noise(60, place) * np.where((np.arange(60) >= 54) & (gpu == GPUS[2]), 0.8, 1)

    def told(flag):
        return analyse(index_of(*(history(
            values(place, gpu), src=gpu, flags=[""] * 59 + [flag if gpu == GPUS[2] else ""])
            for place, gpu in enumerate(GPUS))))

    assert told("").slow_gpus == [GPUS[2]]
    assert [trend.word for trend in told("other processes").regressions] == ["SHIFTED"]
    assert told("other processes").slow_gpus == []


def test_fleet__a_rate_of_zero_on_all_gpus_is_no_crash():
    values = noise(60)
    values[54:] *= 0.8
    values[-1] = 0

    told = analyse(index_of(*(history(values, src=gpu) for gpu in GPUS)))

    assert [trend.word for trend in told.trends] == ["SHIFTED"] * 4
    assert told.fleets == []
