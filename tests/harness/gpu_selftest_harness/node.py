# SPDX-License-Identifier: Apache-2.0
"""What this machine is: driver, GPUs, engines. It is seen and never typed, since a wrong belief
about a node makes all of its cells lie. What cannot be seen becomes a problem in words, so that a
machine without a driver is a node, too, whose cells then are told to be missing."""

from __future__ import annotations

import json
import os
import platform
import sys
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import NamedTuple

from . import nvml, toolkit
from .engines import scratch
from .engines.base import EngineMissing, Request, make
from .engines.process import run
from .errors import Failed, Refused
from .model import EngineFacts, Gpu, Node

# NVML starts in 0.1 to 3 s where drivers are not kept loaded; a driver that hangs never does.
NVML_TIMEOUT_S = 60.0
# Sixteen GPUs make 4 KB.
ANSWER_BYTES = 1 << 20
SIMULATION_TIMEOUT_S = 60.0

DRIVER_VERSION = "sys/module/nvidia/version"


def probe(engines=(), model_of=None, name: str | None = None, root: Path = Path("/"),
          timeout_s: float = NVML_TIMEOUT_S) -> Node:
    """The machine that we run on, with those of the engines that answer. `model_of` makes the
    matrix's name of a GPU out of its PCI device id and its name."""
    told = _ask_nvml(["gpus"], timeout_s)
    answer, gpus, lost = told.record, [], []
    problems = [told.problem] if told.problem else []
    for row in answer.get("gpus", ()):
        if "error" in row:
            problems.append(f"gpu {row['index']}: {row['error'].lower()}")
            lost += [] if row.get("is_withheld") else problems[-1:]
        elif not row["uuid"]:
            # By it a GPU is leased and given to a container.
            problems.append(f"gpu {row['index']}: NVML does not tell its UUID")
            lost += problems[-1:]
        else:
            gpus += [_gpu(row, model_of), *_instances(row, model_of, problems)]
    # NVML of one version beside a module of another: the module is what runs.
    driver = answer.get("driver") or _version_of_module(root)
    if driver is not None and answer and not gpus:
        problems.append("the driver shows no GPU")
    found = toolkit.read(driver, root)
    problems += found.problems
    return Node(name or platform.node(), driver, answer.get("cuda"), tuple(gpus),
                _facts_of(engines, problems), *_system(), toolkit_mode=found.mode,
                problems=tuple(problems), lost=tuple(lost),
                withheld=sum(1 for row in answer.get("gpus", ()) if row.get("is_withheld")))


def simulated(profile: str, faults=(), program="gpu-selftest", model_of=None, engines=None,
              name: str | None = None) -> Node:
    """A simulated machine, as the program itself sees it. Raises Refused for a profile or a fault
    that the simulator does not know."""
    engine = make("local", program=program, profile=profile, faults=faults)
    problems: list[str] = []
    found = _facts_of([engine] if engines is None else engines, problems)
    report = _ask_program(engine)
    gpus = []
    for gpu in report["gpus"]:
        seen = {name: _value(values) for name, values in gpu["facts"].items()}
        if seen.get("uuid"):
            # CUDA shows instances, and no GPU that is split into them.
            gpus.append(_gpu({"index": gpu["index"], "device_id": seen.get("pci_device_id", ""),
                              "has_mig": False, "name": "", **seen}, model_of))
    # Where it has GPUs, a finding is about the runtime that the profile comes with: no image's.
    if not gpus:
        headline = report["headline"] or {}
        problems.append(f"simulated {profile}: {report['verdict']} {headline.get('id')}")
    facts = {name: _value(values) for name, values in report["facts"].items()}
    return Node(name or f"simulated-{profile}",
                facts.get("driver_version") or facts.get("kernel_module"),
                facts.get("cuda_version"), tuple(gpus), found, *_system(), simulated=profile,
                faults=tuple(faults), problems=tuple(problems))


def others(uuids, node: Node | None = None, timeout_s: float = NVML_TIMEOUT_S) -> tuple[str, ...]:
    """Who computes on these GPUs while nothing of ours runs there, one text each; also that nobody
    can tell. Nothing of a simulated machine: its reports tell it."""
    if not uuids or (node is not None and node.simulated):
        return ()
    told = _ask_nvml(["processes", *uuids], timeout_s)
    # Without a driver there is nothing that somebody could be using.
    found = [told.problem] if told.problem and not told.is_absent else []
    for uuid, row in told.record.items():
        if "error" in row:
            found.append(f"gpu '{uuid}': nobody can tell who uses it: {row['error'].lower()}")
        found += [f"gpu '{uuid}': process {pid}{_command_of(pid)}" for pid in row.get("pids", ())]
    return tuple(found)


def expect_driver(node: Node, expected: str):
    """Raises Failed unless the driver is of this branch or version: '580', '580.95', '580.95.05'.
    A runner that got another driver than its label says would fill another slice."""
    words = expected.split(".")
    if not all(word.isdecimal() for word in words):
        raise Refused(f"'{expected}' is no version of a driver, such as 580 or 580.95.05")
    if node.driver is None:
        why = f": {'; '.join(node.problems)}" if node.problems else ""
        raise Failed(f"driver {expected} is expected, and '{node.name}' has none{why}")
    if node.driver.split(".")[:len(words)] != words:
        raise Failed(f"driver {expected} is expected, and '{node.name}' has {node.driver}")


def read(path: Path) -> Node:
    """As the verb 'node show --json' wrote it. Raises Refused."""
    try:
        return from_json(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise Refused(f"cannot read '{path}': {error.strerror.lower()}") from None
    except ValueError as error:
        why = f"it is not JSON: {error}"
    except Refused as error:
        why = str(error)
    raise Refused(f"'{path}' is not what 'gpu-selftest-harness node show --json' writes: {why}")


def to_json(node: Node) -> dict:
    return asdict(node)


def from_json(record: dict) -> Node:
    """Of what to_json() gave, now or in another version: fields that are not known are left out."""
    try:
        return _made(Node, {
            **record, "gpus": tuple(map(gpu_of, record["gpus"])),
            "engines": tuple(_made(EngineFacts, engine) for engine in record["engines"]),
            "faults": tuple(record.get("faults", ())),
            "problems": tuple(record.get("problems", ())),
            "lost": tuple(record.get("lost", ()))})
    except (KeyError, TypeError, AttributeError) as error:
        raise Refused(f"this is no node: {error}") from None


def gpu_of(record: dict) -> Gpu:
    return _made(Gpu, record)


def _made(cls, record):
    names = {field.name for field in fields(cls)}
    return cls(**{name: value for name, value in record.items() if name in names})


class _Answer(NamedTuple):
    """What NVML said, or why it said nothing."""

    record: dict
    problem: str = ""
    is_absent: bool = False  # there is no driver at all


def _ask_nvml(words, timeout_s):
    # -P: our own modules have names of the standard library's.
    done = run([sys.executable, "-P", nvml.__file__, *words], timeout_s=timeout_s, grace_s=1.0,
               limit_bytes=ANSWER_BYTES)
    if done.is_timed_out:
        return _Answer({}, f"NVML did not answer within {timeout_s:.0f} s: look for a driver that "
                           "hangs, dmesg | grep -i xid")
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        last = done.stderr.strip().splitlines()[-1:] or [done.failed or "it said nothing"]
        return _Answer({}, f"NVML ended its process with exit code {done.exit_code}: {last[0]}")
    if "error" not in answer:
        return _Answer(answer)
    return _Answer({}, f"NVML: {answer['text'].lower().rstrip('.')}",
                   answer["error"] in ("library-not-found", "driver-not-loaded"))


def _ask_program(engine):
    with scratch.folder() as folder:
        ran = engine.run(Request("node", Path(folder), SIMULATION_TIMEOUT_S,
                                 arguments=("--only", "audit,device-query")))
    try:
        report = json.loads(ran.report or "")
    except ValueError:
        text = ran.message.strip() or (
            f"'{engine.program}' leaves no report: exit code {ran.exit_code}")
        # 2 is what the program and the simulator answer to what they do not know.
        raise (Refused if ran.exit_code == 2 else Failed)(text) from None
    return report


def _gpu(row, model_of):
    model = model_of(row["device_id"], row["name"]) if model_of else ""
    return Gpu(row["uuid"], row["name"], model, row.get("pci_id", ""),
               row.get("compute_capability", ""), row["index"], row["has_mig"])


def _instances(row, model_of, problems):
    """Each by its own name: the PCI device is that of the whole GPU."""
    for one in row.get("instances", ()):
        if one["uuid"]:
            yield replace(_gpu({**row, **one, "device_id": "", "has_mig": False}, model_of),
                          parent=row["uuid"])
        else:
            problems.append(f"gpu {row['index']}: NVML does not tell the UUID of a MIG instance")


def _value(values):
    """Of a fact that several sources tell: the library's where the harness asks it, too."""
    return values.get("nvml", next(iter(values.values())))


def _facts_of(engines, problems):
    found = []
    for engine in engines:
        try:
            found.append(engine.facts())
        except EngineMissing as missing:
            problems.append(f"{engine.name}: {missing}")
    return tuple(found)


def _system():
    """Architecture, kernel, distribution."""
    system = os.uname()
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        release = {}
    distro = " ".join(filter(None, (release.get("ID"), release.get("VERSION_ID"))))
    return system.machine, system.release, distro or "unknown"


def _version_of_module(root):
    try:
        return (root / DRIVER_VERSION).read_text().strip() or None
    except OSError:
        return None


def _command_of(pid):
    """Of a process that we see; in another namespace it has another number, or none."""
    try:
        name = Path(f"/proc/{pid}/comm").read_text(errors="replace").strip()
    except OSError:
        return ""
    return f" ('{name}')"
