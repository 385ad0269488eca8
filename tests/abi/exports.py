#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Does a library export the symbols of our ABI rows? Exactly those named with --absent may be
missing, and they must be: a symbol that turns up is as much news as one that is gone.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path


def read_rows(compiler, include, api):
    """{symbol: needed} of one API, as the preprocessor expands the rows."""
    here = Path(__file__).resolve().parent
    text = subprocess.run([compiler, "-E", "-P", f"-I{include}", here / "rows.c"], text=True,
                          check=True, stdout=subprocess.PIPE).stdout
    rows = re.findall(r"\brow\((\w+),\s*(\w+),\s*([01])\)", text)
    return {symbol: needed == "1" for of, symbol, needed in rows if of == api}


def read_exports(library):
    """Symbols that the library defines for others; versions after '@' are dropped."""
    text = subprocess.run(["nm", "-D", "--defined-only", library], text=True, check=True,
                          stdout=subprocess.PIPE).stdout
    return {line.split()[-1].partition("@")[0] for line in text.splitlines() if line.strip()}


def compare(rows, exports, absent):
    """One line for each disagreement."""
    unknown = [f"not a row: {name}" for name in sorted(absent - rows.keys())]
    gone = [f"not exported: {name}" for name in rows if name not in exports | absent]
    back = [f"exported, though said to be absent: {name}" for name in sorted(absent & exports)]
    needed = [f"needed, so it may not be absent: {name}" for name in sorted(absent)
              if rows.get(name)]
    return unknown + gone + back + needed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compiler", default="cc")
    parser.add_argument("--include", required=True, help="folder that holds api/cuda_abi.h")
    parser.add_argument("--api", required=True, choices=["CUDA", "CUDART", "NCCL", "NVML", "NVRTC"])
    parser.add_argument("--absent", nargs="*", default=[], help="rows that this library lacks")
    parser.add_argument("--plant", nargs="*", default=[], help="symbols to look for on top")
    parser.add_argument("library")
    options = parser.parse_args()

    rows = read_rows(options.compiler, options.include, options.api)
    if not rows:
        sys.exit(f"no rows of {options.api}")
    rows.update({name: False for name in options.plant})
    wrong = compare(rows, read_exports(options.library), set(options.absent))
    for line in wrong:
        print(f"{options.library}: {line}")
    print(f"{options.api}: {len(rows)} rows, {len(options.absent)} absent, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
