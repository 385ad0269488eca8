# SPDX-License-Identifier: Apache-2.0
"""What can keep the harness, or an engine, from its part. One row each: the word, what is expected
and one thing to do. Ids start with 'suite.' like those of the program, and none is also one of the
program's (tests/test_troubles.py)."""

from dataclasses import dataclass

from .words import ERROR, MISS


@dataclass(frozen=True)
class Row:
    word: str
    expected: str
    remedy: str


TROUBLES = {
    # Of the runner and the judge.
    "suite.cell-cannot-run": Row(
        MISS, "this node can run the cell",
        "give the cell a node that can, or leave it out of the matrix with the reason"),
    "suite.not-run": Row(
        MISS, "the run goes on until each cell had its launches",
        "gpu-selftest-harness run --resume"),
    "suite.gpu-leased": Row(
        MISS, "nobody else holds the GPUs for as long as the harness waits",
        "wait for the holder, or end it; then: gpu-selftest-harness run --resume"),
    "suite.no-report": Row(
        ERROR, "the program leaves a report, however it ends",
        "read the message; start the image by hand with --json -"),
    "suite.report-unreadable": Row(
        ERROR, "the report is one JSON object of the program's schema",
        "look at the report and at the program's version"),
    "suite.report-contradicts": Row(
        ERROR, "report and exit code say the same, and so do the parts of the report",
        "look at the report: something else than the program wrote it, or ended in its place"),
    "suite.report-of-another": Row(
        ERROR, "the report is of the plan, the GPUs and the node that were asked for",
        "look for a second harness in the same folder, and at what the image's tag stands for"),
    "suite.workload-missing": Row(
        ERROR, "each workload of the plan is in the report",
        "look at the program's version: gpu-selftest list"),
    "suite.metric-missing": Row(
        ERROR, "a number that one launch has all launches have",
        "look at the reports of the launches: a workload lost a part of what it measures"),
    "suite.metric-invalid": Row(
        ERROR, "a number is finite and not below 0",
        "look at the report's samples, and report it as an error of the program"),
    "suite.engine-missing": Row(
        MISS, "the engine's command is on PATH and its daemon answers",
        "install or start the engine, or leave it out of this node's rows"),
    "suite.image-absent": Row(
        MISS, "the engine has the image",
        "build or pull the image, then: gpu-selftest-harness run --resume"),
    "suite.engine-cannot": Row(
        MISS, "the engine can do what the cell asks of it",
        "leave the cell out of the engine's rows"),
    "suite.gpu-leased": Row(
        MISS, "nobody else uses the GPU when its turn comes",
        "wait for the other run, or end it; who has what: gpu-selftest-harness node leases"),
    "suite.gpu-poisoned": Row(
        MISS, "what used the GPU before has come to its end",
        "see that nothing uses it any more, then: gpu-selftest-harness node clear <uuid>"),
    "suite.process-stuck": Row(
        ERROR, "a process ends when it is killed",
        "look for a call into the driver that hangs: dmesg | grep -i xid; then restart the machine"),
}
