# SPDX-License-Identifier: Apache-2.0
"""images/kubernetes: what kustomize makes of it is valid in three releases, confined as the strictest
policy of Kubernetes wants it, and fits the program that it starts."""

import copy
import re
import signal
import subprocess
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from processes import wait_until
from ready_made import MADE, containers_of, kustomize, pod_of
from selftest import QUICK, TOP

# The oldest and the newest of which kubernetes-validate has the schemas, and one between.
RELEASES = ("1.25.0", "1.31.0", "1.37.0")

# Pod Security Standards, "Restricted" (kubernetes.io/docs/concepts/security/pod-security-standards): what
# has to be said, first of a pod, then of each container. The last row is ours.
POD = {("securityContext", "runAsNonRoot"): True,
       ("securityContext", "runAsUser"): 65532,
       ("securityContext", "seccompProfile", "type"): "RuntimeDefault",
       ("automountServiceAccountToken",): False}
CONTAINER = {("securityContext", "allowPrivilegeEscalation"): False,
             ("securityContext", "capabilities", "drop"): ["ALL"],
             ("securityContext", "readOnlyRootFilesystem"): True}
FORBIDDEN = ("hostNetwork", "hostPID", "hostIPC")


@pytest.fixture(scope="module")
def made():
    """Gives what kustomize makes of a folder: one object each, for the test to change."""
    return lambda folder: copy.deepcopy(kustomize(folder))


def value_at(thing, path):
    """An empty mapping where there is none."""
    for key in path:
        try:
            thing = thing[key]
        except (KeyError, IndexError, TypeError):
            return {}
    return thing


def complaints_of_confinement(pod):
    for path, wanted in POD.items():
        if value_at(pod, path) != wanted:
            yield f"{'.'.join(path)} is not {wanted!r}"
    for container in containers_of(pod):
        for path, wanted in CONTAINER.items():
            if value_at(container, path) != wanted:
                yield f"{container['name']}: {'.'.join(path)} is not {wanted!r}"
    for key in FORBIDDEN:
        if pod.get(key):
            yield f"{key} is set"
    for volume in pod.get("volumes", []):
        if "hostPath" in volume:
            yield f"volume '{volume['name']}' is a path of the host"


def places(thing, path=()):
    """Paths to all that is inside, lists and mappings included."""
    inner = thing.items() if isinstance(thing, dict) else enumerate(thing) if isinstance(
        thing, list) else ()
    for key, value in inner:
        yield (*path, key)
        yield from places(value, (*path, key))


def changed(thing, path, value):
    """A copy with another value at this place."""
    thing = copy.deepcopy(thing)
    holder = thing
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return thing


def is_valid(thing, release=RELEASES[-1]):
    try:
        kubernetes_validate.validate(thing, release, strict=True)
    except kubernetes_validate.ValidationError:
        return False
    return True


# --- the schemas ---

def test_the_releases_are_three_that_are_there():
    """validate() takes the next older where it lacks one."""
    known = kubernetes_validate.utils.all_versions()

    assert len(set(RELEASES)) == 3 and set(RELEASES) <= set(known)
    assert (RELEASES[0], RELEASES[-1]) == (known[0], known[-1])


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("folder", MADE)
def test_it_is_valid(made, folder, release):
    things = made(folder)

    assert things
    for thing in things:
        kubernetes_validate.validate(thing, release, strict=True)


def own_places(made, folder):
    """(object, path) of all that a folder does not have from another."""
    [job] = made("job")
    for thing in made(folder):
        for path in places(thing):
            if folder == "job" or value_at(thing, path) != value_at(job, path):
                yield thing, path


@pytest.mark.parametrize("folder", MADE)
def test_a_key_that_does_not_exist_is_found_anywhere(made, folder):
    """But where keys are free: labels, and resources by name, whose values are texts or numbers."""
    free = {"labels", "matchLabels", "nodeSelector", "selector", "limits", "requests"}
    tried = 0
    for thing, path in own_places(made, folder):
        if isinstance(value_at(thing, path), dict):
            broken = changed(thing, (*path, "nonsense"), ["x"] if path[-1] in free else "x")
            assert not is_valid(broken), path
            tried += 1
    assert tried >= 3


@pytest.mark.parametrize("folder", MADE)
def test_a_value_of_another_type_is_found_anywhere(made, folder):
    tried = 0
    for thing, path in own_places(made, folder):
        if path not in {("apiVersion",), ("kind",)}:  # they choose the schema
            assert not is_valid(changed(thing, path, {"nonsense": [1]})), path
            tried += 1
    assert tried > 3


# --- what is made of it ---

@pytest.mark.parametrize("folder", MADE)
def test_all_are_confined(made, folder):
    for thing in made(folder):
        if "template" in thing["spec"]:
            assert list(complaints_of_confinement(pod_of(thing))) == []


@pytest.mark.parametrize("path, value, told", [
    *[(path, None, ".".join(path)) for path in POD],
    *[(("containers", 0, *path), None, ".".join(path)) for path in CONTAINER],
    (("hostIPC",), True, "hostIPC"),
    (("volumes", 0), {"name": "shm", "hostPath": {"path": "/dev/shm"}}, "'shm'"),
])
def test_what_is_not_confined_is_found(made, path, value, told):
    [job] = made("job")

    [found] = complaints_of_confinement(changed(pod_of(job), path, value))

    assert told in found


@pytest.mark.parametrize("folder", MADE)
def test_shared_memory_and_scratch_are_given(made, folder):
    """As much as by Compose."""
    gib = re.fullmatch(r"(\d+)gb", yaml.safe_load(
        (TOP / "images/compose.yaml").read_text())["x-check"]["shm_size"])[1]
    for thing in made(folder):
        if "template" not in thing["spec"]:
            continue
        pod = pod_of(thing)
        volumes = {volume["name"]: volume["emptyDir"] for volume in pod["volumes"]}
        for container in containers_of(pod):
            mounts = {mount["mountPath"]: volumes[mount["name"]]
                      for mount in container["volumeMounts"]}
            assert mounts["/dev/shm"] == {"medium": "Memory", "sizeLimit": f"{gib}Gi"}
            assert mounts.keys() == {"/dev/shm", "/tmp"}


def limits(thing):
    return [container["resources"]["limits"] for container in containers_of(pod_of(thing))]


def test_a_job_runs_once_and_ends(made):
    [job] = made("job")

    assert job["spec"]["backoffLimit"] == 0 and pod_of(job)["restartPolicy"] == "Never"
    assert limits(job) == [{"nvidia.com/gpu": 1}]
    assert [container["image"] for container in containers_of(pod_of(job))] == ["gpu-selftest:runtime"]


def test_a_job_has_the_time_that_the_program_takes_at_most(made, program):
    """The time-outs of all workloads of the quick plan on eight GPUs, which the job may not cut off."""
    [job] = made("job")
    table = program.run("list", "--markdown", timeout=10).out
    rows = {name: text for name, text in re.findall(
        r"(?m)^\| `([\w-]+)` .*\| (\d+ s(?: \+ \d+ s per GPU)?) \|$", table)}
    assert set(QUICK) <= rows.keys()
    numbers = [[int(number) for number in re.findall(r"\d+", rows[name])] for name in QUICK]

    needed = sum(first + 8 * sum(more) for first, *more in numbers)

    assert needed < job["spec"]["activeDeadlineSeconds"] < 3 * needed


@pytest.mark.parametrize("folder, path, value", [
    ("overlays/whole-node", ("spec", "template", "spec", "nodeSelector"),
     {"kubernetes.io/hostname": "gpu-node-1"}),
    ("overlays/runtime-class", ("spec", "template", "spec", "runtimeClassName"), "nvidia"),
])
def test_an_overlay_adds(made, folder, path, value):
    [job], [plain] = made(folder), made("job")

    assert value_at(job, path) == value and value_at(plain, path) == {}
    assert job["metadata"]["name"] == f"gpu-selftest-{Path(folder).name}"


def test_what_overlays_ask_for(made):
    assert limits(made("overlays/whole-node")[0]) == [{"nvidia.com/gpu": 8}]
    assert limits(made("overlays/mig")[0]) == [{"nvidia.com/mig-1g.10gb": 1}]


# --- the DaemonSet ---

def test_a_daemonset_checks_once_and_stays(made):
    [daemonset] = made("daemonset")
    pod = pod_of(daemonset)

    assert pod["nodeSelector"] == {"nvidia.com/gpu.present": "true"}
    assert [container["name"] for container in pod["initContainers"]] == ["gpu-selftest"]
    assert [container["args"] for container in pod["containers"]] == [["audit", "--watch", "1h"]]
    # The audit is given the GPUs of the check, no others.
    assert limits(daemonset) == [{"nvidia.com/gpu": 1}] * 2


def test_a_daemonset_is_confined_and_scheduled_as_the_job(made):
    [job], [daemonset] = made("job"), made("daemonset")
    own = {"restartPolicy", "containers", "initContainers", "nodeSelector"}

    def common(thing):
        return {key: value for key, value in pod_of(thing).items() if key not in own}

    def check(thing, among):
        return pod_of(thing)[among][0]

    assert common(daemonset) == common(job)
    assert check(daemonset, "initContainers") == check(job, "containers")


def test_what_stays_ends_when_it_is_told_to(made, simulated):
    """Within the time that the pod is given: the program is PID 1 there, and no shell waits for it."""
    [daemonset] = made("daemonset")
    [container] = pod_of(daemonset)["containers"]
    started = subprocess.Popen(simulated.command(*container["args"], profile="l4x1"),
                               env=simulated.environment(), cwd=simulated.folder,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_until(lambda: is_listening(started.pid))
    started.send_signal(signal.SIGTERM)

    started.communicate(timeout=pod_of(daemonset)["terminationGracePeriodSeconds"])

    # By itself, and not by the kernel (-SIGTERM), which would spare PID 1.
    assert started.returncode > 0


def is_listening(pid):
    """It takes SIGTERM itself."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught, blocked = (int(re.search(rf"{name}:\s*(\w+)", status)[1], 16)
                       for name in ("SigCgt", "SigBlk"))
    return (caught | blocked) & 1 << (signal.SIGTERM - 1) != 0
