# SPDX-License-Identifier: Apache-2.0
"""What is tried again, what is confirmed, and what never is."""

import pytest

from fakes import FakeEngine, answer, ended
from gpu_selftest_harness.judge import judge
from records import FakeMatrix, check, node, planned, report
from running import TWO, night, words


def test_what_could_not_tell_is_tried_again_once(tmp_path):
    launches, bundle = night(tmp_path, FakeEngine(lambda request, number: ended(None)),
                             [planned(launches=1)])
    assert words(launches) == [("measure", 1), ("again", 1)]
    assert len(bundle.of("launch")) == 2


def test_one_bad_launch_is_made_good(tmp_path):
    engine = FakeEngine(lambda request, number: ended(None) if number == 1 else answer(request))
    launches, _ = night(tmp_path, engine, [planned(launches=1)])
    [of_cell, *_] = judge(planned(launches=1), launches, FakeMatrix(), node())
    assert (of_cell.word, of_cell.is_intermittent) == ("PASS", True)


@pytest.mark.parametrize("finding", ["hardware.wrong-result", "hardware.slow", "host.driver-too-old"])
def test_a_failure_is_never_tried_again(tmp_path, finding):
    def fails(request, number):
        told = answer(request)
        bad = report(told["workloads"], [check(finding, "vector-add")], [])
        bad["workloads"][0]["verdict"] = "FAIL"
        return {**bad, "plan": told["plan"], "gpus": told["gpus"]}

    launches, _ = night(tmp_path, FakeEngine(fails), [planned(launches=2)])
    assert words(launches) == [("measure", 1), ("measure", 2)]
    assert judge(planned(), launches, FakeMatrix(), node())[0].id == finding


def test_disturbed_numbers_are_tried_again(tmp_path):
    seen = iter([("gpu 0: pid 77",), (), (), ()])
    launches, _ = night(tmp_path, FakeEngine(), [planned(launches=1)],
                        others=lambda uuids: next(seen))
    assert [(one.kind, one.foreign) for one in launches] \
        == [("measure", ("gpu 0: pid 77",)), ("again", ())]
    assert judge(planned(), launches, FakeMatrix(), node())[0].noise == ""


@pytest.mark.parametrize("engine, finding", [
    (None, "suite.engine-missing"), (FakeEngine(digest=None), "suite.engine-missing"),
    (FakeEngine(images=["other"]), "suite.image-absent")])
def test_what_is_not_there_is_a_miss_and_not_tried_again(tmp_path, engine, finding):
    launches, _ = night(tmp_path, engine, [planned(launches=1, image="gpu-selftest:13.0")])
    [one] = launches
    assert (one.stage, one.trouble.id) == ("engine", finding)
    assert judge(planned(), launches, FakeMatrix(), node())[0].word == "MISS"


def test_a_suspect_is_launched_twice_more_once(tmp_path):
    asked = []

    def suspects(of, launches):
        asked.append((of.cell.key, len(launches)))
        return 2 if of.cell.cuda == "13.0" else 0

    launches, _ = night(tmp_path, FakeEngine(), suspects=suspects)
    assert sorted(asked) == sorted((of.cell.key, 3) for of in TWO)
    assert words(launches, TWO[1].cell.key)[3:] == [("confirm", 4), ("confirm", 5)]
    assert len(words(launches, TWO[0].cell.key)) == 3
