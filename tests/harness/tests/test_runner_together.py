# SPDX-License-Identifier: Apache-2.0
"""Several launches at a time, on GPUs that they do not share."""

import threading

from fakes import FakeEngine, answer
from gpu_selftest_harness.runner import order
from records import cell, node, planned
from running import night


def together(tmp_path, plan, jobs, meeting):
    """The most launches that were seen at once, and whether two ever shared a GPU."""
    lock, running, most, shared = threading.Lock(), [], [0], []
    # The first ones wait for each other: without that a fast machine might never overlap them.
    meet = threading.Barrier(meeting)

    def script(request, number):
        with lock:
            shared.extend(set(request.devices) & {gpu for one in running for gpu in one.devices})
            running.append(request)
            most[0] = max(most[0], len(running))
        if number <= meet.parties:
            meet.wait(timeout=20.0)
        with lock:
            running.remove(request)
        return answer(request)

    launches, _ = night(tmp_path, FakeEngine(script), plan, jobs=jobs)
    return len(launches), most[0], shared


def test_disjoint_gpus_at_the_same_time(tmp_path):
    # Each of its own GPU.
    plan, used = [], set()
    for i in range(200):
        asked = planned(cell(cuda=f"12.{i}"), launches=1)
        gpu = int(asked.cell.key, 16) % 8
        if gpu not in used:
            used.add(gpu)
            plan.append(asked)
    assert together(tmp_path, plan[:4], 4, 4) == (4, 4, [])


def test_one_gpu_is_never_shared(tmp_path):
    plan = [planned(cell(cuda=f"12.{i}", devices="all"), launches=1) for i in range(3)]
    count, most, shared = together(tmp_path, plan, 3, 1)
    assert (count, most, shared) == (3, 1, [])


def test_the_fabric_is_used_alone(tmp_path):
    plan = [planned(cell(cuda=f"12.{i}", devices="none"), launches=1, needs_fabric=i == 0)
            for i in range(3)]
    seen, lock, running = [], threading.Lock(), set()

    def script(request, number):
        with lock:
            running.add(request.cuda)
            seen.append(set(running))
        with lock:
            running.discard(request.cuda)
        return answer(request)

    night(tmp_path, FakeEngine(script), plan, jobs=3)
    assert all(cudas == {"12.0"} for cudas in seen if "12.0" in cudas)
    assert {"12.0"} in seen


def test_who_wants_the_fabric_is_not_passed_by_others(tmp_path):
    """A long launch runs, then the fabric is wanted, then there is one that would fit beside the first."""
    def three(number):
        return [planned(cell(cuda=f"12.{number + i}", devices="none"), launches=1, needs_fabric=i == 0)
                for i in range(3)]

    plan = next(plan for plan in map(three, range(100))
                if order(plan, node(), 7)[1].planned.needs_fabric)
    last, passed, begun = order(plan, node(), 7)[2].planned.cell.cuda, threading.Event(), []

    def script(request, number):
        begun.append(request.cuda)
        if request.cuda == last:
            passed.set()
        if number == 1:
            passed.wait(0.3)
        return answer(request)

    night(tmp_path, FakeEngine(script), plan, jobs=3)
    assert begun[1:] == [plan[0].cell.cuda, last]
