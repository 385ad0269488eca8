# SPDX-License-Identifier: Apache-2.0
"""images/compose.yaml in real containers: what docker is asked for is as confined as the file says, and
GPUs come by dockerd's hook, by a runtime named nvidia, and by hand. Simulated ones; an override adds
what the simulator needs and takes nothing away. Docker 20.10 has no CDI.
"""

import json
import os
import re
import shutil
import stat
from pathlib import Path

import pytest
import yaml

from audit import copy_program
from cdi import simulate
from engines import Docker, call, demand
from selftest import COUNTING, TOP, validate

COMPOSE = TOP / "images/compose.yaml"
IMAGE = "gpu-selftest:ready-made"
GIB = 1 << 30

# As NVIDIA's driver has them; unified memory has another number on each host.
NODES = {"nvidiactl": (195, 255), "nvidia0": (195, 0), "nvidia-uvm": (506, 0),
         "nvidia-uvm-tools": (506, 1)}

# What an image of the suite promises, on Debian alone.
DOCKERFILE = """\
FROM debian
COPY gpu-selftest gpu-selftest-audit-probe /usr/local/bin/
ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility \\
    LD_LIBRARY_PATH=/usr/local/nvidia/lib:/usr/local/nvidia/lib64
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/gpu-selftest"]
"""

# What NVIDIA's runtime does in its legacy mode: it adds the hook to each container, and leaves the rest
# to runc.
RUNTIME = """\
#!/usr/bin/env python3
import json, os, sys
arguments = sys.argv[1:]
if "create" in arguments:
    path = os.path.join(arguments[arguments.index("--bundle") + 1], "config.json")
    with open(path, encoding="utf-8") as file:
        config = json.load(file)
    config.setdefault("hooks", {{}}).setdefault("prestart", []).append(
        {{"path": "{hook}", "args": ["{hook}", "prestart"], "env": ["PATH={path}"]}})
    with open(path, "w", encoding="utf-8") as file:
        json.dump(config, file)
os.execvp("runc", ["runc", *arguments])
"""

pytestmark = pytest.mark.skipif(shutil.which("docker-compose") is None,
                                reason="docker-compose is not installed")


@pytest.fixture(scope="module")
def simulation(build, work):
    return simulate(build, work / "ready-made", "--profile", "rtx4090x2")


@pytest.fixture(scope="module")
def docker(simulation, build, work, storage, archives):
    """With the image, the hook and the runtime."""
    engine = Docker(work / "docker-ready-made", storage, os.environ["GST_CONTAINERS_CGROUP"])
    engine.path = f"{simulation}/bin:{engine.path}"
    runtime = work / "nvidia-container-runtime"
    runtime.write_text(RUNTIME.format(hook=simulation / "bin/nvidia-container-runtime-hook",
                                      path=engine.path))
    runtime.chmod(0o755)
    engine.start("--add-runtime", f"nvidia={runtime}")
    engine.load(archives / "debian.tar", "debian")
    folder = work / "ready-made-image"
    folder.mkdir()
    copy_program(build, folder)
    (folder / "Dockerfile").write_text(DOCKERFILE)
    demand([*engine.command, "build", "--network", "none", "-t", IMAGE, folder])
    yield engine
    engine.stop()


@pytest.fixture(scope="module")
def nodes():
    """In this run's own /dev, which has a driver's where one is loaded."""
    for name, numbers in NODES.items():
        Path(f"/dev/{name}").unlink(missing_ok=True)
        os.mknod(f"/dev/{name}", stat.S_IFCHR | 0o666, os.makedev(*numbers))
        os.chmod(f"/dev/{name}", 0o666)
    yield
    for name in NODES:
        os.unlink(f"/dev/{name}")


@pytest.fixture
def compose(docker, tmp_path):
    """Calls the Compose that is here, with this file and more options."""

    def run(*arguments, override=None, **variables):
        files = ["-f", COMPOSE]
        if override:
            path = tmp_path / "override.yaml"
            path.write_text(yaml.safe_dump(override))
            files += ["-f", path]
        return call(["docker-compose", "-p", "ready-made", *files, *map(str, arguments)],
                    env={**os.environ, "DOCKER_HOST": f"unix://{docker.socket}",
                         "GPU_SELFTEST_IMAGE": IMAGE, **variables})

    yield run
    run("rm", "-f", "-s")


def of_simulator(folder, service):
    """What the simulator is told by: neither the driver's libraries nor its nodes. The hook mounts
    it, too."""
    text = (folder / "docker.args").read_text()
    mounts = [f"{source}:{target}:ro" for source, target in
              re.findall(r"(?m)^-v (\S+):(\S+):ro$", text) if target.startswith("/opt/")]
    added = {"env_file": [str(folder / "docker.env")]}
    if service == "manual":
        added["volumes"] = mounts
        # The file has this variable, too; where the driver lies is in both.
        [search] = re.findall(r"(?m)^LD_LIBRARY_PATH=(.*)$", (folder / "docker.env").read_text())
        added["environment"] = {"LD_LIBRARY_PATH": search}
    return {"version": "3.9", "services": {service: added}}


def report_of(done):
    assert done.stdout.startswith("{"), f"exit {done.returncode}\n{done.stdout}{done.stderr}"
    report = validate(json.loads(done.stdout))
    assert report["simulated"] is True
    return report


def counted(report):
    return {check["id"] for check in report["checks"] if check["verdict"] in COUNTING}


@pytest.mark.parametrize("service", ["gpu", "manual"])
def test_a_container_is_confined_as_the_file_says(compose, docker, nodes, simulation, service):
    done = compose("--profile", service, "up", "--no-start",
                   NVIDIA_DRIVER_LIBRARIES=str(simulation / "driver/usr/lib/x86_64-linux-gnu"))
    assert done.returncode == 0, done.stderr

    idents = demand([*docker.command, "ps", "-aq", "--filter",
                     f"label=com.docker.compose.service={service}"]).split()
    [made] = json.loads(demand([*docker.command, "inspect", *idents]))
    host = made["HostConfig"]

    assert (host["NetworkMode"], host["ReadonlyRootfs"], host["Privileged"]) == ("none", True, False)
    assert host["CapDrop"] == ["ALL"] and not host["CapAdd"]
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    assert host["ShmSize"] == GIB and list(host["Tmpfs"]) == ["/tmp"]
    assert made["Config"]["User"] == "65532:65532" and made["Config"]["StopTimeout"] == 10
    asked = [(request["Driver"], request["Count"], request["Capabilities"])
             for request in host["DeviceRequests"] or []]
    assert asked == ([("nvidia", -1, [["gpu"]])] if service == "gpu" else [])
    # Another service's devices and mounts are not this one's.
    assert {device["PathOnHost"] for device in host["Devices"] or []} == (
        {f"/dev/{name}" for name in NODES} if service == "manual" else set())


CHECKS = ("--only", "audit,device-query,vector-add", "--json", "-")


@pytest.mark.parametrize("service, variables, gpus", [
    ("gpu", {}, 2), ("legacy", {}, 2), ("legacy", {"NVIDIA_VISIBLE_DEVICES": "1"}, 1)])
def test_where_the_toolkit_is_installed_it_passes(compose, simulation, service, variables, gpus):
    done = compose("run", "--rm", "-T", service, *CHECKS, override=of_simulator(simulation, service),
                   **variables)

    report = report_of(done)
    assert counted(report) == set(), report["headline"]
    assert (report["verdict"], report["gpus_tested"], done.returncode) == ("PASS", gpus, 0)


def test_legacy_asked_for_none_says_so(compose, simulation):
    done = compose("run", "--rm", "-T", "legacy", *CHECKS, NVIDIA_VISIBLE_DEVICES="none",
                   override=of_simulator(simulation, "legacy"))

    assert counted(report_of(done)) == {"user.no-gpu-selected"} and done.returncode == 1


def test_by_hand_it_passes(compose, nodes, simulation):
    """The variables are those of manual.env; one of two GPUs is in the list of devices."""
    done = compose("run", "--rm", "-T", "manual", *CHECKS, NVIDIA_UVM_MAJOR="506",
                   override=of_simulator(simulation, "manual"),
                   NVIDIA_DRIVER_LIBRARIES=str(simulation / "driver/usr/lib/x86_64-linux-gnu"))

    report = report_of(done)
    assert counted(report) == set(), report["headline"]
    assert (report["verdict"], report["gpus_tested"], done.returncode) == ("PASS", 1, 0)


def test_without_the_libraries_it_says_so(compose, nodes, simulation, tmp_path):
    """An empty folder in their place, as after a restart of the machine."""
    empty = tmp_path / "empty"
    empty.mkdir()
    done = compose("run", "--rm", "-T", "manual", *CHECKS, NVIDIA_DRIVER_LIBRARIES=str(empty),
                   override=of_simulator(simulation, "manual"))

    assert report_of(done)["headline"]["id"] == "runtime.libcuda-missing" and done.returncode == 1


def test_a_folder_that_is_not_there_is_refused(compose, nodes):
    """docker makes no folder that nobody meant: the long form of a mount asks for that."""
    done = compose("run", "--rm", "-T", "manual", NVIDIA_DRIVER_LIBRARIES="/run/no-such-folder")

    assert done.returncode != 0 and "/run/no-such-folder" in done.stderr
    assert not os.path.exists("/run/no-such-folder")
