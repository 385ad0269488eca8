# SPDX-License-Identifier: Apache-2.0
"""What scripts/vendor decides before it fetches anything. No network."""

import importlib.machinery
import importlib.util
import io
import re
import sys
import tempfile
import unittest
import unittest.mock
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "scripts"))


def load():
    loader = importlib.machinery.SourceFileLoader("vendor", str(TOP / "scripts/vendor"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("vendor", loader))
    loader.exec_module(module)
    return module


vendor = load()


class Pins(unittest.TestCase):
    def test_every_package_is_pinned(self):
        pins = vendor.read_pins(TOP / "scripts/toolkits.txt")
        for rows in pins.values():
            for source, package, version, *rest in rows:
                with self.subTest(package=package):
                    if source in ("pypi", "part"):
                        self.assertRegex(" ".join(rest), r"^[0-9a-f]{64}( [0-9a-f]{64})?$")
                        self.assertEqual(len(rest), 1 + (source == "part"))
                        self.assertRegex(version, r"^[0-9.]+$")
                    if source == "debian":
                        self.assertRegex(version, r"^(\d+:)?\d+\.")

    def test_one_package_has_one_digest(self):
        text = (TOP / "scripts/toolkits.txt").read_text()
        found = set(re.findall(r"(?m)^[^#]\S*\s+(?:pypi|part)\s+(\S+)\s+(\S+)\s+(\S+)", text))
        self.assertGreater(len(found), 5)
        self.assertEqual(len(found), len({(package, version) for package, version, _ in found}))

    def test_a_short_line_is_refused(self):
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as pins:
            pins.write("cudart-11 pypi nvidia-cuda-runtime-cu11\n")
            pins.flush()
            with self.assertRaisesRegex(SystemExit, ":1: expected"):
                vendor.read_pins(Path(pins.name))

    def test_a_part_needs_both_digests(self):
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as pins:
            pins.write("# ours\nnccl-2.14 part nvidia-nccl-cu11 2.14.3 5e55\n")
            pins.flush()
            with self.assertRaisesRegex(SystemExit, ":2: expected"):
                vendor.read_pins(Path(pins.name))

    def test_an_unknown_kind_is_refused(self):
        with self.assertRaisesRegex(SystemExit, "unknown kind of item 'cudnn-9'"):
            vendor.kind_of("cudnn-9")


class Sources(unittest.TestCase):
    """The machine's own source of Debian's main archive, in both formats; security is another."""

    CASES = (
        ("sources.list", "deb [arch=amd64] http://mirror.test/debian bookworm main contrib\n",
         "http://mirror.test/debian"),
        ("sources.list", "# deb http://old.test/debian bookworm main\n"
         "deb-src http://src.test/debian bookworm main\n"
         "deb http://sec.test/security bookworm-security main\n"
         "deb http://mirror.test/debian trixie main\n", "http://mirror.test/debian"),
        ("sources.list.d/debian.sources", "Types: deb\nURIs: http://sec.test/debian-security\n"
         "Suites: bookworm-security\nComponents: main\n\nTypes: deb deb-src\n"
         "URIs: http://mirror.test/debian\nSuites: bookworm bookworm-updates\nComponents: main\n",
         "http://mirror.test/debian"),
        ("sources.list", "deb http://other.test/ubuntu jammy main\n", None),
        ("sources.list.d/node.list", "deb http://node.test nodistro main\n", None),
    )

    def test_found(self):
        for name, text, wanted in self.CASES:
            with self.subTest(text=text), tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / name
                path.parent.mkdir(exist_ok=True)
                path.write_text(text)
                if wanted:
                    self.assertEqual(vendor.debian_mirror(Path(folder)), wanted)
                else:
                    with self.assertRaisesRegex(vendor.Failure, "no source of Debian"):
                        vendor.debian_mirror(Path(folder))


class Files(unittest.TestCase):
    def test_patterns(self):
        for path, pattern, wanted in (
            ("nvidia/cu13/include/crt/mma.h", "nvidia/*/include/**", True),
            ("nvidia/cu13/lib/libcudart.so.13", "nvidia/*/lib/libcudart.so.*", True),
            ("nvidia/cu13/lib/deep/libcudart.so.13", "nvidia/*/lib/libcudart.so.*", False),
            ("nvidia/include", "nvidia/*/include/**", False),
            ("usr/share/doc/libcuda1/copyright", "usr/lib/*/nvidia/current/*", False),
        ):
            with self.subTest(path=path):
                self.assertEqual(vendor.matches(tuple(path.split("/")), pattern), wanted)

    def test_take_keeps_trees_and_links(self):
        with tempfile.TemporaryDirectory() as folder:
            tree, into = Path(folder) / "tree", Path(folder) / "into"
            lib = tree / "usr/lib/x86_64-linux-gnu/nvidia/current"
            lib.mkdir(parents=True)
            (lib / "libcuda.so.535.1").write_text("elf")
            (lib / "libcuda.so.1").symlink_to("libcuda.so.535.1")
            (tree / "usr/share").mkdir()
            (tree / "usr/share/doc").write_text("not wanted")
            vendor.take(tree, into, vendor.DRIVER_FILES)
            self.assertEqual(sorted(p.name for p in (into / "lib").iterdir()),
                             ["libcuda.so.1", "libcuda.so.535.1"])
            self.assertTrue((into / "lib/libcuda.so.1").is_symlink())
            self.assertFalse((into / "doc").exists())


class Parts(unittest.TestCase):
    """Of a wheel that the index has; what lies there is played by test_wheels.py."""

    ROW = ("part", "nvidia-nccl-cu11", "2.14.3", "5e55", "f9fa")

    def take(self, place, rules=vendor.PLAIN_HEADERS):
        with tempfile.TemporaryDirectory() as folder:
            vendor.take_part(self.ROW, rules, place, Path(folder), Path(folder))

    def test_another_file_is_refused(self):
        with self.assertRaisesRegex(vendor.Failure, "the index has another file, sha256 77"):
            self.take(("file:///none", "77"))

    def test_a_failed_question_fails_who_needs_the_answer(self):
        with self.assertRaisesRegex(vendor.Failure, "no such package"):
            self.take(vendor.Failure("no such package"))

    def test_where_parts_cannot_be_read_all_is_fetched(self):
        with tempfile.NamedTemporaryFile() as file, \
                unittest.mock.patch.object(vendor, "fetch_wheel", return_value="wheel") as fetch, \
                unittest.mock.patch.object(vendor, "unpack") as unpack, \
                unittest.mock.patch.object(vendor.sys, "stderr", io.StringIO()) as told:
            file.write(b"x")
            file.flush()
            self.take((f"file://{file.name}", "5e55"))
        self.assertEqual(fetch.call_args.args[:3], self.ROW[1:4])
        self.assertEqual(unpack.call_args.args[0], "wheel")
        self.assertRegex(told.getvalue(), "does not read parts of files; fetching all of it")

    def test_a_pip_that_would_fetch_all_is_not_asked(self):
        with unittest.mock.patch.object(vendor.subprocess, "run") as run:
            run.return_value.stdout = "pip 23.0.1 from /usr/lib/python3 (python 3.11)"
            with self.assertRaisesRegex(vendor.Failure, "pip 23.0.1 is too old"):
                vendor.pip(vendor.wheels.is_new_enough)
            self.assertTrue(vendor.pip())


if __name__ == "__main__":
    unittest.main()
