# SPDX-License-Identifier: Apache-2.0
"""What kernels/pack.py makes of nvcc's output, and what it refuses."""

import contextlib
import io
import os
import sys
import tempfile
import unittest

if __name__ == "__main__":
    sys.path.insert(0, sys.argv.pop(1))
    sys.dont_write_bytecode = True
import pack

# In the form that ptxas documents for -v; two architectures, numbers chosen here.
PTXAS = """\
ptxas info    : 0 bytes gmem
ptxas info    : Compiling entry function 'k' for 'sm_75'
ptxas info    : Function properties for k
    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
ptxas info    : Used 14 registers, used 1 barriers, 512 bytes smem, 392 bytes cmem[0]
ptxas info    : Compiling entry function 'k' for 'sm_121'
ptxas info    : Function properties for k
    0 bytes stack frame, {stores} bytes spill stores, {loads} bytes spill loads
ptxas info    : Used 20 registers, used 1 barriers
"""
PTX = """\
.version 8.4
.target sm_90
.visible .entry k(
    .param .align 8 .b8 k_param_0[40]
)
"""


class PtxasTest(unittest.TestCase):
    def test_the_largest_of_all_architectures_counts(self):
        self.assertEqual(pack.parse_ptxas(PTXAS.format(stores=0, loads=0)), {"k": (20, 512)})

    def test_spills_stop_the_build(self):
        for stores, loads in ((8, 0), (0, 4), (16, 16)):
            with self.assertRaisesRegex(pack.PackError, "'k' spills registers on sm_121"):
                pack.parse_ptxas(PTXAS.format(stores=stores, loads=loads))


class PtxTest(unittest.TestCase):
    def test_version_and_parameter_size(self):
        self.assertEqual(pack.parse_ptx(PTX), ("8.4", {"k": 40}))

    def test_two_parameters_are_refused(self):
        text = PTX.replace("[40]", "[40],\n    .param .u32 k_param_1")
        with self.assertRaisesRegex(pack.PackError, "one struct"):
            pack.parse_ptx(text)

    def test_no_version_is_refused(self):
        with self.assertRaisesRegex(pack.PackError, "no version"):
            pack.parse_ptx(PTX.replace(".version", "//"))


class DigestTest(unittest.TestCase):
    def test_published_vectors(self):
        # From the FNV reference code's table of test vectors.
        self.assertEqual(pack.fnv1a(b""), 0xCBF29CE484222325)
        self.assertEqual(pack.fnv1a(b"a"), 0xAF63DC4C8601EC8C)
        self.assertEqual(pack.fnv1a(b"foobar"), 0x85944171F73967E8)


class JoinTest(unittest.TestCase):
    def test_a_compiler_that_fails_is_quoted(self):
        with self.assertRaisesRegex(pack.PackError, "(?s)bad news.*exit 3"):
            pack.run(["sh", "-c", "echo bad news; exit 3"])

    def test_a_missing_image_is_one_line(self):
        with tempfile.TemporaryDirectory() as folder:
            sys.argv = ["pack.py", "join", "--table", "t", "--manifest", "m",
                        os.path.join(folder, "no.fatbin")]
            with self.assertRaises(SystemExit) as stopped, \
                    contextlib.redirect_stderr(io.StringIO()):
                pack.main()
            self.assertRegex(str(stopped.exception), r"^kernels/pack.py: .*no\.fatbin")


if __name__ == "__main__":
    unittest.main()
