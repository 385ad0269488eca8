# SPDX-License-Identifier: Apache-2.0
"""The rig itself: engines start, and containers are what the scenarios take them for. A scenario
whose container is not in the state it names would prove nothing."""

import pytest

from engines import BUSYBOX


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
