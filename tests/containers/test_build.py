# SPDX-License-Identifier: Apache-2.0
"""images/Dockerfile on stand-ins of the official images: all three variants, with both engines, and
what each image is and carries."""

import json
import re

import pytest

import stand_in
from built import REVISION, TOOLKITS, VARIANTS
from engines import BUSYBOX, TOOLS, demand
from hosts import MOUNTS
from selftest import COUNTING, TOP, validate

MIB = 1 << 20
PROGRAM = "/usr/local/bin/gpu-selftest"
# As strict as an orchestrator may be: our images need none of what this takes away.
STRICT = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")
# glibc of Red Hat's UBI 9, the oldest of the distributions that images are made for.
OLDEST_GLIBC = (2, 34)


@pytest.fixture(params=sorted(TOOLKITS))
def cuda(request):
    return request.param


@pytest.fixture(params=VARIANTS)
def variant(request):
    return request.param


@pytest.fixture(params=["docker", "podman"])
def engine(request, roomy):
    return roomy(request.param)


def inspect(engine, name):
    [image] = json.loads(demand([*engine.command, "image", "inspect", name]))
    return image


def run(engine, name, *arguments, options=()):
    return engine.try_run(name, *STRICT, *options, command=arguments)


@pytest.fixture
def name(built, engine, cuda, variant):
    return built(engine.name, cuda)[variant]


def test_image_says_what_it_is(engine, name, cuda, variant):
    config = inspect(engine, name)["Config"]
    environment = dict(word.split("=", 1) for word in config["Env"])
    version = re.search(r"project\(gpu-selftest VERSION ([\d.]+)",
                        (TOP / "CMakeLists.txt").read_text()).group(1)

    assert config["Entrypoint"] == [PROGRAM]
    assert not config.get("Cmd")
    assert config["User"] == "65532:65532"
    assert config.get("WorkingDir", "/") in ("", "/")
    assert environment["GPU_SELFTEST_VARIANT"] == variant
    assert environment["NVIDIA_VISIBLE_DEVICES"] == "all"
    assert environment["NVIDIA_DRIVER_CAPABILITIES"] == "compute,utility"
    labels = config["Labels"]
    assert labels["org.opencontainers.image.title"] == "gpu-selftest"
    assert labels["org.opencontainers.image.version"] == version
    assert labels["org.opencontainers.image.revision"] == REVISION
    assert labels["org.opencontainers.image.licenses"] == "Apache-2.0 AND LicenseRef-NVIDIA-EULA"
    assert labels["org.opencontainers.image.base.name"] == stand_in.name_of(cuda, variant)
    assert labels["maintainer"] == "gpu-selftest"
    assert labels["gpu-selftest.variant"] == variant
    # What the image stands on says it, too.
    assert labels["gpu-selftest.cuda"].startswith(f"{cuda}.")
    assert environment["CUDA_VERSION"].startswith(f"{cuda}.")


def test_requirement_is_that_of_the_base_or_any_driver_of_the_major(engine, name, cuda, variant):
    given = requirement(engine, stand_in.build(engine, cuda)[variant])

    assert f"cuda>={cuda}" in given.split()
    assert requirement(engine, name) == f"cuda>={cuda.split('.')[0]}.0 {given}"


def requirement(engine, name):
    words = dict(word.split("=", 1) for word in inspect(engine, name)["Config"]["Env"])
    return words["NVIDIA_REQUIRE_CUDA"]


def test_version_tells_commit_and_kernels_of_this_toolkit(engine, name, cuda):
    done = run(engine, name, "--version")

    assert done.returncode == 0, done.stderr
    assert f"(commit {REVISION})" in done.stdout
    kernels = set(re.findall(r"(?m)^  \w+ +CUDA ([\d.]+) ", done.stdout))
    assert kernels == {cuda}, done.stdout


def test_layer_is_ours_alone_and_small(built, engine, cuda, variant):
    name = built(engine.name, cuda)[variant]
    below = stand_in.build(engine, cuda)[variant]
    ours, theirs = (inspect(engine, image) for image in (name, below))
    layers, under = (image["RootFS"]["Layers"] for image in (ours, theirs))

    assert layers[:len(under)] == under
    added = layers[len(under):]
    assert 1 <= len(added) <= 2, "one layer of files, and at most an empty one of WORKDIR"
    assert ours["Size"] - theirs["Size"] <= 4 * MIB


def findings(done):
    """The ids that count, of a report in JSON that is all there is on standard output."""
    assert done.stdout.startswith("{"), f"exit {done.returncode}\n{done.stdout}{done.stderr}"
    report = validate(json.loads(done.stdout))
    return {check["id"] for check in report["checks"] if check["verdict"] in COUNTING}


def test_without_a_gpu_the_host_is_named_and_nothing_else_printed(engine, name, has_driver):
    if has_driver:
        pytest.skip("this machine has an NVIDIA driver of its own")
    done = run(engine, name, "--json", "-")
    text = run(engine, name)

    assert findings(done) == {"host.no-gpu"}
    assert (done.returncode, text.returncode) == (1, 1)
    # The official entrypoint prints a banner to standard output, ahead of what it starts.
    assert text.stdout.startswith("FAIL  "), text.stdout[:200]


def test_without_injection_the_runtime_is_named(engine, name, tools, has_driver):
    """On a host with data-centre GPUs and a driver of branch 550, which the requirement of both
    toolkits admits: 12.4 is its own, and for 13.0 the official image names the branch."""
    if has_driver:
        pytest.skip("this machine has an NVIDIA driver of its own")
    container = engine.run(name, "--entrypoint", BUSYBOX, *STRICT, tools=tools)
    try:
        for source, target in MOUNTS.items():
            container.mount(f"{TOOLS}/hosts/550/{source}", target)
        done = container.run(PROGRAM, "--json", "-")
    finally:
        container.remove()

    assert findings(done) == {"runtime.nothing-injected"}
    assert done.returncode == 1
