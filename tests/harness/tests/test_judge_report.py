# SPDX-License-Identifier: Apache-2.0
"""When a report is not believed: each doubt with the change that brings about it alone."""

import copy

import pytest

from gpu_selftest_harness.judge.report import doubt
from gpu_selftest_harness.model import Trouble
from records import UUIDS, cell, check, failing, launch, node, planned, report, workload


def doubted(of, made=None, where=None, asked=None):
    told = doubt(made or launch(report=of), asked or planned(), where or node())
    return told and (told.id, told.word)


@pytest.mark.parametrize("of", [
    report(), failing("hardware.slow"),
    report([workload("vector-add", "SKIP", "needs 2 GPUs"), workload("host-copy", "SKIP", "so")]),
    report(exit_code=3),  # could not hand over all that it was asked for
    report(gpus=[], gpus_tested=0, checks=[check("host.no-gpu")]),
    report(added_by_a_newer_program=1)],
    ids=["passes", "fails", "skips", "strict", "no gpu", "newer"])
def test_a_sound_report_is_believed(of):
    assert doubted(of) is None


def without(key):
    return {name: value for name, value in report().items() if name != key}


@pytest.mark.parametrize("of", [
    [], "PASS", without("verdict"), without("checks"), report(schema_version=2),
    {**report(), "verdict": "GOOD"}, {**report(), "workloads": [{"name": "vector-add"}]},
    {**report(), "checks": [{**check("hardware.slow"), "id": "<script>"}]},
    {**report(), "gpus": [{"index": 0, "facts": {"uuid": "GPU-1"}}]},
    {**report(), "metrics": [{"name": "x"}]}],
    ids=["list", "text", "no verdict", "no checks", "other schema", "other word", "bare workload",
         "hostile id", "facts without source", "bare metric"])
def test_what_is_no_report_is_unreadable(of):
    assert doubted(of, launch(exit_code=0, report=of)) == ("suite.report-unreadable", "ERROR")


@pytest.mark.parametrize("of, code", [
    (report(), 1), (report(), 137), (failing("hardware.slow"), 0),
    (report(exit_code=1), 1), (report(exit_code=77), 77),
    ({**failing("hardware.slow"), "verdict": "PASS", "exit_code": 0}, 0),
    ({**failing("hardware.slow"), "verdict": "ERROR", "exit_code": 3}, 3),
    ({**report([workload("vector-add", "SKIP")]), "verdict": "PASS", "exit_code": 0}, 0),
    ({**report([workload("vector-add"), workload("host-copy", "ERROR")]), "verdict": "PASS",
      "exit_code": 0}, 0),
    ({**failing("hardware.slow"), "headline": None}, 1)],
    ids=["passed with 1", "passed and was killed", "failed with 0", "says 1 itself", "says 77 itself",
         "hides a failure", "calls a failure an error", "passed nothing", "hides an error", "does not say why"])
def test_report_that_contradicts(of, code):
    assert doubted(of, launch(report=of, exit_code=code)) == ("suite.report-contradicts", "ERROR")


@pytest.mark.parametrize("changes", [
    {"is_timed_out": True}, {"is_out_of_memory": True},
    {"trouble": Trouble("suite.engine-lost", "the daemon is gone")}])
def test_code_of_what_was_killed_contradicts_nothing(changes):
    assert doubted(None, launch(report=report(), exit_code=137, **changes)) is None


def test_a_plan_that_is_cut_off_after_many_gpus():
    gpus = ",".join(UUIDS)
    cut = f"--level quick --only vector-add,host-copy --device {gpus}"[:159]
    assert doubted(report(plan=cut)) is None
    assert doubted(report(plan=cut.replace("quick", "full "))) == ("suite.report-of-another", "ERROR")
    assert doubted(report(plan="--level quick --only vector-add,host-copy --device 0")) \
        == ("suite.report-of-another", "ERROR")


def test_a_value_that_is_cut_off_is_no_other():
    plan = f"--level quick --only vector-add,host-copy --device {','.join(UUIDS)}"
    plan = f"{plan[:145]} --samples 3"
    assert len(plan) == 157
    assert doubted(report(plan=plan)) is None
    assert doubted(report(plan=plan[20:])) == ("suite.report-of-another", "ERROR")


def test_a_pass_is_of_all_gpus_that_were_given():
    two = launch(report=report(), gpus=UUIDS[:2])
    assert doubted(report(), two) == ("suite.report-of-another", "ERROR")
    assert doubted(None, launch(report=report(gpus_tested=2), gpus=UUIDS[:2])) is None


def changed(path, value):
    of = copy.deepcopy(report())
    place = of
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return of


@pytest.mark.parametrize("of", [
    report(plan="--level full --only vector-add,host-copy --samples 30"),
    report(plan="--level quick --only vector-add,host-copy --samples 10"), report(plan=None),
    report(simulated=False), report(profile="l4x1"), report(gpus_tested=8), report(gpus=[], gpus_tested=0),
    changed(("gpus", 0, "facts", "uuid", "nvml"), UUIDS[0][:-1] + "9"),
    changed(("facts", "driver_version", "nvml"), "535.261.03"),
    changed(("facts", "cudart_version", "runtime"), "12.4")],
    ids=["level", "samples", "no plan", "no simulation", "profile", "more gpus", "no gpu", "other gpu",
         "driver", "cuda"])
def test_report_of_something_else(of):
    assert doubted(of) == ("suite.report-of-another", "ERROR")


def test_simulated_report_on_a_real_node():
    assert doubted(report(), where=node(simulated=None)) == ("suite.report-of-another", "ERROR")
    assert doubted(report(simulated=False, profile=None), where=node(simulated=None)) is None


def test_a_gpu_that_is_gone_is_the_programs_to_tell():
    lost = changed(("gpus", 0, "facts", "uuid"), {})
    lost.update(failing("hardware.gpu-lost"), gpus=lost["gpus"])
    assert doubted(lost) is None


def test_without_a_container_the_runtime_is_this_machines():
    real, asked = report(simulated=False, profile=None), planned(cell(cuda="12.4"))
    assert doubted(real, where=node(simulated=None), asked=asked) is None
    asked = planned(cell(cuda="12.4", engine="docker"))
    assert doubted(real, where=node(simulated=None), asked=asked) \
        == ("suite.report-of-another", "ERROR")
