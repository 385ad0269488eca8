# SPDX-License-Identifier: Apache-2.0
"""GPUs that were there and are there no more."""

from dataclasses import replace

import pytest

from gpu_selftest_harness import nvml
from gpu_selftest_harness.judge import gone
from gpu_selftest_harness.model import Expectation, Outcome
from records import PASSES, cell, node, planned

ALL = planned(cell(devices="all"))
LOST = node().gpus[7]


def outcome(word="PASS", workload="", of=ALL, **changes):
    return Outcome(**{"cell": of.cell.key, "workload": workload, "word": word, "layer": None,
                      "id": None, "stage": "run", "expected": PASSES,
                      "is_as_expected": word == "PASS", **changes})


def told(*outcomes, plan=(ALL,), on=node(7), missed=(LOST,)):
    return gone(list(outcomes), plan, on, missed)


def test_nothing_is_gone():
    said = [outcome(), outcome(workload="sgemm")]
    assert told(*said, missed=(), on=node(8)) == said


def test_the_cell_tells_of_it_and_its_workloads_do_not():
    of_cell, of_workload = told(outcome(), outcome(workload="sgemm"))
    assert (of_cell.word, of_cell.layer, of_cell.id, of_cell.is_red, of_cell.also) \
        == ("FAIL", "hardware", "hardware.gpu-lost", True, ())
    assert LOST.uuid in of_cell.observed
    assert of_cell.remedy.endswith("if it was taken out, the next night with --without UUID")
    assert not of_workload.is_red


def test_cells_of_one_gpu_tell_of_it_only_where_none_is_of_all():
    one = planned(cell(devices="count:1"))
    said = outcome(), outcome(of=one)
    assert [what.is_red for what in told(*said, plan=(ALL, one))] == [True, False]
    assert [what.is_red for what in told(said[1], plan=(one,))] == [True]


def test_of_another_model_nothing_is_gone():
    assert not told(outcome(), missed=(replace(LOST, model="l4"),))[0].is_red
    assert told(outcome(), missed=(), on=node(7, lost=("gpu 7: gpu is lost",)))[0].is_red


@pytest.mark.parametrize("word, finding", [("ERROR", "suite.no-report"), ("MISS", "suite.not-run")])
def test_what_could_not_be_told_is_told_beside(word, finding):
    [one] = told(outcome(word, id=finding))
    assert (one.word, one.id, one.also) == ("FAIL", "hardware.gpu-lost", (finding,))


def test_another_failure_keeps_its_place():
    [one] = told(outcome("FAIL", id="hardware.slow", observed="so"))
    assert (one.id, one.observed, one.also) == ("hardware.slow", "so", ("hardware.gpu-lost",))
    assert told(one) == [one]


def test_an_expected_failure_does_not_hide_it():
    old = Expectation("FAIL", "host", "host.driver-too-old", None, "the driver is older", 0)
    [one] = told(outcome("FAIL", id="host.driver-too-old", expected=old, is_as_expected=True))
    assert (one.id, one.is_red, one.also) == ("hardware.gpu-lost", True, ())


class Nvml:
    """One whose GPU cannot be had, for this reason."""

    NVML_ERROR_NO_PERMISSION = 4

    class NVMLError(Exception):
        value = 15

    def __init__(self, value):
        self.value = value

    def nvmlDeviceGetHandleByIndex(self, index):
        error = self.NVMLError("so")
        error.value = self.value
        raise error


@pytest.mark.parametrize("value, is_withheld", [(15, False), (4, True)],
                         ids=["it is lost", "it is another's"])
def test_a_gpu_that_we_may_not_use_is_not_lost(value, is_withheld):
    assert nvml.gpu(Nvml(value), 3) == {"index": 3, "error": "so", "is_withheld": is_withheld}
