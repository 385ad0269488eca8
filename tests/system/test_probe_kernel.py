# SPDX-License-Identifier: Apache-2.0
"""What the helper of the audit asks of the kernel: placing memory, and the socket of an MPS server."""

import errno
import os
import socket
import subprocess

import pytest


@pytest.fixture
def codes(build):
    """The codes of the calls that need no library, by name."""
    def ask(folder=None):
        env = {name: value for name, value in os.environ.items()
               if name != "CUDA_MPS_PIPE_DIRECTORY"}
        if folder is not None:
            env["CUDA_MPS_PIPE_DIRECTORY"] = str(folder)
        done = subprocess.run([build / "bin/gpu-selftest-audit-probe"], env=env, timeout=60,
                              check=True, text=True, capture_output=True)
        words = [line.split() for line in done.stdout.splitlines() if line.startswith("call ")]
        return {line[1]: int(line[2]) for line in words
                if line[1] in ("get_mempolicy", "mps_connect")}
    return ask


def test_memory_placement_is_asked_and_no_server_without_a_folder(codes):
    answers = codes()

    # Allowed, or refused by a seccomp filter, such as Docker's.
    assert answers["get_mempolicy"] in (0, errno.EPERM, errno.ENOSYS)
    assert "mps_connect" not in answers


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_SEQPACKET])
def test_a_server_that_listens(codes, tmp_path, kind):
    with socket.socket(socket.AF_UNIX, kind) as server:
        server.bind(str(tmp_path / "control"))
        server.listen(1)

        assert codes(tmp_path)["mps_connect"] == 0


def test_a_server_that_has_gone(codes, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server:
        server.bind(str(tmp_path / "control"))

    assert codes(tmp_path)["mps_connect"] == errno.ECONNREFUSED


def test_a_folder_without_a_socket(codes, tmp_path):
    assert codes(tmp_path)["mps_connect"] == errno.ENOENT


def test_a_folder_with_too_long_a_name(codes):
    assert codes("/" + 200 * "x")["mps_connect"] == errno.ENAMETOOLONG
