# SPDX-License-Identifier: Apache-2.0
"""The launches of a night: which, in which order, by whom, and each one written down before anything
is made of it."""

from .history import Earlier
from .launcher import Launcher
from .outcomes import outcomes_of
from .rounds import Task, gpus_of, order, ran_of
from .runner import Runner

__all__ = ["Earlier", "Launcher", "Runner", "Task", "gpus_of", "order", "outcomes_of", "ran_of"]
