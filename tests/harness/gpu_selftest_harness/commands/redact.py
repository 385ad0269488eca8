# SPDX-License-Identifier: Apache-2.0
"""The verb `redact`: copies of sealed bundles that may be shown to strangers. Names of hosts, UUIDs and
serial numbers become words that are the same in all copies made with one key; all else stays, such
as names of images and processes, paths and messages. Index and report are made from copies as from
any bundles."""

import os
import secrets
from pathlib import Path

from .. import bundle as bundles
from ..bundle.redact import redact
from ..errors import Failed, Refused
from ..exit_codes import COULD_NOT_TELL, PASSED

LEAST_KEY_BYTES = 16


def register(subparsers):
    parser = subparsers.add_parser("redact", help="copies of bundles without names of machines",
                                   description=__doc__)
    parser.add_argument("paths", type=Path, nargs="+", metavar="PATH",
                        help="a sealed bundle, or a folder of bundles: all sealed ones in it")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where copies go")
    parser.add_argument("--key", type=Path, required=True, metavar="FILE",
                        help="the key, to be kept; made if it is not there")
    parser.set_defaults(run=run)


def run(options):
    code = PASSED
    found = [bundle for path in options.paths
             for bundle in ([path] if bundles.is_bundle(path) else bundles.find(path))]
    key = _key(options.key)
    for path in found:
        try:
            print(f"redacted: {redact(path, options.out, key) or f'{path} was before'}")
        except Refused as error:
            print(f"not redacted: {error}")
            code = COULD_NOT_TELL
    return code


def _key(path):
    try:
        if not path.exists():
            file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(file, "w", encoding="ascii") as opened:
                opened.write(secrets.token_hex(32))
        key = path.read_bytes()
    except OSError as error:
        raise Failed(f"cannot use '{path}' as a key: {error.strerror}") from error
    if len(key) < LEAST_KEY_BYTES:
        raise Refused(f"'{path}' has {len(key)} bytes, at least {LEAST_KEY_BYTES} make a key; name a "
                      "file that is not there, and it is made")
    return key
