# SPDX-License-Identifier: Apache-2.0
"""The harness is tested where it lies, without being installed."""

import os
import signal
import sys
from pathlib import Path

import pytest

HARNESS = Path(__file__).resolve().parent.parent
TOP = HARNESS.parent.parent

sys.path.insert(0, str(HARNESS))

# What tests import is shown as they are where an assertion of it fails.
pytest.register_assert_rewrite("judging", "plugged", "whole_night")

import stored  # noqa: E402
from gpu_selftest_harness.index import Index  # noqa: E402


@pytest.fixture(scope="session")
def top():
    """The folder of the whole project."""
    return TOP


@pytest.fixture(scope="session")
def build():
    """The folder of the built program."""
    folder = Path(os.environ.get("GPU_SELFTEST_BUILD") or TOP / "build/release").resolve()
    if not (folder / "bin/gpu-selftest").exists():
        pytest.fail(f"no program in {folder}/bin: build it first, or set GPU_SELFTEST_BUILD",
                    pytrace=False)
    return folder


@pytest.fixture(scope="session")
def program_path(build):
    return build / "bin/gpu-selftest"


@pytest.fixture
def make(tmp_path):
    """Seals a bundle of a night."""
    return lambda *words, root=tmp_path / "runs", **more: stored.sealed(root, *words, **more)


@pytest.fixture
def index(tmp_path):
    with Index(tmp_path / "index.sqlite") as opened:
        yield opened


@pytest.fixture
def hears_interrupts():
    """A shell that starts jobs in the background lets them ignore Ctrl-C, which the harness and all
    that a test starts would rightly go on ignoring."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
