# SPDX-License-Identifier: Apache-2.0
"""Reading a matrix: what is right is read as it was written, what is wrong is named by line."""

import re
from pathlib import Path

import pytest
import yaml
from matrices import H100, changed, node, small, text

from gpu_selftest_harness import matrix
from gpu_selftest_harness.errors import Refused
from gpu_selftest_harness.matrix.lint import lint

README = Path(matrix.__file__).with_name("README.md").read_text(encoding="utf-8")
EXAMPLE = re.search(r"```yaml\n(.*?)```", README, re.S).group(1)


def refusal(source):
    with pytest.raises(Refused) as error:
        matrix.from_text(source if isinstance(source, str) else yaml.safe_dump(source))
    return str(error.value)


def test_product_makes_each_combination_once():
    found = small().cells()

    assert {(c.driver, c.cuda, c.variant) for c in found} == {
        (d, c, v) for d in ("535", "580") for c in ("12.4", "13.0")
        for v in ("base", "runtime", "devel")}
    assert len(found) == 12


def test_axis_with_one_value_needs_no_mention():
    cell = small().cells()[0]

    assert (cell.distro, cell.engine, cell.gpu, cell.devices) == ("debian12", "docker", H100, "all")


def test_axis_with_several_values_needs_mention():
    said = refusal(changed(rows=[{"product": {"cuda": "*", "variant": "*"}}]))

    assert "rows[0].product: it says nothing of 'driver'; valid are 535, 580 and '*'" in said


def test_defaults_give_what_rows_leave_out():
    found = small(defaults={"axes": {"driver": "*", "variant": "base"}},
                  rows=[{"product": {"cuda": "13.0"}}]).cells()

    assert [(c.driver, c.cuda, c.variant) for c in found] == [
        ("535", "13.0", "base"), ("580", "13.0", "base")]


def test_later_row_has_the_say():
    m = small(rows=[{"product": {"driver": "*", "cuda": "*", "variant": "*"}},
                    {"cell": {"driver": "580", "cuda": "13.0", "variant": "base"}, "launches": 5,
                     "workloads": ["audit"]}])
    launches = {p.cell.variant + p.cell.cuda: (p.launches, p.workloads) for p in m.plan(node())}

    assert len(m.cells()) == 12
    assert launches.pop("base13.0") == (5, ("audit",))
    assert set(launches.values()) == {(3, ())}


def test_settings_come_from_defaults_and_row():
    m = small(defaults={"samples": 48, "environment": {"A": "1", "B": "2"}},
              rows=[{"product": {"driver": "*", "cuda": "*", "variant": "*"}, "timeout_s": 12.5,
                     "environment": {"B": "3"}}])
    planned = m.plan(node())[0]

    assert (planned.samples, planned.timeout_s, planned.launches) == (48, 12.5, 3)
    assert planned.environment == (("A", "1"), ("B", "3"))


@pytest.mark.parametrize("template,expected", [
    ("gpu-selftest:{cuda}-{variant}-{distro}", "gpu-selftest:13.0-base-debian12"),
    ({"base": "b:{cuda_major}", "runtime": "r", "devel": "d"}, "b:13"),
])
def test_image_is_named_by_its_template(template, expected):
    m = small(image={"docker": template})

    assert [p.image for p in m.plan(node(), select="cuda=13.0,variant=base")] == [expected]


def test_engine_local_has_no_image():
    m = small(axes={"engine": ["local"]}, image={})

    assert {p.image for p in m.plan(node(engines=("local",)))} == {""}


@pytest.mark.parametrize("devices,fabric,expected", [
    ("all", None, True), ("count:2", None, True), ("count:1", None, False), ("each", None, False),
    ("none", None, False), ("all", False, False), ("count:1", True, True),
])
def test_links_are_needed_by_what_has_two_gpus(devices, fabric, expected):
    row = {"product": {"driver": "*", "cuda": "*", "variant": "*"}}
    row = row if fabric is None else {**row, "fabric": fabric}
    m = small(axes={"devices": [devices]}, rows=[row])

    assert {p.needs_fabric for p in m.plan(node())} == {expected}


def test_example_in_the_documentation_is_read():
    assert lint(matrix.from_text(EXAMPLE)) == []


# As tests/containers saw it, under docker's hook and under CDI.
@pytest.mark.parametrize("gpu,injection,expected", [
    (H100, "legacy", ("host.driver-too-old", "run")),
    (H100, "cdi", ("host.driver-too-old", "run")),
    ("rtx-4090", "legacy", ("host.image-requirement-unmet", "engine")),
    ("rtx-4090", "cdi", ("host.image-requirement-unmet", "run")),
])
def test_example_has_an_old_driver_fail_where_it_does(gpu, injection, expected):
    m = matrix.from_text(EXAMPLE)
    cell = m.cell("driver=535,cuda=13.0,variant=base,distro=ubuntu22.04,engine=docker,"
                  f"gpu={gpu},devices=all,capabilities=compute,utility,level=quick")

    wanted = m.expect(cell, "", injection, {})

    assert (wanted.word, wanted.id, wanted.stage) == ("FAIL", *expected)


@pytest.mark.parametrize("injection,expected", [
    ("legacy", ("FAIL", "user.capabilities-without-compute")), ("cdi", ("PASS", None))])
def test_example_has_utility_alone_fail_under_legacy_only(injection, expected):
    m = matrix.from_text(EXAMPLE)
    cells = [cell for cell in m.cells()
             if cell.capabilities == "utility" and cell.devices != "none"]

    words = {(wanted.word, wanted.id) for wanted
             in (m.expect(cell, "", injection, {}) for cell in cells)}

    assert words == {expected}


def test_file_is_kept_as_it_was(tmp_path):
    path = tmp_path / "m.yaml"
    path.write_text("# a comment\n" + text(), encoding="utf-8")
    m = matrix.load(path)

    assert m.text == path.read_text(encoding="utf-8")
    assert m.path == str(path)
    assert len(m.sha256) == 64


# Each bad file is the healthy one with one thing changed; the tests above read the healthy one.
BAD = [
    ("key", {"axis": {}}, "no such key here, did you mean 'axes'; valid are version, axes"),
    ("axis", {"axes": {"colour": ["red"]}}, "axes.colour: no such key here"),
    ("version", {"version": 2}, "version: 2 is not one of 1"),
    ("float", {"axes": {"cuda": [12.4]}}, "axes.cuda[0]: 12.4 is not text, write it in quotes"),
    ("branch", {"axes": {"driver": ["580.95"]}},
     "axes.driver[0]: '580.95' is not a driver's branch, such as '580'"),
    ("variant", {"axes": {"variant": ["full"]}},
     "axes.variant[0]: 'full' is not one of base, runtime, devel"),
    ("devices", {"axes": {"devices": ["count:0"]}}, "'count:0' is not one of all, each, none"),
    ("capabilities", {"axes": {"capabilities": ["utility,compute"]}}, "in this order"),
    ("capability comma", {"axes": {"capabilities": ["compute,"]}}, "in this order"),
    ("capability none", {"axes": {"capabilities": [""]}}, "in this order"),
    ("twice", {"axes": {"cuda": ["12.4", "12.4"]}}, "axes.cuda: '12.4' is there twice"),
    ("no values", {"axes": {"cuda": []}}, "axes.cuda: it has 0 entries, at least 1 are needed"),
    ("model", {"axes": {"gpu": ["h200"]}}, f"axes.gpu: 'h200' is no model, valid are {H100}"),
    ("value", {"rows": [{"product": {"driver": "470", "cuda": "*", "variant": "*"}}]},
     "rows[0].product: driver: '470' is not one of 535, 580, '*'"),
    ("axis of defaults", {"defaults": {"axes": {"colour": "red"}}},
     "defaults.axes: 'colour' is not one of driver, cuda"),
    ("not a map", {"models": "all"}, "models: 'all' is not a map"),
    ("nothing", {"rows": None}, "rows: nothing is not a list"),
    ("yes", {"defaults": {"environment": {"A": True}}},
     "defaults.environment.A: true is not text, write it in quotes"),
    ("neither", {"rows": [{"launches": 3}]}, "rows[0]: it has to have one of 'product' and 'cell'"),
    ("not one", {"rows": [{"cell": {"driver": "*", "cuda": "13.0", "variant": "base"}}]},
     "rows[0].cell: it is more than one cell"),
    ("no rows", {"rows": []}, "rows: it makes no cell"),
    ("launches", {"defaults": {"launches": 0}}, "defaults.launches: 0 is not at least 1"),
    ("launches text", {"defaults": {"launches": "3"}},
     "defaults.launches: '3' is not a whole number"),
    ("timeout", {"defaults": {"timeout_s": 0}}, "defaults.timeout_s: 0 is not more than 0"),
    ("default", {"defaults": {"axes": {"driver": "470"}}},
     "defaults.axes.driver: '470' is not one of 535, 580, '*'"),
    ("variable", {"defaults": {"environment": {"NVIDIA_VISIBLE_DEVICES": "0"}}},
     "it is set by the axis 'devices'"),
    ("image field", {"image": {"docker": "x:{colour}"}},
     "image.docker: 'x:{colour}' has the field '{colour}', valid are driver, cuda"),
    ("image brace", {"image": {"docker": "x:{cuda"}}, "is no template"),
    ("image attribute", {"image": {"docker": "x:{cuda.__class__}"}}, "has the field"),
    ("no image", {"image": {}}, "rows[0].product: 'image' names none for engine 'docker'"),
    ("image of variant", {"image": {"docker": {"base": "x"}}}, "and variant runtime, devel"),
    ("condition", {"exclude": [{"when": {"colour": "red"}, "reason": "x"}]},
     "exclude[0].when: colour: no such condition here, valid are driver, cuda"),
    ("condition value", {"exclude": [{"when": {"variant": "full"}, "reason": "x"}]},
     "variant: 'full' is not one of base, runtime, devel"),
    ("condition list", {"exclude": [{"when": {"cuda": ["12.4", ">=13"]}, "reason": "x"}]},
     "a range stands alone"),
    ("range of words", {"exclude": [{"when": {"variant": ">=base"}, "reason": "x"}]},
     "'variant' has no order"),
    ("range", {"exclude": [{"when": {"cuda": ">=thirteen"}, "reason": "x"}]}, "is no range"),
    ("whole driver", {"exclude": [{"when": {"driver": "<580.65"}, "reason": "x"}]},
     "compared by 'driver.version'"),
    ("fact in exclude", {"exclude": [{"when": {"simulated": True}, "reason": "x"}]},
     "simulated: no such condition here"),
    ("injection in needs", {"rows": [{"product": {"driver": "*", "cuda": "*", "variant": "*"},
                                      "needs": {"injection": "cdi"}}]}, "no such condition here"),
    ("simulated", {"expect": [{"when": {"simulated": "yes"}, "word": "PASS", "reason": "x"}]},
     "simulated: 'yes' is not one of true, false"),
    ("injection", {"expect": [{"when": {"injection": "hook"}, "word": "PASS", "reason": "x"}]},
     "injection: 'hook' is not one of none, host, legacy, cdi"),
    ("no reason", {"expect": [{"when": {}, "word": "PASS"}]}, "expect[0]: 'reason' is missing"),
    ("blank reason", {"exclude": [{"when": {"cuda": "13.0"}, "reason": " "}]},
     "exclude[0].reason: ' ' is not why this is right, in words"),
    ("any failure", {"expect": [{"when": {}, "word": "FAIL", "reason": "x"}]},
     "expect[0]: FAIL needs the 'id' of a finding: no rule is for any failure"),
    ("any error", {"expect": [{"when": {}, "word": "ERROR", "layer": "host", "reason": "x"}]},
     "ERROR needs the 'id'"),
    ("wildcard", {"expect": [{"when": {}, "word": "FAIL", "id": "host.*", "reason": "x"}]},
     "'host.*' is not a finding's id"),
    ("layer", {"expect": [{"when": {}, "word": "FAIL", "id": "host.no-gpu", "layer": "image",
                           "reason": "x"}]},
     "expect[0].layer: 'image' is not that of 'host.no-gpu'"),
    ("pass with id", {"expect": [{"when": {}, "word": "PASS", "id": "host.no-gpu", "reason": "x"}]},
     "PASS has neither 'id' nor 'layer'"),
    ("word", {"expect": [{"when": {}, "word": "MISS", "reason": "x"}]},
     "'MISS' is not one of FAIL, ERROR, PASS, SKIP"),
    ("stage", {"expect": [{"when": {}, "word": "PASS", "stage": "init", "reason": "x"}]},
     "'init' is not one of engine, run"),
    ("over", {"pairwise": {"over": ["cuda", "colour"], "seed": 1}},
     "'colour' is not one of driver"),
    ("over one", {"pairwise": {"over": ["cuda"], "seed": 1}}, "at least 2 are needed"),
    ("strength", {"pairwise": {"over": ["cuda", "variant"], "strength": 3, "seed": 1,
                               "product": {"driver": "*"}}}, "more than the 2 axes"),
    ("over and product", {"pairwise": {"over": ["cuda", "variant"], "seed": 1,
                                       "product": {"driver": "*", "cuda": "13.0"}}},
     "pairwise.product.cuda: it is in 'over', too"),
    ("seed", {"pairwise": {"over": ["cuda", "variant"]}}, "pairwise: 'seed' is missing"),
    ("tier", {"tiers": {"pr": {"select": {"cuda": "99.0"}}}},
     "tiers.pr.select: cuda: '99.0' is not one of 12.4, 13.0"),
    ("pci id", {"models": {H100: {"names": ["x"], "pci_ids": ["2330"]}}}, "a PCI device id"),
]


@pytest.mark.parametrize("changes,expected", [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_what_is_wrong_is_named(changes, expected):
    assert expected in refusal(changed(**changes))


def test_line_is_named():
    source = text().replace("- '12.4'\n", "- 12.4\n", 1)
    line = source.splitlines().index("  - 12.4") + 1

    assert refusal(source).startswith(f"matrix.yaml:{line}: axes.cuda[0]: ")


def test_all_that_is_wrong_is_named_at_once():
    said = refusal(changed(exclude=[{"when": {"colour": "red"}, "reason": "x"}],
                           expect=[{"when": {}, "word": "FAIL", "reason": "x"}]))

    assert len(said.splitlines()) == 2
    assert "exclude[0]" in said and "expect[0]" in said


def test_product_that_fills_the_memory_is_refused():
    values = [str(number) for number in range(100, 130)]
    axes = {"driver": values, "cuda": [f"{value}.0" for value in values],
            "distro": [f"d{value}" for value in values]}
    everything = {"driver": "*", "cuda": "*", "distro": "*", "variant": "base"}

    said = refusal(changed(axes=axes, rows=[{"product": everything}]))
    assert "rows[0].product: it makes 27000 cells, at most 20000 are planned" in said
    assert len(small(axes=axes, rows=[{"product": {**everything, "cuda": "100.0"}}]).cells()) == 900
