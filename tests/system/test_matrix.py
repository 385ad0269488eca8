# SPDX-License-Identifier: Apache-2.0
"""Numbers of pairs in the report for people, held against the same numbers in JSON."""

import re

import pytest

NAME = "peer-copy.write"


def read_matrix(out, name):
    """{(from, to): (text, mark)} of the matrix that stands below this caption, and its lines."""
    block = out.split(f"\n{name}: ")[1].split("\n\n")[0]
    lines = block.splitlines()
    columns = [int(word) for word in lines[2].split()[1:]]
    cells = {}
    for line in lines[3:3 + len(columns)]:
        row, *words = line.split()
        assert len(words) == len(columns), line
        for column, word in zip(columns, words):
            text, mark = re.fullmatch(r"(.*?)([*!]?)", word).groups()
            cells[int(row), column] = (text, mark)
    return cells, lines


def pairs_of(report, variant):
    return {(metric["src_gpu"], metric["dst_gpu"]): metric for metric in report["metrics"]
            if metric["name"] == NAME and metric["variant"] == variant}


@pytest.mark.parametrize("profile, size, faults, bad, columns", [
    ("h100x8", "16M", ["link 2-5 rate=0.5"], {(2, 5), (5, 2)}, 100),
    ("v100x16", "1M", [], set(), 132),
])
def test_a_matrix_says_what_json_says(simulated, profile, size, faults, bad, columns):
    outcome = simulated.report("peer-copy", "--size", size, profile=profile, faults=faults)
    cells, lines = read_matrix(outcome.out, f"{NAME} copy-engine")
    pairs = pairs_of(outcome.report, "copy-engine")

    assert {pair for pair, (_, mark) in cells.items() if mark} == bad
    assert {pair for pair, metric in pairs.items() if metric["verdict"] == "FAIL"} == bad
    assert all(text == "-" for (one, other), (text, _) in cells.items() if one == other)
    assert {pair for pair, (text, _) in cells.items() if text not in ("-", "N/A")} == set(pairs)
    for pair, metric in pairs.items():
        decimals = len(cells[pair][0].partition(".")[2])
        assert float(cells[pair][0]) == pytest.approx(metric["value"] / 1e9,
                                                      abs=0.51 * 10 ** -decimals)
    assert max(map(len, lines)) <= columns
    assert f"\n  {len(pairs)} pairs, median " in outcome.out
    if bad:
        assert "worst 2->5 " in outcome.out or "worst 5->2 " in outcome.out


def test_two_gpus_are_rows(simulated):
    """Two pairs: a row says more of each than a matrix of four fields."""
    outcome = simulated.report("peer-copy", "--size", "16M", "--device", "0,1", profile="h100x8")
    rows = re.findall(rf"(?m)^{NAME} copy-engine +(\d->\d) +\S+ GB/s .* PASS$", outcome.out)

    assert outcome.exit == 0, outcome.describe()
    assert rows == ["0->1", "1->0"]
    assert "from row to column" not in outcome.out


def test_further_ways_to_measure_are_a_line_each(simulated):
    """--level full: of pairs that are well one matrix is enough; JSON has all numbers."""
    outcome = simulated.report("peer-copy", "--size", "1M", "--level", "full",
                               profile="a100-pcie-x4")
    groups = {(metric["name"], metric["variant"]) for metric in outcome.report["metrics"]}
    lines = re.findall(r"(?m)^(peer-copy\.\S+ \S+): \d+ pairs, median ", outcome.out)

    assert outcome.exit == 0, outcome.describe()
    assert outcome.out.count("from row to column") == 1
    assert sorted(lines) == sorted(f"{name} {variant}" for name, variant in groups
                                   if (name, variant) != (NAME, "copy-engine"))
