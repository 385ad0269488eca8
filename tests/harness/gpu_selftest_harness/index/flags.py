# SPDX-License-Identifier: Apache-2.0
"""Why numbers of a launch are not to be compared with those of other nights. The judge's own reasons,
asked of each launch and each GPU: an outcome tells only of the worst."""

import dataclasses
import functools

from ..judge import noise, report
from ..model import Launch, Node, Planned

UNREADABLE = "its report cannot be read"


class Flags:
    """Of one launch. `planned` and `node` are None where the bundle does not tell them."""

    def __init__(self, launch: Launch, planned: Planned | None, node: Node | None):
        self._launch = launch
        self._of_all = _of_launch(launch, planned, node)
        self._noise = functools.cache(self._noise_of)

    def __call__(self, workload, gpus):
        if self._of_all:
            return self._of_all
        return next(filter(None, (self._noise(workload, gpu) for gpu in gpus)), "")

    def _noise_of(self, workload, index):
        """Of one GPU: another one that is held back has numbers of its own."""
        gpus = [gpu for gpu in self._launch.report["gpus"] if gpu["index"] == index]
        try:
            return noise.of_workload(
                dataclasses.replace(self._launch, report={"gpus": gpus}), workload)
        except (KeyError, TypeError, AttributeError):
            return UNREADABLE


def _of_launch(launch, planned, node):
    if launch.is_timed_out:
        return "the launch ran out of time"
    if launch.foreign:
        return f"other processes: {', '.join(launch.foreign)}"
    if planned is None or node is None:
        return "the bundle does not tell what was planned, or where"
    try:
        # That it fits the schema was checked when it ran, and takes longer than all the rest.
        return (report.contradiction(launch.report, launch)
                or report.other(launch.report, launch, planned, node) or "")
    except (KeyError, TypeError, AttributeError, ValueError):
        return UNREADABLE
