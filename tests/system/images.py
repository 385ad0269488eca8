# SPDX-License-Identifier: Apache-2.0
"""Images from recipes: as a folder, as an archive of `docker save`, as an OCI layout. A recipe is a
text file of tests/fixtures/images; its README says what the lines mean."""

import ctypes
import ctypes.util
import gzip
import hashlib
import io
import json
import os
import re
import subprocess
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

from selftest import TOP

RECIPES = TOP / "tests/fixtures/images"
CAPTURES = TOP / "tests/fixtures/captures"
UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20}


@dataclass
class Item:
    """One entry of a layer."""

    kind: str  # file folder link hardlink node
    path: str
    data: bytes = b""
    target: str = ""
    major: int = 0
    minor: int = 0
    mode: int = 0o755


@dataclass
class Layer:
    created_by: str
    items: list = field(default_factory=list)


@dataclass
class Recipe:
    name: str
    expect: set = field(default_factory=set)
    notes: set = field(default_factory=set)
    env: list = field(default_factory=list)
    config: dict = field(default_factory=dict)
    demands: list = field(default_factory=list)
    told: list = field(default_factory=list)
    layers: list = field(default_factory=list)

    @property
    def is_flat(self):
        """Nothing in it that only layers and a configuration can say."""
        return len(self.layers) == 1 and not self.env and not self.config and not self.demands


def recipe_names():
    return sorted(path.stem for path in RECIPES.glob("*.image"))


class Kitchen:
    """Builds what recipes name; libraries once per session."""

    def __init__(self, build, folder):
        self.build, self.folder = Path(build), Path(folder)
        self.libraries = {}

    def library(self, soname):
        """A shared library of that SONAME, compiled here: no vendor file is needed to have its
        name."""
        if soname not in self.libraries:
            path = self.folder / f"lib{len(self.libraries)}.so"
            subprocess.run(["cc", "-shared", "-nostdlib", f"-Wl,-soname,{soname}", "-xc", "-", "-o",
                            path], input=b"int answer(void) { return 42; }", check=True)
            self.libraries[soname] = path.read_bytes()
        return self.libraries[soname]

    def read(self, name):
        recipe = Recipe(name)
        text = (RECIPES / f"{name}.image").read_text()
        for line in text.splitlines():
            word, _, rest = line.strip().partition(" ")
            if not word or word.startswith("#"):
                continue
            if word == "expect":
                recipe.expect.add(rest)
            elif word == "note":
                recipe.notes.add(rest)
            elif word == "told":
                recipe.told.append(rest)
            elif word == "env":
                recipe.env.append(rest)
            elif word == "config":
                key, _, value = rest.partition(" ")
                recipe.config[key] = json.loads(value)
            elif word == "demand":
                recipe.demands.append(rest)
            elif word == "mode":
                path, mode = rest.split()
                [item] = [item for item in recipe.layers[-1].items if item.path == path]
                item.mode = int(mode, 8)
            elif word == "layer":
                recipe.layers.append(Layer(rest))
            else:
                recipe.layers[-1].items += self.items(word, rest.split(maxsplit=1))
        return recipe

    def items(self, word, words):
        path, rest = words[0], words[1] if len(words) > 1 else ""
        if word == "file":
            number, unit = re.fullmatch(r"(\d+)([KM]?)", rest).groups()
            return [Item("file", path, b"x" * int(number) * UNITS[unit])]
        if word == "text":
            return [Item("file", path, rest.replace("\\n", "\n").encode() + b"\n")]
        if word == "library":
            return [Item("file", path, self.library(rest))]
        if word == "double":
            return [Item("file", path, (self.build / "sim/lib" / rest).read_bytes())]
        if word == "folder":
            return [Item("folder", path)]
        if word in ("link", "hardlink"):
            return [Item(word, path, target=rest)]
        if word == "node":
            major, minor = map(int, rest.split())
            return [Item("node", path, major=major, minor=minor)]
        if word == "delete":
            folder, _, name = path.rpartition("/")
            return [Item("file", f"{folder}/.wh.{name}".lstrip("/"))]
        if word == "delete-all-in":
            return [Item("file", f"{path}/.wh..wh..opq")]
        if word == "capture":
            return list(captured(path))
        raise ValueError(f"unknown line '{word}'")


def captured(name):
    """What is of the image itself in a container that was captured: its own file system (dev)."""
    lines = (CAPTURES / name / "lib.txt").read_text().splitlines()
    own = re.search(r" / dev=(\S+)", lines[0]).group(1)
    for line in lines:
        found = re.match(r"([-l])\S+ \d+ \d+ \d+ (\d+) (/\S+)(?: -> (\S+))? dev=(\S+)", line)
        if found and found.group(5) == own:
            kind, size, path, target, _ = found.groups()
            yield Item("link", path[1:], target=target) if kind == "l" else \
                Item("file", path[1:], b"x" * int(size))
    for path in sorted((CAPTURES / name / "etc").rglob("*")):
        if path.is_file() and path.name != "ld.so.cache":
            yield Item("file", str(path.relative_to(CAPTURES / name)), path.read_bytes())


def member_of(item):
    member = tarfile.TarInfo(item.path)
    member.mode, member.linkname = item.mode, item.target
    member.type = {"file": tarfile.REGTYPE, "folder": tarfile.DIRTYPE, "link": tarfile.SYMTYPE,
                   "hardlink": tarfile.LNKTYPE, "node": tarfile.CHRTYPE}[item.kind]
    member.devmajor, member.devminor = item.major, item.minor
    member.size = len(item.data) if item.kind == "file" else 0
    return member


def tar_of(items):
    """The bytes of a layer."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for item in items:
            tar.addfile(member_of(item), io.BytesIO(item.data))
    return out.getvalue()


def zstd(data):
    lib = ctypes.CDLL(ctypes.util.find_library("zstd"))
    lib.ZSTD_compressBound.restype = lib.ZSTD_compress.restype = ctypes.c_size_t
    room = lib.ZSTD_compressBound(ctypes.c_size_t(len(data)))
    out = ctypes.create_string_buffer(room)
    size = lib.ZSTD_compress(out, ctypes.c_size_t(room), data, ctypes.c_size_t(len(data)), 3)
    return out.raw[:size]


COMPRESSIONS = {"plain": lambda data: data, "gzip": lambda data: gzip.compress(data, 1),
                "zstd": zstd}


def digest(data):
    return hashlib.sha256(data).hexdigest()


def configuration(env, created_by, tars, config=None):
    history = [{"created_by": "ENV A=1", "empty_layer": True}]
    history += [{"created_by": line} for line in created_by]
    return json.dumps({"architecture": "amd64", "os": "linux", "config": {"Env": env} | (config or {}),
                       "history": history, "rootfs": {
                           "type": "layers", "diff_ids": [f"sha256:{digest(t)}" for t in tars]}}
                      ).encode()


def write_tar(path, files):
    with tarfile.open(path, "w") as tar:
        for name, data in files.items():
            tar.addfile(member_of(Item("file", name, data)), io.BytesIO(data))
    return path


def docker_archive(path, recipe, compression="plain", tag="app:1", manifest_last=True):
    """As Docker before 25 wrote it: a folder per layer, and the manifest behind them."""
    tars = [tar_of(layer.items) for layer in recipe.layers]
    config = configuration(recipe.env, [layer.created_by for layer in recipe.layers], tars,
                           recipe.config)
    names = [f"{digest(tar)[:16]}{index}/layer.tar" for index, tar in enumerate(tars)]
    manifest = {"manifest.json": json.dumps([{"Config": f"{digest(config)}.json",
                                              "RepoTags": [tag], "Layers": names}]).encode()}
    blobs = {f"{digest(config)}.json": config}
    blobs |= {name: COMPRESSIONS[compression](tar) for name, tar in zip(names, tars)}
    return write_tar(path, blobs | manifest if manifest_last else manifest | blobs)


def oci_files(recipe, compression="gzip", tag="app:1"):
    """The files of an OCI layout, by name."""
    tars = [tar_of(layer.items) for layer in recipe.layers]
    packed = [COMPRESSIONS[compression](tar) for tar in tars]
    config = configuration(recipe.env, [layer.created_by for layer in recipe.layers], tars,
                           recipe.config)

    def descriptor(data, kind):
        return {"mediaType": f"application/vnd.oci.image.{kind}", "size": len(data),
                "digest": f"sha256:{digest(data)}"}

    manifest = json.dumps({
        "schemaVersion": 2, "config": descriptor(config, "config.v1+json"),
        "layers": [descriptor(data, f"layer.v1.tar+{compression}") for data in packed]}).encode()
    first = descriptor(manifest, "manifest.v1+json")
    first["annotations"] = {"org.opencontainers.image.ref.name": tag}
    files = {f"blobs/sha256/{digest(data)}": data for data in [*packed, config, manifest]}
    files["index.json"] = json.dumps({"schemaVersion": 2, "manifests": [first]}).encode()
    files["oci-layout"] = b'{"imageLayoutVersion": "1.0.0"}'
    return files


def oci_archive(path, recipe, compression="gzip"):
    return write_tar(path, oci_files(recipe, compression))


def oci_folder(path, recipe, compression="zstd"):
    for name, data in oci_files(recipe, compression).items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


def root_folder(path, recipe):
    """The one layer of a flat recipe, unpacked; without device nodes where that is not allowed."""
    path.mkdir(parents=True, exist_ok=True)
    for item in recipe.layers[0].items:
        at = path / item.path
        at.parent.mkdir(parents=True, exist_ok=True)
        if item.kind == "folder":
            at.mkdir(exist_ok=True)
        elif item.kind == "link":
            at.symlink_to(item.target)
        elif item.kind == "hardlink":
            os.link(path / item.target, at)
        elif item.kind == "node":
            os.mknod(at, 0o20666, os.makedev(item.major, item.minor))
        else:
            at.write_bytes(item.data)
            at.chmod(item.mode)
    return path
