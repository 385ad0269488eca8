#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Stands in for the client of docker or podman, where an engine's misbehaviour cannot be had from a
real one. Its containers are files in the folder that FAKE_ENGINE names; `plan.json` there says
what goes wrong: verbs that never answer, that fail, and how a container behaves."""

import json
import os
import sys
import time
from pathlib import Path

FOLDER = Path(os.environ["FAKE_ENGINE"])
PLAN = json.loads((FOLDER / "plan.json").read_text())
BEGUN = "2026-11-27T02:00:00Z"


def boxes():
    return {path.stem: json.loads(path.read_text()) for path in FOLDER.glob("*.box")}


def write(ident, box):
    new = FOLDER / f"{ident}.new"
    new.write_text(json.dumps(box))
    new.rename(FOLDER / f"{ident}.box")


def value(words, option):
    return words[words.index(option) + 1]


def wait_until(condition):
    while not condition():
        time.sleep(0.01)


def create(words):
    ident = f"{os.getpid():064x}"
    labels = dict(words[at + 1].split("=", 1) for at, word in enumerate(words) if word == "--label")
    write(ident, {"name": value(words, "--name"), "labels": labels, "Running": True, "ExitCode": 0,
                  "OOMKilled": PLAN.get("oom", False), "Error": "", "StartedAt": BEGUN})
    Path(value(words, "--cidfile")).write_text(ident)
    return ident


def run(words):
    if "refuses" in PLAN:
        print(f"docker: {PLAN['refuses']}", file=sys.stderr)
        return 125
    if PLAN.get("creates") == "late":
        client = os.getpid()
        if os.fork():
            wait_until(lambda: False)
        os.setsid()
        wait_until(lambda: os.getppid() != client)
        create(words)
        return 0
    ident = create(words)
    results = Path(value(words, "--volume").split(":")[0])
    if "report" in PLAN:
        (results / "report.json").write_text(PLAN["report"])
    if "link" in PLAN:
        (results / "report.json").symlink_to(PLAN["link"])
    if "litter" in PLAN:
        Path(PLAN["litter"]).touch()
    print("started", flush=True)
    if "leaves" in PLAN:
        return PLAN["leaves"]
    if "runs" in PLAN:
        box = boxes()[ident]
        write(ident, {**box, "Running": False, "ExitCode": PLAN["runs"]})
        return PLAN.get("client", PLAN["runs"])
    wait_until(lambda: ident not in boxes() or not boxes()[ident]["Running"])
    return boxes()[ident]["ExitCode"] if ident in boxes() else 137


def kill(words):
    signal, ident = value(words, "--signal"), words[-1]
    if ident not in boxes():
        sys.exit(f"no such container: {ident}")
    if signal in PLAN.get("deaf", []):
        return 0
    write(ident, {**boxes()[ident], "Running": False, "ExitCode": {"TERM": 143, "KILL": 137}[signal]})
    return 0


def ps(words):
    name, _, wanted = value(words, "--filter").removeprefix("label=").partition("=")
    print("\n".join(ident for ident, box in boxes().items()
                    if name in box["labels"] and wanted in ("", box["labels"][name])))
    return 0


def inspect(words):
    if "vanishes" in PLAN:
        rm(words)
    box = boxes().get(words[-1])
    if box is None:
        sys.exit("no such object")
    said = {"name": f"/{box['name']}", "labels": box["labels"]} if "labels" in words[-2] else box
    print(json.dumps(said))
    return 0


def rm(words):
    (FOLDER / f"{words[-1]}.box").unlink(missing_ok=True)
    return 0


def image(words):
    found = PLAN.get("images", {}).get(words[-1])
    if found is None:
        sys.exit(f"no such image: {words[-1]}")
    print(json.dumps([found]))
    return 0


def version(words):
    print("28.2.2")
    return 0


def main(verb, *words):
    with (FOLDER / "calls").open("a") as calls:
        calls.write(f"{verb}\n")
    if verb in PLAN.get("hangs", []):
        wait_until(lambda: False)
    if verb in PLAN.get("fails", {}):
        sys.exit(PLAN["fails"][verb])
    return {"run": run, "kill": kill, "ps": ps, "inspect": inspect, "rm": rm, "image": image,
            "version": version}[verb](list(words))


sys.exit(main(*sys.argv[1:]))
