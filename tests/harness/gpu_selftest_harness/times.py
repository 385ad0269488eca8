# SPDX-License-Identifier: Apache-2.0
"""How moments and nights are written, by whoever writes them."""

import time
from datetime import date, datetime, timezone


def utc(now=time.time) -> str:
    """'2026-11-27T02:00:00Z'"""
    return f"{datetime.fromtimestamp(now(), timezone.utc):%Y-%m-%dT%H:%M:%SZ}"


def is_night(text: str) -> bool:
    """A day of the calendar, such as '2026-11-27'."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
