# SPDX-License-Identifier: Apache-2.0
"""What the stand-in of NVIDIA's hook makes of a container's variables. Its mounts are tried with
docker in tests/containers."""

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader

import pytest

from selftest import TOP

LOADER = SourceFileLoader("hook", str(TOP / "scripts/simulated-injection-hook"))
hook = module_from_spec(spec_from_loader("hook", LOADER))
LOADER.exec_module(hook)

FACTS = {"cuda": "12.4", "driver": "550.54.14", "arch": "9.0", "brand": "nvidia"}
DEVICES = [{"names": [str(index), f"GPU-{index}"]} for index in range(3)]


def require(*values, **more):
    names = ("NVIDIA_REQUIRE_CUDA", "NVIDIA_REQUIRE_DRIVER", "NVIDIA_REQUIRE_ARCH")
    return dict(zip(names, values), **more)


# Grammar: a blank is an or, a comma an and, all variables have to hold; versions go part by part.
@pytest.mark.parametrize("env", [
    require(), require(""), require("cuda>=12.4"), require("cuda>=9.0"), require("cuda>12.3.9"),
    require("cuda<=12.4.0"), require("CUDA=12.4"), require("cuda!=12.10"),
    require("cuda>=12.8 brand=nvidia,driver>=550,driver<551"),
    require("brand=NVIDIA", "driver>=535", "arch>=9"),
    require("cuda>=99", NVIDIA_DISABLE_REQUIRE="true"),
    {"NVIDIA_REQUIRE_JETPACK": "csv-mounts=all"},
])
def test_requirement_holds(env):
    assert hook.check_requirements(env, FACTS) is None


@pytest.mark.parametrize("env, term", [
    (require("cuda>=12.8"), "cuda>=12.8"),
    (require("cuda>=12.10"), "cuda>=12.10"),
    (require("cuda>=12.4,driver>=560"), "driver>=560"),
    (require("cuda>=12.8 brand=tesla"), "cuda>=12.8"),
    (require("cuda>=12.0", "driver>=555"), "driver>=555"),
    (require("brand!=nvidia"), "brand!=nvidia"),
    (require("cuda>=99", NVIDIA_DISABLE_REQUIRE="yes"), "cuda>=99"),  # not one of Go's booleans
])
def test_requirement_that_does_not_hold_is_named(env, term):
    with pytest.raises(hook.Refused) as refused:
        hook.check_requirements(env, FACTS)
    assert f"requirement error: unsatisfied condition: {term}" in str(refused.value)


@pytest.mark.parametrize("text", ["cuda", "memory>=1", "cuda=>12.4"])
def test_requirement_that_is_none_is_refused(text):
    with pytest.raises(hook.Refused, match="invalid expression"):
        hook.check_requirements(require(text), FACTS)


@pytest.mark.parametrize("env, expected", [
    ({}, None), ({"NVIDIA_VISIBLE_DEVICES": ""}, None), ({"NVIDIA_VISIBLE_DEVICES": "void"}, None),
    ({"CUDA_VERSION": "9.0"}, ["all"]),
    ({"CUDA_VERSION": "9.0", "NVIDIA_VISIBLE_DEVICES": ""}, None),
    ({"CUDA_VERSION": "13.0", "NVIDIA_REQUIRE_CUDA": "cuda>=13.0"}, None),
    ({"NVIDIA_VISIBLE_DEVICES": "0,GPU-2"}, ["0", "GPU-2"]),
])
def test_variable_is_read(env, expected):
    assert hook.asked(env) == expected


@pytest.mark.parametrize("entries, expected", [
    (["all"], [0, 1, 2]), (["none"], []), (["2", "0"], [2, 0]), (["1", "GPU-1"], [1])])
def test_devices_are_chosen(entries, expected):
    assert hook.choose(entries, DEVICES) == [DEVICES[index] for index in expected]


def test_unknown_device_is_named():
    with pytest.raises(hook.Refused, match="^device error: 3: unknown device$"):
        hook.choose(["0", "3"], DEVICES)


@pytest.mark.parametrize("value, expected", [
    (None, {"utility", "compute"}), ("", {"utility", "compute"}), ("utility", {"utility"}),
    ("video", {"video", "compute"}), ("all", set(hook.CAPABILITIES))])
def test_capabilities_are_read(value, expected):
    assert hook.capabilities({"NVIDIA_DRIVER_CAPABILITIES": value} if value is not None
                             else {}) == expected
