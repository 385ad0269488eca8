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

# The others of the hardware and of its links that are a FAIL; with DATA they are all that there are,
# so that a new finding has to be put on one side (tests/test_judge_data.py).
NO_DATA = frozenset((
    "hardware.gpu-lost",
    "hardware.kernel-fault",
    "hardware.throttled",
    "hardware.slower-than-siblings",
    "hardware.slow",
    "hardware.pcie-link-narrow",
    "hardware.pcie-link-slow",
    "hardware.pcie-uplink-narrow",
    "hardware.pcie-uplink-slow",
    "hardware.nvlink-down",
    "hardware.nvlink-slow",
    "hardware.nvswitch-slow",
    "hardware.gsp-hung",
    "hardware.inforom-corrupted",
))
