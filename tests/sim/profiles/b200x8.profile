# SPDX-License-Identifier: Apache-2.0
#
# Eight B200 on one board, every pair over NVSwitch by all 18 NVLinks.
# driver, cudart: CUDA 13.0 Update 2 (release notes of the toolkit).
# pci: nvidia-smi XML of 8 x B200. link: public specifications of HGX B200.
# invented: numa, uuid, serial.
driver version=580.95.05 cuda=13.0
cudart version=13.0
gpu 0 model=b200 pci=0000:8f:00.0 numa=0 uuid=GPU-00000000-0000-4000-8000-000000000001 serial=9900000000001
gpu 1 model=b200 pci=0000:90:00.0 numa=0 uuid=GPU-00000000-0000-4000-8000-000000000002 serial=9900000000002
gpu 2 model=b200 pci=0000:96:00.0 numa=0 uuid=GPU-00000000-0000-4000-8000-000000000003 serial=9900000000003
gpu 3 model=b200 pci=0000:97:00.0 numa=0 uuid=GPU-00000000-0000-4000-8000-000000000004 serial=9900000000004
gpu 4 model=b200 pci=0000:c4:00.0 numa=1 uuid=GPU-00000000-0000-4000-8000-000000000005 serial=9900000000005
gpu 5 model=b200 pci=0000:c5:00.0 numa=1 uuid=GPU-00000000-0000-4000-8000-000000000006 serial=9900000000006
gpu 6 model=b200 pci=0000:cb:00.0 numa=1 uuid=GPU-00000000-0000-4000-8000-000000000007 serial=9900000000007
gpu 7 model=b200 pci=0000:cc:00.0 numa=1 uuid=GPU-00000000-0000-4000-8000-000000000008 serial=9900000000008
link all nvlink=18
