# SPDX-License-Identifier: Apache-2.0
"""What has to come of a cell: the first rule that matches, keyed by what was seen at run time."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matrices import node, small

from gpu_selftest_harness.matrix.lint import lint

LEGACY = {"when": {"cuda": ">=13", "driver": "<580", "injection": "legacy"}, "word": "FAIL",
          "id": "host.image-requirement-unmet", "stage": "engine", "reason": "the hook checks"}
INSIDE = {"when": {"cuda": ">=13", "driver": "<580"}, "word": "FAIL",
          "id": "host.driver-too-old-for-kernels", "stage": "run", "reason": "CUDA 13 needs 580"}
NO_CUBLAS = {"when": {"variant": "base"}, "workload": ["sgemm", "all-reduce"], "word": "SKIP",
             "reason": "base has no cuBLAS"}


def cell_of(m, driver="535", cuda="13.0", variant="runtime"):
    return next(c for c in m.cells()
                if (c.driver, c.cuda, c.variant) == (driver, cuda, variant))


@pytest.mark.parametrize("injection,expected", [
    ("legacy", ("FAIL", "host", "host.image-requirement-unmet", "engine", 0)),
    ("jit-cdi", ("FAIL", "host", "host.driver-too-old-for-kernels", "run", 1)),
    # Not seen: the rule that needs it cannot be the one.
    (None, ("FAIL", "host", "host.driver-too-old-for-kernels", "run", 1)),
])
def test_same_mismatch_is_expected_where_the_injection_puts_it(injection, expected):
    m = small(expect=[LEGACY, INSIDE])

    found = m.expect(cell_of(m), "", injection, {})

    assert (found.word, found.layer, found.id, found.stage, found.rule) == expected
    assert found.reason


def test_nothing_but_pass_where_no_rule_matches():
    m = small(expect=[LEGACY, INSIDE])

    found = m.expect(cell_of(m, driver="580"), "", "legacy", {})

    assert (found.word, found.id, found.rule) == ("PASS", None, None)


def test_rule_of_a_workload_says_nothing_of_the_cell():
    m = small(expect=[NO_CUBLAS])
    base = cell_of(m, variant="base")

    assert m.expect(base, "sgemm", None, {}).word == "SKIP"
    assert m.expect(base, "launch", None, {}).word == "PASS"
    assert m.expect(base, "", None, {}).word == "PASS"
    assert m.expect(cell_of(m), "sgemm", None, {}).word == "PASS"


def test_rule_of_a_cell_holds_for_its_workloads_too():
    m = small(expect=[INSIDE, NO_CUBLAS])
    base = cell_of(m, variant="base")

    assert m.expect(base, "sgemm", None, {}).rule == m.expect(base, "", None, {}).rule == 0


def test_single_workload_needs_no_list():
    m = small(expect=[{**NO_CUBLAS, "workload": "sgemm"}])

    assert m.expect(cell_of(m, variant="base"), "sgemm", None, {}).word == "SKIP"


@pytest.mark.parametrize("when,n,expected", [
    ({"simulated": True}, node(simulated="h100x8"), "FAIL"),
    ({"simulated": True}, node(), "PASS"),
    ({"driver.version": "<535.104"}, node("535.54.03"), "FAIL"),
    ({"driver.version": "<535.104"}, node("535.261.03"), "PASS"),
    ({"engine.toolkit": ">=1.18"}, node(), "FAIL"),
    ({"engine.toolkit": "<1.18"}, node(), "PASS"),
    ({"gpus": ">=2"}, node(gpus=1), "PASS"),
    ({"gpus": ">=2"}, node(gpus=2), "FAIL"),
    ({"gpu.cc": ">=9.0"}, node(), "FAIL"),
    ({"gpu.cc": "<9.0"}, node(), "PASS"),
    ({"architecture": "x86_64"}, node(), "FAIL"),
    ({"driver.cuda": "<13"}, node(cuda_of_driver="12.2"), "FAIL"),
])
def test_rules_ask_the_node(when, n, expected):
    m = small(expect=[{"when": when, "word": "FAIL", "id": "host.no-gpu", "reason": "x"}])
    cell = cell_of(m)

    assert m.expect(cell, "", None, m.facts(n, cell)).word == expected


WHEN = st.fixed_dictionaries({}, optional={
    "driver": st.sampled_from(["535", "<580", ">=580", ["535", "580"]]),
    "cuda": st.sampled_from(["12.4", ">=13", "<13", "==12.*"]),
    "variant": st.sampled_from(["base", ["base", "devel"]]),
    "injection": st.sampled_from(["legacy", ["cdi", "jit-cdi"]])})


# Worked out without the code under test: all that the conditions above can say of a cell.
def means(when, cell, injection):
    truth = {
        "535": cell.driver == "535", "<580": cell.driver == "535", ">=580": cell.driver == "580",
        "12.4": cell.cuda == "12.4", ">=13": cell.cuda == "13.0", "<13": cell.cuda == "12.4",
        "==12.*": cell.cuda == "12.4", "base": cell.variant == "base",
        "legacy": injection == "legacy"}
    lists = {"driver": True, "variant": cell.variant in ("base", "devel"),
             "injection": injection in ("cdi", "jit-cdi")}
    return all(lists[key] if isinstance(value, list) else truth[value]
               for key, value in when.items())


@settings(max_examples=60, deadline=None)
@given(whens=st.lists(WHEN, max_size=5), injection=st.sampled_from([None, "legacy", "cdi", "host"]))
def test_first_match_decides(whens, injection):
    m = small(expect=[{"when": when, "word": "FAIL", "id": f"host.rule-{n}", "reason": "x"}
                      for n, when in enumerate(whens)])

    for cell in m.cells():
        first = next((n for n, when in enumerate(whens) if means(when, cell, injection)), None)
        assert m.expect(cell, "", injection, {}).rule == first


@settings(max_examples=60, deadline=None)
@given(whens=st.lists(WHEN, min_size=2, max_size=6))
def test_what_the_lint_calls_unreachable_decides_nothing(whens):
    m = small(expect=[{"when": when, "word": "FAIL", "id": f"host.rule-{n}", "reason": "x"}
                      for n, when in enumerate(whens)])
    told = {n for n in range(len(whens)) for line in lint(m)
            if f"expect[{n}]: nothing reaches it" in line
            or f"expect[{n}]: it matches no cell" in line}

    decided = {m.expect(cell, "", injection, {}).rule for cell in m.cells()
               for injection in (None, "none", "host", "legacy", "cdi", "jit-cdi")}

    assert not told & decided


@settings(max_examples=60, deadline=None)
@given(whens=st.lists(WHEN.map(lambda w: {k: v for k, v in w.items() if k != "injection"})
                      .filter(bool), max_size=3))
def test_cells_are_those_that_nothing_excludes(whens):
    everything = small().cells()
    left = [c for c in everything if not any(means(when, c, None) for when in whens)]
    if left:
        m = small(exclude=[{"when": when, "reason": "x"} for when in whens])
        assert m.cells() == left


@settings(max_examples=40, deadline=None)
@given(products=st.lists(st.fixed_dictionaries({
    axis: st.one_of(st.just("*"), st.sampled_from(values),
                    st.lists(st.sampled_from(values), min_size=1, unique=True))
    for axis, values in {"driver": ["535", "580"], "cuda": ["12.4", "13.0"],
                         "variant": ["base", "runtime", "devel"]}.items()}),
    min_size=1, max_size=4))
def test_plans_of_all_nodes_are_all_rows_once(products):
    m = small(rows=[{"product": product} for product in products])
    wanted = set()
    for product in products:
        def values(axis, everything, product=product):
            value = product[axis]
            return everything if value == "*" else [value] if isinstance(value, str) else value
        wanted |= {(d, c, v) for d in values("driver", ["535", "580"])
                   for c in values("cuda", ["12.4", "13.0"])
                   for v in values("variant", ["base", "runtime", "devel"])}

    drivers = sorted({c.driver for c in m.cells()})
    planned = [p.cell for driver in drivers for p in m.plan(node(driver + ".1"))]

    assert sorted((c.driver, c.cuda, c.variant) for c in planned) == sorted(wanted)
