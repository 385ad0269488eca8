# SPDX-License-Identifier: Apache-2.0
"""Ways to ask for GPUs, and what has to come of each: the rows are the same for simulated GPUs and
for a machine's own under NVIDIA's toolkit. {0} is the UUID of GPU 0.
"""

import json
import re
from dataclasses import dataclass, field

import pytest

from cdi import KIND
from selftest import COUNTING, validate

ALL = None


@dataclass
class Row:
    """`sees`: the GPUs by their number on the host, in the order in which CUDA has them."""
    engine: str
    options: list
    sees: list = ALL
    finds: set = field(default_factory=set)

    def gpus_needed(self):
        """A machine with fewer cannot be asked so."""
        named = [int(number) for option in self.options
                 for number in re.findall(r"\{(\d+)\}|(?<=[=,\"])(\d+)(?=$|[,\"])", option)
                 for number in number if number]
        return 1 + max([*named, *(self.sees or [0])])

    def options_for(self, uuids):
        return [re.sub(r"\{(\d+)\}", lambda found: uuids[int(found[1])], option)
                for option in self.options]

    def uuids_of(self, uuids):
        return uuids if self.sees is ALL else [uuids[index] for index in self.sees]


def cdi(*names):
    return [word for name in names for word in ("--device", f"{KIND}={name}")]


def gpus(value):
    # A list of its own has to be quoted: docker reads a line of CSV.
    return ["--gpus", f'"{value}"' if "," in value and "capabilities" not in value else value]


def env(**variables):
    return [word for name, value in variables.items() for word in ("-e", f"{name}={value}")]


SEEN = {
    "cdi-all": Row("podman", cdi("all")),
    "cdi-index": Row("podman", cdi("1"), [1]),
    "cdi-two": Row("podman", cdi("5", "0"), [0, 5]),
    "cdi-uuid": Row("podman", cdi("{6}"), [6]),
    "gpus-all": Row("docker", gpus("all")),
    "gpus-count": Row("docker", gpus("2"), [0, 1]),
    "gpus-index": Row("docker", gpus("device=3"), [3]),
    "gpus-list": Row("docker", gpus("device=0,2"), [0, 2]),
    "gpus-list-out-of-order": Row("docker", gpus("device=5,1"), [1, 5]),
    "gpus-uuid": Row("docker", gpus("device={4}"), [4]),
    "gpus-over-the-variable": Row("docker", gpus("device=7") + env(NVIDIA_VISIBLE_DEVICES="0"),
                                  [7]),
    # Inside, GPUs count from 0.
    "cuda-index": Row("podman", cdi("2", "4", "6") + env(CUDA_VISIBLE_DEVICES="1"), [4]),
    "cuda-uuid": Row("podman", cdi("all") + env(CUDA_VISIBLE_DEVICES="{3}"), [3]),
    "cuda-out-of-order": Row("docker", gpus("device=2,4,6") + env(CUDA_VISIBLE_DEVICES="2,0"),
                             [6, 2]),
}

# These findings, and no other; one that only notes does not count.
FOUND = {
    "cuda-none": Row("podman", cdi("all") + env(CUDA_VISIBLE_DEVICES=""),
                     finds={"user.all-gpus-hidden"}),
    "cuda-number-of-the-host": Row("podman", cdi("5") + env(CUDA_VISIBLE_DEVICES="5"),
                                   finds={"user.cuda-visible-devices-invalid"}),
    "gpus-none": Row("docker", gpus("device=none"), finds={"user.no-gpu-selected"}),
    "gpus-utility-alone": Row("docker", gpus("all,capabilities=utility"),
                              finds={"user.capabilities-without-compute"}),
    "gpus-compute-alone": Row("docker", gpus("all,capabilities=compute"),
                              finds={"runtime.nvml-missing"}),
}

# The finding that `explain` makes of what the engine says when it does not start the container.
REFUSED = {
    "cdi-unknown": Row("podman", cdi("99"), finds={"runtime.cdi-device-unresolved"}),
    "gpus-unknown": Row("docker", gpus("device=99"), finds={"user.gpu-unknown"}),
    "gpus-requirement": Row("docker", gpus("all") + env(NVIDIA_REQUIRE_CUDA="cuda>=99"),
                            finds={"host.image-requirement-unmet"}),
    "gpus-brand": Row("docker", gpus("all") + env(NVIDIA_REQUIRE_CUDA="brand=titan,cuda>=11.0"),
                      finds={"host.image-requirement-unmet"}),
    "gpus-capability": Row("docker", gpus("all") + env(NVIDIA_DRIVER_CAPABILITIES="bogus"),
                           finds={"user.capability-unknown"}),
}


def rows(table):
    return [pytest.param(row, id=name) for name, row in table.items()]


def report_of(done):
    assert done.stdout.startswith("{"), f"exit {done.returncode}\n{done.stdout}{done.stderr}"
    return validate(json.loads(done.stdout))


def uuids_in(report):
    return [gpu["facts"]["uuid"]["driver"] for gpu in report["gpus"]]


def counted(report):
    return {check["id"] for check in report["checks"] if check["verdict"] in COUNTING}
