# SPDX-License-Identifier: Apache-2.0
"""The matrix of images against what official images there are, and what is told of it."""

import re

import pytest

import bake
from selftest import TOP

# What NVIDIA publishes for each of our toolkits, for both processors: the folders of dist/<release>
# in gitlab.com/nvidia/container-images/cuda, as of 2025-08-18.
OFFICIAL = {
    "11.8.0": {"ubuntu22.04"},
    "12.4.1": {"ubuntu22.04", "ubi9"},
    "12.9.1": {"ubuntu22.04", "ubuntu24.04", "ubi9"},
    "13.0.0": {"ubuntu22.04", "ubuntu24.04", "ubi9"},
}
# Asked for where the newest toolkit is one of these, so that nothing else is in the matrix.
KNOWN = "13.0.0"
BOTH = ("linux/amd64", "linux/arm64")
DOCKERFILE = TOP / "images/Dockerfile"


@pytest.fixture(autouse=True)
def buildx():
    if not bake.BUILDX.exists():
        pytest.skip("no docker-buildx: scripts/vendor buildx-0.13 fetches it")


def test_cells_are_the_official_images():
    expected = {bake.Cell(cuda, distro, variant, BOTH) for cuda, distros in OFFICIAL.items()
                for distro in distros for variant in ("base", "runtime", "devel")}

    assert bake.cells(NEWEST=KNOWN) == expected


@pytest.mark.parametrize("newest, distros", [
    ("13.3.0", {"ubuntu22.04", "ubuntu24.04", "ubi9"}),
    ("12.6.3", {"ubuntu22.04", "ubuntu24.04", "ubi9"}),
    ("12.3.2", {"ubuntu22.04", "ubi9"}),
    ("11.7.1", {"ubuntu22.04"}),
    ("11.6.2", set()),  # ubuntu20.04 and ubi8 alone
])
def test_rule_serves_a_release_that_the_file_does_not_name(newest, distros):
    new = bake.cells(NEWEST=newest) - bake.cells(NEWEST=KNOWN)

    assert {cell.cuda for cell in new} <= {newest}
    assert {cell.distro for cell in new} == distros


# As far as 13.0.2 official runtime images have NCCL (its environment says 2.28.3-1); those of 13.1.1
# and 13.2.0 have none.
@pytest.mark.parametrize("newest, variants", [
    ("12.6.3", {"base", "runtime", "devel"}), ("13.0.2", {"base", "runtime", "devel"}),
    ("13.1.1", {"base"}), ("13.3.0", {"base"})])
def test_what_promises_nccl_stands_on_images_that_have_it(newest, variants):
    new = bake.cells(NEWEST=newest) - bake.cells(NEWEST=KNOWN)

    assert {cell.variant for cell in new} == variants


def test_a_newer_patch_takes_the_place_of_an_older():
    targets = bake.evaluate(NEWEST="13.0.2")

    assert {cell.cuda for cell in bake.cells(NEWEST="13.0.2")} == {
        "11.8.0", "12.4.1", "12.9.1", "13.0.2"}
    assert "gpu-selftest:latest" in targets["13-0-runtime-ubuntu22-04"]["tags"]


def test_targets_hand_over_what_the_dockerfile_takes():
    taken = set(re.findall(r"(?m)^ARG (\w+)", DOCKERFILE.read_text()))
    stages = set(re.findall(r"(?m)^FROM \S+ AS (\w+)$", DOCKERFILE.read_text()))

    for name, target in bake.evaluate(REVISION="0123abcd").items():
        assert set(target["args"]) <= taken, name
        assert target["target"] in stages
        assert target["dockerfile"] == "images/Dockerfile" and target["context"] == "."
        assert target["args"]["CUDA_MAJOR"] == target["args"]["CUDA_VERSION"].split(".")[0]
        assert target["args"]["REVISION"] == "0123abcd"


def test_names():
    targets = bake.evaluate(REPOSITORY="registry.example/gpu-selftest")
    names = [name for target in targets.values() for name in target["tags"]]

    assert len(set(names)) == len(names), "two images of one name"
    assert all(name.startswith("registry.example/gpu-selftest:") for name in names)
    short = {name.partition(":")[2] for name in names}
    assert {"13.0-runtime-ubuntu22.04", "12.4-base-ubi9", "11.8-devel-ubuntu22.04"} <= short
    assert targets["13-0-base-ubuntu22-04"]["tags"][1:] == ["registry.example/gpu-selftest:base"]
    assert targets["13-0-runtime-ubuntu22-04"]["tags"][1:] == [
        "registry.example/gpu-selftest:runtime", "registry.example/gpu-selftest:latest"]
    assert targets["13-0-devel-ubuntu22-04"]["tags"][1:] == ["registry.example/gpu-selftest:devel"]
    assert targets["12-4-runtime-ubuntu22-04"]["tags"][1:] == []


def test_readme_tells_what_was_never_built():
    text = (TOP / "images/README.md").read_text()

    assert f"<!-- matrix -->\n{bake.table()}<!-- /matrix -->" in text, \
        f"scripts/readme writes it again:\n{bake.table()}"
    # Each cell is in the table once, and built is only what the container tests build.
    rows = re.findall(r"(?m)^\| (\d\S+) \| (\S+) \| .* \| (.+) \| (.+) \|$", bake.table())
    assert {row[:2] for row in rows} == {(cell.cuda, cell.distro) for cell in bake.cells()}
    built = {row[:2] for row in rows if row[2] != "untested"}
    assert built == {(cuda, "ubuntu22.04") for cuda in bake.built_toolkits()}
    assert {row[3] for row in rows} == {"untested"}
