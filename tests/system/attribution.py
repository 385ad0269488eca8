# SPDX-License-Identifier: Apache-2.0
"""Which fault gets which answer, as a table for people: faults.yaml in Markdown. `scripts/readme`
writes it into README.md of this folder, test_readme.py sees that it is current."""

from pathlib import Path

import yaml

HEAD = ("| Id | Verdict | Broken | Machine | Told by | GPU |\n"
        "|---|---|---|---|---|---|\n")


def broken(row):
    """What is wrong with the machine, in the words of the table of faults."""
    parts = [f"`{fault}`" for fault in row.get("faults", [])]
    parts += [f"`{name}={value}`" for name, value in row.get("env", {}).items()]
    if "root" in row:
        parts.append("other files in `/proc` and `/sys`")
    if "bars" in row:
        parts.append(f"a site's bars `{row['bars']}`")
    if "memory_left" in row:
        parts.append(f"{row['memory_left']} of memory left")
    return ", ".join(parts)


def listed(value, nothing):
    """Of a value, a list of them, or nothing."""
    values = value if isinstance(value, list) else [value]
    return ", ".join(nothing if one is None else str(one) for one in values)


def line(row):
    is_note = row["verdict"] == "PASS"
    return (row.get("note") or row["id"], "note" if is_note else row["verdict"], broken(row),
            row["profile"], "" if is_note else listed(row["workload"], "before any workload"),
            "" if is_note else listed(row["gpu"], "none"))


def markdown():
    """By id, which begins with the layer that has to act; the order of the file within one."""
    rows = yaml.safe_load((Path(__file__).parent / "faults.yaml").read_text())["rows"]
    lines = sorted(map(line, rows), key=lambda cells: cells[0])
    return HEAD + "".join(
        "| " + " | ".join([f"`{cells[0]}`", *(cell.replace("|", "\\|") for cell in cells[1:])])
        + " |\n" for cells in lines)


if __name__ == "__main__":
    print(markdown(), end="")
