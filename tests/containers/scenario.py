# SPDX-License-Identifier: Apache-2.0
"""Making the container that a row of scenarios.yaml describes."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from engines import BUSYBOX
from hosts import MOUNTS, NODES
from selftest import VENDOR

LIBRARY_FOLDER = "/usr/lib/x86_64-linux-gnu"
KEYS = {"name", "engines", "image", "host", "nodes", "mode", "libraries", "cache", "baked",
        "committed", "stub", "env", "options", "opens", "loads", "finds", "notes", "toolkit",
        "about", "healthy"}

TABLE = yaml.safe_load((Path(__file__).parent / "scenarios.yaml").read_text())

BOTH = ("docker", "podman")

# How busybox words what open() says.
ERRNOS = {"ENXIO": "No such device or address", "EPERM": "Operation not permitted",
          "EACCES": "Permission denied"}


def copies():
    """This run's own: whoever links or touches the originals changes when they changed, and the
    audit compares that with the start of the container."""
    return Path(os.environ["GST_CONTAINERS_WORK"]) / "vendor"


def copy_vendor_files():
    for name in ("drivers", "stub"):
        if (VENDOR / name).is_dir():
            shutil.copytree(VENDOR / name, copies() / name, symlinks=True)


def vendor(name):
    folder = copies() / name / "lib"
    if not folder.is_dir() or not any(folder.iterdir()):
        pytest.skip(f"no build/vendor/{name}: scripts/vendor fetches it")
    return folder


def driver_files(branch):
    """The libraries themselves, without the links that ldconfig makes."""
    return [path for path in sorted(vendor(f"drivers/{branch}").iterdir())
            if not path.is_symlink()]


def driver_version(branch):
    [version] = {path.name.partition(".so.")[2] for path in driver_files(branch)}
    return version


def show_nodes(mode):
    """The nodes of a host with a driver, of this mode, in a /dev that is this run's own; none
    without a mode."""
    mounts = Path("/proc/self/mountinfo").read_text()
    assert " /dev rw" in mounts and " - tmpfs gst-test-dev " in mounts, "/dev is the machine's own"
    for path, (major, minor) in NODES.items():
        Path(path).unlink(missing_ok=True)
        if mode:
            subprocess.run(["mknod", "-m", str(mode), path, "c", str(major), str(minor)],
                           check=True)


class Maker:
    """Makes containers of one run; images and host folders are made once."""

    def __init__(self, loaded, tools):
        self.loaded, self.tools = loaded, tools

    def library_options(self, branch):
        for path in driver_files(branch):
            yield from ("-v", f"{path}:{LIBRARY_FOLDER}/{path.name}:ro")

    def options(self, row):
        """Of the engine's run, for what the row asks."""
        if row.get("nodes"):
            show_nodes(row.get("mode", 666))
        for path in NODES:
            if row.get("nodes") == "device":
                yield from ("--device", path)
            elif row.get("nodes") == "volume":
                yield from ("-v", f"{path}:{path}")
        if row.get("libraries"):
            yield from self.library_options(row["libraries"])
        if row.get("stub"):
            yield from ("-v", f"{vendor('stub')}:/stubs:ro")
        for name, value in (row.get("env") or {}).items():
            yield from ("-e", f"{name}={value}")
        yield from row.get("options") or ()

    def image(self, engine, row):
        """The image's name; those that differ from a base are committed from a container of it."""
        base = row.get("image", "debian")
        for key, make in (("baked", self.bake), ("committed", self.inject)):
            if row.get(key):
                name = f"{base}-{key}-{row[key]}"
                if not engine.has(name):
                    make(engine, base, row[key], name)
                    engine.images.add(name)
                return name
        return base

    def bake(self, engine, base, branch, name):
        """As a driver package in a Dockerfile leaves it."""
        container = engine.run(base, "-v", f"{vendor(f'drivers/{branch}')}:/vendor:ro",
                               tools=self.tools)
        for path in driver_files(branch):
            container.demand("cp", f"/vendor/{path.name}", LIBRARY_FOLDER)
        container.demand("ldconfig")
        container.commit(name)
        container.remove()

    def inject(self, engine, base, branch, name):
        """As docker commit of a GPU container leaves it: mount points stay as empty files."""
        container = engine.run(base, *self.library_options(branch), tools=self.tools)
        container.demand("ldconfig")
        container.commit(name)
        container.remove()

    def start(self, engine_name, row):
        engine = self.loaded(engine_name, row.get("image", "debian"))
        container = engine.run(self.image(engine, row), *self.options(row), tools=self.tools)
        if row.get("libraries") and row.get("cache", True):
            container.demand("ldconfig", options=("--user", "0:0"))
        if row.get("nodes") == "mknod":
            for path, (major, minor) in NODES.items():
                container.demand(BUSYBOX, "mknod", "-m", "666", path, "c", major, minor)
        host = row.get("host", "none")
        if host != "none":
            for source, target in MOUNTS.items():
                container.mount(f"/gst/hosts/{host}/{source}", target)
        return container

    def check_state(self, container, row):
        """The container is what the row says, by other means than the audit."""
        for path, errno in (row.get("opens") or {}).items():
            done = container.run(BUSYBOX, "sh", "-c", f": <>{path}")
            assert ERRNOS[errno] in done.stderr, f"{path}: {done.stderr}"
        for soname, name in (row.get("loads") or {}).items():
            real = container.demand("readlink", "-f", f"{LIBRARY_FOLDER}/{soname}")
            assert Path(real).name == name
            cache = container.demand("ldconfig", "-p")
            assert f"{soname} (libc6,x86-64)" in cache
        if row.get("committed"):
            [path] = [path for path in driver_files(row["committed"])
                      if path.name.startswith("libcuda.so")]
            size = container.demand("stat", "-c", "%s", f"{LIBRARY_FOLDER}/{path.name}")
            assert size == ("0" if not row.get("libraries") else str(path.stat().st_size))


def validate_row(row):
    unknown = set(row) - KEYS
    assert not unknown, f"{row.get('name')}: unknown keys {sorted(unknown)}"
    unknown = set(row.get("healthy") or ()) - KEYS
    assert not unknown, f"{row['name']}: unknown keys {sorted(unknown)} in 'healthy'"
    return row


def healthy_of(row):
    """The row with what is changed to be well again."""
    changed = dict(row, **row["healthy"])
    return {key: value for key, value in changed.items() if value is not None}




def cases(wanted=lambda row: True):
    """(engine, row) of the table as parameters of a test."""
    for row in filter(wanted, TABLE["rows"]):
        validate_row(row)
        for engine in row.get("engines", BOTH):
            yield pytest.param(engine, row, id=f"{engine}-{row['name']}")
