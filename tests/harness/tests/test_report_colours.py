# SPDX-License-Identifier: Apache-2.0
"""The palette can be read: contrasts are computed, not believed."""

import pytest

from gpu_selftest_harness.report import colours

# What text of each colour is put on.
TEXT_ON = {
    "text": ("ground", "surface", *(name for name in colours.PALETTE if name.endswith("-tint"))),
    "muted": ("ground", "surface", *(name for name in colours.PALETTE if name.endswith("-tint"))),
    "accent": ("ground", "surface", *(name for name in colours.PALETTE if name.endswith("-tint"))),
    **{name: ("ground", "surface", f"{name}-tint")
       for name in ("wrong", "unsure", "good", "expected", "absent", "held")},
}
PAIRS = [(text, ground, mode) for text, grounds in TEXT_ON.items() for ground in grounds
         for mode in (0, 1)]


@pytest.mark.parametrize("one, other, expected", [
    ("#000000", "#ffffff", 21.0), ("#ffffff", "#ffffff", 1.0), ("#777777", "#ffffff", 4.48)])
def test_contrast__is_that_of_wcag(one, other, expected):
    assert colours.contrast(one, other) == pytest.approx(expected, abs=0.005)


@pytest.mark.parametrize("text, ground, mode", PAIRS)
def test_palette__text_can_be_read(text, ground, mode):
    assert colours.contrast(colours.PALETTE[text][mode], colours.PALETTE[ground][mode]) >= 4.5


@pytest.mark.parametrize("mode", [0, 1])
def test_palette__edges_of_controls_can_be_seen(mode):
    edge, ground = colours.PALETTE["edge"][mode], colours.PALETTE["ground"][mode]
    assert colours.contrast(edge, ground) >= 3


def test_cividis__gets_lighter_all_the_way():
    lightness = [colours.luminance(colours.cividis(n / 100)) for n in range(101)]
    assert lightness == sorted(lightness) and lightness[0] < 0.03 and lightness[-1] > 0.7


def test_cividis__stays_within_its_ends():
    assert colours.cividis(-1) == "#00224e" and colours.cividis(2) == "#fee838"


def test_steps__text_on_each_can_be_read():
    assert len(colours.steps()) == colours.STEPS
    assert all(colours.contrast(colour, ink) >= 4.5 for _, colour, ink in colours.steps())


@pytest.mark.parametrize("value, step", [(0, 0), (10, 15), (5, 8), (0.6, 0), (0.7, 1)])
def test_step_of__spreads_values_evenly(value, step):
    assert colours.step_of(value, 0, 10) == step


def test_step_of__is_in_the_middle_where_all_are_the_same():
    assert colours.step_of(5, 5, 5) == 8
