# SPDX-License-Identifier: Apache-2.0
"""Cells, nodes, launches and reports, as small as they can be, for tests that need some."""

from gpu_selftest_harness.model import (Cell, EngineFacts, Expectation, Gpu, Launch, Node, Planned)

UUIDS = tuple(f"GPU-00000000-0000-4000-8000-{number:012}" for number in range(1, 9))
PASSES = Expectation("PASS", reason="no rule says otherwise")


def cell(**changes):
    return Cell(**{"driver": "580", "cuda": "13.0", "variant": "runtime", "distro": "ubuntu22.04",
                   "engine": "local", "gpu": "h100-sxm5-80gb", "devices": "count:1",
                   "capabilities": "compute,utility", "level": "quick", **changes})


def planned(of=None, **changes):
    return Planned(**{"cell": of or cell(), "image": "", "workloads": ("vector-add", "host-copy"),
                      "launches": 3, "samples": 30, "timeout_s": 60.0, **changes})


def node(gpus=8, **changes):
    return Node(**{
        "name": "node7", "driver": "580.95.05", "cuda_of_driver": "13.0",
        "gpus": tuple(Gpu(UUIDS[i], "NVIDIA H100 80GB HBM3", "h100-sxm5-80gb", f"0000:{i}b:00.0",
                          "9.0", i) for i in range(gpus)),
        "engines": (EngineFacts("local", "0.1.0", injection="host"),), "architecture": "x86_64",
        "kernel": "6.1", "distro": "debian12", "simulated": "h100x8", **changes})


def launch(number=1, report=None, **changes):
    return Launch(**{
        "id": f"{number:04}", "cell": cell().key, "kind": "measure", "round": number,
        "engine": "local", "image": "", "digest": "sha256:0",
        "arguments": ("--level", "quick", "--only", "vector-add,host-copy", "--samples", "30"),
        "gpus": UUIDS[:1],
        "started_utc": "2026-11-27T02:00:00Z", "since_start_s": 1.0, "duration_s": 2.0,
        "stage": "run", "exit_code": report["exit_code"] if isinstance(report, dict) else None,
        "injection": "host", "report": report, **changes})


def workload(name, verdict="PASS", reason=None, blocked_by=None):
    return {"name": name, "verdict": verdict, "reason": reason, "blocked_by": blocked_by,
            "summary": None, "duration_s": 0.5, "elements_checked": 1}


def check(finding, workload=None, verdict="FAIL", blocked_by=None, gpu=0):
    return {"id": finding, "layer": finding.partition(".")[0], "verdict": verdict,
            "blocked_by": blocked_by, "workload": workload, "gpu": gpu, "call": None, "code": None,
            "observed": f"seen of {finding}", "expected": "well", "remedy": f"mend {finding}",
            "action": "none", "where": None}


def metric(name="host-copy.to-gpu", workload="host-copy", variant="pinned", value=5e10, gpu=0):
    return {"name": name, "title": name, "workload": workload, "src_gpu": gpu, "dst_gpu": gpu,
            "variant": variant, "unit": "bytes_per_s", "value": value, "floor": None,
            "floor_from": None, "ceiling": None, "ceiling_from": None, "verdict": "not judged",
            "stats": {"count": 1, "median": value, "mad": 0, "min": value, "max": value},
            "samples": [value]}


def report(workloads=None, checks=(), metrics=None, **changes):
    """Consistent, whatever its parts are."""
    rows = [workload("vector-add"), workload("host-copy")] if workloads is None else workloads
    words = [row["verdict"] for row in rows] + [row["verdict"] for row in checks
                                                if row["verdict"] in ("FAIL", "ERROR")]
    verdict = next((word for word in ("FAIL", "ERROR", "PASS") if word in words), "SKIP")
    heaviest = next((row for row in checks if row["verdict"] == verdict), None)
    gpus = [{"index": i, "facts": {"uuid": {"nvml": UUIDS[i]},
                                   "clock_limits_under_load": {"host-copy": "software power cap"},
                                   "other_processes": {"host-copy": "none"}}} for i in range(8)]
    return {
        "schema_version": 1, "suite": {"version": "0.1.0", "commit": "0"}, "verdict": verdict,
        "exit_code": {"PASS": 0, "FAIL": 1, "ERROR": 3, "SKIP": 77}[verdict], "simulated": True,
        "profile": "h100x8", "host": "node7", "subject": None, "told": None,
        "started_utc": "2026-11-27T02:00:00Z", "duration_s": 1.0,
        "plan": "--level quick --only vector-add,host-copy --device 0 --samples 30", "seed": "1", "interrupted": None,
        "headline": None if heaviest is None else {
            key: heaviest[key] for key in ("id", "layer", "gpu", "observed", "remedy")},
        "counts": {}, "gpus_total": 8, "gpus_tested": 1,
        "facts": {"driver_version": {"nvml": "580.95.05"}, "cudart_version": {"runtime": "13.0"},
                  "injection_mode": {"audit": "host"}},
        "gpus": gpus, "workloads": rows, "checks": list(checks),
        "metrics": [metric()] if metrics is None else metrics, **changes}


def failing(finding, of="vector-add"):
    """A report in which one workload fails and the other passes."""
    rows = [workload(name, "FAIL" if name == of else "PASS") for name in ("vector-add", "host-copy")]
    return report(rows, [check(finding, of)])


class FakeMatrix:
    """Rules as (cell's values, workloads, injection or None, expectation); the first decides."""

    def __init__(self, *rules):
        self.rules = rules

    def facts(self, node, cell):
        return {"driver.version": node.driver, "simulated": node.simulated is not None}

    def expect(self, cell, workload, injection, facts):
        for when, workloads, mode, expectation in self.rules:
            if all(getattr(cell, axis) == value for axis, value in when.items()) \
                    and (not workloads or workload in workloads) and mode in (None, injection):
                return expectation
        return PASSES
