# SPDX-License-Identifier: Apache-2.0
"""Containers of an engine that misbehaves as no real one can be made to. Real ones are in
tests/containers/test_harness_*.py."""

import json
import sys
import threading
from pathlib import Path

import pytest

from gpu_selftest_harness.engines import EngineMissing, ImageAbsent, Request, make, owner
from gpu_selftest_harness.engines.container import identity
from gpu_selftest_harness.errors import Failed, Refused
from gpu_selftest_harness.words import ENGINE, RUN

FAKE = Path(__file__).with_name("fake_engine.py")
REPORT = '{"verdict": "PASS"}'
# A bound that is meant to pass, on a busy machine long enough for what has to be done before.
SOON_S = 2.0


class Fake:
    """An engine, and what is in it."""

    def __init__(self, folder, monkeypatch):
        self.folder = folder
        monkeypatch.setenv("FAKE_ENGINE", str(folder))
        self.engine = make("docker", command=[sys.executable, "-S", FAKE], call_s=5.0,
                           settle_s=0.5, remove_s=1.0)

    def plan(self, **rows):
        (self.folder / "plan.json").write_text(json.dumps(rows))

    def run(self, **more):
        return self.engine.run(Request(**{"name": "gst-1", "results": self.folder / "results",
                                          "timeout_s": 20.0, "grace_s": 0.3, "image": "i",
                                          "devices": "none", **more}))

    def boxes(self):
        return [json.loads(path.read_text())["name"] for path in self.folder.glob("*.box")]

    def add(self, name, **labels):
        """A container of somebody's."""
        box = {"name": name, "labels": {f"gpu-selftest.{key}": text for key, text in labels.items()}}
        (self.folder / f"{name}.box").write_text(json.dumps(box))


@pytest.fixture
def fake(tmp_path, monkeypatch):
    return Fake(tmp_path, monkeypatch)


def test_healthy(fake):
    fake.plan(runs=0, report=REPORT)
    ran = fake.run()

    assert (ran.stage, ran.exit_code, ran.report, ran.trouble) == (RUN, 0, REPORT, None), ran
    assert ran.message == "started" and fake.boxes() == []


def test_refusal_is_told_in_the_engines_words(fake):
    fake.plan(refuses="unsatisfied condition: cuda>=13.0")
    ran = fake.run()

    assert (ran.stage, ran.exit_code, ran.report, ran.trouble) == (ENGINE, 125, None, None), ran
    assert fake.boxes() == []
    assert ran.message == "docker: unsatisfied condition: cuda>=13.0"


def test_client_that_is_not_there(tmp_path):
    engine = make("podman", command=[tmp_path / "podman"])
    ran = engine.run(Request("gst-1", tmp_path / "results", 5.0, image="i", devices="none"))

    assert (ran.stage, ran.exit_code, ran.trouble.id) == (ENGINE, None, "suite.engine-missing"), ran
    assert not ran.is_stuck and "cannot start" in ran.trouble.observed


def test_timed_out_by_a_word(fake):
    fake.plan()
    ran = fake.run(timeout_s=SOON_S, grace_s=5.0)

    told = (ran.is_timed_out, ran.exit_code, ran.trouble.id)
    assert told == (True, 143, "suite.launch-timed-out"), ran
    assert fake.boxes() == []


def test_deaf_container_is_killed(fake):
    fake.plan(deaf=["TERM"], report=REPORT)
    ran = fake.run(timeout_s=SOON_S)

    assert (ran.exit_code, ran.report, ran.is_stuck) == (137, REPORT, False), ran
    assert ran.trouble.id == "suite.launch-timed-out" and fake.boxes() == []


def test_container_that_cannot_be_killed_or_removed(fake):
    fake.plan(deaf=["TERM", "KILL"], fails={"rm": "device or resource busy"}, report=REPORT)
    fake.engine.client.call_s = SOON_S
    ran = fake.run(timeout_s=SOON_S)

    assert ran.is_stuck and ran.trouble.id == "suite.container-stuck", ran
    assert "device or resource busy" in ran.trouble.observed
    assert ran.report == REPORT and ran.exit_code is None
    assert fake.boxes() == ["gst-1"]


def test_removal_that_never_answers(fake):
    fake.plan(runs=0, report=REPORT, hangs=["rm"])
    fake.engine.client.call_s = SOON_S
    ran = fake.run()

    assert ran.is_stuck and ran.trouble.id == "suite.container-stuck", ran
    assert f"no answer to 'rm' within {SOON_S:g} s" in ran.trouble.observed and ran.report == REPORT


def test_removal_is_looked_at_and_not_believed(fake):
    fake.plan(runs=0, report=REPORT)
    ran = fake.run()
    calls = (fake.folder / "calls").read_text().split()

    assert ran.trouble is None
    assert calls[-3:] == ["ps", "rm", "ps"]


def test_container_that_comes_after_its_client_was_killed(fake):
    fake.plan(creates="late")
    fake.engine.settle_s = fake.engine.remove_s = 20.0
    ran = fake.run(timeout_s=SOON_S)

    assert ran.is_timed_out and not ran.is_stuck and ran.duration_s < 20, ran
    assert fake.boxes() == []
    assert "rm" in (fake.folder / "calls").read_text()


def test_engine_that_stops_to_answer(fake):
    fake.plan(runs=0, client=125, report=REPORT, fails={"ps": "Cannot connect to the daemon"})
    ran = fake.run()

    assert ran.is_stuck and ran.trouble.id == "suite.engine-lost", ran
    assert ran.report == REPORT and "Cannot connect to the daemon" in ran.trouble.observed


def test_client_that_tells_another_end_than_the_engine(fake):
    fake.plan(runs=0, client=125, report=REPORT)
    ran = fake.run()

    assert (ran.exit_code, ran.trouble.id) == (0, "suite.engine-stopped"), ran


def test_out_of_memory(fake):
    fake.plan(runs=137, oom=True)
    ran = fake.run()

    assert ran.is_out_of_memory and ran.trouble.id == "suite.launch-out-of-memory", ran


def test_what_an_engine_writes_where_it_was_started_goes_with_the_launch(fake, monkeypatch):
    """As podman's monitor does when memory runs out; a client may be named from where we are."""
    here = fake.folder / "here"
    here.mkdir()
    (here / "client").symlink_to(sys.executable)
    monkeypatch.chdir(here)
    fake.engine = make("podman", command=["./client", "-S", FAKE], call_s=5.0, settle_s=0.5)
    fake.plan(runs=0, report=REPORT, litter="oom")

    ran = fake.run()

    assert (ran.exit_code, ran.report) == (0, REPORT), ran
    assert list(here.iterdir()) == [here / "client"]


def test_container_whose_client_is_gone_is_ended_and_its_end_told(fake):
    fake.plan(leaves=1, report=REPORT)
    ran = fake.run()

    assert (ran.exit_code, ran.report, ran.trouble.id) == (143, REPORT, "suite.client-killed"), ran
    assert fake.boxes() == []


def test_container_is_told_to_end_where_no_list_can_be_had(fake):
    fake.plan(fails={"ps": "database is locked"})
    ran = fake.run(timeout_s=SOON_S, grace_s=5.0)

    [box] = [json.loads(path.read_text()) for path in fake.folder.glob("*.box")]
    assert box["Running"] is False
    assert (ran.trouble.id, ran.is_stuck) == ("suite.engine-lost", True), ran


def test_stop_that_was_wanted_before(fake):
    fake.plan()
    stop = threading.Event()
    stop.set()
    ran = fake.run(stop=stop, grace_s=5.0)

    assert ran.is_stopped and not ran.is_timed_out and ran.trouble is None, ran
    assert fake.boxes() == []


def test_anothers_container_of_the_same_name_is_left_alone(fake):
    fake.add("gst-1")
    fake.plan(refuses="the name is in use")
    ran = fake.run()

    assert "the name is in use" in ran.message and fake.boxes() == ["gst-1"]


def test_report_that_is_none(fake):
    fake.plan(runs=0, link="/etc/hostname")
    ran = fake.run()

    assert ran.report is None and "cannot read 'report.json'" in ran.message, ran


def test_only_the_container_can_write_its_report(fake):
    """In a folder that is open to everybody, and that nobody else can find."""
    fake.plan(runs=0, report=REPORT)
    fake.run()
    results = fake.folder / "results"
    [inner] = results.iterdir()

    assert results.stat().st_mode & 0o777 == 0o711
    assert inner.stat().st_mode & 0o777 == 0o777 and inner.name != "results"
    assert [path.name for path in inner.iterdir()] == ["report.json"]


# --- what was left behind ---

GONE = f"1 1 {owner.here()}"
FAR = "99999999999"


def test_sweep_takes_what_nobody_will_end_and_nothing_else(fake):
    fake.plan()
    fake.add("left", owner=GONE, token="1", deadline=FAR)
    fake.add("used", owner=owner.myself(), token="2", deadline="1")
    fake.add("elsewhere", owner="7 7 other-boot/pid:[1]", token="3", deadline=FAR)
    fake.add("late", owner="7 7 other-boot/pid:[1]", token="4", deadline="1")
    fake.add("stranger")

    assert sorted(fake.engine.sweep()) == ["late", "left"]
    assert sorted(fake.boxes()) == ["elsewhere", "stranger", "used"]


def test_sweep_that_cannot_remove_says_what_stays(fake):
    fake.plan(fails={"rm": "device or resource busy"})
    fake.add("left", owner=GONE, token="1", deadline=FAR)

    with pytest.raises(Failed, match="'left': device or resource busy"):
        fake.engine.sweep()


def test_sweep_that_is_told_nothing_of_a_container_does_not_take_it_for_gone(fake):
    fake.plan(fails={"inspect": "database is locked"})
    fake.add("left", owner=GONE, token="1", deadline=FAR)

    with pytest.raises(Failed, match="'left' cannot be looked at: database is locked"):
        fake.engine.sweep()


def test_sweep_beside_a_harness_that_removes_its_own(fake):
    fake.plan(vanishes=True)
    fake.add("used", owner=GONE, token="1", deadline=FAR)

    assert fake.engine.sweep() == []


def test_sweep_without_engine(fake):
    fake.plan(fails={"ps": "Cannot connect"})
    with pytest.raises(EngineMissing, match="Cannot connect"):
        fake.engine.sweep()


# --- images and facts ---

@pytest.mark.parametrize("image, digests, expected", [
    ("gpu-selftest:13.0", [], "sha256:id"),
    ("gpu-selftest:13.0", ["gpu-selftest@sha256:1"], "gpu-selftest@sha256:1"),
    ("r.example:5000/a/g:1", ["other@sha256:2", "r.example:5000/a/g@sha256:1"],
     "r.example:5000/a/g@sha256:1"),
    ("r.example:5000/a/g", ["r.example:5000/a/g@sha256:1"], "r.example:5000/a/g@sha256:1"),
    ("g@sha256:1", ["g@sha256:1"], "g@sha256:1"),
    ("g", ["z@sha256:1", "b@sha256:1"], "b@sha256:1"),
    ("g", None, "sha256:id")])
def test_identity(image, digests, expected):
    assert identity(image, {"Id": "sha256:id", "RepoDigests": digests}) == expected


def test_resolve(fake):
    fake.plan(images={"i": {"Id": "sha256:1", "RepoDigests": []}})

    assert fake.engine.resolve("i") == "sha256:1"
    with pytest.raises(ImageAbsent, match="docker has no image 'j': no such image: j"):
        fake.engine.resolve("j")


def test_resolve_without_engine_does_not_blame_the_image(fake):
    fake.plan(fails={"image": "Cannot connect", "version": "Cannot connect"})
    with pytest.raises(EngineMissing, match="Cannot connect"):
        fake.engine.resolve("i")


def test_engine_that_hangs_is_missing(fake):
    fake.plan(hangs=["version"])
    fake.engine.client.call_s = SOON_S

    with pytest.raises(EngineMissing, match=f"no answer to 'version' within {SOON_S:g} s"):
        fake.engine.facts()


@pytest.mark.parametrize("name, way, version, injection", [
    ("docker", None, "28.2.2", "legacy"), ("docker", None, "20.10.24+dfsg1", "legacy"),
    ("docker", None, "29.1.0", None), ("docker", None, "dev", None),
    ("docker", "cdi", "28.2.2", "cdi"), ("docker", "options", "28.2.2", None),
    ("podman", None, "4.3.1", "cdi"), ("podman", "gpus", "5.8.0", None),
    ("podman", "options", "4.3.1", None)])
def test_injection_that_is_to_be_expected(name, way, version, injection):
    assert make(name, way=way).injection(version) == injection


def test_unknown_way():
    with pytest.raises(Refused, match="unknown way to give GPUs 'hook', valid are gpus, cdi, options"):
        make("docker", way="hook")
