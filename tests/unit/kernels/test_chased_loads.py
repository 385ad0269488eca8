# SPDX-License-Identifier: Apache-2.0
"""The walk of latency_chase in the code that nvcc makes: single loads of one word that no cache next
to the processor answers, nothing fetched ahead, and each address computed from the load before.

Arguments: nvcc, the include folder of kernels/, the folder of the kernels."""

import re
import unittest

from compiled import Compiler

COMPILER = None
KERNEL = "latency_chase"

LOAD = re.compile(r"^ld\.volatile\.global\.u32$")


def instructions(ptx):
    """(opcode, register written or None, registers read) of each instruction of the kernel."""
    body = re.split(rf"\.entry {KERNEL}\b", ptx)[1].split(".entry")[0]
    found = []
    for line in re.findall(r"^\s*(?:@!?%p\d+\s+)?([a-z][\w.]*)\s+([^;]*);", body, re.M):
        opcode, operands = line
        registers = re.findall(r"%\w+", operands)
        if opcode.startswith(("st.", "bra", "ret")):
            found.append((opcode, None, registers))
        elif registers:
            found.append((opcode, registers[0], registers[1:]))
    return found


def independent_loads(code):
    """Volatile loads whose address comes neither from the load before them nor, as that of the
    first in a row, from a register that a load writes on the way round the loop."""
    loaded = {target for opcode, target, _ in code if LOAD.match(opcode)}
    alone = 0
    for place, (opcode, _, sources) in enumerate(code):
        if not LOAD.match(opcode):
            continue
        wanted = set(sources)
        for earlier, target, inputs in reversed(code[:place]):
            if target in wanted:
                wanted.discard(target)
                wanted.update({target} if LOAD.match(earlier) else inputs)
            if wanted & loaded:
                break
        alone += not wanted & loaded
    return alone


class ChasedLoadsTest(unittest.TestCase):
    def test_ptx(self):
        code = instructions(COMPILER.ptx(self, "latency.cu"))
        loads = [opcode for opcode, _, _ in code
                 if re.match(r"(ld|ldu|prefetch|cp)\b", opcode) and ".param" not in opcode]

        self.assertTrue(loads)
        self.assertEqual([opcode for opcode in loads if not LOAD.match(opcode)], [])
        self.assertEqual(independent_loads(code), 0)

    def test_native_code(self):
        code = COMPILER.sass(self, "latency.cu")
        code = re.split(rf"\.section\s+\.text\.{KERNEL}\b", code)[1].split(".section")[0]
        loads = re.findall(r"\b(?:LDG|LD|CCTL|LDGSTS|UBLKPF)\.?\S*", code)

        self.assertTrue(loads)
        for load in loads:
            self.assertRegex(load, r"^LDG\.E\.STRONG\.SYS")
            self.assertNotRegex(load, r"64|128")

    def test_code_that_is_not_a_chase_is_seen(self):
        chase = (".entry latency_chase(\n"
                 " mov.u32 %r1, 0;\n"
                 " ld.volatile.global.u32 %r2, [%rd1];\n"
                 " mul.wide.u32 %rd2, %r2, 4;\n"
                 " ld.volatile.global.u32 %r3, [%rd2];\n"
                 " mul.wide.u32 %rd1, %r3, 4;\n")
        ahead = chase.replace("%rd2, %r2, 4", "%rd2, %r1, 4")

        # The first address is the loop's to give; here nothing before it does.
        self.assertEqual(independent_loads(instructions(chase)), 1)
        self.assertEqual(independent_loads(instructions(ahead)), 2)


if __name__ == "__main__":
    COMPILER = Compiler()
    unittest.main()
