# SPDX-License-Identifier: Apache-2.0
"""Our images, built by images/Dockerfile on the stand-ins of the official ones. The program is
compiled once per toolkit, by docker; podman gets finished images, as it would from a registry."""

import os
import re
import subprocess
from functools import cache
from pathlib import Path

import stand_in
from engines import EngineError, call, demand
from selftest import TOP

VARIANTS = ("base", "runtime", "devel")
# What stands in is made of Debian 12, whatever the Dockerfile's own default is.
DISTRO = "debian12"
# The toolkit's release as it is in tags of official images, and which of docker's two builders this
# one is built with: so each of them is tried, and compiles once, which is the dear part.
TOOLKITS = {"13.0": {"CUDA_VERSION": "13.0.0", "buildkit": False},
            "12.4": {"CUDA_VERSION": "12.4.1", "buildkit": True}}
# Told by --version and the labels: that it arrives is a test.
REVISION = "0123456789abcdef0123456789abcdef01234567"
BUILD_S = 1200


def name_of(cuda, variant):
    return f"gpu-selftest:{cuda}-{variant}-{DISTRO}"


def arguments(cuda, bases):
    """The build arguments that put the images named in `bases` under the Dockerfile."""
    rows = {"CUDA_VERSION": TOOLKITS[cuda]["CUDA_VERSION"], "CUDA_MAJOR": cuda.split(".")[0],
            "REVISION": REVISION,
            **{f"{stage.upper()}_IMAGE": name for stage, name in bases.items()}}
    return [word for name, value in rows.items() for word in ("--build-arg", f"{name}={value}")]


class Built:
    """What has been built in this run; `started` gives an engine by its name."""

    def __init__(self, started):
        self.started = started

    def images(self, engine_name, cuda="13.0"):
        """{variant: name} of images that this engine has."""
        names = {variant: name_of(cuda, variant) for variant in VARIANTS}
        engine = self.started(engine_name)
        if not all(engine.has(name) for name in names.values()):
            if engine_name == "podman":
                hand_over(self.started("docker"), engine,
                          self.images("docker", cuda).values())
            else:
                for variant, name in names.items():
                    build(engine, cuda, variant, name, **docker_options(engine, cuda))
            engine.images.update(names.values())
        return names


@cache
def buildkit_client():
    """A docker on PATH that can use BuildKit: it was built in until 23.0, and is the plugin buildx
    since; None where there is none."""
    for folder in os.environ["PATH"].split(os.pathsep):
        client = Path(folder) / "docker"
        if not client.exists():
            continue
        version = re.search(r"version (\d+)\.", call([client, "--version"]).stdout)
        if version and (int(version.group(1)) < 23
                        or call([client, "buildx", "version"]).returncode == 0):
            return client
    return None


def docker_options(engine, cuda):
    """How docker builds for this toolkit; where BuildKit cannot be used, as for the other."""
    client = buildkit_client()
    if not TOOLKITS[cuda]["buildkit"] or client is None:
        return {"environment": dict(os.environ, DOCKER_BUILDKIT="0")}
    return {"client": [client, *engine.command[1:]],
            "environment": dict(os.environ, DOCKER_BUILDKIT="1")}


def build(engine, cuda, variant, tag, stages=stand_in.VARIANTS, client=(), environment=None):
    """Builds one target on stand-ins of these stages; `client` stands for the engine's own."""
    return demand([*(client or engine.command), "build", "--network", "none", "-f",
                   TOP / "images/Dockerfile", "--target", variant, "-t", tag,
                   *arguments(cuda, stand_in.build(engine, cuda, stages)), TOP],
                  timeout=BUILD_S, env=environment)


def hand_over(docker, podman, names):
    """docker save | podman load."""
    with subprocess.Popen([*docker.command, "save", *names], stdout=subprocess.PIPE) as save:
        load = subprocess.run([*podman.command, "load"], stdin=save.stdout, capture_output=True,
                              text=True, check=False, timeout=BUILD_S)
    if load.returncode != 0 or save.returncode != 0:
        raise EngineError(f"docker save {names}: exit {save.returncode}; podman load: exit "
                          f"{load.returncode}\n{load.stderr}")
