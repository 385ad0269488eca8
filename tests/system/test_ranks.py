# SPDX-License-Identifier: Apache-2.0
"""all-reduce as one rank of several processes, as torchrun starts them: the same numbers as in one
machine's processes, an end for all when one ends, and one line for what cannot be."""

import os
import signal
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from collective_of import SLOTS, bus_bandwidth, duration
from model_of import MIB
from processes import remove_what_the_killed_left, wait_until, workers_of
from selftest import Program, free_port
from test_usage import assert_one_line

TIMEOUT = 30

pytestmark = pytest.mark.usefixtures("nothing_is_left")


def variables(rank, size, port, **more):
    """Of torchrun: two machines, if there are ranks enough for two."""
    local = max(size // 2, 1)
    return {"RANK": str(rank), "WORLD_SIZE": str(size), "LOCAL_RANK": str(rank % local),
            "LOCAL_WORLD_SIZE": str(local), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port),
            **more}


def devices(rank, size):
    """What each machine shows of the one that is simulated: its half of the GPUs."""
    local = max(size // 2, 1)
    first = rank // local * local
    return ",".join(str(gpu) for gpu in range(first, first + local))


class Ranks:
    """As many processes as ranks, each in a folder of its own."""

    def __init__(self, build, folder):
        self.build, self.folder, self.port = build, folder, free_port()

    def program(self, rank):
        folder = self.folder / f"rank-{rank}"
        folder.mkdir(exist_ok=True)
        return Program(self.build, folder)

    def start(self, rank, size, *args, env=None, faults=(), **more):
        """Without an address of its own where --rendezvous gives one."""
        return self.program(rank).report(
            "all-reduce", "--device", devices(rank, size), "--size", "1M", "--samples", "4",
            "--timeout", str(TIMEOUT), *args, profile="h100x8", faults=faults,
            env=variables(rank, size, self.port, **(env or {})), timeout=2 * TIMEOUT, **more)

    def run(self, size, *args, ranks=None, args_of=None, env_of=None, faults_of=None):
        """All of them at the same time; the outcomes by rank. A fault is told to the rank that has
        it: elsewhere it would never fire."""
        ranks = list(range(size)) if ranks is None else ranks
        with ThreadPoolExecutor(len(ranks)) as pool:
            started = [pool.submit(self.start, rank, size, *args, *(args_of or {}).get(rank, ()),
                                   env=(env_of or {}).get(rank),
                                   faults=(faults_of or {}).get(rank, ())) for rank in ranks]
            return {rank: future.result() for rank, future in zip(ranks, started)}


@pytest.fixture
def ranks(whole, tmp_path):
    return Ranks(whole.build, tmp_path)


def assert_all_pass(outcomes):
    for rank, outcome in outcomes.items():
        assert outcome.exit == 0, f"rank {rank}: {outcome.describe()}"
        assert outcome.counted() == set()


# --- what is right ---

def test_two_machines_of_four_ranks(ranks):
    """Rank 0 tells the numbers of all; each tells of its own elements, rank 0 of all."""
    outcomes = ranks.run(8)
    own = 2 * (SLOTS * 2 + SLOTS * 1024 + MIB // 4)

    assert_all_pass(outcomes)
    metrics = outcomes[0].metrics()
    assert metrics["all-reduce.time", "per-gpu 8 B"]["value"] == pytest.approx(
        duration("h100x8", range(8), "all-reduce", 8), rel=0.01)
    assert metrics["all-reduce.bus-bandwidth", "per-gpu 1 MiB"]["value"] == pytest.approx(
        bus_bandwidth("h100x8", range(8), "all-reduce", MIB), rel=0.01)
    # What lies between the machines, no rank sees.
    bus = [metric for metric in outcomes[0].report["metrics"] if "bus-bandwidth" in metric["name"]]
    assert {(metric["verdict"], metric["floor"], metric["ceiling"]) for metric in bus} \
        == {("not judged", None, None)}
    assert outcomes[0].report["facts"]["all_reduce_floor"]["bars"] \
        == "none: what joins the GPUs is not known"
    for rank, outcome in outcomes.items():
        [workload] = outcome.report["workloads"]
        assert f"rank {rank} of 8" in workload["summary"]
        assert workload["elements_checked"] == (8 * own if rank == 0 else own)
        assert rank == 0 or not outcome.report["metrics"]


def test_by_a_file(ranks, tmp_path):
    meet = tmp_path / "meet"
    outcomes = ranks.run(2, "--rendezvous", f"file://{meet}")

    assert_all_pass(outcomes)
    assert not meet.exists()


def test_one_rank_alone(ranks, tmp_path):
    outcomes = ranks.run(1, "--rendezvous", f"file://{tmp_path / 'meet'}")

    assert_all_pass(outcomes)
    assert "rank 0 of 1" in outcomes[0].report["workloads"][0]["summary"]


def test_a_master_at_localhost_is_reached_by_another_address(ranks):
    """As operators of Kubernetes start the ranks of several machines."""
    elsewhere = {rank: {"MASTER_ADDR": "127.0.0.2"} for rank in (2, 3)}

    assert_all_pass(ranks.run(4, env_of={0: {"MASTER_ADDR": "localhost"}, **elsewhere}))


@pytest.mark.parametrize("model", [(), ("--process-model", "one-process")])
def test_a_world_of_one_is_no_launch(whole, model):
    """Runtimes set RANK=0 and WORLD_SIZE=1 in images with PyTorch: all GPUs are meant, not one."""
    outcome = whole.report("all-reduce", "--size", "4K", *model, profile="rtx4090x2",
                           env=variables(0, 1, free_port()))

    assert outcome.exit == 0, outcome.describe()
    [note] = [check for check in outcome.report["checks"] if check["id"] == "user.launch-ignored"]
    assert "one rank alone" in note["observed"]
    assert "2 GPUs" in outcome.report["workloads"][0]["summary"]


def test_variables_mean_nothing_unless_it_is_named(whole):
    """Many environments hold them; the run of a level is one of this machine."""
    outcome = whole.report("--only", "collectives", "--size", "4K", profile="rtx4090x2",
                           env=variables(1, 8, free_port()))

    assert outcome.exit == 0, outcome.describe()
    assert outcome.notes() >= {"user.launch-ignored"}
    assert "2 GPUs" in outcome.report["workloads"][0]["summary"]


@pytest.mark.parametrize("env", [{}, {"MASTER_PORT": "tcp://10.0.0.1:80"}])
def test_no_variables_no_note(whole, env):
    """Nor with a port alone, which Kubernetes sets for a service that is called master."""
    outcome = whole.report("all-reduce", "--size", "4K", profile="rtx4090x2", env=env)

    assert outcome.exit == 0, outcome.describe()
    assert "user.launch-ignored" not in outcome.notes()


@pytest.mark.parametrize("address", ["localhost", "::1", "[::1]"])
def test_a_master_by_name_or_ipv6(ranks, address):
    if ":" in address and not has_ipv6():
        pytest.skip("this machine has no IPv6")
    both = {rank: {"MASTER_ADDR": address, "LOCAL_WORLD_SIZE": "2"} for rank in (0, 1)}

    assert_all_pass(ranks.run(2, env_of=both))


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def test_one_gpu_needs_no_local_rank(ranks):
    """As in a container each."""
    assert_all_pass(ranks.run(2, env_of={rank: {"LOCAL_RANK": ""} for rank in (0, 1)}))


def test_under_torchrun_ranks_meet_beside_its_own_store(ranks):
    """Its agent listens at the port that it hands on, and says so (PyTorch,
    torch/distributed/rendezvous.py). The store is there from before the first rank."""
    ranks.port = two_free_ports()
    with listener(ranks.port):
        outcomes = ranks.run(2, env_of={rank: {"TORCHELASTIC_USE_AGENT_STORE": "True"}
                                        for rank in (0, 1)})

    assert_all_pass(outcomes)


def test_the_port_beside_torchruns_store_is_taken(ranks):
    ranks.port = two_free_ports()
    with listener(ranks.port), listener(ranks.port + 1):
        outcome = ranks.start(0, 2, "--timeout", "10",
                              env={"TORCHELASTIC_USE_AGENT_STORE": "True"})

    assert outcome.exit == 3, outcome.describe()
    assert outcome.counted() == {"user.rendezvous-unusable"}
    assert f"cannot listen at port {ranks.port + 1}" in outcome.checks("ERROR")[0]["observed"]


def listener(port):
    """A socket that nobody accepts from."""
    return socket.create_server(("127.0.0.1", port))


def two_free_ports():
    """The first of two that follow each other."""
    while True:
        port = free_port()
        try:
            listener(port + 1).close()
            return port
        except (OSError, OverflowError):
            continue


WORDS = {"silent": b"", "http": b"GET / HTTP/1.1\r\nHost: node0\r\n\r\n", "garbage": b"\xff" * 4096}


@pytest.mark.parametrize("word", WORDS)
def test_strangers_at_the_port_change_nothing(ranks, word):
    """They are there before rank 1 is, and stay until all is over."""
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(ranks.start, 0, 2)
        with visitor(ranks.port) as one, visitor(ranks.port) as other:
            for stranger in (one, other):
                stranger.sendall(WORDS[word])
            outcomes = {1: ranks.start(1, 2), 0: first.result()}

    assert_all_pass(outcomes)


def visitor(port):
    """A connection, once somebody listens there."""
    found = []

    def is_let_in():
        try:
            found.append(socket.create_connection(("127.0.0.1", port)))
        except ConnectionRefusedError:
            return False
        return True

    wait_until(is_let_in)
    return found[0]


# --- what goes wrong ---

@pytest.mark.alone
@pytest.mark.parametrize("answer, words", [
    (None, "does not answer as rank 0 would"),
    (b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "is not gpu-selftest"),
], ids=["silent", "http"])
def test_somebody_else_is_where_rank_0_should_be(ranks, answer, words):
    with listener(ranks.port) as server:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(serve, server, answer)
            begun = time.monotonic()
            try:
                outcome = ranks.start(1, 2, "--timeout", "10")
            finally:
                server.shutdown(socket.SHUT_RDWR)

    assert time.monotonic() - begun < 10
    assert outcome.exit == 3, outcome.describe()
    assert outcome.counted() == {"user.rendezvous-unusable"}
    assert words in outcome.checks("ERROR")[0]["observed"]


def serve(server, answer):
    """Answers whoever comes, or keeps him waiting, until the server is shut."""
    guests = []
    while True:
        try:
            guests.append(server.accept()[0])
        except OSError:
            break
        if answer is not None:
            guests[-1].sendall(answer)
    for guest in guests:
        guest.close()


def test_a_name_that_nobody_knows(ranks):
    """Rank 0 listens at all addresses, since a name may be known elsewhere only."""
    outcomes = ranks.run(2, "--timeout", "10",
                         env_of={rank: {"MASTER_ADDR": "no..name"} for rank in (0, 1)})

    assert {outcome.exit for outcome in outcomes.values()} == {3}
    assert outcomes[0].counted() == {"user.ranks-missing"}
    assert outcomes[1].counted() == {"user.rendezvous-unusable"}
    assert "cannot resolve 'no..name'" in outcomes[1].checks("ERROR")[0]["observed"]


def test_no_local_rank_and_several_gpus(whole):
    outcome = whole.report("all-reduce", "--size", "4K", "--timeout", "10", profile="h100x8",
                           env=variables(1, 2, free_port(), LOCAL_RANK=""))

    assert outcome.exit == 3, outcome.describe()
    assert outcome.counted() == {"user.ranks-disagree"}
    [check] = outcome.checks("ERROR")
    assert "no LOCAL_RANK says which of 8 GPUs rank 1 takes: set it" in check["observed"]



def test_a_wrong_element_is_told_by_its_rank_and_by_rank_0(ranks):
    outcomes = ranks.run(4, faults_of={3: ["rank 3 nan"]})

    for rank in (0, 3):
        assert outcomes[rank].exit == 1, outcomes[rank].describe()
        assert outcomes[rank].counted() == {"hardware.collective-nan"}


def test_a_rank_whose_worker_dies_is_named_everywhere(ranks):
    outcomes = ranks.run(4, faults_of={3: ["rank 3 dies at=collective"]})

    assert outcomes[3].counted() == {"host.rank-died"}
    for rank in (0, 1, 2):
        assert outcomes[rank].exit == 3, outcomes[rank].describe()
        assert outcomes[rank].counted() == {"host.rank-lost"}
        [check] = outcomes[rank].checks("ERROR")
        assert "rank 3 of 4 on '" in check["observed"]
        assert "was killed by signal 9" in check["observed"]


@pytest.mark.alone
def test_who_does_not_come_is_named(ranks):
    begun = time.monotonic()
    outcomes = ranks.run(4, "--timeout", "10", ranks=[0, 2])

    assert time.monotonic() - begun < 10
    for outcome in outcomes.values():
        assert outcome.exit == 3, outcome.describe()
        assert outcome.counted() == {"user.ranks-missing"}
        [check] = outcome.checks("ERROR")
        assert "ranks 1 and 3 of 4 have not arrived after 2 s" in check["observed"]


def test_who_is_killed_is_missed_at_once(ranks):
    """All of the process, its workers with it, while all ranks wait for one that never comes."""
    program = ranks.program(3)
    killed = subprocess.Popen(
        program.command("all-reduce", "--device", devices(3, 4), "--size", "1M", "--samples", "4",
                        profile="h100x8"),
        env=program.environment(variables(3, 4, ranks.port)), cwd=program.folder,
        start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    with ThreadPoolExecutor(1) as pool:
        others = pool.submit(ranks.run, 4, ranks=[0, 1, 2], faults_of={2: ["rank 2 absent"]})
        # It has a worker once all have met.
        wait_until(lambda: workers_of(program.folder), TIMEOUT)
        os.killpg(killed.pid, signal.SIGKILL)
        outcomes = others.result()
    killed.wait()
    remove_what_the_killed_left(program.folder)

    for outcome in outcomes.values():
        assert outcome.exit == 3, outcome.describe()
        [check] = outcome.checks("ERROR")
        assert check["id"] == "host.rank-lost"
        assert "rank 3 of 4 on '" in check["observed"] and "is gone" in check["observed"]


@pytest.mark.parametrize("spoil, words", [
    ({"args_of": {1: ["--samples", "5"]}}, "was started with other options than rank 0"),
    ({"args_of": {1: ["--max-bytes", "8K"]}}, "was started with other options than rank 0"),
    ({"env_of": {1: {"WORLD_SIZE": "3"}}}, "is told of 3 ranks, and rank 0 on"),
    ({"env_of": {1: {"LOCAL_RANK": "0"}}, "args_of": {1: ["--device", "0"]}},
     "ranks 0 and 1 both take GPU"),
], ids=["options", "counts", "size", "one-gpu"])
def test_ranks_that_disagree_both_say_so(ranks, spoil, words):
    outcomes = ranks.run(2, "--timeout", "10", **spoil)

    for outcome in outcomes.values():
        assert outcome.exit == 3, outcome.describe()
        assert outcome.counted() == {"user.ranks-disagree"}
        assert words in outcome.checks("ERROR")[0]["observed"]


def test_two_that_are_rank_0(ranks):
    """Only one can listen; it waits for the other in vain."""
    outcomes = ranks.run(2, "--timeout", "10", env_of={1: {"RANK": "0"}})

    assert {outcome.exit for outcome in outcomes.values()} == {3}
    assert sorted(str(outcome.counted()) for outcome in outcomes.values()) == [
        "{'user.ranks-missing'}", "{'user.rendezvous-unusable'}"]


def test_a_port_that_is_taken(ranks):
    with listener(ranks.port):
        outcome = ranks.start(0, 2, "--timeout", "10")

    assert outcome.counted() == {"user.rendezvous-unusable"}
    assert "Address already in use; another program has it" in outcome.checks("ERROR")[0]["observed"]


@pytest.mark.alone
@pytest.mark.parametrize("address, words", [
    ("tcp://127.0.0.1:1", "Connection refused"),
    ("tcp://no..name:29500", "cannot resolve 'no..name'"),
    ("file:///proc/nowhere/meet", "cannot read '/proc/nowhere/meet'"),
], ids=["port", "name", "file"])
def test_a_rank_0_that_cannot_be_reached(ranks, address, words):
    begun = time.monotonic()
    outcome = ranks.start(1, 2, "--timeout", "10", "--rendezvous", address)

    assert time.monotonic() - begun < 10
    assert outcome.exit == 3, outcome.describe()
    assert outcome.counted() == {"user.rendezvous-unusable"}
    assert words in outcome.checks("ERROR")[0]["observed"]


# --- what cannot be ---

MISTAKES = [
    ({"RANK": "8"}, (), ("'8' in RANK", "0 to 7")),
    ({"RANK": "x"}, (), ("'x' in RANK", "0 to 7")),
    ({"WORLD_SIZE": "0"}, (), ("'0' in WORLD_SIZE", "1 to 1024")),
    ({"RANK": "-1"}, (), ("'-1' in RANK", "0 to 7")),
    ({"WORLD_SIZE": "-1"}, (), ("'-1' in WORLD_SIZE", "1 to 1024")),
    ({"WORLD_SIZE": "1e9"}, (), ("'1e9' in WORLD_SIZE", "1 to 1024")),
    ({"WORLD_SIZE": "1000000000"}, (), ("'1000000000' in WORLD_SIZE", "1 to 1024")),
    ({"WORLD_SIZE": "18446744073709551617"}, (), ("in WORLD_SIZE", "1 to 1024")),
    ({"WORLD_SIZE": "64"}, (), ("torchrun started 64 ranks", "room for 32")),
    ({"LOCAL_RANK": "4"}, (), ("'4' in LOCAL_RANK", "0 to 3")),
    ({"MASTER_PORT": "70000"}, (), ("'70000'", "MASTER_PORT", "1 to 65535")),
    ({"MASTER_PORT": "0"}, (), ("'0'", "MASTER_PORT", "1 to 65535")),
    ({"MASTER_PORT": "http"}, (), ("'http'", "MASTER_PORT", "1 to 65535")),
    ({"MASTER_ADDR": "[::1"}, (), ("'[::1'", "MASTER_ADDR")),
    ({"MASTER_ADDR": "[]"}, (), ("'[]'", "MASTER_ADDR")),
    ({"MASTER_ADDR": "no de"}, (), ("'no de'", "MASTER_ADDR")),
    ({"WORLD_SIZE": ""}, (), ("RANK is set and WORLD_SIZE is not",)),
    ({"MASTER_ADDR": ""}, (), ("RANK is set and MASTER_ADDR is not",)),
    ({"RANK": "", "WORLD_SIZE": ""}, ("--rendezvous", "tcp://a:1"),
     ("'--rendezvous' needs RANK and WORLD_SIZE",)),
    ({}, ("--process-model", "one-process"), ("--process-model one-process", "RANK")),
]


@pytest.mark.parametrize("changed, args, named", MISTAKES,
                         ids=[str(i) for i in range(len(MISTAKES))])
def test_variables_that_cannot_be(program, changed, args, named):
    outcome = program.run("all-reduce", *args, env=variables(3, 8, 29500, **changed), timeout=10)

    assert_one_line(outcome, named)


def test_an_address_without_a_rank(program):
    outcome = program.run("all-reduce", "--rendezvous", "tcp://a:1", timeout=10)

    assert_one_line(outcome, ("--rendezvous", "RANK", "WORLD_SIZE"))
