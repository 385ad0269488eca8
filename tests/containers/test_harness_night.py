# SPDX-License-Identifier: Apache-2.0
"""A whole run of the nightly harness, by its command: one matrix, both engines, a driver that is too
old. The same mistake ends at different places, and both ends are what the matrix says; without its
rules both are red, and with a newer driver both pass."""

import json
import os
import sys

import pytest

from built import DISTRO
from cdi import publish, simulate
from engines import call
from gpu_selftest_harness import bundle, matrix, node as nodes
from gpu_selftest_harness.words import ENGINE, RUN
from harness import Launches, harnessed
from scenario import BOTH
from selftest import TOP
from test_harness_drivers import DESKTOP, WAYS

MATRIX = f"""
version: 1
axes: {{driver: ["550", "580"], cuda: ["13.0"], variant: [base], distro: [{DISTRO}],
       engine: [docker, podman], gpu: [rtx-4090], devices: ["count:1", none], level: [quick],
       capabilities: ["compute,utility"]}}
models: {{rtx-4090: {{names: ["*4090*"]}}}}
image: {{docker: "gpu-selftest:{{cuda}}-{{variant}}-{{distro}}",
        podman: "gpu-selftest:{{cuda}}-{{variant}}-{{distro}}"}}
defaults: {{launches: 2, samples: 10, timeout_s: 120, workloads: [audit, device-query, vector-add],
           environment: {{GPU_SELFTEST_SIZE: 64K}}, axes: {{devices: "count:1"}}}}
rows: [{{product: {{engine: "*", driver: "*"}}}}]
"""
RULES = """
expect:
  - {when: {driver: "<580", injection: legacy}, word: FAIL, id: host.image-requirement-unmet,
     stage: engine, reason: "the hook holds the image's NVIDIA_REQUIRE_CUDA against the driver"}
  - {when: {driver: "<580", injection: cdi}, word: FAIL, id: host.image-requirement-unmet,
     stage: run, reason: "nobody looks at NVIDIA_REQUIRE_CUDA under CDI but the program"}
"""
FAULTS = {"550": ("driver version=550.163.01 cuda=12.4",), "580": ()}


@pytest.fixture
def run(roomy, built, build, work, hooked, tmp_path, request):
    """Of the verb 'run', on a simulated machine with this driver: (what was done, what is kept)."""

    def go(driver, text):
        folder, faults = tmp_path / "host", FAULTS[driver]
        simulate(build, folder, "--profile", DESKTOP, "--cuda", "13.0", "--variant", "base",
                 *(word for fault in faults for word in ("--fault", fault)))
        request.addfinalizer(publish(folder).unlink)
        hooked.write_text(str(folder))
        options = {"docker": ["--env-file", str(folder / "docker.env")], "podman": []}
        engines, lines = [], []
        for name in BOTH:
            built(name, "13.0")
            engine = roomy(name)
            engines.append(harnessed(engine))
            told = {"command": list(map(str, engine.command)), "way": WAYS[name],
                    "options": [*engine.run_options, *options[name]]}
            lines += [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in told.items())]
        (tmp_path / "engines.toml").write_text("\n".join(lines))
        (tmp_path / "matrix.yaml").write_text(text)
        seen = nodes.simulated(DESKTOP, faults, str(build / "bin/gpu-selftest"),
                               matrix.load(tmp_path / "matrix.yaml").model_of, engines)
        (tmp_path / "node.json").write_text(json.dumps(nodes.to_json(seen)))
        done = call([sys.executable, "-m", "gpu_selftest_harness.cli", "run", "matrix.yaml",
                     "--node", "node.json", "--engines", "engines.toml", "--out", "runs",
                     "--program", build / "bin/gpu-selftest", "--leases", "leases"],
                    cwd=tmp_path, timeout=400,
                    env=dict(os.environ, PYTHONPATH=str(TOP / "tests/harness")))
        left = [ident for name in BOTH for ident in Launches(roomy(name), None, tmp_path).left()]
        assert left == [], done.stdout + done.stderr
        [path] = bundle.find(tmp_path / "runs")
        return done, bundle.read(path)

    return go


def by_engine(kept):
    found = {}
    for launch in kept.launches:
        found.setdefault(launch.engine, []).append(launch)
    return found


def of_cells(kept):
    """(word, id, is as expected) of each cell on this node's driver."""
    return sorted((one.word, one.id, one.is_as_expected) for one in kept.outcomes if not one.workload)


UNMET = "host.image-requirement-unmet"


def test_driver_that_is_too_old_is_expected_where_it_shows(run):
    done, kept = run("550", MATRIX + RULES)

    assert done.returncode == 0, done.stdout + done.stderr
    assert of_cells(kept) == [("FAIL", UNMET, True)] * 2
    launches = by_engine(kept)
    assert [(one.stage, one.injection, one.explained, one.report is None) for one
            in launches["docker"]] == [(ENGINE, "legacy", UNMET, True)] * 2
    assert [(one.stage, one.injection, one.explained, one.report is None) for one
            in launches["podman"]] == [(RUN, "cdi", None, False)] * 2
    assert all(one.digest and one.trouble is None for one in kept.launches)


def test_driver_that_is_too_old_is_red_without_a_rule(run):
    done, kept = run("550", MATRIX)

    assert done.returncode == 1, done.stdout + done.stderr
    assert of_cells(kept) == [("FAIL", UNMET, False)] * 2


def test_driver_that_will_do_passes_in_both(run):
    done, kept = run("580", MATRIX + RULES)

    assert done.returncode == 0, done.stdout + done.stderr
    assert of_cells(kept) == [("PASS", None, True)] * 2
    assert {one.injection for one in by_engine(kept)["podman"]} == {"cdi"}
