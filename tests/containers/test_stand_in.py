# SPDX-License-Identifier: Apache-2.0
"""Stand-ins of NVIDIA's images are laid out and configured like them, and nothing of a driver is in
them. The numbers beside each CUDA are what NVIDIA's Dockerfiles of that release have.
"""

import json
import os
import re
import shutil
import subprocess

import pytest

import official
import stand_in
from engines import call, demand
from selftest import validate

# Both toolkits where one has to be told from the other; podman reads what is the same for docker.
PLACES = (("docker", "12.4"), ("docker", "13.0"), ("podman", "13.0"))
LIB = "/usr/local/cuda/lib64"
ARCHIVE = "/usr/lib/x86_64-linux-gnu"

# What a program of a variant opens: the folder, and its SONAME by the major version of CUDA.
LIBRARIES = {
    "base": [(LIB, "libcudart.so.{major}")],
    "runtime": [(LIB, "libcublas.so.{major}"), (LIB, "libcublasLt.so.{major}"),
                (LIB, "libnvrtc.so.{major}"), (ARCHIVE, "libnccl.so.2")],
}
DEVEL_FILES = ("/usr/local/cuda/bin/nvcc", "/usr/local/cuda/bin/ptxas",
               "/usr/local/cuda/nvvm/bin/cicc", "/usr/local/cuda/include/cuda_runtime.h",
               "/usr/local/cuda/include/cublas_v2.h", "/usr/local/cuda/include/nvrtc.h",
               "/usr/include/nccl.h", f"{LIB}/stubs/libcuda.so", f"{LIB}/stubs/libnvidia-ml.so",
               f"{LIB}/libcudart.so", f"{LIB}/libcublas.so", f"{ARCHIVE}/libnccl.so")

# dist/<version>/ubuntu2204 of NVIDIA's "container-images/cuda": alternatives of NVIDIA_REQUIRE_CUDA,
# LD_LIBRARY_PATH and /etc/ld.so.conf.d/nvidia.conf.
FACTS = {
    "12.4": ("12.4.1", 31, "2.21.5-1", ["/usr/local/nvidia/lib", "/usr/local/nvidia/lib64"],
             ["/usr/local/nvidia/lib", "/usr/local/nvidia/lib64"]),
    "13.0": ("13.0.0", 61, "2.27.7-1", ["/usr/local/nvidia/lib", "/usr/local/nvidia/lib64", LIB],
             [LIB]),
}

PROGRAM = r"""
#include <cstdio>
__global__ void twice(int *value) { *value *= 2; }
int main(void)
{
    int *value = nullptr;
    cudaError_t seen = cudaMalloc(&value, sizeof(*value));
    twice<<<1, 1>>>(value);
    std::printf("%d\n", seen);
}
"""
# Of cudaError_t, as driver_types.h numbers them: no driver, or one that is not usable.
WITHOUT_DRIVER = {"35", "100", "34"}


@pytest.fixture(scope="module", params=PLACES, ids="-".join)
def place(request):
    return request.param


@pytest.fixture(scope="module")
def engine(place, roomy):
    return roomy(place[0])


@pytest.fixture(scope="module")
def cuda(place):
    return place[1]


@pytest.fixture(scope="module")
def images(engine, cuda):
    return stand_in.build(engine, cuda)


def run(engine, image, *command, options=()):
    return call([*engine.command, "run", "--rm", "--network", "none", *engine.run_options, *options,
                 image, *command])


def shell(engine, image, script):
    """What a shell in the image says, past its entrypoint."""
    done = run(engine, image, "-ec", script, options=("--entrypoint", "sh"))
    assert done.returncode == 0, done.stderr
    return done.stdout


def config_of(engine, image):
    return json.loads(demand([*engine.command, "image", "inspect", image]))[0]["Config"]


def environment_of(engine, image):
    return dict(row.split("=", 1) for row in config_of(engine, image)["Env"])


def test_environment(engine, cuda, images):
    version, alternatives, nccl, library_path, _ = FACTS[cuda]
    base = environment_of(engine, images["base"])
    assert base["CUDA_VERSION"] == version
    words = base["NVIDIA_REQUIRE_CUDA"].split(" ")
    assert words[0] == f"cuda>={cuda}" and len(words) == len(set(words)) == alternatives
    assert all(re.fullmatch(r"brand=\w+,driver>=(\d+),driver<\d+", word) for word in words[1:])
    assert base["LD_LIBRARY_PATH"].split(":") == library_path
    assert base["PATH"].split(":")[:2] == ["/usr/local/nvidia/bin", "/usr/local/cuda/bin"]
    assert base["NVIDIA_VISIBLE_DEVICES"] == "all"
    assert base["NVIDIA_DRIVER_CAPABILITIES"] == "compute,utility"
    assert "NCCL_VERSION" not in base and "LIBRARY_PATH" not in base
    assert environment_of(engine, images["runtime"])["NCCL_VERSION"] == nccl
    devel = environment_of(engine, images["devel"])
    assert devel["LIBRARY_PATH"] == f"{LIB}/stubs"
    assert base.items() <= devel.items()


def test_a_label_and_no_user(engine, images):
    for image in images.values():
        config = config_of(engine, image)
        assert list(config["Labels"]) == ["maintainer"]
        assert not config.get("User")


def test_folders_and_the_loader(engine, cuda, images):
    out = shell(engine, images["base"], f"""
        readlink /usr/local/cuda /etc/alternatives/cuda
        readlink -f {LIB}
        cat /etc/ld.so.conf.d/nvidia.conf""").split()
    home = f"/usr/local/cuda-{cuda}"
    assert out == ["/etc/alternatives/cuda", home, f"{home}/targets/x86_64-linux/lib",
                   *FACTS[cuda][4]]


def test_libraries_of_each_variant(engine, cuda, images):
    """By SONAME, found by the loader without any variable, and none that only a later variant has."""
    major, found = cuda.split(".")[0], {}
    for variant in official.VARIANTS:
        cache = shell(engine, images[variant], "ldconfig -p; env -u LD_LIBRARY_PATH true")
        found[variant] = set(re.findall(r"^\t(\S+) ", cache, re.MULTILINE))
    wanted = {variant: {name.format(major=major) for _, name in rows}
              for variant, rows in LIBRARIES.items()}
    assert wanted["base"] <= found["base"] and not wanted["runtime"] & found["base"]
    assert wanted["base"] | wanted["runtime"] <= found["runtime"]
    rows = [f"{folder}/{name.format(major=major)}" for rows in LIBRARIES.values()
            for folder, name in rows]
    shell(engine, images["runtime"], f"for file in {' '.join(rows)}; do [ -e $file ]; done")


def test_compat_is_off_the_loaders_path(engine, images):
    assert "libcuda.so.1" in shell(engine, images["base"], "ls /usr/local/cuda/compat")
    for variant in official.VARIANTS:
        assert "libcuda.so" not in shell(engine, images[variant], "ldconfig -p")


def test_only_devel_has_a_compiler(engine, cuda, images):
    out = shell(engine, images["runtime"], f"ls {' '.join(DEVEL_FILES)} 2>/dev/null || true")
    assert out == ""
    assert shell(engine, images["devel"], f"ls {' '.join(DEVEL_FILES)}").split() == sorted(DEVEL_FILES)
    assert f"release {cuda}," in shell(engine, images["devel"], "nvcc --version")


def test_devel_builds_a_program(engine, images):
    """With the default options of nvcc, as users call it; without a driver it says so."""
    out = shell(engine, images["devel"], f"""
        cd /tmp && cat >program.cu <<'END'\n{PROGRAM}\nEND
        nvcc -o program program.cu && ./program""")
    assert out.strip() in WITHOUT_DRIVER


def test_devel_links_stubs(engine, images):
    out = shell(engine, images["devel"], """
        cd /tmp && echo 'int cuInit(unsigned); int nvmlInit_v2(void);
            int main(void) { return cuInit(0) + nvmlInit_v2(); }' >program.c
        gcc -o program program.c -lcuda -lnvidia-ml
        ldd ./program | grep 'not found'""")
    assert sorted(out.split()[::4]) == ["libcuda.so.1", "libnvidia-ml.so.1"]


def test_banner(engine, images):
    """NVIDIA's entrypoint writes to stdout before it runs the command, in all but base."""
    assert run(engine, images["base"], "echo", "mine").stdout == "mine\n"
    for variant in ("runtime", "devel"):
        done = run(engine, images[variant], "echo", "mine")
        assert done.returncode == 0, done.stderr
        assert done.stdout.endswith("\nmine\n") and "banner" in done.stdout


def test_build_lacks_nothing(engine, images):
    """Of what our Dockerfile would install, which has no network in these tests."""
    for header in ("jansson.h", "libelf.h", "archive.h", "yaml.h", "zlib.h", "zstd.h"):
        shell(engine, images["build"], f"echo '#include <{header}>' | gcc -E - >/dev/null")
    shell(engine, images["build"], "command -v cmake ninja python3 g++ strip")


def test_kept_until_the_recipe_changes(work):
    """Without any network: what was made is taken, and what would have to be fetched is a skip."""
    made = stand_in.layout("13.0").parents[1]
    recipes = ("recipe", "stand-in/packages/recipe", "stand-in/13.0/recipe")
    folder = work / "kept"
    for name in recipes:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(made / name, folder / name)

    def make():
        return subprocess.run(["unshare", "--net", stand_in.HERE / "stand-in", "13.0", folder],
                              text=True, capture_output=True, check=False,
                              env=dict(os.environ, PIP_RETRIES="0"))

    (folder / "stand-in/making.killed/root").mkdir(parents=True)
    done = make()
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert not list(folder.glob("stand-in/making.*"))
    (folder / recipes[-1]).write_text("another recipe")
    done = make()
    assert done.returncode == 77 and done.stdout.startswith("cannot run here: "), done.stderr


def lint(build, cuda, variant, **changes):
    """What the lint counts in an image, with its environment changed."""
    with subprocess.Popen([build / "bin/gpu-selftest", "lint", "-", "--json", "-"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        stand_in.write_archive(program.stdin, stand_in.layout(cuda),
                               stand_in.name_of(cuda, variant), changes)
        out, _ = program.communicate(timeout=120)
    report = validate(json.loads(out))
    return (program.returncode,
            {check["id"] for check in report["checks"] if check["verdict"] != "PASS"})


# The last has the layers of all others.
@pytest.mark.parametrize("cuda", FACTS)
@pytest.mark.parametrize("variant", [stand_in.VARIANTS[0], stand_in.VARIANTS[-1]])
def test_lint_finds_nothing(build, cuda, variant):
    assert lint(build, cuda, variant) == (0, set())


@pytest.mark.parametrize("variant, folder, finding", [
    ("base", "/usr/local/cuda/compat", "image.compat-on-loader-path"),
    ("devel", f"{LIB}/stubs", "image.stubs-on-loader-path"),
])
def test_lint_sees_what_is_off_the_path(build, variant, folder, finding):
    """The same image with that folder on the loader's path: it is there, and was not overlooked."""
    assert lint(build, "13.0", variant, LD_LIBRARY_PATH=folder) == (1, {finding})
