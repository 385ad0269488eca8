# SPDX-License-Identifier: Apache-2.0
#
# A DGX-2: sixteen V100, every pair over NVSwitch by all six NVLinks, two GPUs below each PCIe
# switch. Kernels for compute capability 7.0 need a pack of CUDA 12 or older.
# driver, cudart: CUDA 13.0 Update 2 (release notes of the toolkit).
# pci: hwloc XML of a DGX-2. link: nvidia-smi topo -m of a DGX-2 (NV6). numa: the same, eight GPUs
# at each of two nodes.
# switch: two GPUs share a PIX distance to a NIC in the same output; gen and width are those of the
# GPUs (hwloc XML), efficiency that of their model. bus: the same XML; the switches above those, which
# two of them share, are left out.
# invented: uuid, serial.
driver version=580.95.05 cuda=13.0
cudart version=13.0
switch 0 gen=3 width=16 efficiency=0.78 bus=0x32
switch 1 gen=3 width=16 efficiency=0.78 bus=0x37
switch 2 gen=3 width=16 efficiency=0.78 bus=0x55
switch 3 gen=3 width=16 efficiency=0.78 bus=0x5a
switch 4 gen=3 width=16 efficiency=0.78 bus=0xb5
switch 5 gen=3 width=16 efficiency=0.78 bus=0xba
switch 6 gen=3 width=16 efficiency=0.78 bus=0xde
switch 7 gen=3 width=16 efficiency=0.78 bus=0xe3
gpu 0 model=v100-sxm3-32gb pci=0000:34:00.0 numa=0 uuid=GPU-00000000-0000-4000-8000-000000000001 serial=9900000000001 switch=0
gpu 1 model=v100-sxm3-32gb pci=0000:36:00.0 numa=0 uuid=GPU-00000000-0000-4000-8000-000000000002 serial=9900000000002 switch=0
gpu 2 model=v100-sxm3-32gb pci=0000:39:00.0 numa=0 uuid=GPU-00000000-0000-4000-8000-000000000003 serial=9900000000003 switch=1
gpu 3 model=v100-sxm3-32gb pci=0000:3b:00.0 numa=0 uuid=GPU-00000000-0000-4000-8000-000000000004 serial=9900000000004 switch=1
gpu 4 model=v100-sxm3-32gb pci=0000:57:00.0 numa=0 uuid=GPU-00000000-0000-4000-8000-000000000005 serial=9900000000005 switch=2
gpu 5 model=v100-sxm3-32gb pci=0000:59:00.0 numa=0 uuid=GPU-00000000-0000-4000-8000-000000000006 serial=9900000000006 switch=2
gpu 6 model=v100-sxm3-32gb pci=0000:5c:00.0 numa=0 uuid=GPU-00000000-0000-4000-8000-000000000007 serial=9900000000007 switch=3
gpu 7 model=v100-sxm3-32gb pci=0000:5e:00.0 numa=0 uuid=GPU-00000000-0000-4000-8000-000000000008 serial=9900000000008 switch=3
gpu 8 model=v100-sxm3-32gb pci=0000:b7:00.0 numa=1 uuid=GPU-00000000-0000-4000-8000-000000000009 serial=9900000000009 switch=4
gpu 9 model=v100-sxm3-32gb pci=0000:b9:00.0 numa=1 uuid=GPU-00000000-0000-4000-8000-000000000010 serial=9900000000010 switch=4
gpu 10 model=v100-sxm3-32gb pci=0000:bc:00.0 numa=1 uuid=GPU-00000000-0000-4000-8000-000000000011 serial=9900000000011 switch=5
gpu 11 model=v100-sxm3-32gb pci=0000:be:00.0 numa=1 uuid=GPU-00000000-0000-4000-8000-000000000012 serial=9900000000012 switch=5
gpu 12 model=v100-sxm3-32gb pci=0000:e0:00.0 numa=1 uuid=GPU-00000000-0000-4000-8000-000000000013 serial=9900000000013 switch=6
gpu 13 model=v100-sxm3-32gb pci=0000:e2:00.0 numa=1 uuid=GPU-00000000-0000-4000-8000-000000000014 serial=9900000000014 switch=6
gpu 14 model=v100-sxm3-32gb pci=0000:e5:00.0 numa=1 uuid=GPU-00000000-0000-4000-8000-000000000015 serial=9900000000015 switch=7
gpu 15 model=v100-sxm3-32gb pci=0000:e7:00.0 numa=1 uuid=GPU-00000000-0000-4000-8000-000000000016 serial=9900000000016 switch=7
link all nvlink=6
