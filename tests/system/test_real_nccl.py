# SPDX-License-Identifier: Apache-2.0
"""
NVIDIA's own NCCL on a machine without a GPU: the libnccl.so.2 of this machine's toolkit and of other
releases where scripts/vendor fetched them, asked through our table by build/.../nccl_join. What it
answers was observed: its version and a unique id, whose rendezvous listens, need no driver; a
communicator needs one.
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

INSTALLED = Path("/usr/local/cuda/lib64")

SUCCESS, CUDA_ERROR, INTERNAL_ERROR, INVALID_USAGE = 0, 1, 3, 5


@pytest.fixture(params=["2.14", "2.19", "2.28", "2.32"])
def nccl(request):
    """The folder of a libnccl.so.2. 2.28 is that of CUDA 13.0, for which a toolkit may stand in."""
    if request.param == "2.28" and (INSTALLED / "libnccl.so.2").exists():
        return INSTALLED
    return vendor(f"libnccl/{request.param}", is_required=False)


@pytest.fixture
def join(nccl, build, tmp_path):
    """Runs nccl_join with arguments and variables: none of NCCL's but these, and no home."""
    if has_driver_here():
        pytest.skip("this machine has an NVIDIA driver of its own")
    before = device_nodes()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("NCCL_")}
    (tmp_path / "home").mkdir()

    def start(*arguments, libraries=(), **variables):
        path = ":".join([*map(str, libraries), str(nccl)])
        wrapper = WITHOUT_MKNOD if os.geteuid() == 0 and libraries else ()
        return subprocess.Popen(
            [*wrapper, build / "tests/abi/nccl_join", *map(str, arguments)],
            env={**clean, "HOME": str(tmp_path / "home"), "LD_LIBRARY_PATH": path, **variables},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            errors="replace")  # 2.19 prints what is no text in a warning

    yield start
    assert device_nodes() == before, "a device node was left behind"


def answers(process):
    """(the lines of our own by their first word, what NCCL printed)."""
    out, err = process.communicate(timeout=20)
    lines = dict(line.split(" ", 1) for line in err.splitlines() if " " in line)
    return lines, out


def release(join):
    lines, _ = answers(join("version"))
    return int(lines["version"].split()[1])


def address_of(id_hex, version):
    """Where the rendezvous of a unique id listens: 8 bytes of magic, in 2.14 none, then a sockaddr."""
    address = bytes.fromhex(id_hex)[8 if version >= 21900 else 0:]
    [family] = struct.unpack_from("=H", address, 0)
    [port] = struct.unpack_from("!H", address, 2)
    if family == socket.AF_INET:
        return str(ipaddress.IPv4Address(address[4:8])), port
    assert family == socket.AF_INET6
    return str(ipaddress.IPv6Address(address[8:24])), port


def test_version_needs_no_driver(join):
    lines, out = answers(join("version"))
    result, version = map(int, lines["version"].split())

    assert result == SUCCESS
    assert version >= 21400
    assert out == ""


def test_unique_ids_differ_and_their_rendezvous_listens(join):
    first = join("id", NCCL_SOCKET_IFNAME="lo")
    result, text = first.stderr.readline().split()[1:]
    host, port = address_of(text, release(join))

    with socket.create_connection((host, port), timeout=5):
        pass
    other, _ = answers(join("id", NCCL_SOCKET_IFNAME="lo"))
    first.communicate(timeout=20)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, port), timeout=5).close()
    assert int(result) == SUCCESS
    assert other["id"].split()[1] != text


def test_no_interface_has_its_own_words(join):
    """The text by which user.nccl-no-interface is told (host/collective/way/errors.c), whatever the
    result."""
    lines, _ = answers(join("id", NCCL_SOCKET_IFNAME="none0"))
    result = INVALID_USAGE if release(join) >= 22800 else INTERNAL_ERROR

    assert int(lines["id"].split()[0]) == result
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
    assert " NCCL WARN Cuda failure" in log.read_text(errors="replace")


def test_file_of_settings_is_obeyed_and_the_environment_goes_first(join, tmp_path):
    """As host/collective/way/settings.c reads it; 2.14 and 2.19 know no such variable. Not in the
    home: releases look for that in two places, and this user's own is not for tests."""
    conf = tmp_path / "nccl.conf"
    conf.write_text("# a comment\nNCCL_SOCKET_IFNAME=none0\n")

    def result(**variables):
        lines, _ = answers(join("id", NCCL_CONF_FILE=str(conf), **variables))
        return int(lines["id"].split()[0])

    assert result() == (INVALID_USAGE if release(join) >= 22800 else SUCCESS)
    assert result(NCCL_SOCKET_IFNAME="lo") == SUCCESS
