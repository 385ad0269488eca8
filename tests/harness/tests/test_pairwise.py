# SPDX-License-Identifier: Apache-2.0
"""A cover has each pair that any allowed cell has, and fewer cells than the product."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matrices import small

from gpu_selftest_harness.matrix import pairwise


def pairs(rows, strength=2):
    """Worked out by nested loops, not by the code under test."""
    found = set()
    for row in rows:
        for places in itertools.combinations(range(len(row)), strength):
            found.add((places, tuple(row[place] for place in places)))
    return found


@settings(max_examples=60, deadline=None)
@given(sizes=st.lists(st.integers(1, 4), min_size=2, max_size=5), seed=st.integers(0, 9),
       keep=st.randoms(use_true_random=False), strength=st.integers(2, 3))
def test_each_allowed_pair_is_covered(sizes, seed, keep, strength):
    strength = min(strength, len(sizes))
    product = list(itertools.product(*[[f"{axis}{n}" for n in range(size)]
                                       for axis, size in enumerate(sizes)]))
    allowed = [row for row in product if keep.random() < 0.7] or product

    chosen = pairwise.cover(allowed, strength, seed)

    assert pairs(chosen, strength) == pairs(allowed, strength)
    assert set(chosen) <= set(allowed)
    assert len(chosen) == len(set(chosen))


def test_cover_is_much_smaller_than_the_product():
    product = list(itertools.product("abcd", "efgh", "ijkl", "mnop", "qrst"))

    chosen = pairwise.cover(product, 2, 7)

    # 16 is what two axes of four values need at least; 1024 is the product.
    assert 16 <= len(chosen) <= 32


@pytest.mark.parametrize("seed", [0, 7])
def test_same_seed_same_cover(seed):
    product = list(itertools.product("abc", "def", "ghi"))

    assert pairwise.cover(product, 2, seed) == pairwise.cover(list(product), 2, seed)


def test_seeds_differ():
    product = list(itertools.product("abc", "def", "ghi", "jkl"))

    assert len({tuple(pairwise.cover(product, 2, seed)) for seed in range(5)}) > 1


def test_nothing_to_cover():
    assert pairwise.cover([], 2, 1) == []


AXES = {"devices": ["all", "count:1", "none"], "capabilities": ["compute,utility", "utility"]}
DEFAULTS = {"axes": {"devices": "all", "capabilities": "compute,utility"}}


def covered(**changes):
    return small(axes=AXES, defaults=DEFAULTS, rows=[], **changes)


def test_matrix_has_each_pair_for_each_driver():
    m = covered(pairwise={"over": ["cuda", "variant", "devices", "capabilities"], "seed": 7,
                          "product": {"driver": "*"}})

    for driver in ("535", "580"):
        found = [(c.cuda, c.variant, c.devices, c.capabilities) for c in m.cells()
                 if c.driver == driver]
        product = itertools.product(["12.4", "13.0"], ["base", "runtime", "devel"], *AXES.values())
        assert pairs(found) == pairs(product)
        assert len(found) < 36


def test_covers_of_two_drivers_differ():
    # The same cells on each driver would leave the same combinations out everywhere.
    m = covered(pairwise={"over": ["cuda", "variant", "devices", "capabilities"], "seed": 7,
                          "product": {"driver": "*"}})

    one, other = ({(c.cuda, c.variant, c.devices, c.capabilities) for c in m.cells()
                   if c.driver == driver} for driver in ("535", "580"))
    assert one != other


def test_matrix_covers_what_exclusions_leave():
    m = covered(pairwise={"over": ["cuda", "variant", "devices"], "seed": 7,
                          "product": {"driver": "580"}},
                exclude=[{"when": {"cuda": "13.0", "variant": "base"}, "reason": "x"}])

    found = [(c.cuda, c.variant, c.devices) for c in m.cells()]
    allowed = [row for row in itertools.product(["12.4", "13.0"], ["base", "runtime", "devel"],
                                                AXES["devices"]) if row[:2] != ("13.0", "base")]
    assert pairs(found) == pairs(allowed)
    assert not [row for row in found if row[:2] == ("13.0", "base")]


def test_row_has_the_say_over_the_cover():
    m = small(rows=[{"cell": {"driver": "580", "cuda": "13.0", "variant": "base"}, "launches": 9}],
              pairwise={"over": ["cuda", "variant"], "seed": 1, "product": {"driver": "580"},
                        "launches": 2})

    launches = {(c.cuda, c.variant): m.planned(c).launches for c in m.cells()}
    assert launches.pop(("13.0", "base")) == 9
    assert len(launches) == 5 and set(launches.values()) == {2}
