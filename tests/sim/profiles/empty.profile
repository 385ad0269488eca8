# SPDX-License-Identifier: Apache-2.0
#
# Driver and kernel module, and no GPU.
# UUIDs and serial numbers are invented. PCI addresses follow an order that such machines have.
driver version=580.95.05 cuda=13.0
cudart version=13.0
