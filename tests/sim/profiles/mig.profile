# SPDX-License-Identifier: Apache-2.0
#
# One A100 split into instances; CUDA shows a process one of them. SMs, bus and L2 of an instance:
# deviceQuery output on 1g.10gb of an A100 80GB PCIe.
# driver, cudart: CUDA 13.0 Update 2 (release notes of the toolkit).
# pci: nvidia-smi table of an A100 80GB PCIe.
# invented: fb and memory of the instances (9.5 GiB and less), gi, ci, numa, uuid, serial.
driver version=580.95.05 cuda=13.0
cudart version=13.0
gpu 0 model=a100-pcie-80gb pci=0000:01:00.0 numa=0 uuid=GPU-00000000-0000-4000-8000-000000000001 serial=9900000000001 mig=yes
mig 0 profile=1g.10gb sms=14 bus=640 l2=5MiB memory=10089398272B fb=9728MiB gi=7 ci=0 uuid=MIG-00000000-0000-4000-8000-000000000101
mig 0 profile=1g.10gb sms=14 bus=640 l2=5MiB memory=10089398272B fb=9728MiB gi=8 ci=0 uuid=MIG-00000000-0000-4000-8000-000000000102
