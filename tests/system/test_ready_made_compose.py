# SPDX-License-Identifier: Apache-2.0
"""images/compose.yaml: the Compose specification holds it valid, each service is a way of its own into
the same confined container, and the commands that its files tell do what they say."""

import copy
import os
import re
import subprocess

import jsonschema
import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema

from selftest import TOP, plant

COMPOSE = TOP / "images/compose.yaml"
ENVIRONMENT = TOP / "images/manual.env"
GIVEN = dict(re.findall(r"(?m)^(\w+)=(.*)$", ENVIRONMENT.read_text()))


def interpolated(text, environment):
    """As Compose does before it looks at what a file says; an empty variable is as good as none."""
    return re.sub(r"\$\{(\w+):-([^}]*)\}", lambda found: environment.get(found[1]) or found[2], text)


FILE = yaml.safe_load(interpolated(COMPOSE.read_text(), {}))
SERVICES = FILE["services"]

# What the audit asks for where a job uses several GPUs (SHM_ENOUGH_BYTES), and what NCCL 2.28 takes for
# one channel between two GPUs over shared memory: its buffers of three protocols, a page and a word.
SHM_ENOUGH = 1 << 30
SHM_OF_CHANNEL = 524288 + 4915200 + 4194304 + 4096 + 4

# What makes each service the way that it is; no other has it.
WAYS = {"gpu": "deploy", "cdi": "devices", "legacy": "runtime", "manual": "device_cgroup_rules"}


def size(text):
    """Bytes of what Compose writes: a number and a unit of powers of two."""
    number, unit = re.fullmatch(r"(\d+)([kmg])b?", text).groups()
    return int(number) << {"k": 10, "m": 20, "g": 30}[unit]


def complaints_of_schema(document):
    """Of the schema of the Compose specification, as its project keeps it."""
    validator = jsonschema.Draft202012Validator(get_builtin_schema("vendor.compose-spec"))
    return [f"{error.json_path}: {error.message}"
            for found in validator.iter_errors(document) for error in (found, *found.context)]


def complaints_of_confinement(services):
    """What a container may do beyond what the check needs."""
    wanted = {"network_mode": "none", "read_only": True, "cap_drop": ["ALL"], "restart": "no",
              "security_opt": ["no-new-privileges:true"]}
    for name, service in services.items():
        for key, value in wanted.items():
            if service.get(key) != value:
                yield f"{name}: {key} is {service.get(key)!r}, not {value!r}"
        for key in ("privileged", "cap_add", "pid", "ipc", "ports", "user", "entrypoint"):
            if key in service:
                yield f"{name}: {key} is set"
        if [entry.split(":")[0] for entry in service.get("tmpfs", [])] != ["/tmp"]:
            yield f"{name}: /tmp alone has to be writable"
        if size(service.get("shm_size", "0k")) < SHM_ENOUGH:
            yield f"{name}: /dev/shm is smaller than {SHM_ENOUGH} bytes"


def compose():
    """The command, as it is called here."""
    for command in (["docker", "compose"], ["docker-compose"]):
        try:
            done = subprocess.run([*command, "version"], capture_output=True, timeout=60, check=False)
        except OSError:
            continue
        if done.returncode == 0:
            return command
    return pytest.skip("no docker compose: Debian's package docker-compose has it")


def told_commands(path):
    """Commands that comments of this file tell: lines that are indented by two more blanks."""
    return re.findall(r"(?m)^#   (\S.*)$", path.read_text())


def command_with(path, word):
    [command] = [line for line in told_commands(path) if word in line]
    return command


# --- the schema ---

@pytest.mark.parametrize("environment", [{}, GIVEN, {**GIVEN, "NVIDIA_UVM_MAJOR": "507"}],
                         ids=["as-it-is", "manual.env", "manual.env-filled-in"])
def test_it_is_valid(environment):
    document = yaml.safe_load(interpolated(COMPOSE.read_text(), environment))

    assert complaints_of_schema(document) == []


@pytest.mark.parametrize("service, broken, told", [
    ("gpu", {"shm_sise": "1gb"}, "shm_sise"),
    ("gpu", {"read_only": ["yes"]}, "read_only"),
    ("gpu", {"deploy": {"resources": {"reservations": {"devices": [{"count": "all"}]}}}},
     "capabilities"),
    ("cdi", {"devices": "nvidia.com/gpu=all"}, "devices"),
    ("legacy", {"runtime": ["nvidia"]}, "runtime"),
    ("manual", {"device_cgroup_rules": "c 195:* rw"}, "device_cgroup_rules"),
    ("manual", {"device_cgroup_rules": ["c 195:* rw", "c 195:* rw"]}, "non-unique"),
    ("manual", {"volumes": [{"source": "/run", "target": "/run"}]}, "type"),
])
def test_what_is_wrong_is_found(service, broken, told):
    document = copy.deepcopy(FILE)
    document["services"][service].update(broken)

    found = complaints_of_schema(document)

    assert found and told in "".join(found)


def test_compose_reads_it():
    """The oldest that people have (1.29, of 2021) or whatever is here: what it would start."""
    tool = compose()
    profiles = [word for name in WAYS for word in ("--profile", name)]

    done = subprocess.run([*tool, "-f", COMPOSE, "--env-file", ENVIRONMENT, *profiles, "config"],
                          capture_output=True, timeout=60, check=False)

    assert done.returncode == 0, done.stderr.decode()
    read = yaml.safe_load(done.stdout)["services"]
    assert read.keys() == WAYS.keys()
    for name, service in read.items():
        assert service["network_mode"] == "none" and service["read_only"] is True
        assert WAYS[name] in service


# --- what the services are ---

def test_each_service_is_one_way():
    assert SERVICES.keys() == WAYS.keys()
    for name, key in WAYS.items():
        assert key in SERVICES[name]
        # The devices of 'manual' are nodes of the host, those of 'cdi' names of a specification.
        others = {other for other, service in SERVICES.items() if key in service} - {name}
        assert others == ({"manual"} if name == "cdi" else set())
    assert all("=" in device for device in SERVICES["cdi"]["devices"])
    assert all(device.startswith("/dev/") for device in SERVICES["manual"]["devices"])


def test_up_starts_none():
    """A service without a profile would start beside the one that was named."""
    assert {name: service["profiles"] for name, service in SERVICES.items()} == {
        name: [name] for name in SERVICES}


def test_all_are_confined():
    assert list(complaints_of_confinement(SERVICES)) == []


@pytest.mark.parametrize("service, broken, told", [
    ("gpu", {"network_mode": "bridge"}, "network_mode"),
    ("gpu", {"read_only": False}, "read_only"),
    ("cdi", {"cap_drop": []}, "cap_drop"),
    ("cdi", {"security_opt": []}, "security_opt"),
    ("legacy", {"privileged": False}, "privileged"),
    ("legacy", {"tmpfs": []}, "/tmp"),
    ("manual", {"shm_size": "64m"}, "/dev/shm"),
    ("manual", {"restart": "always"}, "restart"),
])
def test_what_is_not_confined_is_found(service, broken, told):
    services = copy.deepcopy(SERVICES)
    services[service].update(broken)

    [found] = complaints_of_confinement(services)

    assert found.startswith(f"{service}: ") and told in found


def test_shared_memory_is_enough_for_eight_gpus():
    """Two rings of eight GPUs, none of which reaches another: a channel to each neighbour."""
    assert size(FILE["x-check"]["shm_size"]) > 8 * 2 * 2 * SHM_OF_CHANNEL


def test_the_requirement_of_the_audit_is_the_one_here():
    text = (TOP / "host/audit/surroundings.c").read_text()

    assert "#define SHM_ENOUGH_BYTES (1ull << 30)" in text and SHM_ENOUGH == 1 << 30


def test_manual_names_all_nodes_that_the_driver_opens():
    """The control node, both of unified memory, and a GPU."""
    assert SERVICES["manual"]["devices"] == ["/dev/nvidiactl", "/dev/nvidia-uvm",
                                             "/dev/nvidia-uvm-tools", "/dev/nvidia0"]


# --- what its comments tell to do ---

def test_variables_of_the_file_are_those_of_manual():
    text = COMPOSE.read_text()
    used = set(re.findall(r"\$\{(\w+)", text[text.index("\n  manual:\n"):]))

    assert used == GIVEN.keys()


def test_the_number_of_unified_memory_is_found(tmp_path):
    """As /proc/devices lists it on a host with the driver."""
    root = plant(tmp_path / "root", {"/proc/devices": "Character devices:\n  1 mem\n195 nvidia\n"
                                                      "195 nvidiactl\n507 nvidia-uvm\n"
                                                      "\nBlock devices:\n259 blkext\n"})
    command = command_with(ENVIRONMENT, "/proc/devices").replace("/proc/", f"{root}/proc/")

    done = subprocess.run(["sh", "-c", command], capture_output=True, timeout=10, check=True)

    assert done.stdout == b"507\n"


def test_the_driver_alone_is_copied(tmp_path):
    """What links lead to comes along, even from elsewhere, as Debian's do; the C library and what
    begins similarly stay on the host."""
    libraries = {"libcuda.so.580.95.05": "c",
                 "libcuda.so.1": "-> ../../../etc/alternatives/nvidia--libcuda.so.1",
                 "libnvidia-ml.so.580.95.05": "m", "libnvidia-ml.so.1": "-> libnvidia-ml.so.580.95.05",
                 "libnvidia-ptxjitcompiler.so.580.95.05": "p", "libcudart.so.12": "r", "libc.so.6": "l"}
    folder = f"/usr/lib/{os.uname().machine}-linux-gnu"
    root = plant(tmp_path / "root", {
        "/run": None,
        "/etc/alternatives/nvidia--libcuda.so.1": f"-> ../..{folder}/libcuda.so.580.95.05",
        **{f"{folder}/{name}": text for name, text in libraries.items()}})
    for word in ("install -d", "cp -L"):
        command = command_with(ENVIRONMENT, word)
        command = re.sub(r"(?<![\w/}])/(run|usr)/", rf"{root}/\1/", command)
        subprocess.run(["bash", "-c", command], capture_output=True, timeout=10, check=True)

    copied = root / "run/nvidia-driver-libraries"
    assert {path.name for path in copied.iterdir()} == {
        name for name in libraries if name.startswith(("libcuda.", "libnvidia-"))}
    assert not any(path.is_symlink() for path in copied.iterdir())
    assert (copied / "libcuda.so.1").read_text() == "c"
