# SPDX-License-Identifier: Apache-2.0
#
# A DGX Spark: one GB10, whose GPU shares the memory of the host and is behind no PCIe link.
# driver, cudart: CUDA 13.0 Update 2 (release notes of the toolkit).
# pci: nvidia-smi table of a DGX Spark (snowflakedb/ArcticTraining pull request 345).
# invented: numa, uuid.
driver version=580.95.05 cuda=13.0
cudart version=13.0
gpu 0 model=gb10 pci=000f:01:00.0 numa=0 uuid=GPU-00000000-0000-4000-8000-000000000001
