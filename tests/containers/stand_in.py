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
LOAD_S, AT_ONCE = 300, 4 << 20


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
    names = {variant: name_of(cuda, variant) for variant in variants}
    for name in names.values():
        if not engine.has(name):
            load = load_into_podman if isinstance(engine, Podman) else load_into_docker
            load(engine, folder, name)
            engine.images.add(name)
    return names


def load_into_podman(engine, folder, name):
    """Podman reads the layout where it is; it makes a name of the path, which takes no capitals."""
    place = engine.folder / f"layout-{folder.name}"
    if not place.exists():
        place.mkdir()
        demand(["mount", "--bind", folder, place])
    ident = demand([*engine.command, "pull", "-q", f"oci:{place}:{name}"], timeout=LOAD_S)
    demand([*engine.command, "tag", ident.splitlines()[-1], name])


def write_archive(out, folder, name, environment=(), without=()):
    """An image as "docker save" writes it, with variables changed, and without its first layers where
    whoever reads it has them: `without` holds the stacks of layers that he has."""
    _, config, layers = images_in(folder)[name]
    variables = dict(row.split("=", 1) for row in config["config"]["Env"])
    variables.update(environment)
    config["config"]["Env"] = [f"{key}={value}" for key, value in variables.items()]
    paths = {digest: f"blobs/sha256/{digest.partition(':')[2]}" for digest in layers}
    texts = {"manifest.json": [{"Config": "config.json", "RepoTags": [name],
                                "Layers": [paths[digest] for digest in layers]}],
             "config.json": config}
    with tarfile.open(fileobj=out, mode="w|", bufsize=AT_ONCE, copybufsize=AT_ONCE) as archive:
        for path, value in texts.items():
            data = json.dumps(value).encode()
            entry = tarfile.TarInfo(path)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
        for count, digest in enumerate(layers, 1):
            if tuple(layers[:count]) not in without:
                archive.add(folder / paths[digest], paths[digest], recursive=False)


def load_into_docker(engine, folder, name):
    """Docker reads an archive from a pipe; layers that it has on top of the same ones need not be in
    it."""
    has = engine.__dict__.setdefault("stacks", set())
    command = [*engine.command, "load", "-q"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as client:
        try:
            write_archive(client.stdin, folder, name, without=has)
        except BrokenPipeError:
            pass  # what the client says is the reason
        out, _ = client.communicate(timeout=LOAD_S)
    if client.returncode != 0:
        raise EngineError(f"{' '.join(command)}: exit {client.returncode}\n{out.decode()}")
    layers = images_in(folder)[name][2]
    has.update(tuple(layers[:count]) for count in range(1, len(layers) + 1))
