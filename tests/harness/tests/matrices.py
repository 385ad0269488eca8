# SPDX-License-Identifier: Apache-2.0
"""Matrices and nodes for tests: small ones that a test changes in one place."""

import copy

import yaml

from gpu_selftest_harness import matrix
from gpu_selftest_harness.model import EngineFacts, Gpu, Node

H100 = "h100-sxm5-80gb"
H100_NAME = "NVIDIA H100 80GB HBM3"

# One value for each axis but driver, CUDA and variant; twelve cells.
SMALL = {
    "version": 1,
    "axes": {
        "driver": ["535", "580"], "cuda": ["12.4", "13.0"], "variant": ["base", "runtime", "devel"],
        "distro": ["debian12"], "engine": ["docker"], "gpu": [H100], "devices": ["all"],
        "capabilities": ["compute,utility"], "level": ["quick"],
    },
    "models": {H100: {"pci_ids": ["0x2330"], "names": [H100_NAME], "compute_capability": "9.0"}},
    "image": {"docker": "gpu-selftest:{cuda}-{variant}-{distro}"},
    "rows": [{"product": {"driver": "*", "cuda": "*", "variant": "*"}}],
}


def changed(**changes):
    """SMALL with other top-level entries; of axes, only those that are named."""
    value = copy.deepcopy(SMALL)
    value["axes"].update(changes.pop("axes", {}))
    value.update(changes)
    return value


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, data):
        return True


def text(**changes):
    return yaml.dump(changed(**changes), Dumper=_Plain, sort_keys=False)


def small(**changes):
    return matrix.from_text(text(**changes))


def node(driver="580.95.05", engines=("docker",), gpus=8, name="n1", gpu_name=H100_NAME, **changes):
    values = dict(
        name=name, driver=driver, cuda_of_driver="13.0",
        gpus=tuple(Gpu(f"GPU-{name}-{index}", gpu_name, "", "0000:1b:00.0", "9.0", index)
                   for index in range(gpus)),
        engines=tuple(EngineFacts(engine, "27.3.1", "1.18.0", None) for engine in engines),
        architecture="x86_64", kernel="6.1.0", distro="debian12")
    return Node(**{**values, **changes})
