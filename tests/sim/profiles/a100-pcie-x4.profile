# SPDX-License-Identifier: Apache-2.0
#
# Four A100 in slots, two at each CPU socket, no bridges: peers reach each other over PCIe.
# driver, cudart: CUDA 13.0 Update 2 (release notes of the toolkit).
# invented: pci, numa, uuid, serial, and that every pair has peer access.
driver version=580.95.05 cuda=13.0
cudart version=13.0
gpu 0 model=a100-pcie-40gb pci=0000:17:00.0 numa=0 uuid=GPU-00000000-0000-4000-8000-000000000001 serial=9900000000001
gpu 1 model=a100-pcie-40gb pci=0000:65:00.0 numa=0 uuid=GPU-00000000-0000-4000-8000-000000000002 serial=9900000000002
gpu 2 model=a100-pcie-40gb pci=0000:ca:00.0 numa=1 uuid=GPU-00000000-0000-4000-8000-000000000003 serial=9900000000003
gpu 3 model=a100-pcie-40gb pci=0000:e3:00.0 numa=1 uuid=GPU-00000000-0000-4000-8000-000000000004 serial=9900000000004
link all p2p=yes
