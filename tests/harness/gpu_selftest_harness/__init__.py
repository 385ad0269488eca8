# SPDX-License-Identifier: Apache-2.0
"""Nightly regression of GPU containers: what runs where, what came of it, what changed."""

__version__ = "0.1.0"
