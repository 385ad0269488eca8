# SPDX-License-Identifier: Apache-2.0
#
# Driver and kernel module, and no GPU.
# driver, cudart: CUDA 13.0 Update 2 (release notes of the toolkit).
driver version=580.95.05 cuda=13.0
cudart version=13.0
