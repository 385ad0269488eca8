# SPDX-License-Identifier: Apache-2.0
"""images/Dockerfile on stand-ins of the official images: all three variants, with both engines, and
what each image is and carries."""

import io
import json
import re
import subprocess
import tarfile

import pytest
from elftools.elf.elffile import ELFFile

import stand_in
from built import REVISION, build
from engines import BUSYBOX, COMMAND_S, TOOLS, demand
from hosts import MOUNTS, make_host
from selftest import COUNTING, TOP, validate

MIB = 1 << 20
PROGRAM = "/usr/local/bin/gpu-selftest"
# As strict as an orchestrator may be: our images need none of what this takes away.
STRICT = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")
# glibc of Red Hat's UBI 9, the oldest of the distributions that images are made for.
OLDEST_GLIBC = (2, 34)


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


def test_podman_builds_it_itself(roomy):
    podman = roomy("podman")
    name = "gpu-selftest:by-podman"
    build(podman, "13.0", "base", name, stages=("base", "build"))

    assert f"(commit {REVISION})" in run(podman, name, "--version").stdout
    config = inspect(podman, name)["Config"]
    assert (config["User"], config["Entrypoint"]) == ("65532:65532", [PROGRAM])
    assert not config.get("Cmd")


def files_of(engine, name, folder):
    """What is below a folder of the image: {path: content}."""
    ident = demand([*engine.command, "create", name]).splitlines()[-1]
    try:
        done = subprocess.run([*engine.command, "cp", f"{ident}:{folder}", "-"], check=True,
                              capture_output=True, timeout=COMMAND_S)
    finally:
        engine.remove(ident)
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        return {entry.name: archive.extractfile(entry).read() for entry in archive
                if entry.isfile()}


def test_programs_start_on_every_distribution_that_is_served(built, roomy, cuda):
    """glibc has no later version of a function than the oldest of them, nothing else is needed."""
    docker = roomy("docker")
    files = files_of(docker, built("docker", cuda)["base"], "/usr/local/bin")

    assert set(files) == {"bin/gpu-selftest", "bin/gpu-selftest-audit-probe"}
    for name, data in files.items():
        elf = ELFFile(io.BytesIO(data))
        needs = elf.get_section_by_name(".gnu.version_r").iter_versions()
        versions = {version.name for _, rows in needs for version in rows}
        numbers = [tuple(map(int, version.removeprefix("GLIBC_").split(".")))
                   for version in versions]
        assert max(numbers) <= OLDEST_GLIBC, f"{name}: {sorted(versions)}"
        dynamic = elf.get_section_by_name(".dynamic")
        needed = {tag.needed for tag in dynamic.iter_tags("DT_NEEDED")}
        assert needed <= {"libc.so.6", "libm.so.6"}, name
        assert elf.get_section_by_name(".symtab") is None, f"{name} is not stripped"


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


@pytest.fixture
def findings_on(tools, has_driver):
    """What counts in a container without injection on a host with GPUs and this driver."""
    if has_driver:
        pytest.skip("this machine has an NVIDIA driver of its own")

    def find(engine, name, version):
        host = f"hosts/built-{version}"
        if not (tools / host).exists():
            make_host(tools / host, version)
        container = engine.run(name, "--entrypoint", BUSYBOX, *STRICT, tools=tools)
        try:
            for source, target in MOUNTS.items():
                container.mount(f"{TOOLS}/{host}/{source}", target)
            done = container.run(PROGRAM, "--json", "-")
        finally:
            container.remove()
        assert done.returncode == 1
        return findings(done)

    return find


def test_without_injection_the_runtime_is_named(engine, name, findings_on):
    """A driver of branch 550 is admitted for both toolkits: for 13.0, too, since these are
    data-centre GPUs, for which the official image names the branch."""
    assert findings_on(engine, name, "550.54.14") == {"runtime.nothing-injected"}


# 12.4 on older drivers, by what each has of CUDA: no official alternative holds for 530, of 12.1,
# on which every library of 12.x runs; 515 has 11.7.
@pytest.mark.parametrize("driver, extra", [
    ("530.30.02", set()), ("515.65.01", {"host.image-requirement-unmet"})])
def test_every_driver_of_the_major_is_admitted(built, roomy, findings_on, driver, extra):
    name, below = built("docker", "12.4")["base"], stand_in.name_of("12.4", "base")
    branch = driver.partition(".")[0]

    assert f"driver>={branch}" not in requirement(roomy("docker"), below)
    assert findings_on(roomy("docker"), name, driver) == {"runtime.nothing-injected", *extra}
