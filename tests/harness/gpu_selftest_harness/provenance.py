# SPDX-License-Identifier: Apache-2.0
"""What numbers were measured with: all that may explain why they are not those of last night. Two
launches with the same digest had the same driver, image, engine, machine and settings of GPUs.
What differs from launch to launch, such as a temperature, is no part of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field

SHOWN_GPUS = 3
PLANTED = "simulated faults"


@dataclass(frozen=True)
class Difference:
    """For people: 'driver', '580.65.06', '580.95.05'."""

    what: str
    before: str
    after: str
    layer: str | None = field(default=None, compare=False)  # who looks after it; None: not clear


def _plain(value):
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)


def _switch(value):
    return {0: "off", 1: "on"}.get(value, str(value))


def _unit(unit, size=1):
    def show(value):
        return f"{value / size:g} {unit}" if isinstance(value, (int, float)) else str(value)
    return show


@dataclass(frozen=True)
class _Row:
    title: str
    show: Callable = _plain


# What there is of each part, by its name in the record. The order is that of suspicion.
ROWS = {
    "driver": {
        "version": _Row("driver"),
        "cuda": _Row("CUDA of the driver"),
        "module": _Row("kernel module"),
        "module_kind": _Row("kind of the kernel module"),
    },
    "image": {"name": _Row("image"), "digest": _Row("digest of the image")},
    "program": {"version": _Row("gpu-selftest"), "commit": _Row("commit of gpu-selftest")},
    "libraries": {
        "cudart": _Row("CUDA runtime"), "cublas": _Row("cuBLAS"), "nccl": _Row("NCCL"),
        "nvcc": _Row("nvcc"), "nvrtc": _Row("NVRTC"),
    },
    "engine": {
        "name": _Row("engine"), "version": _Row("version of the engine"),
        "toolkit": _Row("NVIDIA's container toolkit"),
        "injection": _Row("how GPUs get into containers"),
    },
    "node": {
        "name": _Row("node"), "kernel": _Row("kernel"), "distro": _Row("distribution"),
        "architecture": _Row("architecture"), "simulated": _Row("simulated profile"),
        "toolkit_mode": _Row("mode of the container toolkit"),
        "faults": _Row(PLANTED),
    },
    "harness": {"harness": _Row("harness"), "commit": _Row("commit of the harness")},
}
# The same of each GPU; the names are those of the report's facts.
ROWS_OF_GPU = {
    "name": _Row("name"), "pci_id": _Row("PCI id"), "vbios": _Row("VBIOS"),
    "ecc_enabled": _Row("ECC", _switch), "mig_mode": _Row("MIG", _switch),
    "persistence_mode": _Row("persistence mode", _switch), "compute_mode": _Row("compute mode"),
    "power_limit_w": _Row("power limit", _unit("W")),
    "sm_clock_max_hz": _Row("highest SM clock", _unit("MHz", 1e6)),
    "memory_clock_max_hz": _Row("highest memory clock", _unit("MHz", 1e6)),
    "pcie_generation_max": _Row("PCIe generation"), "pcie_width_max": _Row("PCIe width"),
    "numa_node": _Row("NUMA node"),
}

_LAYERS = {"driver": "host", "image": "image", "program": "suite", "libraries": "image",
           "engine": "runtime", "node": "host", "harness": "suite"}
_SET_BY_THE_HOST = ("ecc_enabled", "mig_mode", "persistence_mode", "compute_mode", "power_limit_w")


def of(header: dict, launch) -> dict:
    """Of one launch: from its bundle's header, from what the engine did and from the report. What
    was not told is left out."""
    report = _map(launch.report)
    node = _map(header.get("node"))
    facts = {name: _one(values) for name, values in _map(report.get("facts")).items()}
    engine = next((row for row in _list(node.get("engines")) if _map(row).get("name")
                   == launch.engine), {})
    suite = _map(report.get("suite"))
    record = {
        "driver": {"version": facts.get("driver_version") or node.get("driver"),
                   "cuda": facts.get("cuda_version") or node.get("cuda_of_driver"),
                   "module": facts.get("kernel_module"),
                   "module_kind": facts.get("kernel_module_kind")},
        "image": {"name": launch.image or None, "digest": launch.digest},
        "program": {"version": suite.get("version"), "commit": suite.get("commit")},
        "libraries": {name: facts.get(f"{name}_version")
                      for name in ROWS["libraries"]},
        "engine": {**engine, "name": launch.engine,
                   "injection": launch.injection or facts.get("injection_mode")
                   or engine.get("injection")},
        "node": {name: node.get(name) for name in ROWS["node"]},
        "harness": _map(header.get("versions")),
    }
    told = {part: _told(record[part], ROWS[part]) for part in ROWS}
    told["gpus"] = _gpus(report, node)
    return {part: values for part, values in told.items() if values}


def digest(record: dict) -> str:
    text = json.dumps(record, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def difference(before: dict, after: dict) -> list[Difference]:
    """What is not the same, most suspicious first. What only one of the two tells is no
    difference: a launch that ended early tells less. A GPU that only one of them has is."""
    found = []
    for part, rows in ROWS.items():
        one, other = _map(before.get(part)), _map(after.get(part))
        for name, row in rows.items():
            if name in one and name in other and one[name] != other[name]:
                found.append(Difference(row.title, row.show(one[name]), row.show(other[name]),
                                        _LAYERS[part]))
    return found + _difference_of_gpus(_map(before.get("gpus")), _map(after.get("gpus")))


def _gpus(report, node):
    """By UUID, those of the report with what it tells, the others of the node with their names."""
    found = {str(gpu["uuid"]): {"name": gpu.get("name")}
             for gpu in map(_map, _list(node.get("gpus"))) if gpu.get("uuid")}
    for gpu in map(_map, _list(report.get("gpus"))):
        facts = {name: _one(values) for name, values in _map(gpu.get("facts")).items()}
        if facts.get("uuid"):
            found[str(facts["uuid"])] = _told(facts, ROWS_OF_GPU)
    return found


def _difference_of_gpus(before, after):
    found = [Difference(f"gpu {uuid}", _name(before, uuid), _name(after, uuid))
             for uuid in sorted(before.keys() ^ after.keys())]
    both = sorted(before.keys() & after.keys())
    for name, row in ROWS_OF_GPU.items():
        changed = {}
        for uuid in both:
            one, other = before[uuid].get(name), after[uuid].get(name)
            if one is not None and other is not None and one != other:
                changed.setdefault((row.show(one), row.show(other)), []).append(uuid)
        layer = "host" if name in _SET_BY_THE_HOST else None
        found += [Difference(f"{row.title} of {_which(uuids, both)}", *values, layer)
                  for values, uuids in changed.items()]
    return found


def _name(gpus, uuid):
    return str(gpus[uuid].get("name") or "there") if uuid in gpus else "not there"


def _which(uuids, every):
    if len(uuids) == len(every) > 1:
        return f"all {len(every)} GPUs"
    more = len(uuids) - SHOWN_GPUS
    return ", ".join(uuids[:SHOWN_GPUS]) + (f" and {more} more" if more > 0 else "")


def _told(values, rows):
    told = {name: values[name] for name in rows if values.get(name) not in (None, "")}
    # As they come out of JSON.
    return {name: list(value) if isinstance(value, tuple) else value
            for name, value in told.items()}


def _one(values):
    """Of a fact that several sources tell. The harness's own source, where it is one of them."""
    values = _map(values)
    return values.get("nvml", next(iter(values.values()), None))


def _map(value):
    """A report is anybody's: what is no map holds nothing."""
    return value if isinstance(value, dict) else {}


def _list(value):
    return value if isinstance(value, (list, tuple)) else ()
