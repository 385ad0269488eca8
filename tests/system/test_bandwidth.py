# SPDX-License-Identifier: Apache-2.0
"""`gpu-selftest bandwidth` on every healthy machine: PASS, each number within one percent of its
closed form, none missing and none beside them, and the same bytes each time."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from model_of import MIB, PROFILES, WORKLOADS, bandwidth_metrics, shown, skipped
from selftest import Outcome, validate

# Events tell time in steps of half a microsecond. Four reads of a B200's 16 MiB take 17 us, of which
# a step is 3 %.
SIZES = {"b200x8": 32 * MIB}
SIZE = 16 * MIB
VOLATILE = re.compile(r'^\s*"(started_utc|duration_s|commit)":.*$|selftest-sim\.\w{6}', re.M)

# CUDA 13 knows no GPU below 7.5.
LAST_CUDA = {"v100x16": 12}
WITHOUT_KERNELS = ["host-copy", "peer-copy", "fan"]

# All pairs of sixteen GPUs, every way, take a simulation minutes.
GPUS_AT_FULL = 8


def run_twice(program, words, profile, level, indices):
    """The report, of two runs that have to say the same."""
    args = (*words, "--level", level, "--size", SIZES.get(profile, SIZE), "--json", "-",
            *(["--device", ",".join(map(str, indices))] if len(indices) > 1 else []))
    with ThreadPoolExecutor() as pool:
        first, second = pool.map(lambda _: program.run(*args, profile=profile, timeout=240),
                                 range(2))

    assert VOLATILE.sub("", first.out) == VOLATILE.sub("", second.out)
    return Outcome(first.exit, first.out, first.err, validate(json.loads(first.out)))


def numbers(outcome):
    return {(metric["name"], metric["variant"] or "", metric["src_gpu"], metric["dst_gpu"]):
            metric["value"] for metric in outcome.report["metrics"]}


def choose(profile, kernel_majors):
    """The group; less what needs kernels where the build has none for this GPU."""
    if kernel_majors and min(kernel_majors) <= LAST_CUDA.get(profile, min(kernel_majors)):
        return ["bandwidth"], list(WORKLOADS)
    return WITHOUT_KERNELS, WITHOUT_KERNELS


def is_near(value, expected):
    """Within one percent, of one of several if the schedule decides."""
    choices = expected if isinstance(expected, list) else [expected]
    return any(value == pytest.approx(choice, rel=0.01) for choice in choices)


@pytest.mark.parametrize("level", ["quick", "full"])
@pytest.mark.parametrize("profile", PROFILES)
def test_numbers_are_those_of_the_profile(simulated, kernel_majors, profile, level):
    words, workloads = choose(profile, kernel_majors)
    indices = range(min(shown(profile), GPUS_AT_FULL if level == "full" else shown(profile)))
    outcome = run_twice(simulated, words, profile, level, indices)
    found = numbers(outcome)
    expected = {key: value for key, value in bandwidth_metrics(
                    profile, level, SIZES.get(profile, SIZE), indices).items()
                if key[0].split(".")[0] in workloads
                and (key[1] != "kernel" or workloads != WITHOUT_KERNELS)}
    reasons = skipped(profile, level, indices)

    assert outcome.exit == 0, outcome.describe()
    assert outcome.counted() == set() and outcome.notes() == set()
    assert outcome.report["gpus_tested"] == len(indices)
    assert outcome.workloads() == {name: "SKIP" if name in reasons else "PASS"
                                   for name in workloads}
    for workload in outcome.report["workloads"]:
        assert workload["reason"] == reasons.get(workload["name"])
    assert set(found) == set(expected)
    wrong = {key: (found[key], value) for key, value in expected.items()
             if not is_near(found[key], value)}
    assert not wrong, f"{len(wrong)} of {len(expected)}: {list(wrong.items())[:4]}"
