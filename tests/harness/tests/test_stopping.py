# SPDX-License-Identifier: Apache-2.0
"""Signals while launches run."""

import signal

from gpu_selftest_harness.plugin.stopping import Stopping


def test_first_signal_stops_and_the_second_ends(hears_interrupts):
    said = []
    with Stopping(said.append) as stopping:
        signal.raise_signal(signal.SIGTERM)
        assert (stopping.stop.is_set(), stopping.end.is_set()) == (True, False)
        signal.raise_signal(signal.SIGINT)
        assert stopping.end.is_set()
    assert [text.partition(";")[0] for text in said] == ["nothing more is started",
                                                         "ending what runs"]


def test_second_signal_is_heard_while_the_first_is_still_told():
    said = []

    def say(text):
        said.append(text)
        if len(said) == 1:
            signal.raise_signal(signal.SIGTERM)

    with Stopping(say) as stopping:
        signal.raise_signal(signal.SIGTERM)
        assert stopping.end.is_set()
    assert said[1] == "ending what runs"


def test_handlers_are_those_of_before_afterwards():
    before = signal.getsignal(signal.SIGTERM)
    with Stopping():
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_signal_that_was_ignored_before_is_not_heard():
    """As nohup starts a night that outlives its terminal."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Stopping() as stopping:
            signal.raise_signal(signal.SIGHUP)
            assert not stopping.stop.is_set()
            signal.raise_signal(signal.SIGTERM)
            assert stopping.stop.is_set()
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
