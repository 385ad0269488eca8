# SPDX-License-Identifier: Apache-2.0
#
# Every image that images/Dockerfile can make: toolkit x variant x distribution x processor.
#
# One of them, for this processor, which docker's own builder can do:
#
#     docker buildx bake -f images/docker-bake.hcl --set '*.platform=linux/amd64' --load 13-0-base-ubi9
#
# All of them, for both processors, which needs a builder of its own, and binfmt for the other one:
#
#     docker buildx create --use
#     REPOSITORY=registry/gpu-selftest docker buildx bake -f images/docker-bake.hcl --push
#
# A cell that no official image serves is left out by the rule below, which compares releases.

variable "REPOSITORY" { default = "gpu-selftest" }
variable "CUDA_IMAGE" { default = "docker.io/nvidia/cuda" }
variable "REVISION" { default = "unknown" }

# A tag of the newest toolkit; it moves on, the others stay.
variable "NEWEST" { default = "13.3.0" }

# Tags of official images carry the patch version.
variable "TOOLKITS" { default = ["11.8.0", "12.4.1", "12.9.1", "13.0.0"] }

variable "VARIANTS" { default = ["base", "runtime", "devel"] }

# The first release, 1000 * major + 10 * minor, whose official images have this distribution.
variable "DISTROS" {
  default = {
    "ubuntu22.04" = 11070
    "ubuntu24.04" = 12050
    "ubi9"        = 12000
  }
}

# What the plain names stand for: gpu-selftest:base, gpu-selftest.
variable "PLAIN" { default = "13.0-ubuntu22.04" }

function "major" {
  params = [cuda]
  result = split(".", cuda)[0]
}

function "release" {
  params = [cuda]
  result = join(".", slice(split(".", cuda), 0, 2))
}

function "number" {
  params = [cuda]
  result = parseint(split(".", cuda)[0], 10) * 1000 + parseint(split(".", cuda)[1], 10) * 10
}

# The first release whose official runtime and devel images have no NCCL any more (as of 13.1.1 and
# 13.2.0): what promises all-reduce cannot stand on them.
variable "WITHOUT_NCCL" { default = 13010 }

function "serves" {
  params = [cuda, since, variant]
  result = number(cuda) >= since && (variant == "base" || number(cuda) < WITHOUT_NCCL)
}

function "cells" {
  params = [toolkits, distros, variants]
  result = flatten([for cuda in toolkits : [for distro, since in distros : [
    for variant in variants : { cuda = cuda, distro = distro, variant = variant }
    if serves(cuda, since, variant)
  ]]])
}

# A newer patch of a release that is named above takes its place: names tell releases.
function "toolkits" {
  params = []
  result = concat([for cuda in TOOLKITS : cuda if release(cuda) != release(NEWEST)], [NEWEST])
}

function "plain_names" {
  params = [cuda, distro, variant]
  result = "${release(cuda)}-${distro}" != PLAIN ? [] : concat(
    ["${REPOSITORY}:${variant}"], variant == "runtime" ? ["${REPOSITORY}:latest"] : [])
}

group "default" {
  targets = ["image"]
}

target "image" {
  matrix     = { cell = cells(toolkits(), DISTROS, VARIANTS) }
  name       = replace("${release(cell.cuda)}-${cell.variant}-${cell.distro}", ".", "-")
  context    = "."
  dockerfile = "images/Dockerfile"
  target     = cell.variant
  platforms  = ["linux/amd64", "linux/arm64"]
  args = {
    CUDA_IMAGE   = CUDA_IMAGE
    CUDA_VERSION = cell.cuda
    CUDA_MAJOR   = major(cell.cuda)
    DISTRO       = cell.distro
    REVISION     = REVISION
  }
  tags = concat(["${REPOSITORY}:${release(cell.cuda)}-${cell.variant}-${cell.distro}"],
    plain_names(cell.cuda, cell.distro, cell.variant))
}
