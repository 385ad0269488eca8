# SPDX-License-Identifier: Apache-2.0
"""What the judge says of launches, in a form that tests ask for."""

from gpu_selftest_harness.judge import judge
from records import FakeMatrix, node, planned


def judged(*launches, matrix=FakeMatrix(), asked=None, **more):
    """The cell's outcome, then those of its workloads by name."""
    outcomes = judge(asked or planned(), list(launches), matrix, node(), **more)
    assert outcomes[0].workload == ""
    return outcomes[0], {outcome.workload: outcome for outcome in outcomes[1:]}


def reds(*launches, **more):
    of_cell, workloads = judged(*launches, **more)
    return {outcome.workload for outcome in (of_cell, *workloads.values()) if outcome.is_red}
