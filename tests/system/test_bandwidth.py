# SPDX-License-Identifier: Apache-2.0
"""`gpu-selftest bandwidth` on every healthy machine: PASS, each number within one percent of its
closed form, none missing and none beside them, and the same bytes each time."""

import json
import re

import pytest

from model_of import MIB, PROFILES, bandwidth_metrics, shown
from selftest import BANDWIDTH, SEVERAL_GPUS, Outcome, validate

# Events tell time in steps of half a microsecond. Four reads of a B200's 16 MiB take 17 us, of which
# a step is 3 %.
SIZES = {"b200x8": 32 * MIB}
SIZE = 16 * MIB
VOLATILE = re.compile(r'^\s*"(started_utc|duration_s|commit)":.*$|selftest-sim\.\w{6}', re.M)

# CUDA 13 knows no GPU below 7.5.
LAST_CUDA = {"v100x16": 12}
WITHOUT_KERNELS = ["host-copy"]


def run_twice(program, words, profile, level):
    """The report, of two runs that have to say the same."""
    args = (*words, "--level", level, "--size", SIZES.get(profile, SIZE), "--json", "-")
    first, second = (program.run(*args, profile=profile, timeout=120) for _ in range(2))

    assert VOLATILE.sub("", first.out) == VOLATILE.sub("", second.out)
    return Outcome(first.exit, first.out, first.err, validate(json.loads(first.out)))


def numbers(outcome):
    return {(metric["name"], metric["variant"] or "", metric["src_gpu"], metric["dst_gpu"]):
            metric["value"] for metric in outcome.report["metrics"]}


def choose(profile, kernel_majors):
    """The group; less what needs kernels where the build has none for this GPU."""
    if kernel_majors and min(kernel_majors) <= LAST_CUDA.get(profile, min(kernel_majors)):
        return ["bandwidth"], BANDWIDTH
    return WITHOUT_KERNELS, WITHOUT_KERNELS


@pytest.mark.parametrize("level", ["quick", "full"])
@pytest.mark.parametrize("profile", PROFILES)
def test_numbers_are_those_of_the_profile(simulated, kernel_majors, profile, level):
    words, workloads = choose(profile, kernel_majors)
    outcome = run_twice(simulated, words, profile, level)
    found = numbers(outcome)
    expected = {key: value for key, value
                in bandwidth_metrics(profile, level, SIZES.get(profile, SIZE)).items()
                if key[0].split(".")[0] in workloads}

    assert outcome.exit == 0, outcome.describe()
    assert outcome.counted() == set() and outcome.notes() == set()
    assert outcome.report["gpus_tested"] == shown(profile)
    assert outcome.workloads() == {
        name: "SKIP" if shown(profile) < 2 and name in SEVERAL_GPUS else "PASS"
        for name in workloads}
    assert set(found) == set(expected)
    for key, value in expected.items():
        assert found[key] == pytest.approx(value, rel=0.01), key
