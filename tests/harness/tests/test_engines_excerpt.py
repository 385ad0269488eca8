# SPDX-License-Identifier: Apache-2.0
"""What may be kept of what strangers print."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu_selftest_harness.engines.excerpt import Excerpt, clean, cut


@pytest.mark.parametrize("data, text", [
    (b"plain\ttext\n", "plain\ttext\n"),
    ("größer\n".encode(), "größer\n"),
    (b"\x1b[31mred\x1b[0m", "red"),
    (b"\x1b]0;title\x07after", "after"),
    (b"\x1b]8;;http://x\x1b\\link", "link"),
    (b"\x1bcreset", "reset"),
    (b"10 %\r20 %\r\nend", "10 %\n20 %\nend"),
    (b"nul\x00 bell\x07", "nul\ufffd bell\ufffd"),
    (b"\xff\xfe", "\ufffd\ufffd"),
    (b"\xc2\x9b31m", "\ufffd31m"),  # a control sequence in one character of Latin 1
])
def test_text_for_people(data, text):
    assert clean(data) == text


def test_short_text_is_kept_whole():
    excerpt = Excerpt(limit_bytes=10)
    for part in (b"12345", b"6789", b"0"):
        excerpt.add(part)
    assert excerpt.text() == "1234567890"


def test_long_text_keeps_both_ends_and_says_how_much_is_gone():
    excerpt = Excerpt(limit_bytes=100)
    for number in range(1000):
        excerpt.add(b"%04d " % number)
    text = excerpt.text()
    assert text.startswith("0000 0001 0002 ")
    assert text.endswith("0998 0999 ")
    assert "left out" in text or "[...]" in text
    assert len(text) <= 100


@given(st.lists(st.binary(max_size=300), max_size=30), st.integers(20, 200))
def test_never_longer_than_the_limit_and_never_what_steers_a_terminal(parts, limit):
    excerpt = Excerpt(limit)
    for part in parts:
        excerpt.add(part)
    text = excerpt.text()
    assert len(text.encode()) <= limit
    assert not any(ord(c) < 32 and c not in "\n\t" for c in text)
    assert "\x1b" not in text and "\x9b" not in text


@given(st.text(max_size=300), st.integers(20, 200))
def test_cut_keeps_what_fits(text, limit):
    text = text.encode(errors="replace").decode()
    assert cut(text, limit) == text or len(text.encode()) > limit
