#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hold what the writers write against the schema and against readers that are not ours.

usage: check_outputs.py JSON_TEST JUNIT_TEST PROMETHEUS_TEST SCHEMA
"""
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

SERIES = re.compile(
    r'^(gpu_selftest_[a-z0-9_]+)(\{(?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)*\})? [-+0-9.eE]+$'
)


def output_of(program):
    return subprocess.run([program, "print"], check=True, stdout=subprocess.PIPE).stdout.decode()


def check_json(text, schema):
    report = json.loads(text)
    try:
        import jsonschema
    except ImportError:
        print("jsonschema is not installed: the schema was not applied")
        return 77
    validator = jsonschema.Draft202012Validator(schema)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator.validate(report)
    # A schema that takes anything proves nothing: what does not belong must be refused.
    for damage in (
        lambda r: r.update(extra=1),
        lambda r: r.pop("verdict"),
        lambda r: r["checks"][0].update(layer="nobody"),
        lambda r: r["metrics"][0].update(value="fast"),
        lambda r: r["gpus"][0]["facts"].update({"Bad Key": {"nvml": 1}}),
    ):
        damaged = json.loads(text)
        damage(damaged)
        assert not validator.is_valid(damaged), "the schema took a damaged report"
    return 0


def check_junit(text):
    suite = ElementTree.fromstring(text).find("testsuite")
    cases = suite.findall("testcase")
    assert int(suite.get("tests")) == len(cases)
    for word, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        assert int(suite.get(attribute)) == sum(case.find(word) is not None for case in cases), word
    assert all(case.get("name") and case.get("classname") and case.get("time") for case in cases)


def check_prometheus(text):
    seen, typed = set(), []
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            typed.append(line.split()[2])
        if line.startswith("#"):
            continue
        match = SERIES.match(line)
        assert match, line
        assert match.group(1) == typed[-1], f"{line}: not below its own TYPE"
        assert line.rsplit(" ", 1)[0] not in seen, f"{line}: twice"
        seen.add(line.rsplit(" ", 1)[0])
    assert len(typed) == len(set(typed))


def main(json_test, junit_test, prometheus_test, schema):
    check_junit(output_of(junit_test))
    check_prometheus(output_of(prometheus_test))
    with open(schema, encoding="utf-8") as file:
        return check_json(output_of(json_test), json.load(file))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
