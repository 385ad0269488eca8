# SPDX-License-Identifier: Apache-2.0
"""What was seen of a launch's end becomes words: how far it came, and whether harness or engine lost
hold of it. Pure: what a container can do to us is in tests as values."""

from __future__ import annotations

from dataclasses import dataclass

from ..model import Trouble
from ..words import ENGINE, RUN
from .box import State
from .excerpt import cut

# By which the clients say that no program ran: their own failure, not executable, not found. A
# program may use the same numbers, and podman has 127 for a container that was removed while it ran:
# they count only where the engine has no state to ask for, and nothing was reported.
NEVER_BEGAN = (125, 126, 127)


@dataclass
class Seen:
    client_exit: int | None = None
    missing: str = ""  # why the client could not be started
    unanswered: str = ""  # what came in the place of a state
    stuck: str = ""  # why it may be there still
    wrong: str = ""  # with the report's file
    has_report: bool = False
    state: State | None = None
    is_timed_out: bool = False
    is_stopped: bool = False
    is_left_running: bool = False  # when its client ended
    timeout_s: float = 0.0


def stage_of(seen: Seen) -> str:
    if seen.has_report:
        return RUN
    if seen.state is not None:
        return RUN if seen.state.is_begun else ENGINE
    is_known = seen.client_exit is not None and not seen.unanswered
    return RUN if is_known and seen.client_exit not in NEVER_BEGAN else ENGINE


def exit_code_of(seen: Seen) -> int | None:
    """The program's, as the engine recorded it; the client's where no program began."""
    if seen.state is not None and seen.state.is_begun:
        return None if seen.state.is_running else seen.state.exit_code
    return seen.client_exit


def trouble_of(seen: Seen, engine: str) -> Trouble | None:
    """The first that applies. None where the engine refused the start in words: what they mean is
    not for here."""
    state = seen.state
    if seen.missing:
        return Trouble("suite.engine-missing", seen.missing)
    if seen.unanswered:
        return Trouble("suite.engine-lost", f"{engine} does not answer: {seen.unanswered}")
    if seen.stuck:
        return Trouble("suite.container-stuck", f"{engine} cannot remove it: {seen.stuck}")
    if seen.is_left_running:
        return Trouble("suite.client-killed",
                       f"the client of {engine} ended with {seen.client_exit} while its container "
                       "ran on")
    if seen.is_timed_out:
        return Trouble("suite.launch-timed-out", f"still running after {seen.timeout_s:g} s")
    if seen.is_stopped:
        return None
    if state is None:
        if seen.client_exit in NEVER_BEGAN and not seen.has_report:
            return None
        return Trouble("suite.container-gone",
                       f"{engine} has no container where one ended with {seen.client_exit}")
    if state.is_out_of_memory:
        return Trouble("suite.launch-out-of-memory", f"the kernel ended it: exit {state.exit_code}")
    if state.is_begun and seen.client_exit != state.exit_code:
        return Trouble("suite.engine-stopped",
                       f"the client of {engine} ended with {seen.client_exit}, its container with "
                       f"{state.exit_code}")
    return None


def message_of(seen: Seen, said: str) -> str:
    """With the engine's own record of an error, which its client does not always print, and what is
    wrong with the report."""
    error = seen.state.error if seen.state is not None else ""
    return cut("\n".join(text for text in (said, error if error not in said else "", seen.wrong)
                         if text))
