# SPDX-License-Identifier: Apache-2.0
#
# Eight H100 on one board, every pair over NVSwitch by all 18 NVLinks.
# driver, cudart: CUDA 13.0 Update 2 (release notes of the toolkit).
# link, numa: nvidia-smi topo -m of 8 x H100 (NV18, four GPUs at each of two nodes).
# pci: 61, 9d and c3 as GPUs 3 to 5 in an nvidia-smi table of H100; 43, 52 and d1 in the same order
# in nvidia-smi output of B200 nodes; 1b and df are invented.
# invented: uuid, serial.
driver version=580.95.05 cuda=13.0
cudart version=13.0
gpu 0 model=h100-sxm5-80gb pci=0000:1b:00.0 numa=0 uuid=GPU-00000000-0000-4000-8000-000000000001 serial=9900000000001
gpu 1 model=h100-sxm5-80gb pci=0000:43:00.0 numa=0 uuid=GPU-00000000-0000-4000-8000-000000000002 serial=9900000000002
gpu 2 model=h100-sxm5-80gb pci=0000:52:00.0 numa=0 uuid=GPU-00000000-0000-4000-8000-000000000003 serial=9900000000003
gpu 3 model=h100-sxm5-80gb pci=0000:61:00.0 numa=0 uuid=GPU-00000000-0000-4000-8000-000000000004 serial=9900000000004
gpu 4 model=h100-sxm5-80gb pci=0000:9d:00.0 numa=1 uuid=GPU-00000000-0000-4000-8000-000000000005 serial=9900000000005
gpu 5 model=h100-sxm5-80gb pci=0000:c3:00.0 numa=1 uuid=GPU-00000000-0000-4000-8000-000000000006 serial=9900000000006
gpu 6 model=h100-sxm5-80gb pci=0000:d1:00.0 numa=1 uuid=GPU-00000000-0000-4000-8000-000000000007 serial=9900000000007
gpu 7 model=h100-sxm5-80gb pci=0000:df:00.0 numa=1 uuid=GPU-00000000-0000-4000-8000-000000000008 serial=9900000000008
link all nvlink=18
