# SPDX-License-Identifier: Apache-2.0
"""The matrices that come with the harness: what is in them and what they expect, held against a list
made by hand of which toolkit needs which driver."""

from pathlib import Path

import pytest

from gpu_selftest_harness.matrix import from_text, load
from gpu_selftest_harness.matrix.lint import lint
from gpu_selftest_harness.night.simulated import DRIVERS

MATRICES = Path(__file__).resolve().parent.parent / "matrices"
NAMES = sorted(path.name for path in MATRICES.glob("*.yaml"))

# CUDA Compatibility guide: the oldest branch on which a toolkit's major version runs.
OLDEST_BRANCH = {"11": 450, "12": 525, "13": 580}


def expected(matrix, cell, workload=""):
    return matrix.expect(cell, workload, None, {"simulated": True})


def runs_on(cell):
    return int(cell.driver) >= OLDEST_BRANCH[cell.cuda.partition(".")[0]]


@pytest.mark.parametrize("name", NAMES)
def test_matrix__lints_clean(name):
    assert lint(load(MATRICES / name)) == []


def test_simulated__is_three_drivers_by_four_toolkits_by_three_variants():
    cells = load(MATRICES / "simulated.yaml").cells()

    assert len({(cell.driver, cell.cuda, cell.variant) for cell in cells}) == len(cells) == 36
    assert {cell.driver for cell in cells} <= set(DRIVERS)
    assert {cell.engine for cell in cells} == {"local"}


def test_simulated__fails_where_the_driver_is_older_than_the_toolkit_needs_and_nowhere_else():
    matrix = load(MATRICES / "simulated.yaml")

    words = {(cell.driver, cell.cuda, cell.variant): expected(matrix, cell) for cell in matrix.cells()}

    failing = {cell for cell, wanted in words.items() if wanted.word == "FAIL"}
    assert failing == {(cell.driver, cell.cuda, cell.variant) for cell in matrix.cells()
                       if not runs_on(cell)}
    assert len(failing) == 6
    assert {words[cell].id for cell in failing} == {"host.driver-too-old"}
    assert {words[cell].layer for cell in failing} == {"host"}
    assert {wanted.word for cell, wanted in words.items() if cell not in failing} == {"PASS"}


def test_simulated__base_alone_skips_what_it_does_not_have():
    matrix = load(MATRICES / "simulated.yaml")

    skipping = {(cell.variant, workload) for cell in matrix.cells()
                for workload in ("sgemm", "all-reduce", "host-copy")
                if expected(matrix, cell, workload).word == "SKIP"}

    assert skipping == {("base", "sgemm"), ("base", "all-reduce")}


def test_simulated_580__is_the_part_of_it_that_needs_no_older_kernels():
    whole, part = (load(MATRICES / name) for name in ("simulated.yaml", "simulated-580.yaml"))

    assert part.cells() == [cell for cell in whole.cells() if cell.driver == "580"]
    assert {expected(part, cell).word for cell in part.cells()} == {"PASS"}


def test_nightly__cuda_13_on_older_drivers_fails_only_where_the_toolkit_is_known_to_be_old():
    matrix = load(MATRICES / "nightly.yaml")
    cells = [cell for cell in matrix.cells() if cell.devices == "all" and cell.cuda == "13.0"
             and cell.capabilities == "compute,utility"]

    def words(toolkit):
        return {(runs_on(cell), matrix.expect(cell, "", "legacy", {"engine.toolkit": toolkit}).word)
                for cell in cells}

    assert words("1.17.4") == {(False, "FAIL"), (True, "PASS")}
    assert words("1.17.5") == {(False, "PASS"), (True, "PASS")}


def test_nightly__has_the_images_that_the_bake_file_makes():
    cells = load(MATRICES / "nightly.yaml").cells()

    images = {(cell.cuda, cell.distro) for cell in cells}
    assert ("11.8", "ubi9") not in images and ("12.4", "ubuntu24.04") not in images
    assert {("12.9", "ubuntu24.04"), ("12.4", "ubi9"), ("11.8", "ubuntu22.04")} <= images


@pytest.mark.parametrize("injection,expected", [
    ("legacy", ("FAIL", "user.capabilities-without-compute")),
    ("cdi", ("PASS", None)), ("jit-cdi", ("PASS", None))])
def test_nightly__utility_alone_is_wrong_under_legacy_only(injection, expected):
    """CDI puts in what its specification names, whatever NVIDIA_DRIVER_CAPABILITIES says."""
    matrix = load(MATRICES / "nightly.yaml")
    cells = [cell for cell in matrix.cells() if cell.capabilities == "utility"]

    words = {(wanted.word, wanted.id) for wanted
             in (matrix.expect(cell, "", injection, {}) for cell in cells)}

    assert words == {expected}


def with_parts(*marks):
    """The example with what these marks have switched on, as its head says: without '#MARK '."""
    text = (MATRICES / "nightly.yaml").read_text()
    for mark in marks:
        assert f"#{mark} " in text
        text = text.replace(f"#{mark} ", "")
    return from_text(text)


def test_nightly__asks_for_no_engine_that_its_service_cannot_use():
    assert {cell.engine for cell in load(MATRICES / "nightly.yaml").cells()} == {"docker"}


def test_nightly__podman_runs_what_docker_does_for_one_distribution():
    cells = with_parts("podman").cells()

    ours = {engine: {(cell.driver, cell.cuda, cell.variant, cell.gpu) for cell in cells
                     if cell.engine == engine and cell.distro == "ubuntu22.04"}
            for engine in ("docker", "podman")}
    assert ours["podman"] == ours["docker"]


@pytest.mark.parametrize("marks", [("podman",), ("desktop",), ("podman", "desktop")])
def test_nightly__parts_that_can_be_switched_on_lint_clean(marks):
    assert lint(with_parts(*marks)) == []


def test_nightly__without_compat_the_rule_of_compat_can_go():
    told = lint(with_parts("no-compat"))

    assert ["nothing reaches it" in line for line in told] == [True]


# As tests/containers saw it, with images that have no cuda-compat.
@pytest.mark.parametrize("gpu,injection,expected", [
    ("h100-sxm5-80gb", "legacy", ("host.driver-too-old", "run")),
    ("h100-sxm5-80gb", "cdi", ("host.driver-too-old", "run")),
    ("rtx-4090", "legacy", ("host.image-requirement-unmet", "engine")),
    ("rtx-4090", "cdi", ("host.image-requirement-unmet", "run")),
])
def test_nightly__an_old_driver_without_compat_fails_where_it_does(gpu, injection, expected):
    matrix = with_parts("desktop", "no-compat")
    cells = [cell for cell in matrix.cells() if cell.cuda == "13.0" and cell.gpu == gpu
             and cell.driver == "535"]

    wanted = {(one.word, one.id, one.stage) for one
              in (matrix.expect(cell, "", injection, {"engine.toolkit": "1.18.0"}) for cell in cells)}

    assert wanted == {("FAIL", *expected)}
