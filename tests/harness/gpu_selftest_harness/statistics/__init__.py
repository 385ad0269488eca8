# SPDX-License-Identifier: Apache-2.0
"""Pure, deterministic functions on numbers: whatever is random takes a seed. None of them knows of
nights, GPUs or pages; README.md of the harness says which module answers what."""
