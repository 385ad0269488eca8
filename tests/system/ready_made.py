# SPDX-License-Identifier: Apache-2.0
"""What kustomize makes of the folders of images/kubernetes, for the tests that look at it."""

import functools
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from selftest import TOP

FOLDER = TOP / "images/kubernetes"
MADE = sorted(str(path.parent.relative_to(FOLDER)) for path in FOLDER.rglob("kustomization.yaml"))


def kubectl():
    beside = Path(sys.executable).parent / "kubectl"
    found = str(beside) if beside.exists() else shutil.which("kubectl")
    return found or pytest.skip("no kubectl: tests/requirements.txt has it")


@functools.cache
def kustomize(folder):
    """One object each, shared by all who ask."""
    done = subprocess.run([kubectl(), "kustomize", FOLDER / folder], capture_output=True, timeout=60,
                          check=False)
    assert done.returncode == 0, done.stderr.decode()
    return list(yaml.safe_load_all(done.stdout))


def pod_of(thing):
    return thing["spec"]["template"]["spec"]


def containers_of(pod):
    return [*pod.get("initContainers", []), *pod["containers"]]
