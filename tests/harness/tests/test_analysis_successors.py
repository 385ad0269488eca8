# SPDX-License-Identifier: Apache-2.0
"""Series that go on under another driver."""

from dataclasses import replace

import pytest

from gpu_selftest_harness.analysis import analyse

from analysed import CELL, GPUS, history, index_of, nights, noise

OLD = replace(CELL, driver="570")


def upgraded(new, old_nights=40, **more):
    old = history(noise(old_nights, 3), cell=OLD, last=nights(len(new) + 1)[0])
    told = analyse(index_of(old, history(new, **more), cells=(CELL, OLD))).trends
    return {trend.history.key.cell: trend for trend in told}


@pytest.mark.parametrize("count", [1, 2, 5, 9])
def test_successor__a_drop_with_the_new_driver_is_suspected_from_the_first_night(count):
    told = upgraded(0.85 * noise(count))

    assert told[OLD.key].word == "GONE"
    assert told[CELL.key].word == "SUSPECT"
    assert [(one.what, one.before, one.after) for one in told[CELL.key].suspects][0] == (
        "driver", "570", "580")
    assert "than with driver 570" in told[CELL.key].reason


def test_successor__stays_worse_when_it_is_old_enough_to_be_steady():
    assert upgraded(0.85 * noise(30))[CELL.key].word == "WORSE"


@pytest.mark.parametrize("new, word", [(noise(5), "YOUNG"), (1.2 * noise(5), "YOUNG"),
                                       (noise(30), "STEADY")])
def test_successor__that_is_no_worse_is_no_suspicion(new, word):
    assert upgraded(new)[CELL.key].word == word


def test_successor__of_another_gpu_or_number_is_none():
    assert upgraded(0.85 * noise(5), src=GPUS[1])[CELL.key].word == "YOUNG"
    assert upgraded(0.85 * noise(5), metric="host-copy.from-gpu")[CELL.key].word == "YOUNG"


def test_successor__a_regression_of_the_old_driver_ends_with_it():
    values = noise(40)
    values[-6:] *= 0.8
    old = history(values, cell=OLD, last=nights(3)[0])
    told = analyse(index_of(old, history(noise(2)), cells=(CELL, OLD))).trends

    assert {trend.history.key.cell: trend.word for trend in told} == {
        CELL.key: "YOUNG", OLD.key: "GONE"}


def test_successor__what_was_worse_before_is_not_forgotten_with_the_old_driver():
    values = noise(60, 3)
    values[40:] *= 0.85
    old = history(values, cell=OLD, last=nights(31)[0])

    def told(new):
        return next(one for one in analyse(
            index_of(old, history(new), cells=(CELL, OLD), count=90)).trends
            if one.history.key.cell == CELL.key)

    # The 41st of 60 nights, the last of which is 30 nights ago.
    began, before = nights(50)[0], nights(51)[0]
    assert (told(0.85 * noise(30)).word, told(0.85 * noise(30)).since) == ("WORSE", began)
    assert f"than with driver 570 until {before}" in told(0.85 * noise(30)).reason
    assert told(noise(30)).word == "STEADY"


@pytest.mark.parametrize("last, word", [(0.85, "WORSE"), (1.0, "STEADY")])
def test_successor__nor_with_the_next_but_one(last, word):
    older = replace(CELL, driver="560")
    series = (history(noise(30, 3), cell=older, last=nights(61)[0]),
              history(0.85 * noise(30, 4), cell=OLD, last=nights(31)[0]),
              history(last * noise(30, 5)))

    told = next(one for one in analyse(index_of(*series, cells=(CELL, OLD, older), count=90)).trends
                if one.history.key.cell == CELL.key)

    assert told.word == word
    if word == "WORSE":
        assert told.since == nights(60)[0]
        assert f"than with driver 560 until {nights(61)[0]}" in told.reason


# --- Another GPU in the same slot -------------------------------------------------------------

SLOT = "0000:db:00.0"


def replaced(new, src="GPU-new", slot=SLOT, node="n1", old_slot=SLOT, old_values=None):
    """What is told of a GPU that came when another one went."""
    values = noise(40, 3) if old_values is None else old_values
    old = history(values, src="GPU-old", last=nights(len(new) + 1)[0],
                  provenance=["old"] * len(values))
    index = index_of(old, history(new, src=src, provenance=["new"] * len(new)))
    index.provenances |= {
        "old": {"node": {"name": "n1"}, "gpus": {"GPU-old": {"pci_id": old_slot, "name": "H100"}}},
        "new": {"node": {"name": node}, "gpus": {src: {"pci_id": slot, "name": "H100"}}}}
    return {trend.history.key.src: trend for trend in analyse(index).trends}


@pytest.mark.parametrize("count, word", [(1, "SUSPECT"), (5, "SUSPECT"), (30, "WORSE")])
def test_slot__a_new_gpu_that_is_much_slower_is_told(count, word):
    told = replaced(0.9 * noise(count))

    assert told["GPU-old"].word == "GONE"
    assert told["GPU-new"].word == word
    assert "% less than GPU-old in the same slot until" in told["GPU-new"].reason
    assert [one.what for one in told["GPU-new"].suspects] == ["gpu GPU-new", "gpu GPU-old"]


@pytest.mark.parametrize("factor, by", [(0.97, "less"), (1.1, "more")])
def test_slot__a_new_gpu_that_differs_as_gpus_do_is_information_for_some_nights(factor, by):
    told, later = (replaced(factor * noise(count))["GPU-new"] for count in (5, 30))

    assert (told.word, later.word) == ("YOUNG", "STEADY")
    assert f"% {by} than GPU-old in the same slot until {nights(6)[0]}" in told.reason
    assert "GPU-old" not in later.reason


def test_slot__another_slot_or_node_is_no_successor():
    for more in ({"slot": "0000:5e:00.0"}, {"node": "n2"}, {"slot": "", "old_slot": ""},
                 {"src": "MIG-new"}):
        told = replaced(0.8 * noise(5), **more)[more.get("src", "GPU-new")]

        assert told.word == "YOUNG" and "GPU-old" not in told.reason


def test_slot__the_regression_of_a_gpu_that_was_replaced_ends_with_it():
    values = noise(40, 3)
    values[-6:] *= 0.8
    told = replaced(noise(2), old_values=values)

    assert {gpu: trend.word for gpu, trend in told.items()} == {
        "GPU-old": "GONE", "GPU-new": "YOUNG"}


def test_slot__a_new_gpu_as_slow_as_the_one_that_was_replaced_for_it_is_suspected():
    values = noise(40, 3)
    values[-6:] *= 0.8

    assert replaced(0.8 * noise(5), old_values=values)["GPU-new"].word == "SUSPECT"


def test_slot__two_gpus_that_change_places_are_no_new_ones():
    series = [history(noise(60, place), src=gpu, provenance=["a"] * 30 + ["b"] * 30)
              for place, gpu in enumerate(GPUS[:2])]
    index = index_of(*series)
    for digest, gpus in (("a", GPUS[:2]), ("b", GPUS[1::-1])):
        index.provenances[digest] = {"node": {"name": "n1"}, "gpus": {
            gpu: {"pci_id": f"0000:0{place}:00.0"} for place, gpu in enumerate(gpus)}}

    assert [trend.word for trend in analyse(index).trends] == ["STEADY", "STEADY"]


def test_slot__links_of_a_new_gpu_are_compared_with_those_of_the_one_before():
    def series(gpu, count, last, digest):
        return history(noise(count, 3) * (0.8 if gpu == "GPU-new" else 1), src=GPUS[0], dst=gpu,
                       metric="peer-copy.write", last=last, provenance=[digest] * count)

    index = index_of(series("GPU-old", 40, nights(6)[0], "old"),
                     series("GPU-new", 5, nights(60)[-1], "new"))
    for digest in ("old", "new"):
        index.provenances[digest] = {"node": {"name": "n1"}, "gpus": {
            GPUS[0]: {"pci_id": "0000:01:00.0"}, f"GPU-{digest}": {"pci_id": SLOT}}}

    told = next(one for one in analyse(index).trends if one.history.key.dst == "GPU-new")

    assert told.word == "SUSPECT"
    assert "than GPU-old in the same slot" in told.reason
