# SPDX-License-Identifier: Apache-2.0
"""Whether a report may be believed: that it is one, agrees with itself and with how the program ended,
and is of what was asked for. A report that is not believed says nothing, good or bad."""

from __future__ import annotations

import functools
import importlib.resources
import json

import jsonschema
import jsonschema.exceptions

from .. import exit_codes
from ..model import Launch, Node, Planned
from ..words import ERROR, FAIL, PASS, SKIP
from . import said

EXIT_CODES = {PASS: exit_codes.PASSED, FAIL: exit_codes.RED, ERROR: exit_codes.COULD_NOT_TELL,
              SKIP: exit_codes.NOTHING_TESTED}
# Of the plan in a report, with the byte that ends it; a character of four may not have fitted.
PLAN_BYTES = 160


def doubt(launch: Launch, planned: Planned, node: Node) -> said.Said | None:
    """Why the launch's report is not believed; None: it is."""
    report = launch.report
    if (problem := malformed(report)) is not None:
        return said.of("suite.report-unreadable", problem)
    if (problem := contradiction(report, launch)) is not None:
        return said.of("suite.report-contradicts", problem)
    if (problem := other(report, launch, planned, node)) is not None:
        return said.of("suite.report-of-another", problem)
    return None


@functools.cache
def _validator():
    text = importlib.resources.files(__package__).joinpath("report.schema.json").read_text()
    return jsonschema.Draft202012Validator(json.loads(text))


def malformed(report) -> str | None:
    error = jsonschema.exceptions.best_match(_validator().iter_errors(report))
    if error is None:
        return None
    return f"at {error.json_path}: {error.message}"[:400]


def contradiction(report: dict, launch: Launch) -> str | None:
    verdict, code = report["verdict"], report["exit_code"]
    # It may also be that the program could not hand over all that it was asked for.
    if code not in (EXIT_CODES[verdict], exit_codes.COULD_NOT_TELL):
        return f"the report says {verdict} and exit code {code}"
    # Whoever was killed ends with the code of that.
    is_killed = launch.is_timed_out or launch.is_out_of_memory or launch.trouble is not None
    if launch.exit_code is not None and not is_killed and launch.exit_code != code:
        return f"the report says exit code {code}, the program ended with {launch.exit_code}"
    words = {workload["verdict"] for workload in report["workloads"]}
    if verdict != FAIL and FAIL in words or verdict in (PASS, SKIP) and ERROR in words:
        names = ", ".join(workload["name"] for workload in report["workloads"]
                          if workload["verdict"] in (FAIL, ERROR))
        return f"the report says {verdict}, of {names} it does not"
    if verdict == PASS and PASS not in words:
        return "the report says PASS, and no workload passed"
    if verdict in (FAIL, ERROR) and report["headline"] is None:
        return f"the report says {verdict}, and not why"
    return None


def other(report: dict, launch: Launch, planned: Planned, node: Node) -> str | None:
    if report["simulated"] != (node.simulated is not None):
        return "the report is of a simulated machine, the node is none" if report["simulated"] \
            else "the report is of no simulated machine, the node is one"
    if node.simulated is not None and report.get("profile") not in (None, node.simulated):
        return f"the report is of the profile '{report['profile']}', not of '{node.simulated}'"
    return _other_plan(report, launch) or _other_gpus(report, launch) \
        or _other_versions(report, planned, node)


def _other_plan(report, launch):
    plan = report["plan"] or ""
    told = plan.split()
    # Long lists of GPUs fill the program's field, and what comes after them is not told.
    is_cut = len(plan.encode()) >= PLAN_BYTES - 4
    asked = launch.arguments
    for option, value in zip(asked[::2], asked[1::2]):
        place = told.index(option) + 1 if option in told else None
        if place is None and not is_cut or place is not None and place < len(told) \
                and told[place] != value and not (is_cut and place == len(told) - 1):
            return f"its plan is '{plan}', not that of '{option} {value}'"
    return None


def _other_gpus(report, launch):
    if not launch.gpus or not report["gpus"] and report["verdict"] != PASS:
        return None
    told = {value for gpu in report["gpus"] for value in gpu["facts"].get("uuid", {}).values()}
    absent = [uuid for uuid in launch.gpus if uuid not in told]
    # A GPU that fell off is a finding of the program's own.
    if absent and report["verdict"] in (PASS, SKIP):
        return f"'{absent[0]}' is not among its GPUs"
    tested = report["gpus_tested"]
    if tested > len(launch.gpus) or (report["verdict"] == PASS and 0 < tested < len(launch.gpus)):
        return f"it tested {tested} GPUs, {len(launch.gpus)} were given"
    return None


def _other_versions(report, planned, node):
    drivers = {value for source, value in report["facts"].get("driver_version", {}).items()
               if source == "nvml" and value}
    if node.driver is not None and drivers and drivers != {node.driver}:
        return f"the driver is {', '.join(map(str, drivers))}, the node had {node.driver}"
    runtime = report["facts"].get("cudart_version", {}).get("runtime")
    asked = ".".join(planned.cell.cuda.split(".")[:2])
    # Without a container the runtime is whatever this machine has.
    is_image = planned.cell.engine != "local" or node.simulated is not None
    if is_image and isinstance(runtime, str) and ".".join(runtime.split(".")[:2]) != asked:
        return f"the image has CUDA {runtime}, the cell {planned.cell.cuda}"
    return None
