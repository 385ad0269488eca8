# SPDX-License-Identifier: Apache-2.0
"""`gpu-selftest lint`: each recipe of tests/fixtures/images yields what it says and nothing else, in
every form that an image comes in; a large one needs little memory; a hostile one ends in an ERROR.
"""

import gzip
import io
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tarfile
import time

import pytest

import images
from selftest import COUNTING, TOP, VENDOR

CLEAN = [name for name in images.recipe_names() if name.startswith("clean-")]


@pytest.fixture(scope="session")
def kitchen(build, tmp_path_factory):
    if shutil.which("cc") is None:
        pytest.skip("no compiler for the libraries of the recipes")
    return images.Kitchen(build, tmp_path_factory.mktemp("libraries"))


def lint_findings():
    """(id, verdict) of the lint's own list."""
    text = (TOP / "host/core/findings/lint.h").read_text()
    return re.findall(r'X\(GST_\w+, "([a-z.0-9-]+)", GST_(\w+),', text)


def judge(program, path, recipe):
    options = []
    if recipe.demands:
        demands = path.parent / "demands.yaml"
        demands.write_text("\n".join(recipe.demands) + "\n")
        options = ["--expect", demands]
    outcome = program.report("lint", path, *options)
    assert outcome.counted() == recipe.expect, outcome.describe()
    assert outcome.notes() == recipe.notes, outcome.describe()
    assert outcome.exit == (1 if recipe.expect else 0), outcome.describe()
    assert outcome.out.startswith("FAIL  " if recipe.expect else "PASS  ")
    seen = "\n".join(check["observed"] for check in outcome.checks(*COUNTING))
    assert all(text in seen for text in recipe.told), outcome.describe()
    return outcome


@pytest.mark.parametrize("name", images.recipe_names())
def test_recipe_in_every_form(program, kitchen, tmp_path, name):
    recipe = kitchen.read(name)

    judge(program, images.docker_archive(tmp_path / "docker.tar", recipe), recipe)
    judge(program, images.oci_archive(tmp_path / "oci.tar", recipe), recipe)
    judge(program, images.oci_folder(tmp_path / "layout", recipe), recipe)
    if recipe.is_flat and (os.geteuid() == 0
                           or not any(item.kind == "node" for item in recipe.layers[0].items)):
        judge(program, images.root_folder(tmp_path / "root", recipe), recipe)
        (tmp_path / "root.tar").write_bytes(images.tar_of(recipe.layers[0].items))
        judge(program, tmp_path / "root.tar", recipe)


def test_every_finding_has_a_recipe(kitchen):
    """Those that can FAIL: one that yields exactly it."""
    recipes = [kitchen.read(name) for name in images.recipe_names()]
    alone = {next(iter(r.expect)) for r in recipes if len(r.expect) == 1 and not r.notes}
    noted = set().union(*(r.notes for r in recipes))

    for finding, verdict in lint_findings():
        if verdict == "FAIL":
            assert finding in alone, finding
        if verdict == "NOTE":
            assert finding in noted, finding
    assert {"image.driver-files-baked-in", "image.empty-driver-files",
            "image.device-nodes-baked-in"} <= alone


def test_clean_images_trip_nothing(kitchen):
    recipes = [kitchen.read(name) for name in CLEAN]
    assert len(recipes) >= 6
    assert not any(recipe.expect or recipe.notes for recipe in recipes)


def test_the_layer_is_named(program, kitchen, tmp_path):
    recipe = kitchen.read("packages-with-files")
    tars = [images.tar_of(layer.items) for layer in recipe.layers]
    outcome = program.report("lint", images.docker_archive(tmp_path / "a.tar", recipe))
    [check] = outcome.checks(*COUNTING)
    [blocked] = outcome.checks("SKIP")

    assert "'/usr/lib/x86_64-linux-gnu/nvidia/current/libcuda.so.535.261.03'" in check["observed"]
    assert "layer 2 of 2" in check["observed"]
    assert f"sha256:{images.digest(tars[1])[:12]}" in check["observed"]
    assert "'RUN apt-get install -y libcuda1'" in check["observed"]
    assert blocked["id"] == "image.driver-packages"
    assert blocked["blocked_by"] == "image.driver-files-baked-in"
    assert outcome.report["subject"] == str(tmp_path / "a.tar")
    assert outcome.report["told"] == "1 driver file is in layer 2"
    assert f"{tmp_path}/a.tar: 1 driver file is in layer 2" in outcome.out.splitlines()[0]


def test_a_package_stays_that_of_its_layer(program, kitchen, tmp_path):
    """Each layer that installs something rewrites the whole list."""
    recipe = kitchen.read("packages")
    listed = recipe.layers[1].items[0].data
    recipe.layers.append(images.Layer("RUN apt-get install -y curl", [images.Item(
        "file", "var/lib/dpkg/status",
        listed + b"\nPackage: curl\nStatus: install ok installed\nVersion: 7\n")]))
    outcome = program.report("lint", images.docker_archive(tmp_path / "a.tar", recipe))

    [check] = outcome.checks(*COUNTING)
    assert "cuda-12-4 12.4.1-1" in check["observed"] and "layer 2 of 3" in check["observed"]


def test_every_double_is_found(program, build, tmp_path):
    """By whatever name; the model behind them by its own."""
    doubles = sorted(path for path in (build / "sim/lib").iterdir() if not path.is_symlink())
    items = [images.Item("file", f"opt/{index}/" +
                         ("lib.so" if path.name != "libgpusim.so" else path.name),
                         path.read_bytes()) for index, path in enumerate(doubles)]
    recipe = images.Recipe("doubles", layers=[images.Layer("COPY sim /opt", items)])
    outcome = program.report("lint", images.oci_archive(tmp_path / "a.tar", recipe, "zstd"))

    assert {path.name.partition(".so")[0] for path in doubles} >= {
        "libcuda", "libnvidia-ml", "libcudart", "libcublas", "libnccl", "libgpusim"}
    assert outcome.counted() == {"image.simulated-libraries"}
    assert len(outcome.checks("FAIL")) == len(doubles), [path.name for path in doubles]


# Expectations


def demand(tmp_path, text):
    path = tmp_path / "demands.yaml"
    path.write_text(text)
    return path


def test_expectations_are_counted(program, kitchen, tmp_path):
    recipe = kitchen.read("clean-expected")
    archive = images.docker_archive(tmp_path / "a.tar", recipe)
    outcome = program.report("lint", archive, "--expect",
                             demand(tmp_path, "\n".join(recipe.demands)))
    met = outcome.out.partition("PASS   expectations")[2].splitlines()[0].split()

    # 5 files, 2 libraries, 4 variables, 2 labels, user, entrypoint, command, shell, 3 + 2 of layers.
    assert met == ["22", "of", "'demands.yaml'", "met"], outcome.describe()

    outcome = program.report("lint", archive, "--expect", demand(tmp_path, "user: root\ncmd: [a]\n"
                                                                 "shell: unneeded\n"))
    assert outcome.exit == 1 and len(outcome.checks("FAIL")) == 2
    assert outcome.report["told"] == "2 of 3 expectations are not met"
    assert "the user is '65532:65532'; 'demands.yaml', line 1, expects 'root'" in \
        {check["observed"] for check in outcome.checks("FAIL")}


CONFIGURED = ("environment: {A: b}", "labels: {a: b}", "user: a", "entrypoint: [a]", "cmd: []",
              "shell: unneeded", "libraries: {libc.so.6: absent}", "files: {'/{cuda}': absent}",
              "layers: {last: 1MiB}", "layers: {last: {setuid-files: none}}")


@pytest.mark.parametrize("text", CONFIGURED)
def test_a_folder_cannot_tell_what_it_does_not_hold(program, tmp_path, text):
    """Neither can the archive of a root; what is told of files is told all the same."""
    items = [images.Item("file", "etc/hostname", b"a")]
    (tmp_path / "root.tar").write_bytes(images.tar_of(items))
    images.root_folder(tmp_path / "root", images.Recipe("a", layers=[images.Layer("", items)]))
    for path in (tmp_path / "root", tmp_path / "root.tar"):
        outcome = program.report("lint", path, "--expect", demand(tmp_path, text))
        assert outcome.exit == 3, outcome.describe()
        assert outcome.counted() == {"suite.expectation-unknown"}
        assert "1 of 1 expectations cannot be told" in outcome.report["told"]

        files = "files: {/etc/hostname: present, /bin/sh: absent}\nlayers: {all: 1KiB}"
        assert program.report("lint", path, "--expect", demand(tmp_path, files)).exit == 0
        files = "files: {/etc/hostname: absent}"
        outcome = program.report("lint", path, "--expect", demand(tmp_path, files))
        assert outcome.exit == 1 and outcome.counted() == {"image.expectation-unmet"}


def test_an_image_that_was_not_read_meets_nothing(program, kitchen, tmp_path):
    archive = images.docker_archive(tmp_path / "a.tar", kitchen.read("clean-expected"))
    archive.write_bytes(archive.read_bytes()[:-30000])
    outcome = program.report("lint", archive, "--expect",
                             demand(tmp_path, "files: {/bin/sh: absent}"))

    assert outcome.exit == 3 and outcome.counted() == {"suite.image-unreadable"}
    assert "SKIP   expectations" in outcome.out


@pytest.mark.parametrize("text, reason", [
    ("file: {}", "demands.yaml, line 1: unknown 'file'"), ("", "no map of expectations"),
    ("extends: none.yaml", "none.yaml': No such file")])
def test_expectations_that_are_wrong(program, tmp_path, text, reason):
    (tmp_path / "root").mkdir()
    outcome = program.run("lint", tmp_path / "root", "--expect", demand(tmp_path, text))
    assert outcome.exit == 2 and outcome.out == "" and reason in outcome.err

    outcome = program.run("lint", tmp_path / "root", "--expect", "none.yaml")
    assert outcome.exit == 2 and "'none.yaml': No such file" in outcome.err


def test_an_archive_that_was_unpacked(program, kitchen, tmp_path):
    """It is still an image and not a root; neither is what skopeo calls dir."""
    recipe = kitchen.read("programs")
    with tarfile.open(images.docker_archive(tmp_path / "a.tar", recipe)) as tar:
        tar.extractall(tmp_path / "unpacked")
    judge(program, tmp_path / "unpacked", recipe)

    (tmp_path / "dir").mkdir()
    (tmp_path / "dir/manifest.json").write_text('{"schemaVersion": 2, "layers": []}')
    assert program.report("lint", tmp_path / "dir").counted() == {"suite.image-unreadable"}


def test_a_manifest_does_not_lead_out_of_its_folder(program, kitchen, tmp_path):
    images.docker_archive(tmp_path / "layer.tar", kitchen.read("programs"))
    folder = tmp_path / "image"
    folder.mkdir()
    (folder / "c.json").write_text("{}")
    for name in ("../layer.tar", str(tmp_path / "layer.tar"), "link.tar"):
        (folder / "manifest.json").write_text(json.dumps([{"Config": "c.json", "Layers": [name]}]))
        if name == "link.tar":
            (folder / name).symlink_to("../layer.tar")
        outcome = program.report("lint", folder)
        assert outcome.counted() == {"suite.image-unreadable"}, outcome.describe()


def test_a_root_may_have_a_manifest_of_its_own(program, tmp_path):
    """Web applications do."""
    items = [images.Item("file", "manifest.json", b'{"name": "app"}'),
             images.Item("file", "etc/hostname", b"a")]
    (tmp_path / "root.tar").write_bytes(images.tar_of(items))
    images.root_folder(tmp_path / "root", images.Recipe("a", layers=[images.Layer("", items)]))
    for path in ("root.tar", "root"):
        assert program.report("lint", tmp_path / path).exit == 0


@pytest.mark.parametrize("library", ["libcuda", "libnvidia-ml", "libnvidia-ptxjitcompiler"])
def test_a_real_library_by_another_name(program, tmp_path, library):
    """What NVIDIA builds, as Debian packages it."""
    found = sorted((VENDOR / "drivers").glob(f"*/lib/{library}.so.*.*"))
    if not found:
        pytest.skip("no driver in build/vendor: scripts/vendor fetches it")
    item = images.Item("file", "opt/app/lib/plugin.so", found[0].read_bytes())
    recipe = images.Recipe("real", expect={"image.driver-files-baked-in"},
                           layers=[images.Layer("COPY plugin.so /opt/app/lib", [item])])
    for path in (images.docker_archive(tmp_path / "a.tar", recipe),
                 images.oci_archive(tmp_path / "b.tar", recipe, "zstd"),
                 images.root_folder(tmp_path / "root", recipe)):
        [check] = judge(program, path, recipe).checks("FAIL")
        assert f"SONAME '{library}.so.1'" in check["observed"]


def test_what_is_deleted_is_named_with_both_layers(program, kitchen, tmp_path):
    outcome = program.report("lint", images.docker_archive(tmp_path / "a.tar",
                                                           kitchen.read("deleted-later")))
    told = sorted(check["observed"] for check in outcome.checks("NOTE"))

    assert len(told) == 2
    assert all("layer 2, deleted in layer 3" in text for text in told)


def test_standard_input(program, kitchen, tmp_path):
    """A pipe cannot be read twice; a file can. Both may be compressed as a whole."""
    recipe = kitchen.read("driver-by-name")
    path = images.docker_archive(tmp_path / "a.tar", recipe)
    packed = tmp_path / "a.tar.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    judge(program, packed, recipe)

    for archive in (path, packed):
        done = subprocess.run(["sh", "-c", f'cat "{archive}" | "{program.path}" lint - --json out'],
                              cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 1, done.stderr
        assert done.stdout.startswith("FAIL  standard input: 5 driver files are in layer 1")
        with open(archive, "rb") as file:
            done = subprocess.run([program.path, "lint", "-"], stdin=file, capture_output=True,
                                  text=True, check=False)
        assert done.returncode == 1 and "5 driver files" in done.stdout


@pytest.mark.parametrize("engine", ["docker", "podman"])
def test_image_by_name(program, kitchen, tmp_path, engine):
    archive = images.docker_archive(tmp_path / "a.tar", kitchen.read("programs"))
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("docker", "podman"):
        tool = tools / name
        tool.write_text(f'#!/bin/sh\n[ "$1 $2 $3" = "save -- app:1" ] || exit 9\n'
                        + (f'exec cat "{archive}"\n' if name == engine else
                           f'echo "{name} is not running" >&2; exit 1\n'))
        tool.chmod(0o755)
    env = {"PATH": f"{tools}:/usr/bin:/bin"}
    outcome = program.report("lint", "app:1", env=env)

    assert outcome.counted() == {"image.driver-programs-baked-in"}
    assert outcome.out.startswith("FAIL  app:1: 2 driver programs are in layer 1")


def test_image_that_nobody_has(program, tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    none = program.run("lint", "app:1", env={"PATH": str(tools)})
    assert none.exit == 2 and none.out == ""
    assert "docker" in none.err and "podman" in none.err

    for name in ("docker", "podman"):
        (tools / name).write_text(f'#!/bin/sh\necho "{name} says no" >&2\nexit 1\n')
        (tools / name).chmod(0o755)
    outcome = program.report("lint", "app:1", env={"PATH": f"{tools}:/usr/bin:/bin"})
    assert outcome.exit == 3 and outcome.counted() == {"suite.image-not-found"}
    [check] = outcome.checks("ERROR")
    assert "no file or folder 'app:1'" in check["observed"]
    assert "docker says no" in check["observed"] and "podman says no" in check["observed"]
    assert outcome.out.startswith("ERROR  app:1: it was not found")


def test_what_is_no_archive(program, tmp_path):
    """An engine that failed leaves nothing behind in a pipe."""
    for content, text in ((b"", "it is empty"), (b"hello" * 300, "it is no tar archive")):
        (tmp_path / "a").write_bytes(content)
        outcome = program.report("lint", tmp_path / "a")
        assert outcome.exit == 3 and outcome.counted() == {"suite.image-unreadable"}
        [check] = outcome.checks("ERROR")
        assert text in check["observed"]


@pytest.mark.parametrize("words, text", [
    ([], "usage"), (["a", "b"], "usage"), (["./none"], "'./none'"), (["none.tar"], "'none.tar'")])
def test_usage(program, words, text):
    outcome = program.run("lint", *words, timeout=10)
    assert outcome.exit == 2 and outcome.out == "" and text in outcome.err


def test_mounts_are_not_of_the_image(program, kitchen, tmp_path):
    """What a runtime mounts into a running container is not of its image."""
    root = images.root_folder(tmp_path / "root", kitchen.read("clean-debian"))
    script = f"""mount -t tmpfs none {root}/run && mkdir {root}/run/bin && \
        touch {root}/run/bin/nvidia-smi && exec "$@" """
    before = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]
    if subprocess.run([*before, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("no mount namespaces here")
    (root / "run/bin/nvidia-smi").unlink(missing_ok=True)
    outcome = program.report("lint", root, before=before)

    assert outcome.exit == 0, outcome.describe()
    assert "1 mount left out" in outcome.out


def test_a_pipe_needs_room(program, tmp_path):
    done = subprocess.run(["sh", "-c", f'echo | "{program.path}" lint -'],
                          env={"TMPDIR": str(tmp_path / "none"), "PATH": "/usr/bin:/bin"},
                          capture_output=True, text=True, check=False)
    assert done.returncode == 3 and "TMPDIR" in done.stdout


@pytest.mark.parametrize("path", ["folder", "zeros", "/dev/zero"])
def test_nothing_is_no_clean_image(program, tmp_path, path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "zeros").write_bytes(bytes(10240))
    outcome = program.report("lint", tmp_path / path, timeout=10)
    assert outcome.exit == 3 and "holds nothing" in outcome.checks("ERROR")[0]["observed"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_read(program, tmp_path):
    closed = tmp_path / "root/closed"
    closed.mkdir(parents=True)
    closed.chmod(0)
    outcome = program.report("lint", tmp_path / "root")
    closed.chmod(0o755)
    assert outcome.exit == 3 and outcome.counted() == {"suite.image-unreadable"}


def test_a_folder_is_not_left_through_links(program, kitchen, tmp_path):
    images.root_folder(tmp_path / "outside", kitchen.read("driver-by-name"))
    root = tmp_path / "root"
    root.mkdir()
    (root / "loop").symlink_to(".")
    (root / "out").symlink_to(tmp_path / "outside")
    os.mkfifo(root / "pipe.so")
    os.mkfifo(root / "ld.so.conf")
    assert program.report("lint", root, timeout=10).exit == 0


def test_json_junit_and_prometheus(program, kitchen, tmp_path):
    archive = images.docker_archive(tmp_path / "a.tar", kitchen.read("driver-by-name"))
    outcome = program.run("lint", archive, "--json", "-", "--junit", "j.xml", "--prometheus",
                          "p.prom", "--exit-map", "nagios")
    report = json.loads(outcome.out)

    assert outcome.exit == 2 and report["exit_code"] == 1
    assert outcome.err.startswith("FAIL")
    assert 'image.driver-files-baked-in' in (tmp_path / "j.xml").read_text()
    assert 'image.driver-files-baked-in' in (tmp_path / "p.prom").read_text()


# Large

PLANTED = {  # layer: (path, size in MiB)
    0: ("usr/lib/x86_64-linux-gnu/libcuda.so.550.54.14", 28),
    2: ("opt/renamed/libmath.so", 96),
    3: ("usr/bin/nvidia-smi", 1),
    5: ("usr/lib/x86_64-linux-gnu/libnvidia-ptxjitcompiler.so.550.54.14", 8),
}


def elf_of(kitchen, soname, megabytes):
    """A library that is as large as real ones: zeros between its parts and its section headers,
    which stand at the end."""
    data = bytearray(kitchen.library(soname))
    sections = struct.unpack_from("<Q", data, 40)[0]
    grown = (megabytes << 20) - (len(data) - sections)
    struct.pack_into("<Q", data, 40, grown)
    return bytes(data[:sections]) + bytes(grown - sections) + bytes(data[sections:])


def large_archive(path, kitchen, megabytes):
    """A docker archive of that size in 8 layers, most of it holes of a sparse file, with PLANTED."""
    per_layer = megabytes // 8
    with open(path, "wb") as out:
        def header(name, size):
            out.write(images.member_of(images.Item("file", name)).tobuf() if size is None else
                      sized(name, size).tobuf(tarfile.GNU_FORMAT))

        def sized(name, size):
            member = images.member_of(images.Item("file", name))
            member.size = size
            return member

        config = images.configuration([], [f"RUN step {i + 1}" for i in range(8)], [b""] * 8)
        for index in range(8):
            filler = per_layer << 20
            planted = []
            if index in PLANTED:
                name, size = PLANTED[index]
                soname = "nvidia-smi" if "smi" in name else "libcuda.so.1"
                planted = [(name, elf_of(kitchen, soname, size))]
            length = 512 + filler + sum(512 + len(data) for _, data in planted) + 1024
            header(f"{index}/layer.tar", length)
            header("var/lib/data", filler)
            out.seek(filler, os.SEEK_CUR)
            for name, data in planted:
                header(name, len(data))
                out.write(data)
            out.write(bytes(1024))
        files = {"config.json": config, "manifest.json": json.dumps([{
            "Config": "config.json", "RepoTags": None,
            "Layers": [f"{index}/layer.tar" for index in range(8)]}]).encode()}
        for name, data in files.items():
            header(name, len(data))
            out.write(data + bytes(-len(data) % 512))
        out.write(bytes(1024))
    return path


MEASURE = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(done.returncode)
"""


def run_measured(program, *args):
    """The outcome, and the most memory that the program had resident, in MiB. Started by a process
    of its own: what its parent has before it begins counts as its memory."""
    outcome = program.run(*args, before=[sys.executable, "-c", MEASURE], timeout=120)
    return outcome, int(outcome.err.split()[-1]) / 1024


@pytest.mark.slow
def test_two_gigabytes_in_little_memory(program, kitchen, tmp_path):
    archive = large_archive(tmp_path / "large.tar", kitchen, 2048)
    assert archive.stat().st_size > 2 << 30
    outcome, resident = run_measured(program, "lint", archive, "--json", "report.json")
    report = json.loads((tmp_path / "report.json").read_text())
    told = [check["observed"] for check in report["checks"] if check["verdict"] == "FAIL"]

    assert outcome.exit == 1, outcome.describe()
    for layer, (path, _) in PLANTED.items():
        [line] = [text for text in told if f"'/{path}'" in text]
        assert f"layer {layer + 1} of 8" in line and f"'RUN step {layer + 1}'" in line
    assert len(told) == len(PLANTED)
    if "asan" not in str(program.build):
        assert resident <= 64, f"{resident:.0f} MiB resident"


@pytest.mark.slow
def test_half_a_million_names_in_little_memory(program, tmp_path):
    """All names are kept for expectations alone; the largest images have as many."""
    count, folder = 500_000, 500
    header = bytearray(images.member_of(images.Item("file", "d000/f000000")).tobuf())
    blank = sum(header) - sum(header[148:156]) + 8 * ord(" ")
    names = sum(header[1:4]) + sum(header[6:12])
    with open(tmp_path / "root.tar", "wb") as out:
        for index in range(count):
            digits = b"%03d/f%06d" % (index % folder, index // folder)
            header[1:12] = digits
            total = blank - names + sum(digits[:3]) + sum(digits[5:])
            header[148:156] = b"%06o\0 " % total
            out.write(header)
        out.write(bytes(1024))
    demands = demand(tmp_path, "files:\n  /d499/f000999: present\n  '**/f000000': present\n"
                               "  '**/x*y*z': absent\n")
    outcome, resident = run_measured(program, "lint", tmp_path / "root.tar", "--expect", demands)

    assert outcome.exit == 0, outcome.describe()
    assert "500000 entries" in outcome.out and "3 of 'demands.yaml' met" in outcome.out
    if "asan" not in str(program.build):
        assert resident <= 128, f"{resident:.0f} MiB resident"


# Hostile

def members(*items):
    return images.tar_of(items)


def docker_with(layer, tmp_path, manifest=None):
    """A docker archive of one layer of these bytes."""
    config = images.configuration([], ["COPY"], [b""])
    listed = manifest if manifest is not None else json.dumps(
        [{"Config": "c.json", "RepoTags": ["a:1"], "Layers": ["l/layer.tar"]}]).encode()
    return images.write_tar(tmp_path / "hostile.tar", {
        "c.json": config, "l/layer.tar": layer, "manifest.json": listed})


def huge_name():
    return members(images.Item("file", "a/" * 3000 + "b", b"x"))


def gzip_bomb():
    """A layer of 4 GiB that is 4 MiB."""
    block = gzip.compress(bytes(1 << 26), 9)
    head = images.member_of(images.Item("file", "zeros"))
    head.size = 64 << 26
    return gzip.compress(head.tobuf(tarfile.GNU_FORMAT)) + block * 64


LOOP = "sha256:" + "0" * 64
HOSTILE = {
    "empty": b"",
    "text": b"no archive at all\n" * 100,
    "cut": members(images.Item("file", "a", b"x" * 100000))[:60000],
    "cut gzip": gzip.compress(members(images.Item("file", "a", os.urandom(100000))))[:60000],
    "damaged header": b"\xff" * 512 + members(images.Item("file", "a", b"x")),
    "out of it": members(images.Item("file", "a/../../../etc/passwd", b"x")),
    "name": huge_name(),
    "bomb": gzip_bomb(),
    "compressed twice": gzip.compress(gzip.compress(members(images.Item("file", "a", b"x")))),
}


def small_enough(outcome, started):
    assert outcome.exit == 3, outcome.describe()
    assert outcome.counted() == {"suite.image-unreadable"}
    assert time.monotonic() - started < 5  # a second where nothing else runs


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_layer(program, tmp_path, name):
    if name == "empty":  # is a layer without anything in it
        assert program.report("lint", docker_with(b"", tmp_path)).exit == 0
        return
    started = time.monotonic()
    outcome = program.report("lint", docker_with(HOSTILE[name], tmp_path))
    small_enough(outcome, started)
    assert "image.tar" not in outcome.checks("ERROR")[0]["observed"]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_archive(program, tmp_path, name):
    (tmp_path / "hostile.tar").write_bytes(HOSTILE[name])
    started = time.monotonic()
    small_enough(program.report("lint", tmp_path / "hostile.tar"), started)


@pytest.mark.parametrize("manifest", [
    b"", b"{", b"[]", b"[1]", b"{}", b'[{"Config": 3, "Layers": ["l/layer.tar"]}]',
    b'[{"Config": "c.json"}]', b'[{"Config": "c.json", "Layers": [1]}]',
    b'[{"Config": "c.json", "Layers": ["none"]}]', b'[{"Config": "none", "Layers": []}]',
    b'[{"Config": "c.json", "Layers": []}, {"Config": "c.json", "Layers": []}]',
    b"[" * 100000, b'[{"Config": "c.json", "Layers": [' + b'"l/layer.tar",' * 1000
    + b'"l/layer.tar"]}]'])
def test_hostile_manifest(program, tmp_path, manifest):
    started = time.monotonic()
    small_enough(program.report("lint", docker_with(members(), tmp_path, manifest)), started)


@pytest.mark.parametrize("index", [
    b'{"manifests": []}', b'{"manifests": [{"digest": "sha256:../../etc/passwd"}]}',
    b'{"manifests": [{"digest": "../x:aa"}]}', b'{"manifests": [{"digest": "%s"}]}' % LOOP.encode(),
    b'{"layers": [], "config": {}}'])
def test_hostile_index(program, tmp_path, index):
    """The last but one: a blob that is an index of itself."""
    looping = b'{"manifests": [{"digest": "%s"}]}' % LOOP.encode()
    archive = images.write_tar(tmp_path / "oci.tar", {
        "oci-layout": b"{}", "index.json": index, "blobs/sha256/" + "0" * 64: looping})
    started = time.monotonic()
    small_enough(program.report("lint", archive), started)


def test_a_link_to_itself_is_no_layer(program, tmp_path):
    out = tmp_path / "loop.tar"
    with tarfile.open(out, "w") as tar:
        tar.addfile(images.member_of(images.Item("link", "l/layer.tar", target="../l/layer.tar")))
        for name, data in {"c.json": images.configuration([], [], []), "manifest.json": json.dumps(
                [{"Config": "c.json", "Layers": ["l/layer.tar"]}]).encode()}.items():
            tar.addfile(images.member_of(images.Item("file", name, data)), io.BytesIO(data))
    started = time.monotonic()
    small_enough(program.report("lint", out), started)


@pytest.mark.alone
def test_a_hundred_thousand_entries(program, tmp_path):
    """Each of them suspicious: what does not fit is counted and told, and the verdict stands."""
    layer = members(*(images.Item("file", f"opt/{i}/libcuda.so.1", b"x") for i in range(100000)))
    archive = docker_with(layer, tmp_path)
    started = time.monotonic()
    outcome = program.run("lint", archive, "--json", "report.json")
    took = time.monotonic() - started
    report = json.loads((tmp_path / "report.json").read_text())

    assert outcome.exit == 1 and took < 5, took  # a second where nothing else runs
    assert {check["id"] for check in report["checks"] if check["verdict"] in COUNTING} \
        == {"image.driver-files-baked-in", "suite.report-full"}


def test_more_notes_than_can_be_told(program, tmp_path):
    items = [images.Item("file", f"opt/{i}/libnvidia-container.so.1", b"x") for i in range(2100)]
    outcome = program.run("lint", docker_with(members(*items), tmp_path))

    assert outcome.exit == 3 and "suite.report-full" in outcome.out
    assert "it holds more than can be told" in outcome.out.splitlines()[0]


def test_names_that_are_no_text(program, tmp_path):
    layer = members(images.Item("file", "opt/\x1b[2J\x07/libcuda.so.1", b"x"),
                    images.Item("file", "opt/dr\u00e4iver/libcuda.so.1", b"x"))
    outcome = program.report("lint", docker_with(layer, tmp_path))

    assert outcome.exit == 1 and "\x1b" not in outcome.out
    assert any("dr\u00e4iver" in check["observed"] for check in outcome.checks("FAIL"))


def test_a_path_from_the_root_is_below_the_image(program, tmp_path):
    layer = members(images.Item("file", "/usr/bin/nvidia-smi", b"x"),
                    images.Item("file", "./usr//sbin/./nvidia-settings", b"x"))
    outcome = program.report("lint", docker_with(layer, tmp_path))

    told = " ".join(check["observed"] for check in outcome.checks("FAIL"))
    assert "'/usr/bin/nvidia-smi'" in told and "'/usr/sbin/nvidia-settings'" in told
