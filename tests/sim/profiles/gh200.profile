# SPDX-License-Identifier: Apache-2.0
#
# One GH200 superchip: host memory is reached over C2C and not over PCIe.
# driver, cudart: CUDA 13.0 Update 2 (release notes of the toolkit).
# pci: nvidia-smi table of a GH200. numa: lscpu of a GH200, whose node 0 has all CPUs.
# invented: uuid, serial.
driver version=580.95.05 cuda=13.0
cudart version=13.0
gpu 0 model=gh200 pci=0000:dd:00.0 numa=0 uuid=GPU-00000000-0000-4000-8000-000000000001 serial=9900000000001
