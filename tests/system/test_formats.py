# SPDX-License-Identifier: Apache-2.0
"""The formats for machines say what the JSON report says: JUnit for CI, Prometheus for monitoring,
and `compare` for two runs."""

import json
import re
import xml.etree.ElementTree as ElementTree

import pytest

SERIES = re.compile(r'([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\]|\\.)*",?)*)\})? (-?[0-9][0-9.e+-]*)$')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')

RUNS = {
    "pass": ("h100x8", []),
    "fail": ("l4x1", ["kernel vector_add element=5 wrong"]),
    "error": ("l4x1", ["cuMemAlloc_v2 call=1 crashes"]),
    "machine": ("l4x1", ["libnvidia-ml missing"]),
    "blocked": ("l4x1", ["libcuda stub"]),
    # Words that each format has to escape.
    "hostile": ("l4x1", ['cuInit call=1 prints "<&> \\ ]]> {}"']),
}


def parse_prometheus(text):
    """(name, labels) to value. Families stand together, each with its type, and no series twice."""
    families, series = [], {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split()
            assert name not in families and kind == "gauge"
            families.append(name)
        elif not line.startswith("# HELP "):
            name, labels, value = SERIES.match(line).groups()
            assert name == families[-1], f"{name} stands outside its family"
            key = (name, frozenset(LABEL.findall(labels or "")))
            assert key not in series, line
            series[key] = float(value)
    assert text.endswith("\n")
    return series


@pytest.fixture(params=RUNS)
def run(request, simulated, kernel_majors, tmp_path):
    if not kernel_majors:
        pytest.skip("built without nvcc: nothing runs on a GPU")
    profile, faults = RUNS[request.param]
    outcome = simulated.report("--size", "64K", "--junit", "j.xml", "--prometheus", "p.prom",
                               profile=profile, faults=faults)
    outcome.junit = ElementTree.parse(tmp_path / "j.xml").getroot()
    outcome.series = parse_prometheus((tmp_path / "p.prom").read_text())
    return outcome


def test_junit_tells_the_same(run):
    suite = run.junit.find("testsuite")
    cases = suite.findall("testcase")
    problems = {"FAIL": "failure", "ERROR": "error", "SKIP": "skipped"}

    assert run.junit.tag == "testsuites" and len(run.junit) == 1
    assert int(suite.get("tests")) == len(cases)
    for word, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(suite.get(word)) == sum(case.find(tag) is not None for case in cases)
    for name, verdict in run.workloads().items():
        [case] = [case for case in cases if case.get("name") == name]
        assert {child.tag for child in case} == {problems[word] for word in [verdict]
                                                 if word in problems}
    told = {child.get("type") for case in cases for child in case if child.get("type")}
    assert told == run.counted()
    assert "SIMULATED" in suite.get("name")


def test_prometheus_tells_the_same(run):
    def values(name):
        return [(dict(labels), value) for (key, labels), value in run.series.items()
                if key == f"gpu_selftest_{name}"]

    numbers = run.report["metrics"]
    chosen = [labels["verdict"] for labels, value in values("verdict") if value == 1]
    found = {labels["id"] for labels, _ in values("finding")}
    metrics = [(labels["metric"], labels["variant"], labels["gpu"], value)
               for name in ("metric_bytes_per_second", "metric_seconds", "metric_ratio",
                            "metric_flop_per_second")
               for labels, value in values(name)]

    assert chosen == [run.report["verdict"]]
    assert found == run.counted() | run.notes()
    assert {labels["workload"]: labels["verdict"] for labels, _ in values("workload")} \
        == run.workloads()
    assert [value for _, value in values("exit_code")] == [run.report["exit_code"]]
    assert [value for _, value in values("gpus_tested")] == [run.report["gpus_tested"]]
    assert all(labels["simulated"] == "true" for labels, _ in values("info"))
    # A number of all ranks together is no GPU's.
    assert sorted(row[:3] for row in metrics) == sorted(
        (metric["name"], metric["variant"] or "",
         "" if metric["src_gpu"] is None else str(metric["src_gpu"])) for metric in numbers)
    assert sorted(row[3] for row in metrics) == pytest.approx(
        sorted(metric["value"] for metric in numbers))


@pytest.fixture
def reports(simulated, kernel_majors, tmp_path):
    """A healthy run, the same again, and a broken one."""
    if not kernel_majors:
        pytest.skip("built without nvcc: nothing runs on a GPU")
    for name, fault in (("a", []), ("b", []), ("c", ["kernel vector_add element=5 wrong"])):
        simulated.run("--size", "64K", "--json", f"{name}.json", profile="l4x1", faults=fault)
    (tmp_path / "cut.json").write_text((tmp_path / "a.json").read_text()[:200])
    return simulated


@pytest.mark.parametrize("left, right, exit_code", [
    ("a", "b", 0), ("a", "c", 1), ("c", "a", 1), ("c", "c", 0), ("a", "cut", 2), ("a", "none", 2)])
def test_compare(reports, left, right, exit_code):
    outcome = reports.run("compare", f"{left}.json", f"{right}.json", timeout=10)

    assert outcome.exit == exit_code, outcome.describe()
    if exit_code == 1:
        assert "hardware.wrong-result" in outcome.out
    if exit_code == 2:
        assert outcome.out == "" and outcome.err.count("\n") == 1
        assert f"{right}.json" in outcome.err


def test_environment_is_recorded_by_a_list(simulated):
    """What changes which GPUs are seen is told; what else the environment holds is nobody's."""
    outcome = simulated.report("device-query", profile="rtx4090x2", timeout=20, env={
        "CUDA_DEVICE_ORDER": "PCI_BUS_ID", "CUDA_VISIBLE_DEVICES": "1,0",
        "CUDA_API_TOKEN": "hunter2"})
    facts = outcome.report["facts"]

    assert facts["cuda_device_order"] == {"environment": "PCI_BUS_ID"}
    assert facts["cuda_visible_devices"] == {"environment": "1,0"}
    assert "hunter2" not in json.dumps(outcome.report)
    # CUDA was told to count backwards, nvidia-smi goes on counting by PCI id.
    assert [gpu["facts"]["nvidia_smi_index"]["nvml"] for gpu in outcome.report["gpus"]] == [1, 0]
