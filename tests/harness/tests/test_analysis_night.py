# SPDX-License-Identifier: Apache-2.0
"""What is told of a night as a whole, and its grid."""

from dataclasses import replace

import pytest

from gpu_selftest_harness.analysis import analyse
from gpu_selftest_harness.errors import Refused

from analysed import CELL, GPUS, TOO_OLD, Index, history, index_of, nights, noise, outcome


def test_analyse__all_as_expected():
    old = replace(CELL, driver="535")
    told = analyse(index_of(cells=(CELL, old), said=[
        outcome(), outcome("FAIL", old, expected=TOO_OLD, layer="host", id="host.driver-too-old")]))

    assert (told.verdict.word, told.red, told.expected_failures) == ("PASS", 0, 1)
    assert told.verdict.headline == "all 2 cells as expected, 1 of them by failing"
    assert told.counts == {"PASS": 1, "FAIL": 1}
    assert told.incidents == []


def test_analyse__quarantined_is_not_red_but_told():
    told = analyse(index_of(said=[outcome(), outcome("FAIL", workload="sgemm", id="hardware.x",
                                                     quarantine={"owner": "x"})]))

    assert (told.verdict.word, told.red, len(told.quarantine)) == ("PASS", 0, 1)
    assert told.held == 1


def test_analyse__what_changed_since_last_night():
    index = index_of(said=[outcome("FAIL", id="host.x", layer="host")])

    change, = analyse(index).changes

    assert (change.before.word, change.after.word) == ("PASS", "FAIL")
    assert analyse(index, nights(60)[-2]).changes == []


def test_analyse__names_gpus_and_says_what_is_simulated():
    told = analyse(index_of())

    assert (told.gpus, told.is_simulated) == ({GPUS[3]: "n1 GPU 3"}, True)


def test_analyse__tells_instances_of_one_gpu_apart():
    index = index_of()
    gpus = [{"uuid": "GPU-a", "index": 0}, {"uuid": "MIG-a", "index": 0, "parent": "GPU-a"},
            {"uuid": "MIG-b", "index": 0, "parent": "GPU-a"},
            {"uuid": "MIG-c", "index": 1, "parent": "GPU-b"}]
    run, = index.runs(nights(60)[-1])
    index.runs = lambda night=None: [replace(run, header={"node": {"name": "n1", "gpus": gpus}})]

    assert analyse(index).gpus == {
        "GPU-a": "n1 GPU 0", "MIG-a": "n1 GPU 0 MIG 1", "MIG-b": "n1 GPU 0 MIG 2",
        "MIG-c": "n1 GPU 1 MIG 1"}


def test_analyse__cells_are_in_one_order():
    cells = [replace(CELL, cuda=f"{number}.0") for number in range(20)]
    told = analyse(index_of(cells=cells, said=[outcome(cell=cell) for cell in cells]))

    assert list(told.cells) == sorted(told.cells)


def test_analyse__an_unknown_night_is_refused():
    with pytest.raises(Refused, match="no night '2020-01-01' in the index, the last ones are"):
        analyse(index_of(), "2020-01-01")
    with pytest.raises(Refused, match="no night in the index"):
        analyse(Index())


def test_analyse__provenance_that_changed_since_last_night():
    told = analyse(index_of(history(noise(60), provenance=["a"] * 59 + ["b"])))

    assert [(one.what, one.before, one.after) for one in told.differences] == [
        ("driver", "580.65.06", "580.95.05")]
    assert told.provenance == {"b": {"driver": {"version": "580.95.05"}}}


def test_grid__drivers_and_cudas_in_the_order_of_versions():
    cells = [replace(CELL, driver=driver, cuda=cuda, variant=variant)
             for driver in ("580", "1000", "535") for cuda in ("13.0", "9.2")
             for variant in ("base", "devel")]
    told = analyse(index_of(cells=cells, said=[outcome(cell=cell) for cell in cells]))

    assert [grid.title for grid in told.grids] == [(("variant", "base"),), (("variant", "devel"),)]
    assert told.grids[0].drivers == ("535", "580", "1000")
    assert told.grids[0].cudas == ("9.2", "13.0")
    assert len(told.grids[0].squares) == 6


def test_grid__what_is_red_in_a_cell_decides():
    told = analyse(index_of(said=[outcome(), outcome("ERROR", workload="sgemm")]))

    square = told.grids[0].squares["580", "13.0"]
    assert (square.word, square.is_as_expected) == ("ERROR", False)
