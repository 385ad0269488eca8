# SPDX-License-Identifier: Apache-2.0
#
# Two GeForce boards: the driver gives them no peer access.
# UUIDs and serial numbers are invented. PCI addresses follow an order that such machines have.
driver version=580.95.05 cuda=13.0
cudart version=13.0
gpu 0 model=rtx-4090 pci=0000:01:00.0 numa=0 uuid=GPU-00000000-0000-4000-8000-000000000001
gpu 1 model=rtx-4090 pci=0000:41:00.0 numa=0 uuid=GPU-00000000-0000-4000-8000-000000000002
