# SPDX-License-Identifier: Apache-2.0
"""A launch as words for an engine's client. What docker and podman spell differently is one table,
at the end; all else they take alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..errors import Refused
from .base import ALL, NONE, REPORT, Request

RESULTS = "/results"  # in the container

# By these, containers of ours are found again, and only ours: a name could be anybody's.
LABEL = "gpu-selftest."
TOKEN, OWNER, DEADLINE = (f"{LABEL}{word}" for word in ("token", "owner", "deadline"))

# How GPUs are asked for: by the option --gpus, by the names of a CDI specification, or not at all,
# where the engine's own options bring in what stands for a GPU.
GPUS, CDI, BY_HAND = WAYS = ("gpus", "cdi", "options")
CDI_KIND = "nvidia.com/gpu"

# What the program needs no more than, as in images/compose.yaml: nothing to write to but the results
# and a small /tmp, nobody to talk to.
LOCKED = ("--read-only", "--tmpfs", "/tmp:size=64m,mode=1777", "--network", "none",
          "--cap-drop", "ALL", "--security-opt", "no-new-privileges")
# What collectives of eight GPUs share; an engine's 64 MB are too few.
SHARED_MEMORY = ("--shm-size", "1g")


@dataclass(frozen=True)
class Dialect:
    """What one client says in its own way."""

    name: str
    way: str  # of WAYS, where nothing else is asked for
    version: tuple[str, ...]  # asks who runs the containers for its version
    log: tuple[str, ...]  # bounds what is kept of a program's words
    extra: tuple[str, ...] = ()  # makes it the same as the others
    remove: tuple[str, ...] = ()  # makes removal by force not wait


def by_gpus(devices) -> list[str]:
    """The value is a line of CSV: several UUIDs are one field only in quotes."""
    if devices == ALL:
        return ["--gpus", "all"]
    listed = f"device={','.join(devices)}"
    return ["--gpus", f'"{listed}"' if len(devices) > 1 else listed]


def by_cdi(devices) -> list[str]:
    names = ["all"] if devices == ALL else devices
    return [word for name in names for word in ("--device", f"{CDI_KIND}={name}")]


ASK: dict[str, Callable] = {GPUS: by_gpus, CDI: by_cdi, BY_HAND: lambda devices: []}


def devices_of(request: Request, way: str) -> list[str]:
    """An image of CUDA asks for all GPUs by a variable, which a runtime that is the engine's default
    hears: a container that is to have none has to take it back. Empty is as if nobody had asked;
    'void' would say that somebody else sees to it."""
    if request.devices == NONE:
        return ["--env", "NVIDIA_VISIBLE_DEVICES="]
    if request.devices != ALL and not request.devices:
        raise Refused("no devices: name UUIDs, 'all' or 'none'")
    return ASK[way](request.devices)


def pairs(option: str, rows) -> list[str]:
    return [word for name, value in rows for word in (option, f"{name}={value}")]


def run_words(dialect: Dialect, request: Request, folder: Path, cid_file: Path,
              labels: dict[str, str], way: str, options: tuple[str, ...] = ()) -> list[str]:
    """All words after the client's own, in the foreground; `folder` is where the report goes. Not
    removed by the engine at its end: how it ended is asked for first."""
    results = str(folder.absolute())
    if ":" in results or "," in results:
        raise Refused(f"'{results}' cannot be mounted: a comma or colon is in its name")
    capabilities = ([("NVIDIA_DRIVER_CAPABILITIES", request.capabilities)]
                    if request.capabilities else [])
    return ["run", "--name", request.name, "--cidfile", str(cid_file), "--pull", "never",
            *pairs("--label", [*request.labels, *labels.items()]),
            "--stop-timeout", str(max(1, round(request.grace_s))), *dialect.log,
            *LOCKED, *dialect.extra, *SHARED_MEMORY,
            "--volume", f"{results}:{RESULTS}:Z",  # Z: SELinux, where there is one, lets it write
            *devices_of(request, way), *pairs("--env", [*capabilities, *request.environment]),
            *options, *request.options, request.digest or request.image,
            *request.arguments, "--json", f"{RESULTS}/{REPORT}"]


DOCKER = Dialect(
    "docker", GPUS, ("version", "--format", "{{.Server.Version}}"),
    log=("--log-driver", "json-file", "--log-opt", "max-size=1m", "--log-opt", "max-file=1"))
PODMAN = Dialect(
    "podman", CDI, ("version", "--format", "{{.Client.Version}}"),
    log=("--log-driver", "k8s-file", "--log-opt", "max-size=1mb"),
    extra=("--read-only-tmpfs=false",),  # docker adds no folders that can be written
    remove=("--time", "0"))  # docker never waits
