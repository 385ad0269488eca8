# SPDX-License-Identifier: Apache-2.0
"""The verb `night`: what it hands on. What comes of it is in test_night_whole.py."""

import argparse
import os
import signal
from pathlib import Path

import pytest

from gpu_selftest_harness.commands import night
from gpu_selftest_harness.errors import Failed, Refused

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
        return []

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


# --- What is refused before anything is written ---

@pytest.mark.parametrize("words, text", [
    (("--tier", "nosuch"), "no tier 'nosuch' in .*, valid are history, nightly"),
    (("--quarantine", "nosuch.yaml"), "cannot read 'nosuch.yaml'"),
    (("--quarantine", MATRIX), "simulated-580.yaml:"),
])
def test_wrong_words__are_refused_before_a_page_is_written(handed, tmp_path, words, text):
    with pytest.raises(Refused, match=text):
        night.run(parse("--out", tmp_path / "out", *words))

    assert handed == {} and not (tmp_path / "out").exists()


def test_nights__need_the_tier_of_earlier_ones(handed, tmp_path, monkeypatch):
    monkeypatch.setattr(night.evening, "HISTORY_TIER", "before")

    with pytest.raises(Refused, match="no tier 'before'"):
        night.run(parse("--out", tmp_path / "out", "--simulate", "--nights", 2))


@pytest.mark.parametrize("words, text", [
    (("--night", "tomorrow"), "'tomorrow' is no night such as 2026-11-27"),
    (("--night", "2026-02-30"), "'2026-02-30' is no night such as 2026-11-27"),
    (("--nights", "0"), "'0' is no number of 1 or more"),
    (("--jobs", "two"), "'two' is no number of 1 or more"),
])
def test_wrong_values__are_told_in_words(capsys, words, text):
    with pytest.raises(SystemExit, match="2"):
        parse("--out", "out", *words)

    assert capsys.readouterr().err.strip().endswith(f": {text}")


@pytest.mark.parametrize("out", ["file", "file/out"])
def test_out__that_cannot_be_made_is_told_in_words(handed, tmp_path, out):
    (tmp_path / "file").touch()

    with pytest.raises(Failed, match=f"cannot make '{tmp_path}/{out}': "):
        night.run(parse("--out", tmp_path / out))

    assert handed == {}


# --- Signals ---

@pytest.fixture
def hangup():
    """Whatever pytest was started with."""
    ours = lambda *_: None  # noqa: E731
    before = signal.signal(signal.SIGHUP, ours)
    yield ours
    signal.signal(signal.SIGHUP, before)


def test_signals__a_terminal_that_is_closed_ends_the_night_in_order(hangup):
    """Slices have sessions of their own, and would go on without their night."""
    with night._stop_on_signals() as stop:
        os.kill(os.getpid(), signal.SIGHUP)

        assert stop.is_set
    assert signal.getsignal(signal.SIGHUP) is hangup


def test_signals__under_nohup_it_goes_on(hangup):
    signal.signal(signal.SIGHUP, signal.SIG_IGN)

    with night._stop_on_signals() as stop:
        os.kill(os.getpid(), signal.SIGHUP)

        assert not stop.is_set
