# SPDX-License-Identifier: Apache-2.0
"""What strangers print, as text that may be kept and shown: its beginning and its end, bounded,
without what steers terminals."""

from __future__ import annotations

import re

LIMIT_BYTES = 16 << 10

# ECMA-48: control sequences, strings up to their terminator, and all other escapes.
ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]"
                     r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\|$)"
                     r"|\x1b[ -/]*[0-~]")
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Excerpt:
    """Bytes as they come; keeps the first and the last of them."""

    def __init__(self, limit_bytes=LIMIT_BYTES):
        self.limit_bytes = limit_bytes
        self.size_bytes = 0
        self._head = bytearray()
        self._tail = bytearray()

    def add(self, data: bytes):
        self.size_bytes += len(data)
        room = self.limit_bytes // 2 - len(self._head)
        self._head += data[:max(room, 0)]
        self._tail += data[max(room, 0):]
        # Not at each addition: a program that prints byte by byte would have it copied each time.
        if len(self._tail) > 2 * self.limit_bytes:
            del self._tail[:-self.limit_bytes]

    def text(self) -> str:
        tail = self._tail[-(self.limit_bytes - self.limit_bytes // 2):]
        left_out = self.size_bytes - len(self._head) - len(tail)
        if left_out == 0:
            return cut(clean(bytes(self._head + tail)), self.limit_bytes)
        gap = f"\n[{left_out} bytes left out]\n"
        return cut(clean(bytes(self._head)) + gap + clean(bytes(tail)), self.limit_bytes)


def clean(data: bytes) -> str:
    """Text without escapes; what else is not text shows as U+FFFD."""
    text = ESCAPES.sub("", data.decode(errors="replace"))
    return CONTROLS.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def cut(text: str, limit_bytes: int = LIMIT_BYTES) -> str:
    """The beginning and the end, if it is longer: what is in the way goes out of its middle."""
    data = text.encode(errors="replace")
    if len(data) <= limit_bytes:
        return data.decode()
    gap = "\n[...]\n"
    half = (limit_bytes - len(gap)) // 2
    return data[:half].decode(errors="ignore") + gap + data[-half:].decode(errors="ignore")
