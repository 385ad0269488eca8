# SPDX-License-Identifier: Apache-2.0
"""The memory kernels move 16 bytes at a time with as many loads in flight as their source says, in
the PTX and, where NVIDIA's disassembler is installed, in the native code. No register is spilled.

Arguments: nvcc, the include folder of kernels/, the folder of the kernels."""

import re
import unittest

from compiled import Compiler

COMPILER = None

# kernel: loads of 16 bytes, stores of 16 bytes. Eight of each in the loop (four from each of two
# buffers for triad) and one more for what is left; a writer has no loads to wait for.
ACCESSES = {
    "memory_read": (8 + 1, 0),
    "memory_write": (0, 1),
    "memory_copy": (8 + 1, 8 + 1),
    "memory_triad": (2 * 4 + 2, 4 + 1),
}


def count(code, loads, stores):
    """(16-byte loads, 16-byte stores, narrower loads) of one kernel's code."""
    wide = [len(re.findall(pattern, code)) for pattern in (loads[0], stores)]
    return (*wide, len(re.findall(loads[1], code)) - wide[0])


def in_ptx(text):
    """{kernel: counts} of a PTX module."""
    parts = re.split(r"\.entry (\w+)", text)[1:]
    return {name: count(code, (r"\bld\.global(?:\.\w+)*\.v4\.", r"\bld\.global"),
                        r"\bst\.global(?:\.\w+)*\.v4\.")
            for name, code in zip(parts[::2], parts[1::2])}


def in_sass(text):
    """The same of what nvdisasm prints."""
    parts = re.split(r"\.section\s+\.text\.(\w+)", text)[1:]
    return {name: count(code, (r"\bLDG\.\S*128", r"\bLDG\b"), r"\bSTG\.\S*128")
            for name, code in zip(parts[::2], parts[1::2])}


class VectorAccessesTest(unittest.TestCase):
    def check(self, counts):
        self.assertEqual(set(counts), set(ACCESSES))
        for kernel, (loads, stores) in ACCESSES.items():
            with self.subTest(kernel):
                self.assertGreaterEqual(counts[kernel][0], loads)
                self.assertGreaterEqual(counts[kernel][1], stores)
                self.assertEqual(counts[kernel][2], 0, "a load of less than 16 bytes")

    def test_ptx(self):
        self.check(in_ptx(COMPILER.ptx(self, "memory_bandwidth.cu")))

    def test_native_code(self):
        code = COMPILER.sass(self, "memory_bandwidth.cu")
        self.check(in_sass(code))

    def test_narrow_accesses_are_seen(self):
        ptx = (".entry k(\n ld.global.v4.f32 {%f1};\n ld.global.nc.v4.f32 {%f1};\n"
               " ld.global.f32 %f1;\n st.global.v4.f32 [%r];\n st.global.f32 [%r];\n")
        sass = (".section .text.k\n LDG.E.128 R4 ;\n LDG.E.128.CONSTANT R4 ;\n LDG.E R4 ;\n"
                " STG.E.128 [R2] ;\n STG.E [R2] ;\n")

        self.assertEqual(in_ptx(ptx), {"k": (2, 1, 1)})
        self.assertEqual(in_sass(sass), {"k": (2, 1, 1)})


if __name__ == "__main__":
    COMPILER = Compiler()
    unittest.main()
