# SPDX-License-Identifier: Apache-2.0
"""What a launch's numbers were measured with, as far as a bundle tells it."""

import hashlib
import json

OF_GPUS = ("name", "vbios", "ecc_enabled", "mig_mode", "power_limit_w", "persistence_mode",
           "pcie_generation_max", "pcie_width_max", "pci_id")
OF_ALL = ("injection_mode", "kernel_module", "kernel_module_kind", "cuda_version",
          "cudart_version", "cublas_version", "nccl_version")


def of(header, launch):
    node, report = _object(header.get("node")), _object(launch.report)
    engine = next((one for one in node.get("engines") or ()
                   if one.get("name") == launch.engine), {})
    gpus = report.get("gpus") if isinstance(report.get("gpus"), list) else ()
    return {
        "node": {name: node.get(name) for name in ("name", "driver", "cuda_of_driver",
                                                   "architecture", "kernel", "distro")},
        "engine": {"name": launch.engine, **engine, "injection": launch.injection},
        "image": {"name": launch.image, "digest": launch.digest},
        "program": report.get("suite"),
        "versions": header.get("versions"),
        "facts": _chosen(report.get("facts"), OF_ALL),
        "gpus": {str(gpu.get("index")): _chosen(gpu.get("facts"), OF_GPUS)
                 for gpu in gpus if _object(gpu).get("facts")},
    }


def digest(body):
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _chosen(facts, names):
    """The first source's value; that sources agree is checked by the program."""
    facts = _object(facts)
    return {name: next(iter(facts[name].values())) for name in names
            if _object(facts.get(name))}


def _object(value):
    return value if isinstance(value, dict) else {}
