# SPDX-License-Identifier: Apache-2.0
"""
NVIDIA's own NCCL on a machine without a GPU: the toolkit's libnccl.so.2, asked through our table by
build/.../nccl_join. What it answers was observed: its version and a unique id, whose rendezvous
listens, need no driver; a communicator needs one.
"""

import ipaddress
import os
import socket
import struct
import subprocess
from pathlib import Path

import pytest

from selftest import has_driver_here, vendor
from test_real_libraries import WITHOUT_MKNOD, device_nodes

NCCL = Path("/usr/local/cuda/lib64/libnccl.so.2")

SUCCESS, CUDA_ERROR, INVALID_USAGE = 0, 1, 5

pytestmark = pytest.mark.skipif(not NCCL.exists(), reason="no NCCL in the toolkit of this machine")


@pytest.fixture
def join(build, tmp_path):
    """Runs nccl_join with arguments and variables: none of NCCL's but these, and no home."""
    if has_driver_here():
        pytest.skip("this machine has an NVIDIA driver of its own")
    before = device_nodes()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("NCCL_")}
    (tmp_path / "home").mkdir()

    def start(*arguments, libraries=(), **variables):
        path = ":".join([*map(str, libraries), str(NCCL.parent)])
        wrapper = WITHOUT_MKNOD if os.geteuid() == 0 and libraries else ()
        return subprocess.Popen(
            [*wrapper, build / "tests/abi/nccl_join", *map(str, arguments)],
            env={**clean, "HOME": str(tmp_path / "home"), "LD_LIBRARY_PATH": path, **variables},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    yield start
    assert device_nodes() == before, "a device node was left behind"


def answers(process):
    """(the lines of our own by their first word, what NCCL printed)."""
    out, err = process.communicate(timeout=20)
    lines = dict(line.split(" ", 1) for line in err.splitlines() if " " in line)
    return lines, out


def address_of(id_hex):
    """Where the rendezvous of a unique id listens: 8 bytes of magic, then a sockaddr."""
    data = bytes.fromhex(id_hex)
    [family] = struct.unpack_from("=H", data, 8)
    [port] = struct.unpack_from("!H", data, 10)
    if family == socket.AF_INET:
        return str(ipaddress.IPv4Address(data[12:16])), port
    assert family == socket.AF_INET6
    return str(ipaddress.IPv6Address(data[16:32])), port


def test_version_needs_no_driver(join):
    lines, out = answers(join("version"))
    result, version = map(int, lines["version"].split())

    assert result == SUCCESS
    assert version >= 21400
    assert out == ""


def test_unique_ids_differ_and_their_rendezvous_listens(join):
    first = join("id", NCCL_SOCKET_IFNAME="lo")
    result, text = first.stderr.readline().split()[1:]
    host, port = address_of(text)

    with socket.create_connection((host, port), timeout=5):
        pass
    other, _ = answers(join("id", NCCL_SOCKET_IFNAME="lo"))
    first.communicate(timeout=20)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, port), timeout=5).close()
    assert int(result) == SUCCESS
    assert other["id"].split()[1] != text


def test_no_interface_has_its_own_words(join):
    """The text by which user.nccl-no-interface is told (host/collective/way/errors.c)."""
    lines, _ = answers(join("id", NCCL_SOCKET_IFNAME="none0"))

    assert int(lines["id"].split()[0]) == INVALID_USAGE
    assert "no socket interface found" in lines["last"]


def job(join):
    lines, _ = answers(join("id"))
    return lines["id"].split()[1]


@pytest.mark.parametrize("ranks", [1, 2])
def test_communicator_needs_a_driver_and_says_so_at_once(join, ranks):
    id_hex = job(join)
    processes = [join("rank", rank, ranks, id_hex) for rank in range(ranks)]

    for process in processes:
        lines, out = answers(process)
        code, text = lines["joined"].split(" ", 1)
        assert int(lines["called"]) == int(code) == CUDA_ERROR
        assert "unhandled cuda error" in text
        # The cause is told without NCCL_DEBUG, and nothing is printed.
        assert "driver version is insufficient" in lines["last"]
        assert out == ""


def test_driver_without_module_shows_no_device(join):
    id_hex = job(join)
    lines, _ = answers(join("rank", 0, 1, id_hex, libraries=[vendor("drivers/550")]))

    assert int(lines["called"]) == CUDA_ERROR
    assert lines["last"] != ""


def test_debugging_goes_to_standard_output_unless_a_file_is_named(join, tmp_path):
    id_hex = job(join)
    _, printed = answers(join("rank", 0, 1, id_hex, NCCL_DEBUG="INFO"))
    _, silent = answers(join("rank", 0, 1, id_hex, NCCL_DEBUG="INFO",
                             NCCL_DEBUG_FILE=str(tmp_path / "log.%h.%p")))
    [log] = tmp_path.glob("log.*")

    assert " NCCL WARN Cuda failure" in printed
    assert silent == ""
    assert " NCCL WARN Cuda failure" in log.read_text()


def test_file_of_settings_is_obeyed_and_the_environment_goes_first(join, tmp_path):
    """As host/collective/way/settings.c reads it. Not in the home: releases look for that in two
    places, and this user's own is not for tests."""
    conf = tmp_path / "nccl.conf"
    conf.write_text("# a comment\nNCCL_SOCKET_IFNAME=none0\n")

    def result(**variables):
        lines, _ = answers(join("id", NCCL_CONF_FILE=str(conf), **variables))
        return int(lines["id"].split()[0])

    assert result() == INVALID_USAGE
    assert result(NCCL_SOCKET_IFNAME="lo") == SUCCESS
