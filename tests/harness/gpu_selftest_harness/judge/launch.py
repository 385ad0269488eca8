# SPDX-License-Identifier: Apache-2.0
"""What one launch says: of its cell, and of each workload. From the report where it is believed, from
the engine's words where the container never began; never from an exit code alone."""

from __future__ import annotations

from ..model import Launch, Node, Planned
from ..plans import workloads_of
from ..words import ENGINE, ERROR, FAIL, PASS, SKIP, WORDS, layer_of
from . import metrics, noise, report, said
from .said import Said, plain

CELL = ""
ASK = object()


def say(launch: Launch, planned: Planned, node: Node, seen=None, doubt=ASK) -> dict[str, Said]:
    """By workload, '' for the cell. `seen`: the metrics of each workload in other launches;
    `doubt`: of the report, if somebody has asked already."""
    if launch.report is None:
        return _spread(_without_report(launch), planned)
    if doubt is ASK:
        doubt = report.doubt(launch, planned, node)
    if doubt is not None:
        return _spread(_heavier(said.of_trouble(launch.trouble), doubt) if launch.trouble else doubt,
                       planned)
    told = {name: _of_workload(launch, name) for name in _names(launch, planned)}
    for name, metric_names in (seen or {}).items():
        if name in told and _had_its_turn(launch, told[name]):
            lost = metrics.missing(launch.report, name, metric_names, told[name].observed)
            told[name] = lost or told[name]
    return {CELL: _of_cell(launch, told), **told}


def _had_its_turn(launch, what):
    """And said that all is well, or that it does not apply: what applied on other nights still does.
    Of what was kept from its turn another finding tells."""
    if what.word == SKIP:
        return what.blocked_by is None and not launch.report.get("interrupted") \
            and launch.trouble is None
    return what.word == PASS


def _spread(cell, planned):
    """What never had its turn is blocked by what kept it from it."""
    return {CELL: cell, **{name: said.blocked(cell) for name in workloads_of(planned)}}


def _heavier(one, other):
    return min(one, other, key=lambda what: WORDS.index(what.word))


def _without_report(launch):
    if launch.trouble is not None:
        return said.of_trouble(launch.trouble)
    if launch.stage == ENGINE:
        if launch.explained is None:
            return said.of("suite.engine-failed", _last_line(launch) or _end(launch))
        # Of a message; where it tells of ourselves, nothing is known of the machine.
        word = ERROR if layer_of(launch.explained) == "suite" else FAIL
        return Said(word, launch.explained, _last_line(launch),
                    f"gpu-selftest explain {launch.explained}")
    return said.of("suite.no-report", f"{_end(launch)} and no report")


def _end(launch):
    if launch.is_timed_out:
        return "out of time"
    return "no exit code" if launch.exit_code is None else f"exit code {launch.exit_code}"


def _last_line(launch):
    lines = [line.strip() for line in launch.message.splitlines() if line.strip()]
    return plain(lines[-1]) if lines else ""


def _names(launch, planned):
    told = [workload["name"] for workload in launch.report["workloads"]]
    return dict.fromkeys((*told, *workloads_of(planned)))


def _of_workload(launch, name):
    row = next((row for row in launch.report["workloads"] if row["name"] == name), None)
    if row is None:
        if launch.report.get("interrupted") or launch.trouble is not None:
            return said.Said(SKIP, None, "the run ended before its turn")
        return said.of("suite.workload-missing", f"'{name}' is not in the report")
    noisy, duration_s = noise.of_workload(launch, name), said.seconds(row["duration_s"])
    if row["verdict"] == PASS and (invalid := metrics.invalid(launch.report, name)) is not None:
        return invalid
    if row["verdict"] == PASS:
        return Said(PASS, noise=noisy, duration_s=duration_s)
    if row["verdict"] == SKIP:
        why = row["reason"] or (f"blocked by {row['blocked_by']}" if row["blocked_by"] else "")
        return Said(SKIP, None, plain(why), blocked_by=row["blocked_by"], duration_s=duration_s)
    check = _counted(launch.report, row["verdict"], name)
    if check is None:
        return said.of("suite.report-contradicts", f"'{name}' is {row['verdict']} without a finding")
    return Said(row["verdict"], check["id"], plain(check["observed"]), plain(check["remedy"]),
                noise=noisy, duration_s=duration_s, gpu=_gpu(launch.report, check),
                also=_others(launch.report, row["verdict"], {name}, check["id"]))


def _gpu(told, finding):
    """UUID of the GPU that it is of; '' for none in particular. 'Drain this GPU' helps nobody who
    does not know which."""
    facts = next((gpu["facts"] for gpu in told["gpus"] if gpu["index"] == finding.get("gpu")), {})
    uuids = facts.get("uuid", {})
    return plain(str(uuids.get("driver") or uuids.get("nvml") or ""))


def _others(told, word, workloads, finding):
    return frozenset(check["id"] for check in told["checks"] if check["verdict"] == word
                     and check["workload"] in workloads) - {finding}


def _counted(told, word, workload):
    """The first finding that is why; of what another one explains the program makes a SKIP."""
    return next((check for check in told["checks"]
                 if check["verdict"] == word and check["workload"] == workload), None)


def _nobodys(report, told):
    """Names under which the report has findings that no workload's own item tells."""
    return {check["workload"] for check in report["checks"]} - set(told)


def _of_cell(launch, told):
    """The report's own verdict, and what was found wrong with it on the way."""
    verdict, headline = launch.report["verdict"], launch.report["headline"]
    noisy = next((what.noise for what in told.values() if what.noise), "")
    of_report = Said(verdict, noise=noisy) if headline is None or verdict in (PASS, SKIP) else Said(
        verdict, headline["id"], plain(headline["observed"]), plain(headline["remedy"]),
        noise=noisy, gpu=_gpu(launch.report, headline),
        also=_others(launch.report, verdict, _nobodys(launch.report, told), headline["id"]))
    ours = [what for what in told.values() if what.word == ERROR]
    if launch.trouble is not None:
        ours.append(said.of_trouble(launch.trouble))
    heaviest = of_report
    for what in ours:
        # SKIP stands last among the words and counts for nothing; of two that weigh the same the
        # report's own words are kept.
        heaviest = _heavier(heaviest, what)
    return heaviest
