# SPDX-License-Identifier: Apache-2.0
#
# Every image that images/Dockerfile can make: toolkit x variant x distribution x processor.
#
#     docker buildx bake -f images/docker-bake.hcl              all of them
#     docker buildx bake -f images/docker-bake.hcl 13-0-base-ubi9
#     NEWEST=13.3.0 REPOSITORY=registry/gpu-selftest docker buildx bake -f images/docker-bake.hcl
#
# A cell that no official image serves is left out by the rule below, which compares releases.

variable "REPOSITORY" { default = "gpu-selftest" }
variable "CUDA_IMAGE" { default = "nvidia/cuda" }
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
variable "PLAIN" { default = "13.0.0-ubuntu22.04" }

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

function "cells" {
  params = [toolkits, distros, variants]
  result = flatten([for cuda in toolkits : [for distro, since in distros : [
    for variant in variants : { cuda = cuda, distro = distro, variant = variant }
    if number(cuda) >= since
  ]]])
}

function "plain_names" {
  params = [cuda, distro, variant]
  result = "${cuda}-${distro}" != PLAIN ? [] : concat(
    ["${REPOSITORY}:${variant}"], variant == "runtime" ? ["${REPOSITORY}:latest"] : [])
}

group "default" {
  targets = ["image"]
}

target "image" {
  matrix     = { cell = cells(distinct(concat(TOOLKITS, [NEWEST])), DISTROS, VARIANTS) }
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
