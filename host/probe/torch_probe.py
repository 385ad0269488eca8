# SPDX-License-Identifier: Apache-2.0
"""What PyTorch itself sees, asked by `gpu-selftest audit --framework torch` with the image's own
Python; the grammar of the lines is in README.md beside this file. Needs Python 3.6 and nothing else.
The text is part of the program, which passes it to `python3 -c`.
"""

import os
import sys
import warnings

SIZE = 256


class Lines:
    """Standard output belongs to the lines; what libraries print goes to standard error."""

    def __init__(self):
        self.out = os.dup(1)
        os.dup2(2, 1)

    def say(self, text):
        text = "".join(c if c.isprintable() else "?" for c in text)
        os.write(self.out, ("framework torch " + text + "\n").encode("utf-8", "replace"))

    def enter(self, what):
        self.say("enter " + what)


def words(error):
    """The first line of what an exception says, or its name."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0][:240] if lines else type(error).__name__


def built_for(torch):
    """The CUDA version of the build: "12.4"; "rocm" or "cpu" if it has none."""
    version = getattr(torch, "version", None)
    if getattr(version, "cuda", None):
        return version.cuda
    return "rocm" if getattr(version, "hip", None) else "cpu"


def why_not(torch, caught):
    """PyTorch only warns where it falls back to the CPU; asked to start CUDA it says why."""
    try:
        torch.cuda.init()
    except Exception as error:  # whatever a broken installation raises is the answer
        return words(error)
    return words(caught[0].message) if caught else "no reason given"


def product(torch, ordinal):
    """Small whole numbers: every partial sum is exact in any arithmetic that a GPU may choose."""
    torch.manual_seed(1)
    a = torch.randint(-8, 9, (SIZE, SIZE)).float()
    b = torch.randint(-8, 9, (SIZE, SIZE)).float()
    device = "cuda:%d" % ordinal
    there = (a.to(device) @ b.to(device)).cpu()
    return float(((a @ b) - there).abs().max())


def ask_gpus(torch, lines):
    lines.enter("get_arch_list")
    lines.say("arch " + " ".join(torch.cuda.get_arch_list()))
    count = torch.cuda.device_count()
    for i in range(count):
        lines.enter("get_device_capability")
        lines.say("gpu %d cc=%d.%d" % ((i,) + tuple(torch.cuda.get_device_capability(i))))
    for i in range(count):
        lines.enter("product")
        try:
            error = product(torch, i)
        except Exception as failure:
            lines.say("product gpu=%d failed %s" % (i, words(failure)))
        else:
            lines.say("product gpu=%d %s max_error=%g" % (i, "differs" if error else "ok", error))


def ask(lines):
    lines.enter("import")
    try:
        import torch
    except Exception as error:
        lines.say("missing " + words(error))
        return
    lines.say("version=%s built_for=%s" % (torch.__version__, built_for(torch)))
    if built_for(torch) == "cpu":
        return
    lines.enter("is_available")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        available = torch.cuda.is_available()
        count = torch.cuda.device_count()
    if not available:
        lines.enter("init")
        lines.say("available=no count=%d error=%s" % (count, why_not(torch, caught)))
        return
    lines.say("available=yes count=%d" % count)
    ask_gpus(torch, lines)


def main():
    lines = Lines()
    # A folder of that name where the audit was started is not what programs import.
    if sys.path and sys.path[0] == "":
        del sys.path[0]
    try:
        ask(lines)
    except Exception as error:
        lines.say("problem raised %s: %s" % (type(error).__name__, words(error)))
        return
    lines.say("done")


main()
# Exit handlers of vendor libraries can hang, and nothing is left for them to do.
os._exit(0)
