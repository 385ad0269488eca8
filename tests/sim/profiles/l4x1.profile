# SPDX-License-Identifier: Apache-2.0
#
# One L4.
# driver, cudart: CUDA 13.0 Update 2 (release notes of the toolkit).
# pci: deviceQuery output and nvidia-smi table of an L4.
# invented: numa, uuid, serial.
driver version=580.95.05 cuda=13.0
cudart version=13.0
gpu 0 model=l4 pci=0000:01:00.0 numa=-1 uuid=GPU-00000000-0000-4000-8000-000000000001 serial=9900000000001
