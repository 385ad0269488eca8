# SPDX-License-Identifier: Apache-2.0
"""What starting a container of ours costs: measured by tests/containers/run --bench, which
scripts/bench calls. One line of JSON for each row, in the file that GST_CONTAINERS_BENCH names."""

import json
import os
import time
from pathlib import Path

import pytest

from boxed import LOCKED
from engines import demand
from scenario import BOTH

CUDA = "13.0"
RUNS = int(os.environ.get("GST_CONTAINERS_RUNS", "9"))
PROFILE = "l4x1"


def tell(**row):
    with Path(os.environ["GST_CONTAINERS_BENCH"]).open("a", encoding="utf-8") as out:
        out.write(json.dumps(row) + "\n")


def seconds(command):
    start = time.monotonic()
    demand(command)
    return time.monotonic() - start


def in_turns(**commands):
    """{name: seconds of each run}; in turns, so that a busy moment hits all alike."""
    taken = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, command in commands.items():
            taken[name].append(seconds(command))
    return taken


@pytest.mark.parametrize("engine_name", BOTH)
def test_time(roomy, built, stack, engine_name):
    """From the engine's run to its end: the verdict, our image's own start, and another program of
    the same image that does nothing."""
    engine, image = roomy(engine_name), built(engine_name, CUDA)["base"]
    run = [*engine.command, "run", "--rm", *engine.run_options, *LOCKED]
    simulated = [*run, *stack.options(PROFILE)]
    taken = in_turns(verdict=[*simulated, image, "--level", "quick"],
                     version=[*run, image, "--version"],
                     true=[*run, "--entrypoint", "/bin/true", image],
                     mounts=[*simulated, "--entrypoint", "/bin/true", image])
    tell(what="time", engine=engine_name, profile=PROFILE, **taken)


def test_size(roomy, built):
    """Of each layer, from the top."""
    engine = roomy("docker")
    for variant, name in built("docker", CUDA).items():
        rows = demand([*engine.command, "history", "--no-trunc", "--human=false", "--format",
                       "{{.Size}}\t{{.CreatedBy}}", name]).splitlines()
        layers = [(int(size), made_by) for size, _, made_by in
                  (row.partition("\t") for row in rows) if int(size) > 0]
        ours = [size for size, made_by in layers if "COPY" in made_by and "/usr/local/" in made_by]
        assert len(ours) == 1, rows
        tell(what="size", variant=variant, cuda=CUDA, ours=sum(ours),
             layers=[size for size, _ in layers])
