# SPDX-License-Identifier: Apache-2.0
"""Which launches of a cell count, where some were tried again."""

from judging import judged
from records import UUIDS, failing, launch, report


def test_what_was_tried_again_counts_no_more_but_is_told():
    of_cell, _ = judged(launch(1, exit_code=0), launch(2, report(), kind="again", round=1))
    assert (of_cell.word, of_cell.is_red, of_cell.is_intermittent) == ("PASS", False, True)
    assert of_cell.launches == ("0001", "0002")


def test_a_second_try_that_fails_too_stays():
    of_cell, _ = judged(launch(1, exit_code=0), launch(2, exit_code=0, kind="again", round=1))
    assert (of_cell.word, of_cell.id, of_cell.is_intermittent) == ("ERROR", "suite.no-report", False)


def test_wrong_data_stays_a_failure_whatever_comes_after():
    wrong = failing("hardware.wrong-result")
    wrong["gpus"][0]["facts"]["other_processes"] = {"vector-add": "1, pid 77"}
    of_cell, _ = judged(launch(1, wrong), launch(2, report(), kind="again", round=1))
    assert (of_cell.word, of_cell.id, of_cell.is_red) == ("FAIL", "hardware.wrong-result", True)


def test_slow_numbers_beside_a_neighbour_may_be_tried_again():
    slow = failing("hardware.slow", "host-copy")
    slow["gpus"][0]["facts"]["other_processes"] = {"host-copy": "1, pid 77"}
    of_cell, _ = judged(launch(1, slow), launch(2, report(), kind="again", round=1))
    assert (of_cell.word, of_cell.is_red, of_cell.is_intermittent) == ("PASS", False, True)
    of_cell, _ = judged(launch(1, failing("hardware.slow", "host-copy")),
                        launch(2, report(), kind="again", round=1))
    assert (of_cell.word, of_cell.is_red) == ("FAIL", True)


def test_the_second_try_of_another_gpu_replaces_nothing():
    of_cell, _ = judged(launch(1, exit_code=0),
                        launch(2, report(), kind="again", round=1, gpus=UUIDS[1:2]))
    assert of_cell.word == "ERROR"
