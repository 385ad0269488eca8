# SPDX-License-Identifier: Apache-2.0
#
# One T4 as a virtual machine has it: firmware that names no NUMA node.
# driver, cudart: CUDA 13.0 Update 2 (release notes of the toolkit).
# pci: deviceQuery output of a T4 in a virtual machine.
# invented: numa, uuid, serial.
driver version=580.95.05 cuda=13.0
cudart version=13.0
gpu 0 model=t4 pci=0000:00:07.0 numa=-1 uuid=GPU-00000000-0000-4000-8000-000000000001 serial=9900000000001
