# SPDX-License-Identifier: Apache-2.0
"""What is launched, in which order, and that it is written down first."""

from fakes import FakeBundle, FakeEngine, refused
from gpu_selftest_harness.runner import order
from records import cell, node, planned
from running import TWO, night


def test_each_cell_three_times_in_the_recorded_order(tmp_path):
    engine = FakeEngine()
    launches, bundle = night(tmp_path, engine)
    assert [(one.cell, one.round) for one in launches] \
        == [(task.planned.cell.key, task.round) for task in order(TWO, node(), 7)]
    assert [record["id"] for record in bundle.of("launch")] == [f"{i:04}" for i in range(1, 7)]
    [note] = bundle.of("note")
    assert (note["seed"], note["tasks"]) == (7, [task.record for task in order(TWO, node(), 7)])
    assert engine.resolved == [""]


def test_a_launch_says_what_was_asked_and_seen(tmp_path):
    engine = FakeEngine()
    [one], _ = night(tmp_path, engine, [planned(launches=1)])
    [request] = engine.requests
    assert request.arguments == ("--level", "quick", "--only", "vector-add,host-copy", "--samples",
                                 "30")
    assert (request.devices, request.cuda, request.variant, request.timeout_s) \
        == (one.gpus, "13.0", "runtime", 60.0)
    assert (one.kind, one.round, one.digest, one.stage, one.exit_code, one.injection) \
        == ("measure", 1, "sha256:0", "run", 0, "host")
    assert one.report["verdict"] == "PASS"


def test_it_is_on_the_disk_before_anybody_hears_of_it(tmp_path):
    bundle, heard = FakeBundle(), []
    night(tmp_path, FakeEngine(), bundle=bundle,
          progress=lambda one, count, of: heard.append((one.id in {
              record["id"] for record in bundle.of("launch")}, count, of)))
    assert heard == [(True, count, 6) for count in range(1, 7)]


def test_the_message_of_a_container_that_never_began_is_explained(tmp_path):
    asked = []
    launches, _ = night(
        tmp_path, FakeEngine(lambda request, number: refused("nvidia-container-cli: so\n")),
        [planned(launches=1)],
        explain=lambda message: asked.append(message) or "host.image-requirement-unmet")
    assert asked == ["nvidia-container-cli: so\n"]
    assert [(one.explained, one.injection, one.stage) for one in launches] \
        == [("host.image-requirement-unmet", "legacy", "engine")]


def test_folders_of_results_are_removed(tmp_path):
    engine = FakeEngine()
    night(tmp_path, engine)
    assert not any(request.results.exists() for request in engine.requests)


def test_cells_that_cannot_run_are_not_tried(tmp_path):
    engine = FakeEngine()
    launches, _ = night(tmp_path, engine, [planned(miss="no such engine")])
    assert (launches, engine.requests) == ([], [])


def test_launch_of_a_node_without_gpus(tmp_path):
    launches, _ = night(tmp_path, FakeEngine(), [planned(cell(devices="none"), launches=1)],
                        on=node(0))
    assert launches[0].gpus == () and launches[0].report["verdict"] == "PASS"
