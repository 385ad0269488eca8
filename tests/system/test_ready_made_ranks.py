# SPDX-License-Identifier: Apache-2.0
"""images/kubernetes/overlays/ranks: the pods of the job find each other by the names that they get, and
what they are started with makes them the ranks of one collective."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from ready_made import kustomize, pod_of
from selftest import Program, free_port

FOLDER = "overlays/ranks"
# docs/concepts/workloads/controllers/job, "Completion mode"; set on the pods of all releases since 1.21.
INDEX = "metadata.annotations['batch.kubernetes.io/job-completion-index']"

pytestmark = pytest.mark.usefixtures("nothing_is_left")


def objects():
    things = {thing["kind"]: thing for thing in kustomize(FOLDER)}
    assert things.keys() == {"Job", "Service"}
    return things["Job"], things["Service"]


def environment(job, index):
    """What the container of this index gets."""
    [container] = pod_of(job)["containers"]
    told = {}
    for variable in container["env"]:
        source = variable.get("valueFrom", {}).get("fieldRef", {}).get("fieldPath")
        assert source in (None, INDEX)
        told[variable["name"]] = str(index) if source else variable["value"]
    return told


def arguments(job):
    return list(pod_of(job)["containers"][0]["args"])


def test_names_lead_to_the_first_pod():
    """<job>-<index>.<service>, for pods whose subdomain is the name of a service that selects them."""
    job, service = objects()
    name = service["metadata"]["name"]

    assert pod_of(job)["subdomain"] == name
    assert environment(job, 0)["MASTER_ADDR"] == f"{job['metadata']['name']}-0.{name}"
    assert (service["spec"]["clusterIP"], service["spec"]["publishNotReadyAddresses"]) == ("None", True)
    labels = job["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"].items() <= labels.items()
    # The labels of any other job here do not make its pods ranks.
    [other] = kustomize("job")
    assert not service["spec"]["selector"].items() <= (
        other["spec"]["template"]["metadata"]["labels"].items())


def test_each_rank_has_a_node_to_itself():
    job, _ = objects()
    [term] = pod_of(job)["affinity"]["podAntiAffinity"][
        "requiredDuringSchedulingIgnoredDuringExecution"]

    assert term["topologyKey"] == "kubernetes.io/hostname"
    assert term["labelSelector"]["matchLabels"].items() <= (
        job["spec"]["template"]["metadata"]["labels"].items())


def test_all_ranks_run_at_the_same_time():
    job, _ = objects()

    assert job["spec"]["completionMode"] == "Indexed"
    assert {str(job["spec"]["completions"]), str(job["spec"]["parallelism"])} == {
        environment(job, 0)["WORLD_SIZE"]}


def test_as_started_they_pass(whole, tmp_path):
    """On one machine, of which each rank sees another GPU."""
    job, _ = objects()
    port = str(free_port())

    def start(rank):
        folder = tmp_path / f"rank-{rank}"
        folder.mkdir()
        own = {**environment(job, rank), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
        return Program(whole.build, folder).report(
            *arguments(job), "--size", "1M", "--samples", "4", "--device", rank, profile="h100x8",
            env=own, timeout=120)

    ranks = range(job["spec"]["completions"])
    with ThreadPoolExecutor(len(ranks)) as pool:
        outcomes = list(pool.map(start, ranks))

    for rank, outcome in enumerate(outcomes):
        assert outcome.exit == 0, outcome.describe()
        assert f"rank {rank} of {len(ranks)}" in outcome.report["workloads"][0]["summary"]


def test_a_rank_waits_for_a_name_that_is_not_known_yet(simulated):
    """As long as the comment beside --timeout says: a fifth."""
    job, _ = objects()
    args = arguments(job)
    given = args[args.index("--timeout") + 1]
    args[args.index("--timeout") + 1] = "5s"
    own = {**environment(job, 1), "MASTER_ADDR": "gpu-selftest-ranks-0.invalid"}

    outcome = simulated.report(*args, profile="l4x1", env=own)

    assert outcome.counted() == {"user.rendezvous-unusable"}
    [check] = outcome.checks("ERROR")
    assert re.search(r"after 1(\.\d)? s: cannot resolve", check["observed"]), check["observed"]
    assert given == f"{5 * 300}s" and job["spec"]["activeDeadlineSeconds"] > 5 * 300
