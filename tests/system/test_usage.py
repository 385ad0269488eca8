# SPDX-License-Identifier: Apache-2.0
"""Bad input: exit 2, exactly one line on standard error that names what is valid, and nothing on
standard output."""

import json
import os
import re
import subprocess

import pytest

WORKLOADS = ("audit", "device-query", "vector-add", "launch", "host-copy", "peer-copy", "fan",
             "memory-bandwidth", "latency", "memory-test")
GROUPS = ("audit", "basic", "bandwidth", "memory")
SIZES = ("4096", "64M", "1.5G")
TIMES = ("10s", "250ms")

# words of the command line, what the one line must name
MISTAKES = [
    (["vector-ad"], (*WORKLOADS, *GROUPS)),
    (["bandwith"], ("bandwith", *WORKLOADS, *GROUPS)),
    (["memory"], ("memory", "--level full", "memory-test")),
    (["bandwidth", "--only", "launch"], ("--only", "--skip")),
    (["bandwidth", "--skip", "host-copy"], ("--only", "--skip")),
    ([""], WORKLOADS),
    (["topologie"], (*WORKLOADS, "list", "explain", "compare")),
    (["topology", "now"], ("usage: gpu-selftest topology",)),
    (["topology", "--svg", "-"], ("--json",)),
    (["--svg", "x"], ("--svg", "topology")),
    (["topology", "--strict"], ("--strict", "topology")),
    (["audit", "vector-add"], ("usage: gpu-selftest audit",)),
    (["vector-add", "nonsense"], ("nonsense", *WORKLOADS)),
    (["--only", "nonsense"], ("nonsense", *WORKLOADS, "basic")),
    (["--skip", "vector-add,nonsense"], ("nonsense", *WORKLOADS, "basic")),
    (["--only", ""], ("--only",)),
    (["--only", "launch", "--skip", "basic"], ("--only", "--skip", "list")),
    (["vector-add", "--only", "launch"], ("--only", "--skip")),
    (["--sise", "4"], ("--sise", "--size")),
    (["--qqqqqq"], ("--qqqqqq", "--help")),
    (["-z"], ("-z", "--help")),
    (["--level", "medium"], ("medium", "quick", "full")),
    (["--level"], ("--level", "quick|full")),
    (["--exit-map", "both"], ("both", "plain", "nagios")),
    (["--timeout", "5x"], ("5x", *TIMES)),
    (["--timeout", "-1s"], ("-1s", *TIMES)),
    (["--timeout", "0"], TIMES),
    (["--timeout", "1e999s"], TIMES),
    (["--timeout", "nan"], TIMES),
    (["--size", "1Q"], ("1Q", *SIZES)),
    (["--size", "-5"], ("-5", *SIZES)),
    (["--size", "18446744073709551616"], SIZES),
    (["--size", "5 5"], SIZES),
    (["--samples", "0"], ("'0'", "1 to 1000")),
    (["--samples", "1001"], ("1001", "1 to 1000")),
    (["--samples", "-3"], ("-3", "1 to 1000")),
    (["--samples", "1.5"], ("1.5", "1 to 1000")),
    (["--samples"], ("--samples",)),
    (["device-query", "--samples", "4"], ("--samples", "vector-add", "host-copy",
                                          "memory-bandwidth")),
    (["audit", "--samples", "4"], ("--samples", "audit")),
    (["burn", "--minutes", "0"], ("'0'", "--minutes", "1440")),
    (["burn", "--minutes", "-1"], ("'-1'", "--minutes", "1440")),
    (["burn", "--minutes", "1441"], ("'1441'", "--minutes", "1440")),
    (["burn", "--minutes", "long"], ("'long'", "--minutes", "1440")),
    (["burn", "--minutes", "90s"], ("'90s'", "--minutes", "1440")),
    (["vector-add", "--minutes", "2"], ("--minutes", "burn")),
    (["--pairs", "0"], ("'0'", "--pairs", "0-1")),
    (["--pairs", "0-1,2"], ("'2'", "--pairs", "0-1")),
    (["--pairs", "GPU-0-GPU-1"], ("GPU-0-GPU-1", "0-1")),
    (["--pairs", "3-3"], ("3-3", "twice")),
    (["--collective", "allreduce"], ("allreduce", "all-reduce", "all-gather", "reduce-scatter",
                                     "broadcast", "reduce", "send-recv", "all-to-all")),
    (["--data-type", "fp16"], ("fp16", "float", "half", "bfloat16", "int32")),
    (["--op", "prod"], ("prod", "sum", "max", "avg", "premulsum")),
    (["--op", "sum", "--collective", "broadcast"], ("--op", "all-reduce, reduce-scatter, reduce")),
    (["--op", "avg", "--data-type", "int32"], ("--op avg", "int32")),
    (["--min-bytes", "0"], ("'0'", "--min-bytes", "above 0")),
    (["--min-bytes", "2K", "--max-bytes", "1K"], ("--min-bytes 2K", "--max-bytes 1K")),
    (["--max-bytes", "1Q"], ("1Q", "--max-bytes")),
    (["--max-bytes", "6"], ("'6'", "a float of 4 bytes")),
    (["--process-model", "mpi"], ("mpi", "both", "per-gpu", "one-process")),
    (["--rendezvous", "node0:29500"], ("node0:29500", "tcp://<host>:<port>", "file:///<path>")),
    (["--rendezvous", "tcp://fd00::1:29500"], ("[fd00::1]:29500",)),
    (["--rendezvous", "tcp://node0:65536"], ("65536", "1 to 65535")),
    (["vector-add", "--max-bytes", "8"], ("--max-bytes", "it goes with:")),
    (["audit", "--rendezvous", "tcp://a:1"], ("--rendezvous", "audit")),
    (["--json", "a", "--junit", "a"], ("--json", "--junit", "'a'")),
    (["--json", "a", "--bars", "a"], ("--json", "--bars", "'a'")),
    (["--seed", "abc"], ("abc", "2^64 - 1")),
    (["--seed", "18446744073709551616"], ("2^64 - 1",)),
    (["--seed", "-1"], ("2^64 - 1",)),
    (["--seed"], ("--seed",)),
    (["--strict=1"], ("--strict",)),
    (["--device", "0,,1"], ("--device",)),
    (["--device", "x" * 300], ("no GPU",)),
    (["--fault", "gpu 0 lost"], ("--fault", "--simulate")),
    (["--simulate"], ("--simulate",)),
    (["--junit", "-"], ("--json",)),
    (["--prometheus", "-"], ("--json",)),
    (["--markdown"], ("list",)),
    (["--proc", "/proc"], ("--proc", "audit")),
    (["vector-add", "--watch", "1s"], ("--watch", "audit")),
    (["lint", "--files-only", "/"], ("--files-only", "lint")),
    (["lint", "--simulate", "h100x8", "/"], ("--simulate", "lint")),
    (["lint", "--only", "launch", "/"], ("--only", "lint")),
    (["audit", "--level", "full"], ("--level", "audit")),
    (["explain", "host.no-gpu", "--junit", "x"], ("--junit", "explain")),
    (["list", "--seed", "1"], ("--seed", "list")),
    (["compare", "a", "b", "--strict"], ("--strict", "compare")),
    (["audit", "now"], ("audit [options]",)),
    (["audit", "--framework", "jax"], ("jax", "torch")),
    (["audit", "--watch", "soon"], ("soon", *TIMES)),
    (["list", "workloads"], ("list",)),
    (["explain"], ("explain <id>",)),
    (["explain", "host.no-gpux"], ("host.no-gpux", "host.no-gpu'")),
    (["explain", "nonsense"], ("nonsense", "host.no-gpu")),
    (["compare", "one.json"], ("compare",)),
    (["compare", "nowhere.json", "nowhere.json"], ("nowhere.json",)),
    (["x" * 5000], ()),
]

# name of the case, content of --bars, what the one line must name
BARS = [
    ("cut-off", "{", ("bars.json", "line")),
    ("empty", "", ("bars.json", "line")),
    ("list", "[]", ("bars.json", "object")),
    ("twice", '{"launch.latency": {"floor": "1 s"}, "launch.latency": {"floor": "2 s"}}',
     ("bars.json", "line")),
    ("metric", '{"vector-add.bandwith": {"floor": "1 GB/s"}}',
     ("vector-add.bandwith", "vector-add.bandwidth", "launch.latency")),
    ("unit", '{"vector-add.bandwidth": {"floor": "1 Gb/s"}}', ("vector-add.bandwidth", "B/s")),
    ("other-unit", '{"vector-add.bandwidth": {"floor": "5 us"}}', ("vector-add.bandwidth", "B/s")),
    ("number", '{"vector-add.bandwidth": {"floor": 1e9}}', ("vector-add.bandwidth", "B/s")),
    ("negative", '{"vector-add.bandwidth": {"floor": "-1 GB/s"}}', ("vector-add.bandwidth",)),
    ("key", '{"vector-add.bandwidth": {"flor": "1 GB/s"}}', ("floor",)),
]


def assert_one_line(outcome, words):
    assert outcome.exit == 2, outcome.describe()
    assert outcome.out == ""
    assert outcome.err.endswith("\n") and outcome.err.count("\n") == 1, outcome.describe()
    assert outcome.err.startswith("gpu-selftest: ")
    assert outcome.err.rstrip("\n").isprintable()
    for word in words:
        assert word in outcome.err


@pytest.mark.parametrize("words, named", MISTAKES,
                         ids=[f"{i}-{str(row[0][0])[:12]!a}" for i, row in enumerate(MISTAKES)])
def test_mistake_is_one_line(program, words, named):
    assert_one_line(program.run(*words, timeout=10), named)


@pytest.mark.parametrize("word", ["two\nlines", "\x1b[31mred", os.fsdecode(b"\xff\xfe")], ids=ascii)
def test_mistake_cannot_garble_its_line(program, word):
    """What a script passed on by mistake must not make two lines of one, or colour a terminal."""
    assert_one_line(program.run(word, timeout=10), WORKLOADS)


@pytest.mark.parametrize("text, named", [row[1:] for row in BARS], ids=[row[0] for row in BARS])
def test_bars_are_refused_as_a_whole(program, tmp_path, text, named):
    (tmp_path / "bars.json").write_text(text)

    assert_one_line(program.run("--bars", "bars.json", timeout=10), named)


def test_bars_that_are_not_there(program):
    assert_one_line(program.run("--bars", "nowhere.json", timeout=10), ["nowhere.json"])


def test_list_fits_a_terminal(simulated):
    """80 columns, but for what kernels are made for; and all titles of metrics in one column."""
    text, _ = simulated.run("list").out.split("\nkernel images:\n")
    _, metrics = text.split("\nmetrics:\n")
    names = [line for line in metrics.splitlines() if not line.startswith("   ")]

    assert max(map(len, text.splitlines())) <= 80
    assert len(names) > 20
    assert len({re.match(r"  \S+ {2,}", line).end() for line in names}) == 1


# Ceilings are worked out from data sheets: an L4 moves 300 GB/s (6251 MHz x 2 x 192 bit) and a T4
# 320 GB/s (5001 MHz x 2 x 256 bit); PCIe 3.0 x16 carries 15.75 GB/s. No floor above can ever be met.
# Only data that is several times the cache has the memory's bound. Floors of classes are 67 % of
# GDDR and 54 % of PCIe 3.0: what lies below a tenth of them is a slip, here of a unit.
@pytest.mark.parametrize("profile, args, metric, floor, named", [
    ("l4x1", ["vector-add", "--size", "200M"], "vector-add.bandwidth", "301 GB/s", ("300 GB/s",)),
    ("t4x1", ["memory-bandwidth"], "memory-bandwidth.triad", "321 GB/s", ("320 GB/s",)),
    ("t4x1", ["host-copy"], "host-copy.to-gpu", "15.8 GB/s", ("15.8 GB/s", "PCIe 3.0 x16")),
    ("t4x1", ["memory-bandwidth"], "memory-bandwidth.copy-engine", "213 MB/s",
     ("213 MB/s", "214 GB/s", "1000 times", "unit")),
    ("t4x1", ["bandwidth"], "host-copy.from-gpu", "8.5 MB/s", ("8.5 MB/s", "1000 times", "unit")),
], ids=["vector-add", "memory", "pcie", "memory-unit", "pcie-unit"])
def test_floor_that_the_hardware_contradicts(simulated, tmp_path, kernel_majors, profile, args,
                                             metric, floor, named):
    if not kernel_majors:
        pytest.skip("built without nvcc: nothing is measured")
    (tmp_path / "bars.json").write_text(json.dumps({metric: {"floor": floor}}))
    outcome = simulated.run(*args, "--bars", "bars.json", profile=profile)

    assert_one_line(outcome, ["bars.json", metric, *named])


@pytest.mark.parametrize("args, profile, named", [
    (["peer-copy", "--pairs", "0-1,0-8"], "h100x8", ("8", "0-8", "0, 1, 2, 3, 4, 5, 6, 7")),
    (["peer-copy", "--pairs", "9-1"], "rtx4090x2", ("9", "9-1", "0, 1")),
    # GPU 2 is there, and --device leaves it out.
    (["bandwidth", "--pairs", "0-2", "--device", "0,1"], "h100x8", ("2", "0-2", ": 0, 1")),
    (["peer-copy", "--pairs", "0-1"], "l4x1", ("1", "0-1", ": 0")),
])
def test_pair_that_is_not_there(simulated, args, profile, named):
    assert_one_line(simulated.run(*args, profile=profile, timeout=20), ("--pairs", *named))


@pytest.mark.parametrize("args", [["host-copy"], ["basic", "memory-test"],
                                  ["--skip", "peer-copy,latency"]])
def test_pairs_of_what_measures_none(program, args):
    assert_one_line(program.run(*args, "--pairs", "0-1", timeout=10), ("--pairs", "peer-copy"))


# The most that every workload of the plan can put into a GPU that is empty: 14.7 GiB are a T4's,
# which vector-add fills once, host-copy with two buffers, and memory-bandwidth with three.
@pytest.mark.parametrize("args, named", [
    (["vector-add", "--size", "1000T"], ("1 buffer", "1000 TiB", "vector-add")),
    (["vector-add", "--size", "15G"], ("1 buffer", "15 GiB", "vector-add")),
    (["host-copy", "--size", "8G"], ("2 buffers", "8 GiB", "host-copy")),
    (["memory-bandwidth", "--size", "5G"], ("3 buffers", "5 GiB", "memory-bandwidth")),
    (["latency", "--size", "8G"], ("2 buffers", "8 GiB", "latency")),
    (["memory-test", "--size", "15G"], ("1 buffer", "15 GiB", "memory-test")),
    (["--size", "7G"], ("3 buffers", "7 GiB", "memory-bandwidth")),
    (["bandwidth", "--size", "15000000T"], ("3 buffers", "memory-bandwidth")),
], ids=lambda value: "-".join(value) if isinstance(value, list) else "")
def test_size_that_no_gpu_here_can_hold(simulated, kernel_majors, args, named):
    if not kernel_majors:
        pytest.skip("built without nvcc: this build carries no kernels")
    outcome = simulated.run(*args, profile="t4x1", timeout=20)

    assert_one_line(outcome, ["--size", "14.7 GiB of gpu 0", *named])


@pytest.mark.parametrize("profile, faults, named", [
    ("h100x9", [], ("h100x9", "h100x8", "b200x8", "gh200", "gb10x1", "v100x16", "a100-pcie-x4",
                    "a100-pcie-switch-x4", "l4x1", "t4x1", "rtx4090x2", "mig", "empty")),
    ("", [], ("h100x8",)),
    ("../profiles/l4x1", [], ("h100x8",)),
    ("l4x1", ["lnik 0-1 rate=0.5"], ("lnik", "link", "gpu", "driver")),
    ("l4x1", ["gpu 0 lots"], ("lots", "lost")),
    ("l4x1", ["gpu 7 lost"], ("7",)),
    ("l4x1", ["pcie 0 widht=8"], ("widht", "width", "gen")),
    ("l4x1", ["mem 0 flip=xyz"], ("xyz",)),
    ("l4x1", ["cuMemAlloc_v2 call=3 explodes"], ("explodes", "returns", "hangs", "crashes")),
    ("l4x1", ["cuMemAloc_v2 call=3 returns 2"], ("cuMemAloc_v2",)),
    ("l4x1", [""], ()),
], ids=lambda value: str(value)[:24] if isinstance(value, (str, list)) else "")
def test_simulated_machine_that_cannot_be(simulated, profile, faults, named):
    command = [str(simulated.path), "--simulate", profile]
    for fault in faults:
        command += ["--fault", fault]
    outcome = simulated.run(*command[1:], timeout=10)

    assert outcome.exit == 2, outcome.describe()
    assert outcome.out == ""
    assert outcome.err.count("\n") == 1, outcome.describe()
    for word in named:
        assert word in outcome.err


@pytest.mark.parametrize("device", ["8", "-1", "GPU-deadbeef", "0000:ff:00.0", "all"])
def test_device_that_is_not_there(simulated, device):
    outcome = simulated.run("device-query", "--device", device, profile="l4x1", timeout=20)

    assert_one_line(outcome, [f"'{device}'", "index", "PCI id", "UUID"])


def test_more_words_than_gpus_are_each_looked_up(simulated):
    """As a script passes on what it collected: one GPU said often, and one word that is none."""
    often = ",".join(["0"] * 60)

    assert simulated.run("device-query", "--device", often, profile="l4x1", timeout=20).exit == 0
    assert_one_line(simulated.run("device-query", "--device", f"{often},9", profile="l4x1",
                                  timeout=20), ("'9'", "0 to 0"))


@pytest.mark.parametrize("name", ["gpu-selftest", "gpu-selftest-audit"])
def test_help_fits_a_terminal(program, name):
    told = subprocess.run([program.build / "bin" / name, "--help"], capture_output=True, text=True,
                          check=True, timeout=10).stdout

    assert "--minutes" in told or name != "gpu-selftest"
    assert max(map(len, told.splitlines())) <= 80
