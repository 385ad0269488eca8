# SPDX-License-Identifier: Apache-2.0
"""SIGTERM and ^C while launches run: the first lets what runs come to its end and starts nothing more,
the second ends what runs."""

from __future__ import annotations

import signal
import threading

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Stopping:
    def __init__(self, say=lambda text: None):
        self.stop, self.end = threading.Event(), threading.Event()
        self._say, self._before = say, {}

    def __enter__(self):
        """Whoever started us with one ignored, as nohup does, meant that."""
        # Elsewhere handlers cannot be set, and whoever runs us there has his own.
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._heard) for number in SIGNALS
                            if signal.getsignal(number) != signal.SIG_IGN}
        return self

    def __exit__(self, *_):
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _heard(self, *_):
        # Set before it is said: the next signal may come while we still write.
        is_second = self.stop.is_set()
        (self.end if is_second else self.stop).set()
        self._say("ending what runs" if is_second else
                  "nothing more is started; what runs is seen to its end, once more ends it")
