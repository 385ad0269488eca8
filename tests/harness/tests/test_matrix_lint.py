# SPDX-License-Identifier: Apache-2.0
"""Each lint has a matrix that trips it and nothing else; the small matrix trips none."""

from dataclasses import replace

import pytest
from matrices import H100, H100_NAME, node, small

from gpu_selftest_harness.matrix.lint import lint

ROW = {"product": {"driver": "*", "cuda": "*", "variant": "*"}}
NODES = [node("535.261.03", name="n1"), node("580.95.05", name="n2")]


def rule(when, word="FAIL", **more):
    return {"when": when, "word": word, "reason": "x",
            **({"id": "host.no-gpu"} if word == "FAIL" else {}), **more}


def out(when):
    return {"when": when, "reason": "x"}


def test_healthy_matrix_has_nothing_to_say():
    m = small(exclude=[out({"cuda": "13.0", "variant": "devel"})],
              expect=[rule({"cuda": ">=13", "driver": "<580"})],
              tiers={"pr": {"select": {"variant": "base"}, "max_cells": 4}})

    assert lint(m) == []
    assert lint(m, NODES) == []


@pytest.mark.parametrize("changes,expected", [
    ({"rows": [{"product": {"driver": "*", "cuda": "*", "variant": ["base", "runtime"]}}]},
     "axes.variant[2]: no cell has 'devel'"),
    ({"exclude": [out({"variant": "devel"})]}, "axes.variant[2]: no cell has 'devel'"),
    ({"models": {H100: {"names": [H100_NAME]}, "l4": {"names": ["NVIDIA L4"]}}},
     "models.l4: it is no value of the axis 'gpu'"),
    ({"image": {"docker": "x", "podman": "x"}}, "image.podman: no cell has this engine"),
    ({"rows": [{"cell": {"driver": "580", "cuda": "13.0", "variant": "base"}}, ROW]},
     "rows[0]: later rows have all of its cells"),
    ({"rows": [ROW, {"cell": {"driver": "580", "cuda": "13.0", "variant": "devel"}}],
      "exclude": [out({"cuda": "13.0", "variant": "devel"})]},
     "rows[1]: it makes no cell: all are excluded, by exclude[0]"),
    ({"exclude": [out({"cuda": "<12"})]}, "exclude[0]: it matches no cell of any row"),
    ({"exclude": [out({"cuda": "13.0", "variant": "devel"}),
                  out({"cuda": ">=13", "variant": "devel", "driver": "580"})]},
     "exclude[1]: it has no effect, all of its cells are taken by exclude[0]"),
    ({"exclude": [out({"cuda": "13.0", "variant": "devel", "driver": "535"}),
                  out({"cuda": "13.0", "variant": "devel", "driver": "580"}),
                  out({"cuda": "13.0", "variant": "devel"})]},
     "exclude[2]: it has no effect, all of its cells are taken by exclude[0] and exclude[1]"),
    ({"expect": [rule({"driver": "<400"})]}, "expect[0]: it matches no cell: driver <400"),
    ({"expect": [rule({"gpu.cc": "<9.0"})]}, "expect[0]: it matches no cell: gpu.cc <9.0"),
    ({"expect": [rule({"driver": "<580"}), rule({"driver": "535", "cuda": "13.0"})]},
     "expect[1]: nothing reaches it, all of its cells are taken by expect[0]"),
    ({"expect": [rule({"driver": "535"}), rule({"driver": "580"}), rule({"cuda": "13.0"})]},
     "expect[2]: nothing reaches it, all of its cells are taken by expect[0] and expect[1]"),
    ({"expect": [rule({"driver": "535", "injection": ["legacy", "cdi"]}),
                 rule({"driver": "535", "injection": "legacy"})]},
     "expect[1]: nothing reaches it, all of its cells are taken by expect[0]"),
    ({"expect": [rule({"driver": "535"}), rule({"driver": "535", "injection": "legacy"})]},
     "expect[1]: nothing reaches it, all of its cells are taken by expect[0]"),
    ({"expect": [rule({"variant": "base"}),
                 rule({"variant": "base"}, "SKIP", workload="sgemm")]},
     "expect[1]: nothing reaches it, all of its cells are taken by expect[0]"),
    ({"expect": [rule({"variant": "base"}, "SKIP", workload=["sgemm", "all-reduce"]),
                 rule({"variant": "base"}, "SKIP", workload="sgemm")]},
     "expect[1]: nothing reaches it, all of its cells are taken by expect[0]"),
    ({"expect": [rule({"gpus": ">=2"}), rule({"gpus": "8"})]},
     "expect[1]: nothing reaches it, all of its cells are taken by expect[0]"),
    ({"tiers": {"pr": {"select": {"cuda": "<12"}}}}, "tiers.pr: it selects no cell"),
    ({"tiers": {"pr": {"max_cells": 3}}},
     "tiers.pr: tier 'pr' has 12 cells and may have 3; narrow its 'select' or raise"),
])
def test_what_has_no_effect_is_told(changes, expected):
    found = lint(small(**changes))

    assert len(found) == 1
    assert expected in found[0]
    assert found[0].startswith("matrix.yaml:")


# What looks like the bad ones above, and is right.
@pytest.mark.parametrize("rules", [
    [rule({"driver": "535", "injection": "legacy"}), rule({"driver": "535"})],
    [rule({"driver": "535", "injection": "legacy"}),
     rule({"driver": "535", "injection": ["legacy", "cdi"]})],
    [rule({"variant": "base"}, "SKIP", workload="sgemm"), rule({"variant": "base"})],
    [rule({"variant": "base"}, "SKIP", workload="sgemm"),
     rule({"variant": "base"}, "SKIP", workload=["sgemm", "all-reduce"])],
    [rule({"driver": "535"}), rule({"cuda": "13.0"})],
    [rule({"simulated": True}), rule({"simulated": False})],
    [rule({"gpus": "8"}), rule({"gpus": ">=2"})],
])
def test_rules_that_are_reached_are_not_told(rules):
    assert lint(small(expect=rules)) == []


def test_models_that_share_a_name_are_told():
    m = small(models={H100: {"names": [H100_NAME]}, "twin": {"names": [H100_NAME]}},
              axes={"gpu": [H100, "twin"]},
              rows=[{"product": {**ROW["product"], "gpu": "*"}}])

    assert [text.split(": ", 1)[1] for text in lint(m)] == [
        f"models.twin: '{H100_NAME}' is also of '{H100}', which takes it"]


def test_image_of_a_variant_that_no_cell_has_is_told():
    m = small(image={"docker": {"base": "b", "runtime": "r", "devel": "d"}},
              axes={"variant": ["base", "runtime"]})

    assert [text.split(": ", 1)[1] for text in lint(m)] == [
        "image.docker.devel: no cell has this variant"]


def test_cover_of_nothing_is_told():
    m = small(axes={"level": ["quick", "full"]}, defaults={"axes": {"level": "quick"}}, rows=[ROW],
              pairwise={"over": ["cuda", "variant"], "seed": 1,
                        "product": {"driver": "*", "level": "full"}},
              exclude=[out({"level": "full"})])

    assert [text.split(": ", 1)[1] for text in lint(m)] == [
        "axes.level[1]: no cell has 'full'", "pairwise: it makes no cell: all are excluded"]


def test_cells_that_no_node_can_run_are_one_line_for_each_reason():
    found = lint(small(), [NODES[1]])

    assert len(found) == 1
    assert found[0].startswith("matrix.yaml: 6 cells cannot run: no node with driver 535, such as ")


def test_node_without_a_cell_is_told():
    assert lint(small(), [*NODES, node("470.1", name="old")]) == [
        f"matrix.yaml: node 'old' has no cell: it has driver 470.1 and {H100}"]


def test_node_that_contradicts_the_model_is_told():
    odd = replace(NODES[0], gpus=tuple(replace(gpu, compute_capability="8.0")
                                       for gpu in NODES[0].gpus))

    found = lint(small(), [odd, NODES[1]])
    unknown = replace(odd, gpus=(replace(odd.gpus[0], compute_capability=""),))

    assert lint(small(), [unknown, NODES[1]]) == []
    assert lint(small(models={H100: {"names": [H100_NAME]}}), [odd, NODES[1]]) == []
    assert [text.split(": ", 1)[1] for text in found] == [
        f"models.{H100}.compute_capability: it is 9.0, and 8.0 on node 'n1'"]
