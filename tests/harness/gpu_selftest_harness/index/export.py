# SPDX-License-Identifier: Apache-2.0
"""Series as lines of a CSV file, for whatever else reads numbers."""

import csv
import dataclasses
import operator

from ..model import SeriesKey

KEY = [field.name for field in dataclasses.fields(SeriesKey)]
COLUMNS = [*KEY, "night", "value", "low", "high", "launches", "clock_hz", "flag", "provenance"]

# A spreadsheet takes a text that begins so for a formula, and runs it.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(index, path):
    """How many lines there are beside the first."""
    count = 0
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for history in index.histories():
            key = [_harmless(value) for value in dataclasses.astuple(history.key)]
            for row in zip(history.nights, history.values, history.lows, history.highs,
                           map(len, map(operator.add, history.launches, history.confirming)),
                           history.clocks_hz, map(_harmless, history.flags), history.provenance):
                writer.writerow([*key, *row])
                count += 1
    return count


def _harmless(text):
    return f"'{text}" if text.startswith(FORMULA) else text.replace("\0", "")
