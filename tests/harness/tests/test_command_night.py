# SPDX-License-Identifier: Apache-2.0
"""The verb `night`: what it hands on. What comes of it is in test_night_whole.py."""

import argparse
from pathlib import Path

import pytest

from gpu_selftest_harness.commands import night
from gpu_selftest_harness.errors import Refused

MATRIX = Path(__file__).resolve().parent.parent / "matrices/simulated-580.yaml"


def parse(*words):
    parser = argparse.ArgumentParser()
    night.register(parser.add_subparsers(required=True))
    return parser.parse_args(["night", str(MATRIX), *map(str, words)])


@pytest.fixture
def handed(monkeypatch):
    """What the engines of the probe and the slices are told."""
    seen = {}

    def real(matrix, of_night, program, tier, engines_file=None):
        seen["probe"] = engines_file
        return [], []

    def whole(settings, parts, stop, say):
        seen["slices"], seen["settings"] = settings.engines, settings
        return night.whole.Night()
    monkeypatch.setattr(night.evening, "real", real)
    monkeypatch.setattr(night.whole, "run", whole)
    return seen


def test_engines__reach_the_probe_and_the_slices(handed, tmp_path):
    night.run(parse("--out", tmp_path / "out", "--engines", "engines.toml"))

    assert handed["probe"] == handed["slices"] == Path("engines.toml")


def test_engines__may_be_left_out(handed, tmp_path):
    night.run(parse("--out", tmp_path / "out"))

    assert handed["probe"] is None and handed["slices"] is None


def test_engines__are_none_of_a_simulated_machine(handed, tmp_path):
    with pytest.raises(Refused, match="'--engines' is of this machine"):
        night.run(parse("--out", tmp_path / "out", "--simulate", "--engines", "engines.toml"))

    assert handed == {} and not (tmp_path / "out").exists()


def test_leases_and_without__reach_the_slices(handed, tmp_path):
    night.run(parse("--out", tmp_path / "out", "--leases", tmp_path / "leases", "--without", "GPU-1"))

    told = handed["settings"]
    assert (told.leases, told.without) == (tmp_path / "leases", "GPU-1")


def test_leases_and_without__may_be_left_out(handed, tmp_path):
    night.run(parse("--out", tmp_path / "out"))

    told = handed["settings"]
    assert (told.leases, told.without) == (None, None)


def test_without__no_gpu_is_taken_out_of_a_simulated_machine(handed, tmp_path):
    with pytest.raises(Refused, match="'--without' is of this machine"):
        night.run(parse("--out", tmp_path / "out", "--simulate", "--without", "all"))

    assert handed == {} and not (tmp_path / "out").exists()
