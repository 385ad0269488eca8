# SPDX-License-Identifier: Apache-2.0
#
# Four A100 in slots: two below one PCIe switch at each of two sockets, no bridges. Two GPUs share the
# link of their switch to the host; below a switch peers do not need it.
# driver, cudart: CUDA 13.0 Update 2 (release notes of the toolkit).
# switch: gen and width of the GPUs' own links, efficiency that of their model.
# node: eight channels of DDR4-3200, 8 bytes wide (JEDEC JESD79-4): 204.8 GB/s, taken at 80 %.
# invented: sockets, bus, pci, numa, uuid, serial, and that every pair has peer access.
driver version=580.95.05 cuda=13.0
cudart version=13.0
switch 0 gen=4 width=16 efficiency=0.83 bus=0x15
switch 1 gen=4 width=16 efficiency=0.83 bus=0xc8
node 0 memory=163.84GB/s
node 1 memory=163.84GB/s
sockets 0-1 rate=40GB/s
gpu 0 model=a100-pcie-40gb pci=0000:17:00.0 numa=0 uuid=GPU-00000000-0000-4000-8000-000000000001 serial=9900000000001 switch=0
gpu 1 model=a100-pcie-40gb pci=0000:18:00.0 numa=0 uuid=GPU-00000000-0000-4000-8000-000000000002 serial=9900000000002 switch=0
gpu 2 model=a100-pcie-40gb pci=0000:ca:00.0 numa=1 uuid=GPU-00000000-0000-4000-8000-000000000003 serial=9900000000003 switch=1
gpu 3 model=a100-pcie-40gb pci=0000:cb:00.0 numa=1 uuid=GPU-00000000-0000-4000-8000-000000000004 serial=9900000000004 switch=1
link all p2p=yes
