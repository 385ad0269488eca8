# SPDX-License-Identifier: Apache-2.0
"""The rig itself: engines start, and containers are what the scenarios take them for. A scenario
whose container is not in the state it names would prove nothing."""

import os

import pytest

from engines import BUSYBOX, call
from selftest import TOP


@pytest.fixture(params=["docker", "podman"])
def engine_name(request):
    return request.param


@pytest.mark.parametrize("image", ["debian", "oldest", "musl", "scratch"])
def test_image_starts(loaded, tools, engine_name, image):
    engine = loaded(engine_name, image)
    container = engine.run(image, tools=tools)
    try:
        marker = {"docker": "/.dockerenv", "podman": "/run/.containerenv"}[engine_name]
        assert container.run(BUSYBOX, "test", "-e", marker).returncode == 0
        loader = container.run(BUSYBOX, "sh", "-c", "ls /lib64/ld-linux* /lib/ld-musl*").stdout
        assert ("ld-linux" in loader) == (image in ("debian", "oldest"))
        assert ("ld-musl" in loader) == (image == "musl")
    finally:
        container.remove()


@pytest.mark.parametrize("free_gb, exit_code", [(0, 77), (11, 77), (12, 0)])
def test_too_little_room_is_told_before_the_start(tmp_path, free_gb, exit_code):
    """By a df that says so; pytest has nothing to do but to name its version."""
    df = tmp_path / "df"
    df.write_text(f"#!/bin/sh\necho Avail\necho '   {free_gb}'\n")
    df.chmod(0o755)
    done = call([TOP / "tests/containers/run", "--version"],
                env=dict(os.environ, PATH=f"{tmp_path}:{os.environ['PATH']}"))

    assert done.returncode == exit_code, done.stdout + done.stderr
    words = f"{free_gb} GB are free in 'build' and 12 GB needed"
    assert (words in done.stdout) == (exit_code == 77)
