# SPDX-License-Identifier: Apache-2.0
"""Layers of container images as tar archives, and images of them as an OCI image layout: written in
one stream and never compressed, since they are a gigabyte and stay on one machine.
"""

import hashlib
import io
import json
import os
import stat
import subprocess
import tarfile
from pathlib import Path

AT_ONCE = 4 * 1024 * 1024

# Nobody looks at these in a stand-in, and an engine makes the nodes.
LEFT_OUT = ("dev", "proc", "sys", "tmp", "var/cache/apt", "var/lib/apt/lists", "var/log",
            "usr/share/doc", "usr/share/info", "usr/share/locale", "usr/share/man",
            # It names the layers below as they were; the loader looks through the folders as well.
            "etc/ld.so.cache")


class Hashed:
    """A file that is written and digested at once; all that tarfile asks of one."""

    def __init__(self, file):
        self.file, self.hash, self.written = file, hashlib.sha256(), 0

    def write(self, data):
        self.hash.update(data)
        self.written += len(data)
        return self.file.write(data)

    def tell(self):
        return self.written


class Layer:
    """What an image adds; everything is root's, and of the same time, so that the same input gives
    the same digest."""

    def __init__(self, out):
        self.tar = tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT,
                                copybufsize=AT_ONCE)
        self.folders = set()

    def _entry(self, path, kind, mode):
        path = str(path).lstrip("/")
        for parent in reversed(Path(path).parents[:-1]):
            if str(parent) not in self.folders:
                self.folders.add(str(parent))
                self.tar.addfile(self._info(str(parent), tarfile.DIRTYPE, 0o755))
        return self._info(path, kind, mode)

    @staticmethod
    def _info(path, kind, mode):
        info = tarfile.TarInfo(path)
        info.type, info.mode, info.mtime = kind, mode, 0
        info.uname = info.gname = "root"
        return info

    def text(self, path, text, mode=0o644):
        info = self._entry(path, tarfile.REGTYPE, mode)
        data = text.encode() if isinstance(text, str) else text
        info.size = len(data)
        self.tar.addfile(info, io.BytesIO(data))

    def file(self, path, source, mode=None):
        with open(source, "rb") as file:
            info = self._entry(path, tarfile.REGTYPE, 0)
            about = os.fstat(file.fileno())
            info.size = about.st_size
            info.mode = mode or (0o755 if about.st_mode & stat.S_IXUSR else 0o644)
            self.tar.addfile(info, file)

    def link(self, path, target):
        info = self._entry(path, tarfile.SYMTYPE, 0o777)
        info.linkname = str(target)
        self.tar.addfile(info)

    def tree(self, path, source, is_wanted=lambda name: True):
        for found in sorted(Path(source).rglob("*")):
            name = found.relative_to(source)
            if not is_wanted(str(name)):
                continue
            if found.is_symlink():
                self.link(Path(path) / name, os.readlink(found))
            elif found.is_file():
                self.file(Path(path) / name, found)


class Store:
    """An OCI image layout: blobs by their digest, and an index of images by their name."""

    def __init__(self, folder):
        self.folder, self.blobs, self.images = folder, folder / "blobs/sha256", []
        self.blobs.mkdir(parents=True)

    def keep(self, archive):
        """The digest of an archive that is there: linked, where the file system can."""
        digest = hashlib.sha256()
        with open(archive, "rb") as file:
            while data := file.read(AT_ONCE):
                digest.update(data)
        target = self.blobs / digest.hexdigest()
        if not target.exists():
            os.link(archive, target)
        return digest.hexdigest()

    def write(self, fill):
        """The digest of the layer that `fill` writes."""
        new = self.folder / "layer"
        with new.open("wb") as file:
            out = Hashed(file)
            layer = Layer(out)
            fill(layer)
            layer.tar.close()
        new.rename(self.blobs / out.hash.hexdigest())
        return out.hash.hexdigest()

    def _json(self, kind, value):
        data = json.dumps(value, indent=1).encode()
        digest = hashlib.sha256(data).hexdigest()
        (self.blobs / digest).write_bytes(data)
        return {"mediaType": f"application/vnd.oci.image.{kind}.v1+json",
                "digest": f"sha256:{digest}", "size": len(data)}

    def add_image(self, name, config, digests):
        manifest = {"schemaVersion": 2, "config": self._json("config", config), "layers": [
            {"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": f"sha256:{digest}",
             "size": (self.blobs / digest).stat().st_size} for digest in digests]}
        self.images.append({**self._json("manifest", manifest),
                            "annotations": {"org.opencontainers.image.ref.name": name}})

    def finish(self):
        (self.folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}\n')
        (self.folder / "index.json").write_text(
            json.dumps({"schemaVersion": 2, "manifests": self.images}, indent=1))


class Root:
    """A root file system on disk, in which the loader's cache of a layer is made."""

    def __init__(self, folder, archive):
        self.folder = folder
        folder.mkdir()
        subprocess.run(["tar", "-C", folder, "-xf", archive], check=True)

    def put(self, path, source=None, text=None, target=None):
        place = self.folder / str(path).lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        if target is not None:
            place.symlink_to(target)
        elif text is not None:
            place.write_text(text)
        else:
            os.link(source, place)

    def loader_cache(self):
        subprocess.run(["chroot", self.folder, "/sbin/ldconfig"], check=True)
        return (self.folder / "etc/ld.so.cache").read_bytes()


def add_nodes(root):
    """What programs that install packages need in /dev."""
    for name, minor in (("null", 3), ("zero", 5), ("random", 8), ("urandom", 9)):
        node = root / "dev" / name
        if not node.exists():
            os.mknod(node, stat.S_IFCHR | 0o666, os.makedev(1, minor))
            node.chmod(0o666)


def snapshot(root):
    """{path: what changes when it does}."""
    found = {}
    for folder, folders, files in os.walk(root):
        inside = os.path.relpath(folder, root)
        folders[:] = [name for name in folders
                      if os.path.normpath(f"{inside}/{name}") not in LEFT_OUT]
        for name in (*folders, *files):
            path = os.path.normpath(f"{inside}/{name}")
            about = os.lstat(f"{folder}/{name}")
            # A folder's times change with what is in it.
            is_folder = stat.S_ISDIR(about.st_mode)
            found[path] = (about.st_mode, about.st_uid, about.st_gid) if is_folder else (
                about.st_ino, about.st_ctime_ns)
    return found


def pack_difference(root, before, archive):
    """What came or changed since a snapshot. What went stays: nothing that packages remove when they
    come does harm."""
    changed = sorted(path for path, about in snapshot(root).items()
                     if path not in LEFT_OUT and before.get(path) != about)
    subprocess.run(["tar", "-C", root, "--numeric-owner", "--no-recursion", "--null", "-T", "-",
                    "-cf", archive], input="\0".join(changed).encode(), check=True)
