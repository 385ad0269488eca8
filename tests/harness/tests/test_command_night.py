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
        seen["slices"] = settings.engines
        return night.whole.Night()
    monkeypatch.setattr(night.evening, "real", real)
    monkeypatch.setattr(night.whole, "run", whole)
    return seen


def test_engines__reach_the_probe_and_the_slices(handed, tmp_path):
    night.run(parse("--out", tmp_path / "out", "--engines", "engines.toml"))

    assert handed == {"probe": Path("engines.toml"), "slices": Path("engines.toml")}


def test_engines__may_be_left_out(handed, tmp_path):
    night.run(parse("--out", tmp_path / "out"))

    assert handed == {"probe": None, "slices": None}


def test_engines__are_none_of_a_simulated_machine(handed, tmp_path):
    with pytest.raises(Refused, match="'--engines' is of this machine"):
        night.run(parse("--out", tmp_path / "out", "--simulate", "--engines", "engines.toml"))

    assert handed == {} and not (tmp_path / "out").exists()
