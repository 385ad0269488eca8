# SPDX-License-Identifier: Apache-2.0
"""The matrix as jobs of GitHub Actions: within its documented limits, and what a workflow takes."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest
from matrices import H100, node, small

from gpu_selftest_harness.errors import Refused
from gpu_selftest_harness.matrix import emit

NODES = [node("535.261.03", name="n1"), replace(node("580.95.05", name="n2"),
                                                architecture="aarch64")]


def test_one_job_for_each_node():
    found = emit.github(small(), NODES)["include"]

    assert found == [
        {"name": "n1", "node": "n1", "driver": "535", "cells": 6, "select": "",
         "labels": ["self-hosted", "linux", "x64", "driver-535", "node-n1"]},
        {"name": "n2", "node": "n2", "driver": "580", "cells": 6, "select": "",
         "labels": ["self-hosted", "linux", "arm64", "driver-580", "node-n2"]}]


def test_one_job_for_each_driver_and_gpu_where_no_node_is_known():
    found = emit.github(small())["include"]

    assert [(job["name"], job["labels"][2:]) for job in found] == [
        (f"driver-{driver}-{H100}", [f"driver-{driver}", f"gpu-{H100}"])
        for driver in ("535", "580")]


def test_one_job_for_each_cell():
    m = small()
    found = emit.github(m, NODES, by="cell")["include"]

    assert len(found) == 12
    assert {job["cells"] for job in found} == {1}
    assert [m.selected(job["select"])[0].key for job in found] == [
        job["name"].split()[1] for job in found]


def test_selection_and_tier_narrow_it():
    m = small(tiers={"pr": {"select": {"variant": "base"}}})

    assert [job["cells"] for job in emit.github(m, NODES, select="cuda=13.0")["include"]] == [3, 3]
    assert [job["cells"] for job in emit.github(m, NODES, tier="pr")["include"]] == [2, 2]
    assert [job["node"] for job in emit.github(m, NODES, select="driver=580")["include"]] == ["n2"]


def test_node_that_lacks_an_engine_keeps_its_job():
    # Its cells are MISS with a reason, and somebody has to write that down.
    assert len(emit.github(small(), [node(engines=())])["include"]) == 1


def test_driver_that_no_node_has_makes_no_job():
    # It would wait in the queue for a day and be cancelled.
    assert [job["driver"] for job in emit.github(small(), NODES[1:])["include"]] == ["580"]


@pytest.mark.parametrize("number,is_refused", [(256, False), (257, True)])
def test_limit_of_jobs(number, is_refused):
    nodes = [node(name=f"n{index}") for index in range(number)]
    if is_refused:
        with pytest.raises(Refused, match="it is 257 jobs, and GitHub Actions takes at most 256"):
            emit.github(small(), nodes)
    else:
        assert len(emit.github(small(), nodes)["include"]) == 256


@pytest.mark.parametrize("arguments,expected", [
    ({"nodes": [node("470.1")]}, "'n1' has driver 470.1 and h100-sxm5-80gb"),
    ({"nodes": [node(None)]}, "'n1' has no driver"),
    ({"select": "cuda=13.0", "tier": "none"}, "no tier 'none'"),
    ({"select": "cuda<12"}, "'cuda<12' selects nothing"),
    ({"by": "row"}, "'row' is not one of node, cell"),
    ({"nodes": [node(name="a b"), node(name="a/b")]}, "two nodes have the name 'a-b'"),
])
def test_what_makes_no_jobs_is_refused(arguments, expected):
    with pytest.raises(Refused) as error:
        emit.github(small(), **arguments)

    assert expected in str(error.value)


@pytest.mark.parametrize("name,expected", [
    ("gpu-7.rack_2", "gpu-7.rack_2"), ("a b", "a-b"), ("${{ x }}", "-x-"), ("", "-"),
    ("x" * 300, "x" * 100), ("näh\n", "n-h-"),
])
def test_label_is_safe_whatever_the_node_is_called(name, expected):
    assert emit.label(name) == expected


@pytest.mark.parametrize("by", ["node", "cell"])
@pytest.mark.parametrize("nodes", [[], NODES], ids=["by axes", "by nodes"])
def test_workflow_takes_it(tmp_path, by, nodes):
    workflow = {
        "name": "nightly", "on": {"workflow_dispatch": {}},
        "jobs": {"node": {
            "strategy": {"fail-fast": False, "matrix": emit.github(small(), nodes, by=by)},
            "runs-on": "${{ matrix.labels }}",
            "steps": [{"run": "scripts/nightly"}]}}}
    path = tmp_path / "nightly.json"
    path.write_text(json.dumps(workflow), encoding="utf-8")

    done = subprocess.run([sys.executable, "-m", "check_jsonschema", "--builtin-schema",
                           "vendor.github-workflows", path], capture_output=True, text=True,
                          check=False, timeout=60)

    assert done.returncode == 0, done.stdout


def test_largest_matrix_fits_an_output_of_a_job():
    # docs.github.com, "Actions limits": outputs are at most 1 MB a job, counted in UTF-16.
    nodes = [node(name=f"{index}-" + "n" * 96) for index in range(256)]

    assert 2 * len(json.dumps(emit.github(small(), nodes))) < 1_000_000
