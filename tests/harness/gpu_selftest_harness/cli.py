# SPDX-License-Identifier: Apache-2.0
"""gpu-selftest-harness: a list of verbs, each a module of its own in commands/."""

from __future__ import annotations

import argparse
import importlib
import os
import select
import sys
import traceback

from . import __version__
from .errors import Failed, Refused
from .exit_codes import COULD_NOT_TELL, USAGE

VERBS = ("run", "night", "matrix", "node", "seal", "index", "merge", "retention", "redact",
         "compare", "report")


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="gpu-selftest-harness", description="Nightly regression of GPU containers.",
        epilog="exit codes: 0 all as expected, 1 something is red, 2 usage, 3 could not tell, "
               "77 nothing was tested")
    made.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    subparsers = made.add_subparsers(required=True, metavar="VERB")
    for verb in VERBS:
        importlib.import_module(f"{__package__}.commands.{verb}").register(subparsers)
    return made


def main(words=None) -> int:
    code = COULD_NOT_TELL
    try:
        options = parser().parse_args(words)
        code = options.run(options)
        sys.stdout.flush()
        return code
    except Refused as error:
        print(f"gpu-selftest-harness: {error}", file=sys.stderr)
        return USAGE
    except Failed as error:
        print(f"gpu-selftest-harness: {error}", file=sys.stderr)
        return COULD_NOT_TELL
    except BrokenPipeError:
        if not _is_unread():
            traceback.print_exc()
        return code
    except KeyboardInterrupt:  # what a run or a night had measured it has sealed before
        print("gpu-selftest-harness: interrupted", file=sys.stderr)
        return COULD_NOT_TELL
    except Exception:  # Python's own exit code for it is 1, which would be somebody's fault
        traceback.print_exc()
        return COULD_NOT_TELL


def _is_unread():
    """Whether who read our output is gone, as 'head' is once it has enough. Python would complain of
    what is left to write when it ends."""
    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)
    if not any(event & select.POLLERR for _, event in poll.poll(0)):
        return False
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
    return True


if __name__ == "__main__":
    sys.exit(main())
