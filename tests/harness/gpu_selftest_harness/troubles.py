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
