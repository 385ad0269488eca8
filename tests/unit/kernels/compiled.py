# SPDX-License-Identifier: Apache-2.0
"""What nvcc makes of a kernel's source, for tests that read it; skips a test where it cannot."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


class Compiler:
    """Of the arguments of such a test: nvcc or nothing, the include folder of kernels/, the folder of
    the kernels."""

    def __init__(self):
        self.kernels, self.include, self.nvcc = sys.argv.pop(), sys.argv.pop(), sys.argv.pop()

    def compile(self, test, source, *options):
        if not self.nvcc:
            test.skipTest("no nvcc: this build carries no kernels")
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder, "out")
            subprocess.run([self.nvcc, "-allow-unsupported-compiler", f"-I{self.include}", *options,
                            "-o", output, Path(self.kernels, source)], check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            return output.read_bytes()

    def ptx(self, test, source):
        return self.compile(test, source, "-ptx", "-arch=compute_80").decode()

    def sass(self, test, source):
        """As NVIDIA's disassembler prints it."""
        tool = shutil.which("nvdisasm", path=str(Path(self.nvcc).parent)) if self.nvcc else None
        tool = tool or shutil.which("nvdisasm")
        if tool is None:
            test.skipTest("no nvdisasm beside nvcc or on PATH: native code cannot be read")
        with tempfile.NamedTemporaryFile() as cubin:
            cubin.write(self.compile(test, source, "-cubin", "-arch=sm_80"))
            cubin.flush()
            return subprocess.run([tool, cubin.name], check=True, capture_output=True,
                                  text=True).stdout
