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
    "suite.disk-full": Row(
        ERROR, "the disk that bundles are written to has room",
        "free disk space, then: gpu-selftest-harness run --resume"),
}
