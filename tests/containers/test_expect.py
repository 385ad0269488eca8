# SPDX-License-Identifier: Apache-2.0
"""Our images hold what images/expect says, and what they stand on lacks exactly what is ours."""

import json
import os
import re
import subprocess

import pytest

import stand_in
from selftest import COUNTING, TOP, validate

EXPECT = TOP / "images/expect"
VARIANTS = ("base", "runtime", "devel")
LABEL = "org.opencontainers.image."
# What images/Dockerfile puts on an official image, by the keys of images/expect.
OURS = {"/usr/local/bin/gpu-selftest", "/usr/local/share/doc/gpu-selftest/LICENSE",
        "GPU_SELFTEST_VARIANT", "gpu-selftest.cuda", "gpu-selftest.variant", "user", "entrypoint",
        "cmd", "shell", "only",
        *(LABEL + name for name in ("title", "description", "version", "revision", "licenses",
                                    "base.name"))}


def lint(build, variant, feed):
    """(exit code, report); `feed` writes the archive of an image to a file object."""
    command = [build / "bin/gpu-selftest", "lint", "-", "--expect", EXPECT / f"{variant}.yaml",
               "--json", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          env=dict(os.environ, TMPDIR=os.environ["GST_CONTAINERS_DISK"])) as done:
        feed(done.stdin)
        out, _ = done.communicate(timeout=300)
    return done.returncode, validate(json.loads(out))


def counted(report):
    return [check for check in report["checks"] if check["verdict"] in COUNTING]


def keys_of(checks):
    """The keys of the lines that findings name."""
    keys = set()
    for check in checks:
        assert check["id"] == "image.expectation-unmet", check
        file, line = re.search(r"'(\w+\.yaml)', line (\d+), expects", check["observed"]).groups()
        text = (EXPECT / file).read_text().splitlines()[int(line) - 1]
        keys.add(text.strip().partition(": ")[0].rstrip(":").strip('"'))
    return keys


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("cuda", ["12.4", "13.0"])
def test_what_is_not_ours_lacks_what_is(build, cuda, variant):
    folder = stand_in.layout(cuda)
    code, report = lint(build, variant, lambda out: stand_in.write_archive(
        out, folder, stand_in.name_of(cuda, variant)))
    # 13.0 asks for drivers of 13.0 on its own; libraries and compilers are larger than we may be.
    more = ({"NVIDIA_REQUIRE_CUDA"} if cuda == "12.4" else set()) \
        | ({"size"} if variant != "base" else set())

    assert code == 1
    assert keys_of(counted(report)) == OURS | more


@pytest.mark.parametrize("engine_name", ["docker", "podman"])
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("cuda", ["12.4", "13.0"])
def test_our_image_holds_what_it_must(build, roomy, built, cuda, variant, engine_name):
    engine = roomy(engine_name)
    name = built(engine_name, cuda)[variant]

    def save(out):
        subprocess.run([*engine.command, "save", name], stdout=out, check=True, timeout=300)

    code, report = lint(build, variant, save)
    assert not counted(report), counted(report)
    assert code == 0
    [item] = [item for item in report["workloads"] if item["name"] == "expectations"]
    assert item["verdict"] == "PASS"
