# SPDX-License-Identifier: Apache-2.0
"""What lies where in a bundle, the kinds of its records, and how much of each is read or written.

    <root>/<run_id>.new/     being made; worthless if its maker died
    <root>/<run_id>.open/    added to by one process at a time
    <root>/<run_id>/         sealed: read-only, with sums
    <root>/<run_id>.deleted/ what is left where a deletion was interrupted
"""

SCHEMA_VERSION = 1

HEADER, RECORDS, SEAL, BALLAST = "header.json", "records.jsonl", "seal.json", "ballast"
NEW, OPEN, DELETED = ".new", ".open", ".deleted"
# A bundle is made in less than a second. One that is still new is nobody's.
NEW_S = 3600.0

# "resume": a later process went on with the run. "end": nothing comes after it.
KINDS = ("launch", "outcome", "note", "resume", "end")

# Longer than the 16 KiB that a launch keeps of a message, so that what was cut once stays as it is.
MAX_TEXT = 32 << 10
MAX_DEPTH = 64
MAX_LINE_BYTES = 64 << 20

# Room for the records of a last round of launches (a report of eight GPUs at level full is below
# 2 MB), their outcomes and the seal.
BALLAST_BYTES = 8 << 20
