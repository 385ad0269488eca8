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


GO_ON = "run MATRIX --resume --out DIR/runs --index DIR/index.sqlite"

TROUBLES = {
    # Of the runner and the judge.
    "suite.cell-cannot-run": Row(
        MISS, "this node can run the cell",
        "mend what it names (gpu-selftest-harness node show); only if the node is never to run it, "
        "take the cell out of its rows"),
    "suite.node-gone": Row(
        MISS, "a node that had driver and GPUs has them still",
        "mend its driver; what is seen of the node: gpu-selftest-harness node show"),
    "suite.not-run": Row(
        MISS, "the run goes on until each cell had its launches",
        f"gpu-selftest-harness {GO_ON}"),
    "suite.harness-failed": Row(
        ERROR, "the harness does its part of a launch",
        "report it as an error of the harness, with the bundle"),
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
        f"build or pull the image, then: gpu-selftest-harness {GO_ON}"),
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
        "look for a driver that hangs, dmesg | grep -i xid, then restart the machine"),
    # The engine refused the start, in words that nothing is known of.
    "suite.engine-failed": Row(
        ERROR, "the engine starts a container",
        "read the engine's message, and start the image by hand"),
    "suite.engine-lost": Row(
        ERROR, "the engine answers as long as its container runs",
        "start the engine's daemon again, read its log, and look whether the container still runs"),
    "suite.engine-stopped": Row(
        ERROR, "the engine's client sees its container to the end",
        "do not restart the engine while a night runs; run this cell again"),
    "suite.client-killed": Row(
        ERROR, "the engine's client lives as long as its container",
        "find out who killed the client: the kernel's log says whether memory ran out"),
    "suite.container-gone": Row(
        ERROR, "nobody else removes the harness's containers",
        "keep clean-up jobs off containers with the label gpu-selftest.owner"),
    "suite.container-stuck": Row(
        ERROR, "a container that is killed ends, and can be removed",
        "look for its process and for Xid in the kernel's log; restart the machine if it stays"),
    "suite.launch-timed-out": Row(
        ERROR, "a launch ends within its time",
        "read the report or the message for where it stood; give the cell more time if it was well"),
    "suite.launch-out-of-memory": Row(
        ERROR, "the memory that the container may use is enough",
        "raise the container's memory limit"),
    "suite.disk-full": Row(
        ERROR, "the disks that bundles and results of launches are written to have room",
        f"free disk space, then: gpu-selftest-harness {GO_ON}"),
    "suite.not-compared": Row(
        ERROR, "a number can be compared with those of other nights once in a week",
        "end what disturbs it while the night runs: other processes on the GPU (nvidia-smi), or heat "
        "(nvidia-smi -q -d PERFORMANCE)"),
    "suite.never-ran": Row(
        MISS, "each cell of the matrix is run by some node each night",
        "see why its node did not report, or bring one with its driver and GPU, or leave the cell out"),
}
