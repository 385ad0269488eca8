# SPDX-License-Identifier: Apache-2.0
"""Our images, built by images/Dockerfile on the stand-ins of the official ones. The program is
compiled once per toolkit, by docker; podman gets the finished images, as it would from a registry."""

import os
import subprocess

import stand_in
from engines import EngineError, demand
from selftest import TOP

VARIANTS = ("base", "runtime", "devel")
# What stands in is made of Debian 12, whatever the Dockerfile's own default is.
DISTRO = "debian12"
# The toolkit's release as it is in tags of official images, and the builder of docker that this one
# is built with: each of the two compiles once, which is the dear part.
TOOLKITS = {"13.0": {"CUDA_VERSION": "13.0.0", "DOCKER_BUILDKIT": "0"},
            "12.4": {"CUDA_VERSION": "12.4.1", "DOCKER_BUILDKIT": "1"}}
# Told by --version and the labels: that it arrives is a test.
REVISION = "0123456789abcdef0123456789abcdef01234567"
BUILD_S = 1200


def name_of(cuda, variant):
    return f"gpu-selftest:{cuda}-{variant}-{DISTRO}"


def arguments(cuda, bases):
    """The build arguments that put the images named in `bases` under the Dockerfile."""
    rows = {"CUDA_VERSION": TOOLKITS[cuda]["CUDA_VERSION"], "CUDA_MAJOR": cuda.split(".")[0],
            "REVISION": REVISION,
            **{f"{stage.upper()}_IMAGE": bases[stage] for stage in (*VARIANTS, "build")}}
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
                    build(engine, cuda, variant, name, **docker_options(cuda))
            engine.images.update(names.values())
        return names


def docker_options(cuda):
    """How docker builds for this toolkit. BuildKit needs a client that has it built in, or buildx."""
    options = {"environment": dict(os.environ, DOCKER_BUILDKIT=TOOLKITS[cuda]["DOCKER_BUILDKIT"])}
    return options


def build(engine, cuda, variant, tag, client=(), environment=None, extra=()):
    """Builds one target; `client` replaces the engine's own command."""
    return demand([*(client or engine.command), "build", "--network", "none", "-f",
                   TOP / "images/Dockerfile", "--target", variant, "-t", tag, *extra,
                   *arguments(cuda, stand_in.build(engine, cuda)), TOP],
                  timeout=BUILD_S, env=environment)


def hand_over(docker, podman, names):
    """docker save | podman load."""
    with subprocess.Popen([*docker.command, "save", *names], stdout=subprocess.PIPE) as save:
        load = subprocess.run([*podman.command, "load"], stdin=save.stdout, capture_output=True,
                              text=True, check=False, timeout=BUILD_S)
    if load.returncode != 0 or save.returncode != 0:
        raise EngineError(f"docker save {names}: exit {save.returncode}; podman load: exit "
                          f"{load.returncode}\n{load.stderr}")
