# SPDX-License-Identifier: Apache-2.0
"""What scripts/wheels.py reads of a wheel, and what it refuses: a wheel of our own, from a server of
our own on this machine.
"""

import base64
import hashlib
import io
import json
import os
import sys
import threading
import unittest
import unittest.mock
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import wheels  # noqa: E402

HEADER, LIBRARY, RECORD = "a/include/a.h", "a/lib/liba.so", "a-1.dist-info/RECORD"
TEXT, CODE = b"int a(void);\n", os.urandom(1 << 20)


def row(name, data):
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
    return f"{name},sha256={digest},{len(data)}\n"


def make_wheel(header=TEXT, named=TEXT):
    """The bytes, and the digest of its RECORD, which tells of `named` as its header."""
    record = row(HEADER, named) + row(LIBRARY, CODE) + f"{RECORD},,\n"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(HEADER, header)
        archive.writestr(LIBRARY, CODE)
        archive.writestr(RECORD, record)
    return out.getvalue(), hashlib.sha256(record.encode()).hexdigest()


class Server:
    """Serves bytes; what it does not do as asked is up to the case."""

    def __init__(self, data, reads_ranges=True, refusals=(), cuts=0):
        answers, self.asked = list(refusals), []
        left = [cuts]

        class Handler(BaseHTTPRequestHandler):
            def do_GET(handler):
                wanted = handler.headers["Range"].removeprefix("bytes=")
                self.asked.append(wanted)
                if left[0] > 0:
                    left[0] -= 1
                    handler.connection.close()
                    return
                if answers:
                    handler.send_error(answers.pop())
                    return
                first, last = wanted.split("-")
                start = int(first) if first else max(0, len(data) - int(last))
                end = int(last) if first else len(data) - 1
                body = data[start:end + 1] if reads_ranges else data
                handler.send_response(206 if reads_ranges else 200)
                if reads_ranges:
                    handler.send_header("Content-Range", f"bytes {start}-{end}/{len(data)}")
                handler.send_header("Content-Length", str(len(body)))
                handler.end_headers()
                try:
                    handler.wfile.write(body)
                except ConnectionError:
                    pass  # who wanted a part stops reading

            def log_message(handler, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/a-1.whl"

    def __enter__(self):
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def is_header(name):
    return name.endswith(".h")


@unittest.mock.patch.dict(os.environ, {"no_proxy": "*"})
@unittest.mock.patch.object(wheels, "PAUSE_S", 0)
class Reading(unittest.TestCase):
    def test_only_a_part_is_fetched(self):
        data, digest = make_wheel()
        with Server(data) as server:
            file = wheels.Ranges(server.url)
            self.assertEqual(wheels.read(file, digest, is_header), {HEADER: TEXT})
        self.assertGreater(len(data), 1 << 20)
        self.assertLessEqual(file.fetched, 2 * wheels.READ_AT_ONCE)
        self.assertEqual(len(server.asked), 2)

    def test_a_large_member_comes_whole(self):
        data, digest = make_wheel()
        with Server(data) as server:
            file = wheels.Ranges(server.url)
            self.assertEqual(wheels.read(file, digest, lambda name: name == LIBRARY),
                             {LIBRARY: CODE})

    def test_another_record_is_refused(self):
        data, _ = make_wheel()
        with Server(data) as server, self.assertRaisesRegex(wheels.Refused, "is not the pinned one"):
            wheels.read(wheels.Ranges(server.url), "0" * 64, is_header)

    def test_a_file_that_is_not_as_recorded_is_refused(self):
        data, digest = make_wheel(header=b"int b(void);\n")
        with Server(data) as server, \
                self.assertRaisesRegex(wheels.Refused, f"{HEADER} is not as its wheel's RECORD"):
            wheels.read(wheels.Ranges(server.url), digest, is_header)

    def test_a_file_without_a_record_of_it_is_refused(self):
        data, digest = make_wheel()
        with Server(data) as server, self.assertRaisesRegex(wheels.Refused, "RECORD is not as"):
            wheels.read(wheels.Ranges(server.url), digest, lambda name: name == RECORD)

    def test_no_record_at_all_is_refused(self):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr(HEADER, TEXT)
        with Server(out.getvalue()) as server, \
                self.assertRaisesRegex(wheels.Refused, "it has no RECORD"):
            wheels.read(wheels.Ranges(server.url), "0" * 64, is_header)

    def test_a_server_without_ranges_is_told(self):
        data, _ = make_wheel()
        with Server(data, reads_ranges=False) as server, \
                self.assertRaisesRegex(wheels.NoRanges, "does not read parts of files"):
            wheels.Ranges(server.url)

    def test_a_refusal_is_told(self):
        with Server(b"", refusals=[403]) as server, \
                self.assertRaisesRegex(wheels.NoRanges, "answers 403"):
            wheels.Ranges(server.url)

    def test_a_cut_connection_is_tried_again_but_not_for_ever(self):
        data, digest = make_wheel()
        with Server(data, cuts=wheels.TRIES - 1) as server:
            self.assertEqual(wheels.read(wheels.Ranges(server.url), digest, is_header),
                             {HEADER: TEXT})
        with Server(data, cuts=wheels.TRIES) as server, self.assertRaises(OSError):
            wheels.Ranges(server.url)
        self.assertEqual(len(server.asked), wheels.TRIES)


class Asking(unittest.TestCase):
    def test_one_version_of_each_package_at_a_time(self):
        wanted = [("b", "1"), ("a", "2"), ("a", "1"), ("a", "2")]
        self.assertEqual(wheels.rounds(wanted), [{"a": "1", "b": "1"}, {"a": "2"}])
        self.assertEqual(wheels.rounds([]), [])

    def test_which_pip_is_new_enough(self):
        for text, enough in (("pip 23.0.1 from /usr (python 3.11)", False), ("pip 23.3 from", True),
                             ("pip 22.3.1 from", False), ("pip 26.3 from", True)):
            with self.subTest(text=text):
                self.assertEqual(wheels.is_new_enough(text), enough)

    def test_places(self):
        report = {"install": [
            {"metadata": {"name": "nvidia_nccl.cu12", "version": "2.19.3"},
             "download_info": {"url": "https://host/w.whl",
                               "archive_info": {"hashes": {"sha256": "77"}}}},
            {"metadata": {"name": "b", "version": "1"}, "download_info": {"url": "file:///b"}}]}
        self.assertEqual(wheels.places(json.dumps(report)),
                         {("nvidia-nccl-cu12", "2.19.3"): ("https://host/w.whl", "77"),
                          ("b", "1"): ("file:///b", None)})


if __name__ == "__main__":
    unittest.main()
