# SPDX-License-Identifier: Apache-2.0
"""Findings about data: something computed or moved wrong. Seen once in a night it stays a FAIL of the
night, whatever later runs say."""

DATA = frozenset((
    "hardware.wrong-result",
    "hardware.memory-corrupted",
    "hardware.ecc-uncorrectable",
    "hardware.peer-copy-corrupted",
    "host.peer-copies-dropped",
    "hardware.product-wrong",
    "hardware.product-tile-wrong",
    "hardware.product-nan",
    "hardware.product-unwritten",
    "hardware.product-outside",
    "hardware.product-unstable",
    "hardware.product-differs",
    "image.cublas-operands-swapped",
    "image.cublas-rounds",
    "hardware.collective-corrupted",
    "hardware.collective-nan",
    "hardware.contribution-missing",
))
