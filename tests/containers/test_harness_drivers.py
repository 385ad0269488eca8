# SPDX-License-Identifier: Apache-2.0
"""The nightly harness from end to end, with our images, over simulated drivers. That a driver is too
old shows in different places: docker's hook lets nothing start, but for the boards and branches that
the image names since cuda-compat is there for them; those, and all under podman's CDI, start and
fail inside. It is the same mistake, and a launch's record has what tells so."""

import json

import pytest

from cdi import publish, simulate
from gpu_selftest_harness.engines import Request
from gpu_selftest_harness.explain import explain
from gpu_selftest_harness.words import ENGINE, RUN
from harness import Launches, harnessed, new_name
from scenario import BOTH
from selection import counted, uuids_in
from selftest import validate

# A board that cuda-compat is made for, and one that it is not made for; and what an old driver is
# called with each, wherever it shows.
DATA_CENTRE, DESKTOP = "a100-pcie-x4", "rtx4090x2"
FINDING = {DATA_CENTRE: "host.driver-too-old", DESKTOP: "host.image-requirement-unmet"}
# Each branch, and the CUDA that its driver says it can.
DRIVERS = {"535": "535.261.03 cuda=12.2", "550": "550.163.01 cuda=12.4", "580": None}
# By the image's CUDA: the drivers that are too old for it. A major release needs its own drivers.
TOO_OLD = {"12.4": (), "13.0": ("535", "550")}
GOOD = [(cuda, driver) for cuda in TOO_OLD for driver in DRIVERS if driver not in TOO_OLD[cuda]]
BAD = [(cuda, driver) for cuda, drivers in TOO_OLD.items() for driver in drivers]
WAYS = {"docker": "gpus", "podman": "cdi"}


@pytest.fixture(scope="module")
def host(build, work):
    """The folder of a simulated machine."""

    def make(driver, cuda, profile):
        folder = work / f"harness-{driver}-{cuda}-{profile}"
        if not folder.exists():
            fault = DRIVERS[driver]
            simulate(build, folder, "--profile", profile, "--cuda", cuda, "--variant", "base",
                     *(("--fault", f"driver version={fault}") if fault else ()))
        return folder

    return make


@pytest.fixture
def launch(roomy, built, host, hooked, tmp_path, request):
    """Asks for the last two GPUs, and gives what came of it."""

    def run(engine_name, driver, cuda, profile=DATA_CENTRE, **more):
        images, folder = built(engine_name, cuda), host(driver, cuda, profile)
        engine = roomy(engine_name)
        options = engine.run_options
        if engine_name == "docker":
            hooked.write_text(str(folder))
            options = (*options, "--env-file", folder / "docker.env")
        else:
            request.addfinalizer(publish(folder).unlink)
        harness = harnessed(engine, way=WAYS[engine_name], options=options)
        ran = harness.run(Request(**{
            "name": new_name(), "results": tmp_path / "results", "timeout_s": 120,
            "image": images["base"], "digest": harness.resolve(images["base"]),
            "devices": tuple(uuids_of(folder)[-2:]), "capabilities": "compute,utility",
            "environment": (("GPU_SELFTEST_SIZE", "64K"),), **more}))
        assert Launches(engine, None, tmp_path).left() == []
        return ran

    return run


def uuids_of(folder):
    spec = json.loads((folder / "cdi/gpu-selftest.json").read_text())
    return [device["name"] for device in spec["devices"] if device["name"].startswith("GPU-")]


@pytest.mark.parametrize("cuda, driver", GOOD)
@pytest.mark.parametrize("engine_name", BOTH)
def test_driver_that_will_do(launch, host, engine_name, cuda, driver):
    ran = launch(engine_name, driver, cuda)

    assert (ran.stage, ran.exit_code, ran.trouble) == (RUN, 0, None), ran
    report = validate(json.loads(ran.report))
    assert report["verdict"] == "PASS", report["headline"]
    assert uuids_in(report) == uuids_of(host(driver, cuda, DATA_CENTRE))[-2:]


@pytest.mark.parametrize("cuda, driver", GOOD)
def test_desktop_board_whose_driver_will_do_starts_under_the_hook(launch, cuda, driver):
    ran = launch("docker", driver, cuda, DESKTOP)

    assert (ran.stage, ran.exit_code, ran.trouble) == (RUN, 0, None), ran


@pytest.mark.parametrize("cuda, driver", BAD)
def test_old_driver_of_a_desktop_board_is_refused_by_the_hook(launch, build, cuda, driver):
    ran = launch("docker", driver, cuda, DESKTOP)

    assert (ran.stage, ran.report, ran.trouble) == (ENGINE, None, None), ran
    assert ran.exit_code in (125, 126, 127, 128)
    assert "unsatisfied condition: cuda>=13.0" in ran.message
    assert explain(ran.message, build / "bin/gpu-selftest") == FINDING[DESKTOP]


@pytest.mark.parametrize("cuda, driver", BAD)
@pytest.mark.parametrize("engine_name, profile", [("docker", DATA_CENTRE), ("podman", DATA_CENTRE),
                                                  ("podman", DESKTOP)])
def test_old_driver_that_nobody_refuses_shows_inside(launch, engine_name, profile, cuda, driver):
    ran = launch(engine_name, driver, cuda, profile)

    assert (ran.stage, ran.exit_code, ran.trouble) == (RUN, 1, None), ran
    report = validate(json.loads(ran.report))
    assert report["verdict"] == "FAIL"
    assert FINDING[profile] in counted(report), report["headline"]


@pytest.mark.parametrize("engine_name", BOTH)
def test_image_that_asks_for_all_gpus_gets_none_if_none_are_to_be_given(roomy, built, tmp_path,
                                                                        has_driver, engine_name):
    if has_driver:
        pytest.skip("this machine has an NVIDIA driver of its own")
    engine, image = roomy(engine_name), built(engine_name, "13.0")["base"]
    ran = harnessed(engine, way=WAYS[engine_name]).run(Request(
        name=new_name(), results=tmp_path / "results", timeout_s=60, image=image, devices="none"))

    report = validate(json.loads(ran.report))
    assert (ran.stage, ran.exit_code, ran.trouble) == (RUN, 1, None), ran
    assert uuids_in(report) == [] and counted(report) == {"host.no-gpu"}


def test_gpu_that_is_not_there_is_refused(launch):
    ran = launch("docker", "580", "13.0", devices=("GPU-00000000-0000-0000-0000-000000000000",))

    assert (ran.stage, ran.report, ran.trouble) == (ENGINE, None, None), ran
    assert "unknown device" in ran.message
