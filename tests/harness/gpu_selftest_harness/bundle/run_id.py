# SPDX-License-Identifier: Apache-2.0
"""Names of runs: they sort by time, and are plain file names whatever a node is called."""

import re
import secrets
from datetime import datetime, timezone

SHAPE = re.compile(r"\d{8}T\d{6}Z-[a-z0-9][a-z0-9-]{0,39}-[0-9a-f]{8}")


def make_run_id(node, now=None):
    """'20261127T020000Z-node7-1f0c93ab'. The random part keeps two runs of one second apart."""
    now = now or datetime.now(timezone.utc)
    plain = re.sub(r"[^a-z0-9]+", "-", str(node).lower()).strip("-")[:40].strip("-") or "node"
    return f"{now.astimezone(timezone.utc):%Y%m%dT%H%M%SZ}-{plain}-{secrets.token_hex(4)}"
