# SPDX-License-Identifier: Apache-2.0
"""What images/Dockerfile promises as text; tests/containers builds it."""

import re
import subprocess

import pytest

from selftest import TOP

TEXT = (TOP / "images/Dockerfile").read_text()
VARIANTS = ("base", "runtime", "devel")


def stage(name):
    """A stage's lines, without comments."""
    [body] = re.findall(rf"(?ms)^FROM \S+ AS {name}\n(.*?)(?=^FROM |\Z)", TEXT)
    return [line for line in body.splitlines() if line and not line.startswith("#")]


def default(name):
    [value] = re.findall(rf"(?m)^ARG {name}=(.*)$", TEXT)
    return value


def test_version_is_that_of_the_project():
    [version] = re.findall(r"project\(gpu-selftest VERSION ([\d.]+)",
                           (TOP / "CMakeLists.txt").read_text())

    assert default("VERSION") == version


def test_major_is_that_of_the_version():
    assert default("CUDA_VERSION").split(".")[0] == default("CUDA_MAJOR")


def test_plain_build_makes_the_runtime_variant():
    assert re.findall(r"(?m)^FROM \S+ AS (\w+)$", TEXT)[-1] == "runtime"


def test_variants_differ_by_their_name_alone():
    def common(variant):
        return [re.sub(r"(?<=speed\? With ).*", "...", line)
                .replace(variant.upper(), "VARIANT").replace(variant, "variant")
                for line in stage(variant)]

    # "base.name" is a label's own word in all three.
    assert common("runtime") == [line.replace("image.variant.name", "image.base.name")
                                 for line in common("base")]
    assert common("devel") == common("runtime")


@pytest.mark.parametrize("variant", VARIANTS)
def test_variant_is_a_layer_of_our_files_alone(variant):
    instructions = [line.split()[0] for line in stage(variant) if not line.startswith(" ")]

    assert instructions.count("COPY") == 1
    assert not {"RUN", "ADD", "CMD", "VOLUME", "EXPOSE"} & set(instructions)


def test_nothing_is_pulled_that_is_not_named():
    """A syntax line, and images that stages copy from, would be fetched from a registry."""
    assert not re.search(r"(?m)^#\s*(syntax|escape)\s*=", TEXT)
    assert set(re.findall(r"(?m)^FROM (\S+)", TEXT)) == {
        "${BUILD_IMAGE}", *(f"${{{variant.upper()}_IMAGE}}" for variant in VARIANTS)}
    assert set(re.findall(r"--from=(\S+)", TEXT)) == {"build"}


def build(tmp_path, release, *arguments):
    """images/build where nvcc is of this release and everything else fails."""
    nvcc = tmp_path / "nvcc"
    nvcc.write_text(f"#!/bin/sh\necho 'Cuda compilation tools, release {release}, V{release}.1'\n")
    nvcc.chmod(0o755)
    cmake = tmp_path / "cmake"
    cmake.write_text("#!/bin/sh\necho no cmake >&2\nexit 9\n")
    cmake.chmod(0o755)
    return subprocess.run([TOP / "images/build", *arguments], text=True, capture_output=True,
                          stdin=subprocess.DEVNULL, check=False,
                          env={"PATH": f"{tmp_path}:/usr/bin:/bin"})


def test_toolkit_of_another_major_is_refused(tmp_path):
    done = build(tmp_path, "12.4", "13", "unknown", tmp_path / "out")

    assert done.returncode == 1
    assert f"'{tmp_path}/nvcc' is of CUDA 12, CUDA_MAJOR is 13" in done.stderr
    assert "--build-arg CUDA_MAJOR=12" in done.stderr


def test_usage_of_the_build_script(tmp_path):
    assert build(tmp_path, "13.0", "13").returncode == 2
    assert build(tmp_path, "13.0", "--help").returncode == 0


def test_commit_that_is_handed_in_is_told_outside_a_checkout(tmp_path):
    template = tmp_path / "version.h.in"
    template.write_text("@GST_COMMIT@")

    def told(*options):
        subprocess.run(["cmake", f"-DSOURCE={tmp_path}", f"-DTEMPLATE={template}",
                        f"-DOUTPUT={tmp_path}/version.h", *options, "-P",
                        TOP / "host/run/commit.cmake"], check=True, capture_output=True)
        return (tmp_path / "version.h").read_text().strip()

    assert told("-DCOMMIT=0123abcd") == "0123abcd"
    assert told("-DCOMMIT=") == "unknown"
    assert told() == "unknown"
