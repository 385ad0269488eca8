# SPDX-License-Identifier: Apache-2.0
"""Bundles and what an index makes of them, as small as they can be, for tests that need some; the
fixtures that seal and index them are in conftest.py."""

import hashlib
import sqlite3
from dataclasses import replace

from gpu_selftest_harness.bundle import Bundle
from gpu_selftest_harness.model import (Cell, EngineFacts, Expectation, Launch, Node, Outcome,
                                        Planned)

CELL = Cell("580", "13.0", "runtime", "debian12", "local", "h100", "all", "compute,utility",
            "quick")
OTHER = Cell("580", "12.4", "runtime", "debian12", "local", "h100", "all", "compute,utility",
             "quick")
UUID = "GPU-00000000-0000-4000-8000-000000000001"


def metric(value, samples=None, **changes):
    return {"name": "host-copy.to-gpu", "workload": "host-copy", "variant": "pinned",
            "unit": "bytes_per_s", "src_gpu": 0, "dst_gpu": 0, "value": value,
            "verdict": "PASS", "samples": samples or [value] * 3, **changes}


NODE = Node("n7", "580.95.05", "13.0", (), (EngineFacts("local", "0.1.0"),), "x86_64", "6.1",
            "debian12")


def gpu(index=0, uuid=UUID, **facts):
    facts = {"clock_limits_under_load": {"host-copy": "none"}, **facts}
    return {"index": index, "facts": {"uuid": {"driver": uuid}, "sm_clock_under_load_hz": {
        "host-copy": 1.98e9, "sgemm": 1.0}, **facts}}


def report(*metrics, gpus=(gpu(),), **changes):
    return {"suite": {"version": "0.1.0", "commit": "abc"}, "verdict": "PASS", "exit_code": 0,
            "headline": None, "simulated": False, "plan": "", "gpus_tested": len(gpus),
            "workloads": [{"name": "host-copy", "verdict": "PASS"}], "facts": {},
            "metrics": list(metrics), "gpus": list(gpus), **changes}


def launch(identity, *metrics, cell=CELL, **changes):
    values = dict(id=identity, cell=cell.key, kind="measure", round=0, engine="local", image="",
                  digest=None, arguments=(), gpus=(UUID,), started_utc="2026-11-27T02:00:00Z",
                  since_start_s=float(int(identity)), duration_s=2.0, stage="run", exit_code=0,
                  report=report(*metrics) if metrics else None)
    return Launch(**{**values, **changes})


def outcome(word="PASS", workload="", cell=CELL, **changes):
    values = dict(cell=cell.key, workload=workload, word=word, layer=None, id=None, stage="run",
                  expected=Expectation("PASS"), is_as_expected=word == "PASS")
    return Outcome(**{**values, **changes})

def sealed(root, night, *records, node="n7", cells=(CELL,), **header):
    """A bundle of a night."""
    plan = [Planned(cell, "", (), 3, 30, 60.0) for cell in cells]
    with Bundle.create(root, {"night": night, "node": replace(NODE, name=node), "plan": plan,
                              **header}, ballast_bytes=0) as bundle:
        for record in records:
            bundle.append("launch" if isinstance(record, Launch) else "outcome", record)
        return bundle.seal()


def many(make):
    return [make(f"2026-11-{20 + number}", launch("0001", metric(float(number))),
                 launch("0002", metric(2.0, variant=f"v{number}")), outcome(), node=f"n{number % 2}",
                 run_id=f"202611{20 + number}T020000Z-n-0000000{number}")
            for number in range(6)]


def dump(index):
    """All that is in it, by names instead of by numbers that depend on the order of coming."""
    connection = sqlite3.connect(index.path)
    queries = (
        "SELECT run_id, sha256, night, node, is_simulated, started_utc, header, jumps FROM bundles",
        "SELECT * FROM cells",
        "SELECT run_id, cell, body FROM plans JOIN bundles ON id = bundle",
        "SELECT run_id, cell, workload, body FROM outcomes JOIN bundles ON id = bundle",
        "SELECT digest, body FROM provenances",
        "SELECT s.cell, workload, metric, variant, unit, src, dst, s.node, b.night, run_id, launch,"
        " since_start_s, median, q1, q3, low, high, samples, clock_hz, flag, digest FROM points p"
        " JOIN series s ON s.id = series JOIN bundles b ON b.id = bundle"
        " JOIN provenances v ON v.id = provenance")
    rows = [sorted(map(repr, connection.execute(query))) for query in queries]
    connection.close()
    assert all(rows)
    return hashlib.sha256(repr(rows).encode()).hexdigest()
