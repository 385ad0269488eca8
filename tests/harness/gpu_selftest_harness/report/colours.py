# SPDX-License-Identifier: Apache-2.0
"""The colours of the page, light and dark, and the contrast of two of them. A colour only repeats
what a glyph and a word already say."""

# name: (light, dark). 'x-tint' is what lies behind text of colour 'x'.
PALETTE = {
    "ground": ("#ffffff", "#15181b"),
    "surface": ("#f5f6f5", "#1d2125"),
    "text": ("#1b1f24", "#e6e8ea"),
    "muted": ("#57606a", "#a7afb7"),
    "rule": ("#d9dddf", "#353b41"),
    "edge": ("#7b848d", "#79828b"),
    "accent": ("#0b5cad", "#85b8f2"),
    "wrong": ("#b01c12", "#ff978b"),
    "wrong-tint": ("#fdebe9", "#3b1f1d"),
    "unsure": ("#8a4600", "#f0b46f"),
    "unsure-tint": ("#fcf1e1", "#372910"),
    "good": ("#18673a", "#82d3a3"),
    "good-tint": ("#eaf5ee", "#182e20"),
    "expected": ("#38557a", "#abc3e2"),
    "expected-tint": ("#ecf1f7", "#202a38"),
    "absent": ("#565c64", "#b6bcc3"),
    "absent-tint": ("#f0f1f2", "#272b2f"),
    "held": ("#63429a", "#cab3f2"),
    "held-tint": ("#f2edf9", "#2c2540"),
}

# Cividis (Nuñez, Anderton and Renslow, 2018) at ten even places: it reads the same without red or
# green, and its lightness rises with the value, so that it survives a black and white printer.
CIVIDIS = ("#00224e", "#123570", "#3b496c", "#575d6d", "#707173",
           "#8a8678", "#a59c74", "#c3b369", "#e1cc55", "#fee838")
STEPS = 16


def channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    shares = (channel / 255 for channel in channels(colour))
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
                        for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """1 (the same) to 21 (black on white); text needs 4.5."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def cividis(share: float) -> str:
    """The colour for 0 (lowest) to 1 (highest)."""
    place = min(max(share, 0.0), 1.0) * (len(CIVIDIS) - 1)
    left = min(int(place), len(CIVIDIS) - 2)
    mixed = (round(a + (b - a) * (place - left))
             for a, b in zip(channels(CIVIDIS[left]), channels(CIVIDIS[left + 1]), strict=True))
    return "#{:02x}{:02x}{:02x}".format(*mixed)


def ink(colour: str) -> str:
    """Black or white, whichever is easier to read on it: never under 4.5."""
    return max("#000000", "#ffffff", key=lambda text: contrast(text, colour))


def steps() -> list[tuple[int, str, str]]:
    """The classes of a heat map: number, colour, colour of the text on it."""
    return [(step, colour, ink(colour)) for step in range(STEPS)
            for colour in [cividis(step / (STEPS - 1))]]


def step_of(value: float, low: float, high: float) -> int:
    """Which of the classes a value belongs to; the middle one where all values are the same."""
    if high <= low:
        return STEPS // 2
    return min(int((value - low) / (high - low) * STEPS), STEPS - 1)
