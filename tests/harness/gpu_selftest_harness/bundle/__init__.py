# SPDX-License-Identifier: Apache-2.0
"""What a run leaves behind: a folder that is only added to, then sealed and never changed again.
Bundles are the source of truth; the index is made from them."""

from .disk import DiskFull
from .folder import find, is_bundle, left_behind, left_open
from .reader import Contents, read, read_header
from .run_id import make_run_id
from .writer import BeingWritten, Bundle

__all__ = ["BeingWritten", "Bundle", "Contents", "DiskFull", "find", "is_bundle", "left_behind",
           "left_open", "make_run_id", "read", "read_header"]
