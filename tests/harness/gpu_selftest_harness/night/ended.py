# SPDX-License-Identifier: Apache-2.0
"""How a night ended, as an exit code: the words of design and reports, made from the slices' own codes
and from the analysis; what could not be told never makes it better."""

from ..exit_codes import CODES, COULD_NOT_TELL, NOTHING_TESTED, PASSED, RED, USAGE
from ..words import ERROR, FAIL, MISS, PASS

OF_WORD = {FAIL: RED, ERROR: COULD_NOT_TELL, MISS: COULD_NOT_TELL, PASS: PASSED}

# Worst first. A slice that was called wrongly has tested nothing, and says nothing of the others.
ORDER = (RED, COULD_NOT_TELL, USAGE, PASSED, NOTHING_TESTED)


def exit_code(slices, word: str | None, problems) -> int:
    """`slices`: exit codes of the verb run; `word`: of the analysis, None if there is none;
    `problems`: what went wrong beside that."""
    codes = [code if code in CODES else COULD_NOT_TELL for code in slices]
    codes.append(COULD_NOT_TELL if word is None else OF_WORD.get(word, NOTHING_TESTED))
    if problems:
        codes.append(COULD_NOT_TELL)
    return min(codes, key=ORDER.index)
