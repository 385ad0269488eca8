# SPDX-License-Identifier: Apache-2.0
"""Gives an engine the stand-ins of NVIDIA's CUDA images that tests/containers/stand-in makes."""

import io
import json
import os
import subprocess
import sys
import tarfile
from functools import cache
from pathlib import Path

import pytest

from engines import EngineError, Podman, demand

HERE = Path(__file__).resolve().parent
VARIANTS = ("base", "runtime", "devel", "build")
LOAD_S = 300


def name_of(cuda, variant):
    return f"stand-in/cuda:{cuda}-{variant}-debian12"


@cache
def layout(cuda):
    """The folder of the images, made first if need be; where they cannot be, the tests are skipped."""
    folder = Path(os.environ["GST_CONTAINERS_IMAGES"])
    done = subprocess.run([sys.executable, HERE / "stand-in", cuda, folder], text=True, check=False,
                          capture_output=True, stdin=subprocess.DEVNULL)
    if done.returncode == 77:
        pytest.skip(done.stdout.strip().splitlines()[-1])
    assert done.returncode == 0, done.stderr
    return folder / "stand-in" / cuda


def images_in(folder):
    """{name: (digest of the configuration, configuration, digests of the layers)}"""
    def blob(digest):
        return json.loads((folder / "blobs/sha256" / digest.partition(":")[2]).read_text())

    found = {}
    for row in json.loads((folder / "index.json").read_text())["manifests"]:
        manifest = blob(row["digest"])
        config = manifest["config"]["digest"]
        found[row["annotations"]["org.opencontainers.image.ref.name"]] = (
            config, blob(config), [layer["digest"] for layer in manifest["layers"]])
    return found


def build(engine, cuda, variants=VARIANTS):
    """{variant: name} of images that the engine then has."""
    folder = layout(cuda)
    images = images_in(folder)
    names = {variant: name_of(cuda, variant) for variant in variants}
    for name in names.values():
        if not engine.has(name):
            load = load_into_podman if isinstance(engine, Podman) else load_into_docker
            load(engine, folder, name, *images[name])
            engine.images.add(name)
    return names


def load_into_podman(engine, folder, name, *_):
    """Podman reads the layout where it is; it makes a name of the path, which takes no capitals."""
    place = engine.folder / f"layout-{folder.name}"
    if not place.exists():
        place.mkdir()
        demand(["mount", "--bind", folder, place])
    ident = demand([*engine.command, "pull", "-q", f"oci:{place}:{name}"], timeout=LOAD_S)
    demand([*engine.command, "tag", ident.splitlines()[-1], name])


def load_into_docker(engine, folder, name, config, about, layers):
    """Docker reads an archive from a pipe; layers that it has need not be in it."""
    # Of one toolkit, where each image stands on another: docker knows a layer by all those below it.
    has = engine.__dict__.setdefault("layers_here", {}).setdefault(folder, set())
    paths = {digest: f"blobs/sha256/{digest.partition(':')[2]}" for digest in (config, *layers)}
    manifest = json.dumps([{"Config": paths[config], "RepoTags": [name],
                            "Layers": [paths[digest] for digest in layers]}]).encode()
    command = [*engine.command, "load", "-q"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as client:
        try:
            with tarfile.open(fileobj=client.stdin, mode="w|", bufsize=4 << 20) as archive:
                entry = tarfile.TarInfo("manifest.json")
                entry.size = len(manifest)
                archive.addfile(entry, io.BytesIO(manifest))
                for digest in (config, *layers):
                    if digest not in has:
                        archive.add(folder / paths[digest], paths[digest], recursive=False)
        except BrokenPipeError:
            pass  # what the client says is the reason
        out, _ = client.communicate(timeout=LOAD_S)
    if client.returncode != 0:
        raise EngineError(f"{' '.join(command)}: exit {client.returncode}\n{out.decode()}")
    has.update(layers)
