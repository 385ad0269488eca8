# SPDX-License-Identifier: Apache-2.0
"""What NVIDIA's packages of CUDA put where, for stand-ins of its images. Libraries and compilers are
the real ones; what is not NVIDIA's to give away without its images (the driver's libraries for
forward compatibility, link stubs, the entrypoint) is ours and only looks like it.
"""

import re
import subprocess
import tempfile
from pathlib import Path

TARGET = "targets/x86_64-linux"
MULTIARCH = "/usr/lib/x86_64-linux-gnu"
STUB_LIBRARY = 34  # CUDA_ERROR_STUB_LIBRARY
NVML_NOT_FOUND = 12  # NVML_ERROR_LIBRARY_NOT_FOUND

ENTRYPOINT = """\
#!/bin/sh
# Stands in for NVIDIA's: shows what is in /opt/nvidia/entrypoint.d, then runs the command.
for part in /opt/nvidia/entrypoint.d/*; do
    case $part in
    *.txt) cat "$part" ;;
    *.sh) . "$part" ;;
    esac
done
exec "${@:-/bin/bash}"
"""
BANNER = """\

== stand-in for the banner of CUDA images ==

CUDA version {version}

"""
DRIVER_CHECK = """\
if ! ls /dev/nvidiactl >/dev/null 2>&1 && [ ! -e /dev/dxg ]; then
    echo "stand-in for the warning of CUDA images: no NVIDIA driver was found"
    echo
    export NVIDIA_CPU_ONLY=1
fi
"""


def fill(layer, variant, release, vendor, root):
    """Writes the layer of a variant; `root` gets what the loader's cache is made from."""
    {"base": fill_base, "runtime": fill_runtime, "devel": fill_devel}[variant](
        layer, release, vendor, root)


def home_of(release):
    return f"/usr/local/cuda-{release.short}"


def add_library(layer, root, folder, source, version):
    """A library as Debian packages have it: the file by its full version, its SONAME as a link."""
    soname = Path(source).name
    stem = soname.partition(".so")[0]
    full = f"{stem}.so.{version}"
    layer.file(f"{folder}/{full}", source)
    root.put(f"{folder}/{full}", source=source)
    if soname != full:
        layer.link(f"{folder}/{soname}", full)
        root.put(f"{folder}/{soname}", target=full)


def add_cache(layer, root):
    layer.text("/etc/ld.so.cache", root.loader_cache())


def compile_library(source, soname):
    """The bytes of a shared library that is made here."""
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "made.so"
        subprocess.run(["gcc", "-x", "c", "-shared", "-fPIC", "-nostdlib", "-s", "-w",
                        f"-Wl,-soname,{soname}", "-o", made, "-"],
                       input=source.encode(), check=True)
        return made.read_bytes()


def functions_of(header, include, prefix):
    """Names of the functions that a header declares, as the linker knows them."""
    text = subprocess.run(["gcc", "-E", "-P", f"-I{include}", header], capture_output=True,
                          text=True, check=True).stdout
    return sorted(set(re.findall(rf"\b({prefix}[A-Z]\w*) *\(", text)))


def stub(header, include, prefix, soname, answer):
    """A library to link with, each of whose functions fails."""
    names = functions_of(header, include, prefix)
    return compile_library(
        "".join(f"int {name}(void) {{ return {answer}; }}\n" for name in names), soname)


def fill_base(layer, release, vendor, root):
    home, major = home_of(release), release.major
    for name, target in ((f"/usr/local/cuda-{major}", f"/etc/alternatives/cuda-{major}"),
                         ("/usr/local/cuda", "/etc/alternatives/cuda"),
                         (f"/etc/alternatives/cuda-{major}", home), ("/etc/alternatives/cuda", home),
                         (f"{home}/lib64", f"{TARGET}/lib")):
        layer.link(name, target)
        root.put(name, target=target)
    for name, lines in (("000_cuda", [f"/usr/local/cuda/{TARGET}/lib"]),
                        (f"988_cuda-{major}", [f"/usr/local/cuda-{major}/{TARGET}/lib"]),
                        ("nvidia", release.loader)):
        text = "".join(f"{line}\n" for line in lines)
        layer.text(f"/etc/ld.so.conf.d/{name}.conf", text)
        root.put(f"/etc/ld.so.conf.d/{name}.conf", text=text)
    add_library(layer, root, f"{home}/{TARGET}/lib", next(vendor.glob("lib/libcudart.so.*")),
                release.holds("cudart"))
    # Off the loader's path, as there.
    for stem in ("libcuda", "libcudadebugger", "libnvidia-ptxjitcompiler", "libnvidia-nvvm"):
        soname = f"{stem}.so.4" if stem == "libnvidia-nvvm" else f"{stem}.so.1"
        layer.text(f"{home}/compat/{stem}.so.{release.compat}",
                   compile_library("int stand_in_of_cuda_compat;\n", soname), 0o755)
        layer.link(f"{home}/compat/{soname}", f"{stem}.so.{release.compat}")
    layer.link(f"{home}/compat/libcuda.so", "libcuda.so.1")
    layer.text("/NGC-DL-CONTAINER-LICENSE", "stands in for NVIDIA's licence of its images\n")
    add_cache(layer, root)


def fill_runtime(layer, release, vendor, root):
    lib = f"{home_of(release)}/{TARGET}/lib"
    for stem, what in (("libcublas", "cublas"), ("libcublasLt", "cublas"), ("libnvrtc", "nvrtc"),
                       ("libnvrtc-builtins", "nvrtc")):
        add_library(layer, root, lib, next(vendor.glob(f"lib/{stem}.so.*")), release.holds(what))
    add_library(layer, root, MULTIARCH, next(vendor.glob("lib/libnccl.so.*")), release.holds("nccl"))
    layer.text("/opt/nvidia/nvidia_entrypoint.sh", ENTRYPOINT, 0o755)
    layer.text("/opt/nvidia/entrypoint.d/10-banner.txt", BANNER.format(version=release.version))
    layer.text("/opt/nvidia/entrypoint.d/50-gpu-driver-check.sh", DRIVER_CHECK)
    add_cache(layer, root)


def fill_devel(layer, release, vendor, root):
    home = home_of(release)
    include, lib = vendor / "include", f"{home}/{TARGET}/lib"
    layer.link(f"{home}/include", f"{TARGET}/include")
    layer.tree(f"{home}/{TARGET}/include", include, lambda name: not name.startswith("nccl"))
    layer.tree("/usr/include", include, lambda name: name.startswith("nccl"))
    layer.tree(f"{home}/nvvm", vendor / "nvvm")
    layer.tree(f"{home}/bin", vendor / "bin", lambda name: name != "nvcc.profile")
    profile = (vendor / "bin/nvcc.profile").read_text()
    layer.text(f"{home}/bin/nvcc.profile",
               profile.replace('"-L$(TOP)/lib"', '"-L$(TOP)/lib64/stubs" "-L$(TOP)/lib64"'))
    for source in sorted(vendor.glob("lib/*.so.*")):
        stem = source.name.partition(".so")[0]
        if stem in ("libcudart", "libcublas", "libcublasLt", "libnvrtc", "libnvrtc-builtins"):
            layer.link(f"{lib}/{stem}.so", source.name)
    layer.link(f"{MULTIARCH}/libnccl.so", "libnccl.so.2")
    for name, instead in (("libcudart_static.a", "INPUT(-lcudart)\n"),
                          ("libcudadevrt.a", "!<arch>\n")):
        if (vendor / "lib" / name).exists():
            layer.file(f"{lib}/{name}", vendor / "lib" / name)
        else:
            # Older wheels have no archives; a linker takes a script, or an empty one, as well.
            layer.text(f"{lib}/{name}", instead)
    layer.text(f"{lib}/stubs/libcuda.so",
               stub(include / "cuda.h", include, "cu", "libcuda.so.1", STUB_LIBRARY), 0o755)
    layer.text(f"{lib}/stubs/libnvidia-ml.so", stub(include / "nvml.h", include, "nvml",
                                                    "libnvidia-ml.so.1", NVML_NOT_FOUND), 0o755)
