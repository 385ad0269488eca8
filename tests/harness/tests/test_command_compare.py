# SPDX-License-Identifier: Apache-2.0
"""The verb `compare`, on bundles in which each launch's numbers were put."""

import argparse
from dataclasses import asdict

import pytest
from gpu_selftest_harness.bundle import Bundle
from gpu_selftest_harness.commands import compare
from gpu_selftest_harness.errors import Refused
from gpu_selftest_harness.statistics.compare import among
from gpu_selftest_harness.statistics.values import Comparison

from records import cell, launch, metric, node, planned, report

STEADY = [50.0e9, 50.1e9, 49.9e9, 50.05e9, 49.95e9]
SLOW = [value * 0.9 for value in STEADY]


def cuda_of(of):
    """What the image's runtime is seen to be."""
    return of.cuda


@pytest.fixture
def make(tmp_path):
    """A sealed bundle: for each cell what its launches measured, and which had company."""
    def made(*measured, driver="580.95.05", foreign=(), kinds=None, simulated="h100x8",
             metrics=("host-copy.to-gpu",)):
        header = {"night": "2026-11-27", "node": asdict(node(driver=driver, simulated=simulated)),
                  "plan": [planned(of) for of, _ in measured]}
        with Bundle.create(tmp_path, header, 0) as bundle:
            number = 0
            for of, values in measured:
                for place, value in enumerate(values):
                    number += 1
                    kind = kinds[place] if kinds else "measure"
                    told = report(metrics=[metric(name, value=value) for name in metrics],
                                  simulated=bool(simulated))
                    told["facts"]["driver_version"] = {"nvml": driver}
                    told["facts"]["cudart_version"] = {"runtime": cuda_of(of)}
                    bundle.append("launch", launch(number, told,
                                                   cell=of.key, engine=of.engine, kind=kind,
                                                   foreign=dict(foreign).get(number, ())))
            return bundle.seal()
    return made


def call(*arguments):
    parser = argparse.ArgumentParser(exit_on_error=False)
    compare.register(parser.add_subparsers())
    options = parser.parse_args(["compare", *map(str, arguments)])
    return options.run(options)


@pytest.mark.parametrize("other, word, code", [
    (STEADY, "SAME", 0), (SLOW, "SLOWER", 1), ([value * 1.1 for value in STEADY], "FASTER", 0),
    ([value * 0.97 for value in STEADY], "AMBIGUOUS", 3)])
def test_compare__word_and_exit_code(make, capsys, other, word, code):
    assert call(make((cell(), STEADY)), make((cell(), other))) == code

    assert capsys.readouterr().out.splitlines()[0] == f"{word}  SIMULATED  1 number: 1 {word}"


def test_compare__tells_shift_interval_and_values(make, capsys):
    call(make((cell(), STEADY)), make((cell(), SLOW)))

    row = capsys.readouterr().out.splitlines()[-1]
    assert row.startswith("SLOWER     −10.0 %")
    for what in ("50.0 GB/s", "45.0 GB/s", "5, 5", "host-copy.to-gpu pinned"):
        assert what in row
    assert "cuda=" not in row


def test_compare__names_cells_by_what_tells_them_apart(make, capsys):
    cells = cell(), cell(cuda="12.4")

    call(make(*((of, STEADY) for of in cells)), make(*((of, SLOW) for of in cells)))

    rows = capsys.readouterr().out.splitlines()[-2:]
    assert sorted(row.split()[-1] for row in rows) == ["cuda=12.4", "cuda=13.0"]


def test_compare__three_launches_ask_for_more(make, capsys):
    assert call(make((cell(), STEADY[:3])), make((cell(), SLOW[:3]))) == 3

    assert "4 launches a side would tell" in capsys.readouterr().out


def test_compare__two_drivers(make, capsys):
    call(make((cell(driver="570"), STEADY), driver="570.1"), make((cell(), SLOW)))

    out = capsys.readouterr().out
    assert "cells differ in driver (570 -> 580)" in out
    assert out.startswith("SLOWER")


def test_compare__container_against_local_of_one_bundle(make, capsys):
    both = make((cell(), STEADY), (cell(engine="docker"), SLOW))

    assert call(both, both, "--a", "engine=local", "--b", "engine=docker") == 1
    assert "cells differ in engine (local -> docker)" in capsys.readouterr().out
    # Without a choice each cell is held against itself.
    assert call(both, both) == 0


def test_compare__tells_what_else_differs(make, capsys):
    call(make((cell(), STEADY), driver="580.65.06"), make((cell(), STEADY)))
    assert "driver: 580.65.06 -> 580.95.05" in capsys.readouterr().out

    call(make((cell(), STEADY)), make((cell(engine="docker"), STEADY)))
    assert "engine: local -> docker" in capsys.readouterr().out


def test_compare__nothing_in_common_is_no_pass(make, capsys):
    left = make((cell(), STEADY), (cell(cuda="12.4"), STEADY))

    assert call(left, make((cell(cuda="11.8"), STEADY), (cell(cuda="12.9"), STEADY))) == 77
    assert capsys.readouterr().out.startswith("SKIP  nothing to compare")


def test_compare__disturbed_launches_are_left_out(make, capsys):
    left, right = make((cell(), STEADY)), make((cell(), [*STEADY, 1e9]), foreign={6: ("pid 17",)})

    assert call(left, right) == 0
    out = capsys.readouterr().out
    assert "1 number left out: other processes: pid 17" in out
    assert out.startswith("SAME")


def test_compare__a_report_of_another_image_is_none_of_the_cell(make, capsys, monkeypatch):
    of = cell(cuda="12.4")
    monkeypatch.setattr("test_command_compare.cuda_of", lambda _: "13.0")

    assert call(make((of, STEADY)), make((of, STEADY))) == 77
    assert "10 numbers left out: " in capsys.readouterr().out


def test_compare__confirming_launches_would_pull_it_down(make):
    kinds = ["measure"] * 5 + ["confirm"] * 5

    assert call(make((cell(), STEADY)), make((cell(), STEADY + SLOW), kinds=kinds)) == 0


def test_compare__a_damaged_bundle_is_not_taken_for_the_same(make, capsys):
    left, right = make((cell(), STEADY)), make((cell(), STEADY))
    records = right / "records.jsonl"
    records.chmod(0o600)
    records.write_bytes(records.read_bytes()[:-1])

    assert call(left, right) == 3
    assert "problem: " in capsys.readouterr().out


@pytest.mark.parametrize("arguments, what", [
    (("--a", "engine"), "'engine' is not AXIS=VALUE, axes are driver, cuda"),
    (("--a", "colour=red"), "axes are driver, cuda"),
    (("--b", "engine=podman"), "has engine=podman, there are local")])
def test_compare__refuses(make, arguments, what):
    path = make((cell(), STEADY))

    with pytest.raises(Refused, match=what):
        call(path, path, *arguments)


@pytest.mark.parametrize("floor", ["0", "-3", "100", "three"])
def test_compare__refuses_a_floor_that_is_none(make, floor):
    path = make((cell(), STEADY))

    with pytest.raises((argparse.ArgumentError, SystemExit)):
        call(path, path, f"--floor={floor}")


def test_compare__floor_decides_what_matters(make):
    paths = make((cell(), STEADY)), make((cell(), SLOW))

    assert call(*paths, "--floor", "15") == 0
    assert call(*paths, "--floor", "5") == 1


def test_among__one_of_many_differences_may_be_chance():
    # Of 100 questions the one with p = 2 / C(8, 4) is no news: its bar is 0.05 / 100. With 7
    # launches a side, 2 / C(14, 7) = 0.00058 is above it still; with 8, 0.00016 is not.
    same = Comparison("SAME", 0.0, -0.01, 0.01, 0.97, 0.9, 0.03)
    slow = Comparison("SLOWER", -0.1, -0.12, -0.08, 0.97, 2 / 70, 0.03)

    told = among([slow] + [same] * 99, [4] * 100)

    assert (told[0].word, told[0].launches_needed) == ("AMBIGUOUS", 8)
    assert told[1:] == [same] * 99
    assert among([slow] * 100, [4] * 100) == [slow] * 100


def test_compare__refuses_a_simulated_run_beside_a_measured_one(make, capsys):
    made_up, measured = (make((cell(), STEADY), simulated=name) for name in ("h100x8", None))

    with pytest.raises(Refused, match="A is simulated and B is not"):
        call(made_up, measured)
    with pytest.raises(Refused, match="B is simulated and A is not"):
        call(measured, made_up)
    assert call(measured, measured) == 0
    assert capsys.readouterr().out.startswith("SAME  1 number: 1 SAME")


def test_compare__what_the_other_run_lacks_could_not_be_told(make, capsys):
    both = ("host-copy.to-gpu", "host-copy.from-gpu")
    more, less = make((cell(), STEADY), metrics=both), make((cell(), STEADY))

    assert call(more, less) == 3
    assert "1 number only in A" in capsys.readouterr().out
    assert call(less, more) == 0
    assert "1 number only in B" in capsys.readouterr().out


def test_compare__a_number_of_which_all_launches_were_disturbed_could_not_be_told(make, capsys):
    of = cell(), cell(cuda="12.4")
    every = [(number, ("pid 17",)) for number in range(6, 11)]
    some = make((of[0], STEADY), (of[1], STEADY), foreign=every)

    assert call(some, some) == 3
    assert "1 number without a launch that may be compared" in capsys.readouterr().out


def test_compare__too_few_launches_are_told_in_one_line(make, capsys):
    names = tuple(f"host-copy.to-gpu-{place}" for place in range(9))
    few = make((cell(), STEADY[:3]), metrics=names)

    assert call(few, few) == 3
    out = capsys.readouterr().out.splitlines()
    assert len(out) == 2
    assert "3 launches a side tell with at most 90 % confidence" in out[1]
    assert "'launches: 4'" in out[1] and "--confidence 90" in out[1]
    assert call(few, few, "--confidence", "90") == 0


def test_compare__tells_of_what_differs_in_the_cells_that_are_compared_alone(make, capsys):
    both = make((cell(cuda="12.4"), STEADY), (cell(), STEADY))

    assert call(both, make((cell(), STEADY), driver="580.65.06")) == 3  # 12.4 is only in A
    out = capsys.readouterr().out
    assert "driver: 580.95.05 -> 580.65.06" in out and "CUDA runtime" not in out


def test_compare__a_difference_of_many_cells_is_told_once(make, capsys):
    cells = [cell(), cell(cuda="12.4")]
    one, other = (make(*((of, STEADY) for of in cells), driver=driver)
                  for driver in ("580.65.06", "580.95.05"))

    call(one, other)
    assert capsys.readouterr().out.count("580.65.06 -> 580.95.05") == 1


def test_compare__a_plan_that_is_none_is_refused_by_name(tmp_path):
    plan = [{**asdict(planned(cell())), "launches": "one"}]
    with Bundle.create(tmp_path, {"night": "2026-11-27", "node": asdict(node()), "plan": plan},
                       0) as bundle:
        bundle.append("launch", launch(1, report(metrics=[metric()])))
        path = bundle.seal()

    with pytest.raises(Refused) as refused:
        call(path, path)
    assert str(path) in str(refused.value)
    assert "'plan[0].launches' is 'one', not a whole number" in str(refused.value)
