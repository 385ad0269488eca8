# SPDX-License-Identifier: Apache-2.0
"""The words of outcomes, of layers and of units, each listed once, and how many there are of a thing."""

# The program's four words, worst first, and the harness's own fifth: MISS, what was planned and never
# ran (no runner, no engine, no image). SKIP counts for nothing.
FAIL, ERROR, MISS, PASS, SKIP = WORDS = ("FAIL", "ERROR", "MISS", "PASS", "SKIP")

# Who has to act; the same as in the program's reports (host/report.schema.json).
LAYERS = ("host", "runtime", "image", "user", "hardware", "suite")

# How far a launch came. "engine": the container never began, "run": its program did.
ENGINE, RUN = STAGES = ("engine", "run")

# What is better of a metric, by its unit; units that are not here are not compared over time.
HIGHER, LOWER = DIRECTIONS = ("higher", "lower")
DIRECTION_OF_UNIT = {"bytes_per_s": HIGHER, "flop_per_s": HIGHER, "s": LOWER}


def worst(words):
    """The one that decides; SKIP if there is none."""
    return min(words, key=WORDS.index, default=SKIP)


def layer_of(finding):
    """The layer of a finding's id, 'host.driver-too-old' -> 'host'."""
    return finding.partition(".")[0]


def counted(count: int, one: str, many: str | None = None) -> str:
    """'1 night', '3 nights', '1,000 series'."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
