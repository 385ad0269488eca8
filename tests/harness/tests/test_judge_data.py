# SPDX-License-Identifier: Apache-2.0
"""Which findings are about data is decided for each of the program's findings of hardware."""

import re
import subprocess

import pytest

from gpu_selftest_harness.judge.data import DATA

# With DATA they are all that there are, so that a new finding has to be put on one side.
NO_DATA = frozenset((
    "hardware.gpu-lost",
    "hardware.kernel-fault",
    "hardware.throttled",
    "hardware.slower-than-siblings",
    "hardware.slow",
    "hardware.pcie-link-narrow",
    "hardware.pcie-link-slow",
    "hardware.pcie-uplink-narrow",
    "hardware.pcie-uplink-slow",
    "hardware.nvlink-down",
    "hardware.nvlink-slow",
    "hardware.nvswitch-slow",
    "hardware.gsp-hung",
    "hardware.inforom-corrupted",
))


def catalogue(top):
    text = "".join(path.read_text() for path in (top / "host/core/findings").glob("*.h"))
    return dict(re.findall(r'X\(GST_\w+, "([a-z]+\.[a-z0-9-]+)", GST_(\w+),', text))


def test_each_failure_of_hardware_is_on_one_side(top):
    failures = {finding for finding, word in catalogue(top).items()
                if word == "FAIL" and finding.startswith("hardware.")}
    assert failures
    assert failures == {finding for finding in DATA | NO_DATA if finding.startswith("hardware.")}
    assert not DATA & NO_DATA


@pytest.mark.parametrize("finding", sorted(DATA))
def test_the_program_knows_it_as_a_failure(finding, program_path):
    done = subprocess.run([program_path, "explain", finding], capture_output=True, text=True,
                          check=False)
    assert (done.returncode, "  verdict   FAIL\n" in done.stdout) == (0, True)
