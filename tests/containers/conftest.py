# SPDX-License-Identifier: Apache-2.0
"""Engines, images and the folder of tools that each container gets; started once per run."""

import os
import shutil
import sys
from pathlib import Path

import pytest

for name in ("system", "harness"):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / name))

from audit import Program  # noqa: E402
from boxed import Stack  # noqa: E402
from built import TOOLKITS, VARIANTS, Built  # noqa: E402
from engines import ENGINES, can_overlay  # noqa: E402
from harness import Launches  # noqa: E402
from hook import found_by  # noqa: E402
from hosts import make_host  # noqa: E402
from scenario import BOTH, Maker, copy_vendor_files, driver_version  # noqa: E402
from selftest import TOP, has_driver_here  # noqa: E402

IMAGES = ("debian", "oldest", "musl", "scratch")


def pytest_configure(config):
    if "GST_CONTAINERS_WORK" not in os.environ:
        raise pytest.UsageError("start these tests with tests/containers/run, which keeps what "
                                "they start apart from this machine")


@pytest.fixture(scope="session")
def work():
    return Path(os.environ["GST_CONTAINERS_WORK"])


@pytest.fixture(scope="session")
def archives():
    return Path(os.environ["GST_CONTAINERS_IMAGES"])


@pytest.fixture(scope="session")
def build():
    return Path(os.environ.get("GPU_SELFTEST_BUILD", TOP / "build/release")).resolve()


@pytest.fixture(scope="session", autouse=True)
def has_driver():
    """Asked before any test makes nodes."""
    return has_driver_here()


@pytest.fixture(scope="session")
def storage(work):
    """Of the engines' storage: the fast one where it works."""
    return "overlay" if can_overlay(work / "try-overlay") else "vfs"


def start_engines(folder, storage):
    """Gives an engine by its name, started when it is first asked for."""
    engines = {}

    def give(name):
        if name not in engines:
            engine = ENGINES[name](folder / name, storage, os.environ["GST_CONTAINERS_CGROUP"])
            engine.start()
            engines[name] = engine
        return engines[name]

    yield give
    for engine in engines.values():
        engine.stop()


@pytest.fixture(scope="session")
def started(work, storage):
    """Engines with their storage in memory, if there is enough."""
    yield from start_engines(work, storage)


@pytest.fixture(scope="session")
def roomy():
    """Engines with their storage on disk, for images of gigabytes."""
    disk = Path(os.environ["GST_CONTAINERS_ROOMY"])
    yield from start_engines(disk, "overlay" if can_overlay(disk / "try-overlay") else "vfs")


@pytest.fixture(scope="session")
def loaded(started, archives):
    """Gives an engine that has this image."""

    def give(name, image):
        engine = started(name)
        if not engine.has(image):
            assert image in IMAGES, f"no image '{image}': {', '.join(IMAGES)}"
            engine.load(archives / f"{image}.tar", image)
        return engine

    return give


@pytest.fixture(scope="session")
def tools(work, archives, build):
    """What is mounted at /gst."""
    folder = work / "tools"
    folder.mkdir()
    shutil.copy2(archives / "busybox", folder / "busybox")
    copy_vendor_files()
    make_host(folder / "hosts/no-module", None)
    for branch in ("535", "550"):
        make_host(folder / "hosts" / branch, driver_version(branch))
    return folder


@pytest.fixture(scope="session")
def maker(loaded, tools):
    return Maker(loaded, tools)


@pytest.fixture(scope="session")
def audit(build, tools):
    return Program(build, tools)


@pytest.fixture(scope="session")
def built(roomy):
    """Our images: built(engine name, toolkit) gives their names by variant, made when first asked
    for."""
    return Built(roomy).images


@pytest.fixture(params=sorted(TOOLKITS))
def cuda(request):
    """Each toolkit of our images."""
    return request.param


@pytest.fixture(params=VARIANTS)
def variant(request):
    """Each variant of our images."""
    return request.param


@pytest.fixture(scope="session")
def stack(build, work):
    """Simulated machines for containers."""
    folder = work / "stacks"
    folder.mkdir()
    return Stack(build, folder)


@pytest.fixture(scope="module")
def hooked(roomy, work):
    """The docker that has our images finds a hook; the file that names the hook's host."""
    yield from found_by(roomy("docker"), work / "hook")


@pytest.fixture(params=BOTH)
def launches(request, loaded, tools, tmp_path, monkeypatch):
    """Launches of the nightly harness, of which no container and no file stays."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    launches = Launches(loaded(request.param, "debian"), tools, tmp_path)
    assert launches.left() == []
    yield launches
    left = launches.left()
    launches.clean_up()
    assert (left, list(here.iterdir())) == ([], [])
