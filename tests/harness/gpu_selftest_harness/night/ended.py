# SPDX-License-Identifier: Apache-2.0
"""How a night ended, as an exit code: the words of design and reports, made from the slices' own codes
and from the analysis; what could not be told never makes it better."""

from ..words import ERROR, FAIL, MISS, PASS

EXPECTED, RED, USAGE, UNKNOWN, NOTHING = CODES = 0, 1, 2, 3, 77

OF_WORD = {FAIL: RED, ERROR: UNKNOWN, MISS: UNKNOWN, PASS: EXPECTED}

# Worst first. A slice that was called wrongly has tested nothing, and says nothing of the others.
ORDER = (RED, UNKNOWN, USAGE, EXPECTED, NOTHING)


def exit_code(slices, word: str | None, problems) -> int:
    """`slices`: exit codes of the verb run; `word`: of the analysis, None if there is none;
    `problems`: what went wrong beside that."""
    codes = [code if code in CODES else UNKNOWN for code in slices]
    codes.append(UNKNOWN if word is None else OF_WORD.get(word, NOTHING))
    if problems:
        codes.append(UNKNOWN)
    return min(codes, key=ORDER.index)
