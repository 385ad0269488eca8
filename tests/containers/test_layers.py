# SPDX-License-Identifier: Apache-2.0
"""Layers hold what was put into them or what changed in a root, and are the same each time."""

import os
import tarfile

import layers


def names_in(archive):
    with tarfile.open(archive) as tar:
        return tar.getnames()


def test_difference_has_what_came_or_changed(tmp_path):
    root, archive = tmp_path / "root", tmp_path / "layer.tar"
    (root / "var/log").mkdir(parents=True)
    for name in ("kept", "changed", "removed"):
        (root / name).write_text("old")
    before = layers.snapshot(root)
    # As a package manager does: by another file, here of the same size and time.
    about = (root / "changed").stat()
    (root / "another").write_text("new")
    os.utime(root / "another", ns=(about.st_atime_ns, about.st_mtime_ns))
    (root / "another").rename(root / "changed")
    (root / "removed").unlink()
    (root / "added").mkdir()
    (root / "added/file").write_text("new")
    (root / "var/log/apt.log").write_text("new")
    layers.pack_difference(root, before, archive)
    assert names_in(archive) == ["added", "added/file", "changed"]


def test_layer_has_folders_links_and_modes(tmp_path):
    program = tmp_path / "program"
    program.write_text("run me")
    program.chmod(0o755)

    def fill(layer):
        layer.file("/opt/bin/program", program)
        layer.text("/opt/text", "words")
        layer.link("/opt/bin/other", "program")

    store = layers.Store(tmp_path / "store")
    digest = store.write(fill)
    os.utime(program, (1, 1))
    assert store.write(fill) == digest
    with tarfile.open(store.blobs / digest) as tar:
        found = {entry.name: (entry.type, entry.mode & 0o111) for entry in tar}
        assert tar.getmember("opt/bin/other").linkname == "program"
        assert {entry.uid for entry in tar} == {0}
    assert list(found) == ["opt", "opt/bin", "opt/bin/program", "opt/text", "opt/bin/other"]
    assert found["opt/bin/program"] == (tarfile.REGTYPE, 0o111)
    assert found["opt/text"] == (tarfile.REGTYPE, 0)


def test_kept_archive_is_known_by_its_digest(tmp_path):
    archive = tmp_path / "root.tar"
    archive.write_bytes(b"abc")
    store = layers.Store(tmp_path / "store")
    # Of "abc": the example of FIPS 180-2.
    assert store.keep(archive) == ("ba7816bf8f01cfea414140de5dae2223"
                                   "b00361a396177a9cb410ff61f20015ad")
    assert store.keep(archive) in {blob.name for blob in store.blobs.iterdir()}
