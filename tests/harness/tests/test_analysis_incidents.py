# SPDX-License-Identifier: Apache-2.0
"""One cause is one incident, however many results show it."""

from dataclasses import replace

import numpy as np
import pytest

from gpu_selftest_harness.analysis import analyse

from analysed import CELL, GPUS, history, index_of, nights, noise, outcome, pairs


def test_incidents__a_dead_link_is_one():
    told = analyse(index_of(*pairs(lambda src, dst: {src, dst} == set(GPUS[:2]))))

    incident, = told.incidents
    assert (incident.where, len(incident.trends)) == ("GPU-0 <-> GPU-1", 2)


def test_incidents__all_links_of_a_gpu_are_the_gpu():
    told = analyse(index_of(*pairs(lambda src, dst: GPUS[3] in (src, dst))))

    incident, = told.incidents
    assert (incident.where, len(incident.trends)) == (GPUS[3], 6)


def slower(gpus, changed=None, count=60, metric="sgemm.tflops", begin=55, by=0.93):
    """Of four GPUs, some are slower from a night on, a night later on each second one."""
    made = []
    for place, gpu in enumerate(GPUS):
        at = begin + place % 2
        values = noise(count, place) * np.where((np.arange(count) >= at) & (gpu in gpus), by, 1)
        digests = ["a"] * at + [changed or "a"] * (count - at)
        made.append(history(values, src=gpu, metric=metric, unit="flop_per_s",
                            provenance=digests))
    return made


def test_incidents__all_gpus_after_a_change_are_one_and_of_its_layer():
    told = analyse(index_of(*slower(GPUS, "b"), *slower(GPUS, "b", metric="copy.read")))

    incident, = told.incidents
    assert (incident.where, incident.layer, len(incident.trends)) == ("", "host", 8)
    assert "up to 7." in incident.title
    assert "driver changed from 580.65.06 to 580.95.05" in incident.title
    assert "580.65.06" in told.verdict.remedy


def test_incidents__values_that_are_too_long_for_a_line_are_left_to_the_table():
    index = index_of(*slower(GPUS, "d", begin=55))
    index.provenances |= {"d": {"driver": {"version": "580." + "9" * 40}}}

    incident, = analyse(index).incidents

    assert incident.title.endswith("; driver changed")
    assert incident.remedy.startswith("go back to what driver was before for one night: ")


def test_incidents__all_gpus_without_a_change_are_of_no_layer():
    incident, = analyse(index_of(*slower(GPUS))).incidents

    assert (incident.where, incident.layer) == ("", None)


def test_incidents__numbers_of_one_workload_that_all_gpus_have_are_one():
    told = analyse(index_of(*slower(GPUS), *slower(GPUS, metric="sgemm.time")))

    incident, = told.incidents
    assert len(incident.trends) == 8
    assert incident.title.startswith("8 numbers of sgemm worse")


def test_incidents__one_gpu_of_four_is_hardware():
    incident, = analyse(index_of(*slower(GPUS[:1]))).incidents

    assert (incident.where, incident.layer) == (GPUS[0], "hardware")
    assert "nvidia-smi" in incident.remedy


def test_incidents__one_gpu_of_which_something_changed_is_not():
    incident, = analyse(index_of(*slower(GPUS[:1], "b"))).incidents

    assert (incident.where, incident.layer) == (GPUS[0], "host")


def test_incidents__what_dropped_tonight_is_not_since_an_old_change():
    values = noise(60)
    values[30:] *= 1.2
    values[-1] *= 0.8

    incident, = analyse(index_of(history(
        values, confirming=[[] for _ in values[:-1]] + [[values[-1]] * 2]))).incidents

    assert incident.since == nights(60)[-1]


def test_incidents__one_finding_in_many_cells_is_one():
    cells = [replace(CELL, cuda=cuda) for cuda in ("11.8", "12.4", "13.0")]
    told = analyse(index_of(cells=cells, said=[
        outcome("FAIL", cell, id="host.x", layer="host") for cell in cells]))

    incident, = told.incidents
    assert (incident.ids, incident.title) == (("host.x",), "host.x in 3 cells")


def test_incidents__say_what_was_seen():
    told = analyse(index_of(said=[
        outcome("FAIL", id="host.x", layer="host"),
        outcome("FAIL", workload="sgemm", id="host.x", layer="host", observed="no module")]))

    assert told.incidents[0].title == "no module in 1 cell"


@pytest.mark.parametrize("runs, nodes, headline", [
    (("a",), (), "no module, in 1 cell, since 2026-11-27"),
    (("a", "b"), ("node a",), "no module, in 1 cell on node a, since 2026-11-27")])
def test_incidents__of_several_machines_say_on_which(runs, nodes, headline):
    index = index_of(said=[outcome("FAIL", id="host.x", layer="host", observed="no module",
                                   run_id="a")])
    run, = index.runs("2026-11-27")
    index.runs = lambda night: [replace(run, run_id=one, node=f"node {one}") for one in runs]
    told = analyse(index)

    assert (told.incidents[0].nodes, told.verdict.headline) == (nodes, headline)


def test_incidents__on_many_machines_are_counted():
    index = index_of(cells=[CELL, replace(CELL, cuda="12.4")], said=[
        outcome("FAIL", cell, id="host.x", layer="host", run_id=run)
        for cell, run in ((CELL, "a"), (replace(CELL, cuda="12.4"), "b"))])
    run, = index.runs("2026-11-27")
    index.runs = lambda night: [replace(run, run_id=one, node=f"node {one}") for one in "ab"]

    assert analyse(index).verdict.headline.startswith("host.x, in 2 cells on 2 machines, since ")


def test_incidents__two_findings_are_two():
    told = analyse(index_of(said=[outcome("FAIL", id="host.x", layer="host"),
                                  outcome("ERROR", workload="sgemm", id="suite.y", layer="suite")]))

    assert [one.word for one in told.incidents] == ["FAIL", "ERROR"]
