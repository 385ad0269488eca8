# SPDX-License-Identifier: Apache-2.0
"""The list of engines, and the report that a launch left."""

import os

import pytest

from gpu_selftest_harness.engines import base
from gpu_selftest_harness.errors import Refused


def test_unknown_engine_is_refused_with_the_known_ones():
    with pytest.raises(Refused, match="unknown engine 'lxc', valid are local, docker, podman"):
        base.make("lxc")


def test_report_is_read_as_it_was_written(tmp_path):
    (tmp_path / "report.json").write_text('{"verdict": "PASS"}\n')
    assert base.read_report(tmp_path) == ('{"verdict": "PASS"}\n', "")


def test_no_report_is_nothing_wrong(tmp_path):
    assert base.read_report(tmp_path) == (None, "")


def test_report_with_bytes_that_are_no_text_is_still_text(tmp_path):
    (tmp_path / "report.json").write_bytes(b'{"\xff"}')
    assert base.read_report(tmp_path) == ('{"\ufffd"}', "")


def test_link_out_of_the_folder_is_not_followed(tmp_path):
    (tmp_path / "secret").write_text("{}")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/report.json").symlink_to("../secret")

    report, wrong = base.read_report(tmp_path / "out")

    assert report is None
    assert "cannot read 'report.json'" in wrong


def test_pipe_does_not_block(tmp_path):
    os.mkfifo(tmp_path / "report.json")
    assert base.read_report(tmp_path) == (None, "'report.json' is not a plain file")


def test_folder_is_no_report(tmp_path):
    (tmp_path / "report.json").mkdir()
    assert base.read_report(tmp_path) == (None, "'report.json' is not a plain file")


def test_report_without_end_is_not_taken(tmp_path):
    with open(tmp_path / "report.json", "wb") as file:
        file.truncate(base.REPORT_SIZE_BYTES + 1)
    assert base.read_report(tmp_path) == (None, "'report.json' is longer than 64 MiB")
