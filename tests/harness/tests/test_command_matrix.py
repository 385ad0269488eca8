# SPDX-License-Identifier: Apache-2.0
"""The verb `matrix`, as it is typed."""

import argparse
import json
import re

import pytest
from matrices import H100, node, small, text

from gpu_selftest_harness.commands import matrix as command
from gpu_selftest_harness.errors import Failed, Refused
from gpu_selftest_harness.node import to_json

FULL = {"expect": [
    {"when": {"cuda": ">=13", "driver": "<580", "injection": "legacy"}, "word": "FAIL",
     "id": "host.image-requirement-unmet", "stage": "engine", "reason": "the hook checks it"},
    {"when": {"cuda": ">=13", "driver": "<580"}, "word": "FAIL", "id": "host.driver-too-old",
     "stage": "run", "reason": "CUDA 13 needs branch 580"},
    {"when": {"variant": "base"}, "workload": ["sgemm"], "word": "SKIP", "reason": "no cuBLAS"}],
    "exclude": [{"when": {"cuda": "13.0", "variant": "devel"}, "reason": "no compiler"}],
    "tiers": {"pr": {"select": {"variant": "base"}}}}


@pytest.fixture
def typed(tmp_path, capsys):
    """Runs a line as the command does: its exit code and what it printed."""
    def run(line, file=None, nodes=()):
        path = tmp_path / "m.yaml"
        path.write_text(text(**FULL) if file is None else file, encoding="utf-8")
        for one in nodes:
            (tmp_path / f"{one.name}.json").write_text(json.dumps(to_json(one)), encoding="utf-8")
        parser = argparse.ArgumentParser()
        command.register(parser.add_subparsers(required=True))
        words = [word.replace("DIR", str(tmp_path)) for word in line.split()]
        options = parser.parse_args(["matrix", *words])
        code = options.run(options)
        return code, capsys.readouterr().out
    return run


def lines_of(out, start):
    return [re.split(r"\s{2,}", line.strip()) for line in out.splitlines() if start in line]


def test_plan_shows_each_cell_and_what_is_expected(typed):
    code, out = typed("plan DIR/m.yaml")

    assert code == 0
    assert "m.yaml: 10 cells" in out
    assert "each: distro debian12, engine docker" in out
    assert lines_of(out, "  cell  ") == [["cell", "driver", "cuda", "variant", "expected"]]
    assert lines_of(out, "535     13.0  base")[0][1:] == [
        "535", "13.0", "base", "FAIL host.image-requirement-unmet or FAIL host.driver-too-old"]
    assert lines_of(out, "580     13.0  base")[0][1:] == ["580", "13.0", "base", "PASS"]
    assert len([line for line in out.splitlines() if re.match(r"  [0-9a-f]{8}  ", line)]) == 10


def test_plan_shows_the_slice_of_each_node_and_what_nobody_runs(typed):
    code, out = typed("plan DIR/m.yaml --nodes DIR/n1.json", nodes=[node()])

    assert code == 0
    assert f"node 'n1', driver 580.95.05 and {H100}: 5 cells" in out
    assert out.endswith("MISS  5 cells: no node with driver 535\n")


def test_plan_says_so_where_there_is_a_node_for_each_cell(typed):
    _, out = typed("plan DIR/m.yaml --nodes DIR/n1.json DIR/n2.json",
                   nodes=[node(), node("535.1", name="n2")])

    assert out.endswith("there is a node for each cell\n")


def test_plan_shows_why_a_cell_cannot_run(typed):
    _, out = typed("plan DIR/m.yaml --select driver=580 --nodes DIR/n1.json",
                   nodes=[node(engines=())])

    assert f"{H100}: 5 cells, 0 run, 5 MISS" in out
    assert out.count("MISS: node 'n1' has no engine 'docker', and no other") == 5
    assert "driver 535" not in out


@pytest.mark.parametrize("options,number", [
    ("--tier pr", 4), ("--select variant=base,cuda=13.0", 2)])
def test_plan_of_a_selection(typed, options, number):
    _, out = typed(f"plan DIR/m.yaml {options}")

    assert f"m.yaml: {number} cells" in out


@pytest.mark.parametrize("line,expected", [
    ("plan DIR/none.yaml", "cannot read"),
    ("plan DIR/m.yaml --tier weekly", "no tier 'weekly'"),
    ("plan DIR/m.yaml --select cuda<12", "'cuda<12' selects nothing"),
    ("plan DIR/m.yaml --select colour=red", "no such condition here"),
    ("plan DIR/m.yaml --nodes DIR/none.json", "cannot read"),
    ("plan DIR/m.yaml --nodes DIR/m.yaml", "is not JSON"),
    ("explain DIR/m.yaml 00000000", "is no cell of"),
    ("explain DIR/m.yaml driver=580", "is no cell of"),
    ("emit github DIR/m.yaml --nodes DIR/n1.json", "'n1' has driver 470.1"),
])
def test_what_is_wrong_is_refused(typed, line, expected):
    with pytest.raises(Refused) as error:
        typed(line, nodes=[node("470.1")])

    assert expected in str(error.value)


def test_lint_of_a_healthy_matrix(typed):
    code, out = typed("lint DIR/m.yaml")

    assert code == 0
    assert out.endswith("m.yaml: 10 cells, nothing to complain of\n")


def test_lint_of_a_matrix_with_a_flaw(typed):
    code, out = typed("lint DIR/m.yaml", text(tiers={"pr": {"select": {"cuda": "<12"}}}))

    assert code == 1
    assert out.endswith("tiers.pr: it selects no cell\n") and out.count("\n") == 1


def test_lint_with_nodes(typed):
    code, out = typed("lint DIR/m.yaml --nodes DIR/n1.json", nodes=[node()])

    assert code == 1
    assert "5 cells cannot run: no node with driver 535" in out


def test_lint_asks_the_program(typed, program_path):
    code, out = typed(f"lint DIR/m.yaml --program {program_path}")

    assert (code, out.count("\n")) == (0, 1)


@pytest.mark.parametrize("old,new,expected", [
    ("host.driver-too-old", "host.driver-is-old", "unknown finding 'host.driver-is-old'"),
    ("- sgemm", "- sgem", "unknown workload or group 'sgem'"),
])
def test_lint_tells_what_the_program_does_not_have(typed, program_path, old, new, expected):
    code, out = typed(f"lint DIR/m.yaml --program {program_path}",
                      text(**FULL).replace(old, new))

    assert code == 1
    assert expected in out and out.count("\n") == 1
    assert "m.yaml:" in out and "expect[" in out


def test_lint_cannot_ask_a_program_that_is_not_there(typed):
    with pytest.raises(Failed, match="cannot ask"):
        typed("lint DIR/m.yaml --program DIR/none")


def test_explain_tells_where_a_cell_comes_from_and_what_is_expected(typed):
    m = small(**FULL)
    cell = next(c for c in m.cells() if (c.driver, c.cuda, c.variant) == ("535", "13.0", "base"))

    code, out = typed(f"explain DIR/m.yaml {cell.key[:8]} --nodes DIR/n1.json DIR/n2.json",
                      nodes=[node(), node("535.1", name="n2")])

    assert code == 0
    assert out.startswith(f"cell {cell.key} of ")
    assert "image         gpu-selftest:13.0-base-debian12" in out
    assert "made by       rows[0] in line" in out
    order = [out.index(part) for part in (
        "1. FAIL host.image-requirement-unmet, before the program began",
        "when  cuda >=13, driver <580, injection legacy", "why   the hook checks it",
        "2. FAIL host.driver-too-old, from the program", "3. SKIP, of sgemm alone")]
    assert order == sorted(order)
    # The second rule always matches this cell, so that nothing is left for PASS.
    assert "otherwise PASS" not in out
    assert out.endswith("node 'n1'  MISS: no node with driver 535\nnode 'n2'  runs\n")


def test_explain_says_pass_where_no_rule_is_sure_to_match(typed):
    m = small(**FULL)
    cell = next(c for c in m.cells() if (c.driver, c.cuda, c.variant) == ("580", "12.4", "devel"))

    _, out = typed(f"explain DIR/m.yaml {cell.name}")

    assert out.endswith("expected, by the first that matches:\n\n  no rule matches, so PASS\n")


def test_explain_tells_why_a_cell_is_excluded(typed):
    name = small().cells()[-1].name
    assert "driver=580,cuda=13.0,variant=devel" in name

    code, out = typed(f"explain DIR/m.yaml {name}")

    assert code == 0
    assert out.startswith("no cell of ")
    assert re.search(r"excluded by exclude\[0\] in line \d+: no compiler", out)


def test_emit_is_one_line_that_a_workflow_reads(typed):
    code, out = typed("emit github DIR/m.yaml --nodes DIR/n1.json", nodes=[node()])

    assert code == 0
    assert out.count("\n") == 1
    assert [job["node"] for job in json.loads(out)["include"]] == ["n1"]
