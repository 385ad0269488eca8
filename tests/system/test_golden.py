# SPDX-License-Identifier: Apache-2.0
"""Whole pages as people see them, held against pages that somebody has read, see golden/."""

import pytest

from selftest import TOP, mask

GOLDEN = TOP / "tests/system/golden"

# name of the file, words of the command line, profile, faults
PAGES = [
    ("h100x8-quick", ["--level", "quick"], "h100x8", []),
    ("l4x1-wrong-element", ["--size", "1M"], "l4x1", ["kernel vector_add element=12345 wrong"]),
    ("l4x1-stub", [], "l4x1", ["libcuda stub"]),
    ("rtx4090x2-device-query", ["device-query"], "rtx4090x2", []),
]


@pytest.mark.parametrize("name, words, profile, faults", PAGES, ids=[page[0] for page in PAGES])
def test_page(request, simulated, kernel_majors, name, words, profile, faults):
    if not kernel_majors:
        pytest.skip("built without nvcc: the pages show kernels")
    file = GOLDEN / f"{name}.txt"
    page = mask(simulated.run(*words, "--seed", "1", profile=profile, faults=faults).out) + "\n"

    if request.config.getoption("--renew-golden"):
        file.write_text(page)
        pytest.skip(f"wrote {file.name}: read it as prose before it is committed")
    assert page == file.read_text()


def test_no_page_is_left_over():
    assert {file.stem for file in GOLDEN.glob("*.txt")} == {page[0] for page in PAGES}
