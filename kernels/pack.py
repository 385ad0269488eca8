# SPDX-License-Identifier: Apache-2.0
"""Builds the kernel pack: runs nvcc for one image, joins images into a table and a manifest.

The manifest tells the simulator what a driver would learn from the images themselves, so that it
never has to read nvcc's output. Grammar, one statement a line, '#' starts a comment:

    image FILE toolkit=13000 ptx-isa=9.0 native=75,80|none ptx=121 ptx-only=yes|no size=BYTES
          fnv1a=HEX16                                       (all on one line)
    kernel NAME registers=N shared=BYTES parameters=BYTES   (of the image above)

`registers` is the largest count of any architecture in the image, `shared` static memory only.
Standard library only: this runs wherever nvcc does.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile


class PackError(Exception):
    """Something that must stop the build, in one line."""


def run(command):
    """The combined output of `command`; a failure shows all of it, since nvcc explains itself."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise PackError(f"{' '.join(command)}\n{done.stdout}exit {done.returncode}")
    return done.stdout


def parse_ptxas(text):
    """What `ptxas -v` says, as {kernel: (registers, static shared bytes)}, the largest of all
    architectures. A kernel that spills is an error: its speed would be that of the spills."""
    kernels = {}
    name = arch = None
    for line in text.splitlines():
        if found := re.search(r"Compiling entry function '(\w+)' for '(\w+)'", line):
            name, arch = found.groups()
        elif found := re.search(r"(\d+) bytes spill stores, (\d+) bytes spill loads", line):
            if name and any(int(count) for count in found.groups()):
                raise PackError(f"kernel '{name}' spills registers on {arch}: {line.strip()}")
        elif found := re.search(r"Used (\d+) registers", line):
            if name is None:
                raise PackError(f"ptxas counts registers of no kernel: {line.strip()}")
            shared = re.search(r"(\d+) bytes smem", line)
            seen = kernels.get(name, (0, 0))
            kernels[name] = (max(seen[0], int(found.group(1))),
                             max(seen[1], int(shared.group(1)) if shared else 0))
            name = None
    return kernels


def parse_ptx(text):
    """The ISA version of a PTX module and {kernel: parameter bytes}."""
    version = re.search(r"^\.version (\d+\.\d+)", text, re.M)
    if not version:
        raise PackError("nvcc's PTX names no version")
    kernels = {}
    for name, parameters in re.findall(r"\.entry (\w+)\s*\(([^)]*)\)", text):
        one_struct = re.fullmatch(r"\s*\.param \.align \d+ \.b8 \w+\[(\d+)\]\s*", parameters)
        if not one_struct:
            raise PackError(f"kernel '{name}' must have one struct as its only parameter")
        kernels[name] = int(one_struct.group(1))
    return version.group(1), kernels


def fnv1a(data):
    """FNV-1a, 64 bit (Fowler, Noll, Vo): tells images apart. Nothing here is about security, and
    a cryptographic hash in the simulator would be a dependency or one more thing to get wrong."""
    digest = 0xCBF29CE484222325
    for byte in data:
        digest = (digest ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return digest


def architectures(text):
    return [int(word) for word in text.split(",")] if text else []


def build_image(args):
    native, ptx = architectures(args.native), architectures(args.ptx)
    nvcc = [args.nvcc, *args.flags.split()]
    with tempfile.TemporaryDirectory(dir=os.path.dirname(args.output) or ".") as scratch:
        listing = os.path.join(scratch, "listing.ptx")
        run([*nvcc, "-ptx", f"-arch=compute_{ptx[-1]}", "-o", listing, args.source])
        with open(listing, encoding="ascii") as file:
            isa, parameters = parse_ptx(file.read())
        targets = []
        for arch in sorted(set(native + ptx)):
            codes = [f"sm_{arch}"] * (arch in native) + [f"compute_{arch}"] * (arch in ptx)
            targets += ["-gencode", f"arch=compute_{arch},code=[{','.join(codes)}]"]
        log = run([*nvcc, "-fatbin", "-Xptxas", "-v", *targets, "-MD", "-MF", args.depfile,
                   "-o", args.output, args.source])
        if not native:
            # The driver will compile this PTX; the offline assembler says about how it will look.
            cubin = os.path.join(scratch, "listing.cubin")
            log = run([*nvcc, "-cubin", "-Xptxas", "-v", f"-arch=sm_{ptx[0]}", "-o", cubin,
                       listing])
    usage = parse_ptxas(log)
    if set(usage) != set(parameters) or not usage:
        raise PackError(f"{args.source}: ptxas saw kernels {sorted(usage)}, "
                        f"PTX has {sorted(parameters)}")
    image = {
        "file": args.name, "toolkit": args.toolkit, "ptx_isa": isa, "native": native, "ptx": ptx,
        "ptx_only": not native, "path": os.path.abspath(args.output),
        "kernels": [{"name": name, "registers": usage[name][0], "shared": usage[name][1],
                     "parameters": parameters[name]} for name in sorted(usage)],
    }
    with open(args.output + ".json", "w", encoding="ascii") as file:
        json.dump(image, file, indent=1)


def manifest_of(images):
    lines = ["# Written by kernels/pack.py, which documents the grammar."]
    for image in images:
        native = ",".join(map(str, image["native"])) or "none"
        lines.append(
            f"image {image['file']} toolkit={image['toolkit']} ptx-isa={image['ptx_isa']} "
            f"native={native} ptx={','.join(map(str, image['ptx']))} "
            f"ptx-only={'yes' if image['ptx_only'] else 'no'} size={image['size']} "
            f"fnv1a={image['fnv1a']:016x}")
        lines += [f"kernel {kernel['name']} registers={kernel['registers']} "
                  f"shared={kernel['shared']} parameters={kernel['parameters']}"
                  for kernel in image["kernels"]]
    return "\n".join(lines) + "\n"


def table_of(images):
    """The images as C. `.incbin` and not an array of numbers: a compiler takes seconds per MiB."""
    lines = ["/* SPDX-License-Identifier: Apache-2.0 */",
             "/* Written by kernels/pack.py. */", '#include "kernels/pack.h"', "", "__asm__("]
    lines.append(r'    ".pushsection .rodata\n"')
    for index, image in enumerate(images):
        name = f"gst_image_{index}"
        lines += [rf'    ".balign 64\n.globl {name}\n.hidden {name}\n{name}:\n"',
                  rf'    ".incbin \"{image["path"]}\"\n"']
    lines += [r'    ".popsection\n");', ""]
    lines += [f"extern const unsigned char gst_image_{index}[] "
              '__attribute__((visibility("hidden")));' for index in range(len(images))]
    lines += ["", "const struct gst_kernel_image gst_kernel_images[] = {"]
    for index, image in enumerate(images):
        native, ptx = (" ".join(map(str, image[key])) for key in ("native", "ptx"))
        lines.append(
            f'    {{ "{image["file"]}", {image["toolkit"]}, '
            f'{"true" if image["ptx_only"] else "false"}, "{native}", "{ptx}", '
            f'gst_image_{index}, {image["size"]} }},')
    lines += ["};", f"const size_t gst_kernel_image_count = {len(images)};"]
    return "\n".join(lines) + "\n"


def join_images(args):
    images = []
    for path in args.images:
        with open(path + ".json", encoding="ascii") as file:
            image = json.load(file)
        with open(path, "rb") as file:
            data = file.read()
        image.update(size=len(data), fnv1a=fnv1a(data))
        images.append(image)
    images.sort(key=lambda image: (image["toolkit"], image["file"], image["ptx_only"]))
    for path, text in ((args.table, table_of(images)), (args.manifest, manifest_of(images))):
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(path, "w", encoding="ascii") as file:
            file.write(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(required=True)
    image = verbs.add_parser("image", help="compile one image")
    for option in ("nvcc", "flags", "source", "name", "native", "ptx", "depfile", "output"):
        image.add_argument(f"--{option}", required=True)
    image.add_argument("--toolkit", type=int, required=True)
    image.set_defaults(run=build_image)
    join = verbs.add_parser("join", help="write the table and the manifest of all images")
    join.add_argument("--table", required=True)
    join.add_argument("--manifest", required=True)
    join.add_argument("images", nargs="+")
    join.set_defaults(run=join_images)
    args = parser.parse_args()
    try:
        args.run(args)
    except (PackError, OSError) as error:
        sys.exit(f"kernels/pack.py: {error}")


if __name__ == "__main__":
    main()
