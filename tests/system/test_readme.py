# SPDX-License-Identifier: Apache-2.0
"""The front page tells the truth: its commands are run, and what it names exists."""

import json
import os
import re
import subprocess

import pytest

import attribution
from selftest import RUNS, TOP, Outcome, Program, catalogue, free_port, mask

README = (TOP / "README.md").read_text()
BLOCKS = re.findall(r"```console\n\$ (.+)\n((?:.*\n)*?)```", README)
TABLE = re.search(r"<!-- workloads -->\n(.*?)<!-- /workloads -->", README, re.S)
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")


def documents():
    listed = subprocess.run(["git", "-C", TOP, "ls-files", "-z", "*.md"], capture_output=True,
                            check=False, timeout=10)
    return [TOP / name for name in listed.stdout.decode().split("\0") if name] or [
        TOP / "README.md"]


def run_as_written(program, command):
    """A console block, with this build's program and this tree's scripts and fixtures."""
    path = f"{program.path.parent}:{os.environ['PATH']}"
    done = subprocess.run(["sh", "-c", command], env=program.environment({"PATH": path}), cwd=TOP,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())


def test_there_are_samples_and_a_table():
    assert len(BLOCKS) >= 2 and TABLE
    samples = "".join(block[1] for block in BLOCKS)
    for word in ("PASS", "FAIL", "SKIP", "remedy", "SIMULATED"):
        assert word in samples


@pytest.mark.parametrize("command, shown", BLOCKS, ids=[block[0] for block in BLOCKS])
def test_sample_is_what_is_printed(simulated, kernel_majors, command, shown):
    if not kernel_majors:
        pytest.skip("built without nvcc: the samples show kernels")

    outcome = run_as_written(simulated, command)
    told = re.search(r"   exit (\d+)$", shown.rstrip())

    assert mask(outcome.out) == mask(shown)
    # A report says its exit code itself; a message that is explained always counts as understood.
    assert outcome.exit == (int(told[1]) if told else 0), outcome.describe()


def test_table_of_workloads_is_the_programs(program):
    assert TABLE[1] == program.run("list", "--markdown", timeout=10).out


def test_table_of_checks_is_the_tests(build):
    test = build / "tests/unit/audit/test_audit_fixtures"
    if not test.exists():
        pytest.skip("built without unit tests")
    told = subprocess.run([test, "--table"], capture_output=True, timeout=60, check=True)
    text = (TOP / "host/audit/README.md").read_text()

    assert re.search(r"<!-- checks -->\n(.*?)<!-- /checks -->", text, re.S)[1] == (
        told.stdout.decode())


def test_table_of_faults_is_the_lists():
    text = (TOP / "tests/system/README.md").read_text()

    table = re.search(r"<!-- faults -->\n(.*?)<!-- /faults -->", text, re.S)[1]
    assert table == attribution.markdown()
    assert table.count("\n") > 50


def test_every_option_exists(program):
    help_text = program.run("--help", timeout=10).out
    # Options of the other programs that the page names.
    foreign = {"--preset", "--build", "--install", "--prefix", "--gpus", "--rm", "--runtime",
               "--user", "--userns", "--read-only", "--network", "--cap-drop", "--security-opt",
               "--shm-size", "--nnodes", "--nproc-per-node", "--rdzv-backend", "--rdzv-endpoint",
               "--no-python", "--nodes", "--ntasks-per-node", "--gpus-per-node"}

    assert set(OPTION.findall(README)) - foreign <= set(OPTION.findall(help_text))


def test_every_finding_exists():
    known = {finding for finding, _ in catalogue(*RUNS, "audit", "starts", "lint")}
    layers = "host|runtime|image|user|hardware|suite"
    named = re.findall(rf"\b(?:{layers})\.[a-z]+(?:-[a-z]+)+\b", README)

    assert named and set(named) <= known


def test_every_layer_has_a_first_thing_to_try():
    for layer in ("host", "runtime", "image", "user", "hardware", "suite"):
        assert re.search(rf"^\| `{layer}\.` ?(\(others\))? ?\|", README, re.M), layer


def test_profiles_are_those_of_the_simulator(simulated):
    listed = subprocess.run([simulated.build / "sim/bin/gpu-selftest-simulate", "--list"],
                            capture_output=True, timeout=10, check=True).stdout.decode().split()
    section = README[README.index("Profiles:"):].split(". ")[0]

    assert sorted(re.findall(r"`([a-z0-9-]+)`", section)) == sorted(listed)


def test_exit_codes_are_those_of_the_help(program):
    help_text = program.run("--help", timeout=10).out
    told = re.search(r"^Exit: (.*?)\.", help_text, re.M)[1]

    for code in re.findall(r"\d+", told):
        assert re.search(rf"^\| {code} \|", README, re.M), code


def test_example_of_bars_is_taken(simulated, kernel_majors, tmp_path):
    if not kernel_majors:
        pytest.skip("built without nvcc: nothing is measured")
    [example] = re.findall(r"^    (\{ \".*\})$", README, re.M)
    json.loads(example)
    (tmp_path / "site.json").write_text(example)
    outcome = simulated.report("vector-add", "--size", "1M", "--bars", "site.json",
                               profile="h100x8")

    assert {metric["floor"] for metric in outcome.report["metrics"]} == {1.5e12}


# Two nodes with two tasks each, which Slurm tells the same as the real one; a task's output is kept.
SRUN = """#!/bin/sh
for rank in 0 1 2 3; do
    SLURM_PROCID=$rank SLURM_NTASKS=4 SLURM_LOCALID=$((rank % 2)) SLURM_NTASKS_PER_NODE=2 \\
        "$@" >"$HOME/task-$rank" 2>&1 &
    tasks="$tasks $!"
done
for task in $tasks; do wait "$task" || failed=1; done
exit ${failed:-0}
"""
# Both nodes are one simulated machine, of which each shows two GPUs.
TASK = """#!/bin/sh
first=$((SLURM_PROCID / 2 * 2))
exec PROGRAM --simulate h100x8 --device "$first,$((first + 1))" --size 4K --samples 4 "$@"
"""
SCONTROL = """#!/bin/sh
[ "$*" = "show hostnames node[0-1]" ] && printf 'localhost\\nnode1\\n'
"""


def test_batch_script_for_slurm(whole, tmp_path):
    [script] = re.findall(r"^    #!/bin/bash\n(?:    .+\n)+", README, re.M)
    text = re.sub(r"(?m)^    ", "", script).replace("MASTER_PORT=29500", f"MASTER_PORT={free_port()}")
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    for name, content in {"srun": SRUN, "scontrol": SCONTROL, "batch": text,
                          "gpu-selftest": TASK.replace("PROGRAM", str(whole.path))}.items():
        (bin_folder / name).write_text(content)
        (bin_folder / name).chmod(0o755)
    done = subprocess.run(
        [bin_folder / "batch"], stdin=subprocess.DEVNULL, timeout=60, check=False, cwd=tmp_path,
        env=whole.environment({"PATH": f"{bin_folder}:{os.environ['PATH']}",
                               "SLURM_JOB_NODELIST": "node[0-1]"}))
    told = [(tmp_path / f"task-{rank}").read_text() for rank in range(4)]

    assert done.returncode == 0, "\n".join(told)
    for rank, output in enumerate(told):
        assert f"rank {rank} of 4" in output
    assert "all-reduce.bus-bandwidth" in told[0] and "all-reduce.bus-bandwidth" not in told[1]


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(TOP)))
def test_link_targets_exist(document):
    text = re.sub(r"```.*?```", "", document.read_text(), flags=re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (document.parent / path).resolve() if path else document
        assert file.exists(), target
        if anchor and file.suffix == ".md":
            headings = re.findall(r"^#+ (.+)$", file.read_text(), re.M)
            assert anchor in [re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-")
                              for heading in headings], target


def test_mask_hides_only_what_differs(build, tmp_path):
    """A wrong number must still be seen."""
    assert isinstance(Program(build, tmp_path), Program)
    shown = "PASS  vm  1x NVIDIA L4\nPASS   launch   1 GPUs      0.1 s\n"

    assert mask(shown) == mask(shown.replace("vm", "node7").replace("0.1 s", "12.0 s"))
    assert mask(shown) != mask(shown.replace("1x", "2x"))
    assert mask(shown) != mask(shown.replace("1 GPUs", "2 GPUs"))
    assert mask(shown) != mask(shown.replace("PASS   launch", "FAIL   launch"))
