# SPDX-License-Identifier: Apache-2.0
"""Whose container is it, and is he still there?"""

import os
import subprocess

import pytest

from gpu_selftest_harness.engines import owner
from gpu_selftest_harness.engines.leftovers import is_abandoned


@pytest.fixture
def child():
    process = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
    yield process
    process.stdin.close()
    process.wait()


def name_of(pid):
    return f"{pid} {owner.start_ticks(pid)} {owner.here()}"


def test_this_process_lives():
    assert owner.lives(owner.myself()) is True


def test_child_lives_until_it_ended_even_if_nobody_waited(child):
    name = name_of(child.pid)
    assert owner.lives(name) is True

    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)

    assert owner.lives(name) is False


def test_number_that_was_given_out_again_is_somebody_else(child):
    assert owner.lives(f"{child.pid} 1 {owner.here()}") is False


@pytest.mark.parametrize("place", ["another-boot/pid:[1]", ""])
def test_process_of_another_place_cannot_be_seen(place):
    assert owner.lives(f"{os.getpid()} {owner.start_ticks(os.getpid())} {place}") is None


@pytest.mark.parametrize("error, lives", [(PermissionError, None), (ProcessLookupError, False)])
def test_process_that_proc_does_not_show_is_not_taken_for_gone(monkeypatch, error, lives):
    """Mounted with hidepid, /proc shows a user his own processes: those of others look like none."""
    def kill(pid, signal):
        assert (pid, signal) == (4242, 0)
        raise error

    monkeypatch.setattr(owner, "start_ticks", lambda pid: None)
    monkeypatch.setattr(os, "kill", kill)

    assert owner.lives(f"4242 1 {owner.here()}") is lives


HERE, GONE, ELSEWHERE = "here", "gone", "elsewhere"


@pytest.mark.parametrize("who, deadline_s, is_left", [
    (HERE, 200, False), (HERE, 50, False),  # it ends its own at their time
    (GONE, 200, True), (GONE, 50, True),
    (ELSEWHERE, 200, False), (ELSEWHERE, 50, True)])
def test_abandoned(who, deadline_s, is_left):
    name = {HERE: owner.myself(), GONE: f"{os.getpid()} 1 {owner.here()}",
            ELSEWHERE: "7 7 another-boot/pid:[1]"}[who]
    labels = {"gpu-selftest.owner": name, "gpu-selftest.token": "t",
              "gpu-selftest.deadline": str(deadline_s)}

    assert is_abandoned(labels, now_s=100) is is_left


@pytest.mark.parametrize("missing", ["gpu-selftest.token", "gpu-selftest.deadline"])
def test_labels_that_no_harness_writes_are_left_alone(missing):
    labels = {"gpu-selftest.owner": f"{os.getpid()} 1 {owner.here()}", "gpu-selftest.token": "t",
              "gpu-selftest.deadline": "50"}
    assert is_abandoned(labels, now_s=100)

    del labels[missing]

    assert not is_abandoned(labels, now_s=100)
