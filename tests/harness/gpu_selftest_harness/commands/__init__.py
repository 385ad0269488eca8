# SPDX-License-Identifier: Apache-2.0
"""The verbs of gpu-selftest-harness, a module each: register(subparsers) and run(options)."""
