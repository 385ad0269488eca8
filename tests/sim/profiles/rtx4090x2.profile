# SPDX-License-Identifier: Apache-2.0
#
# Two GeForce boards: the driver gives them no peer access.
# driver, cudart: CUDA 13.0 Update 2 (release notes of the toolkit).
# No peer access: simpleP2P output. pci: GPUs 0 and 2 in an nvidia-smi table of 8 x RTX 4090.
# invented: port, numa, uuid.
driver version=580.95.05 cuda=13.0
cudart version=13.0
gpu 0 model=rtx-4090 pci=0000:01:00.0 port=0000:00:01.1 numa=0 uuid=GPU-00000000-0000-4000-8000-000000000001
gpu 1 model=rtx-4090 pci=0000:41:00.0 port=0000:40:01.1 numa=0 uuid=GPU-00000000-0000-4000-8000-000000000002
