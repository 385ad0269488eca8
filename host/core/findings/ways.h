/* SPDX-License-Identifier: Apache-2.0 */
/* What is found about the way that collectives take between GPUs; see finding_list.h. */
#ifndef GST_CORE_FINDINGS_WAYS_H
#define GST_CORE_FINDINGS_WAYS_H

/* clang-format off */
#define GST_FINDINGS_OF_WAYS(X) \
    /* user: variables, files and flags */ \
    X(GST_USER_NCCL_PEERS_OFF, "user.nccl-peers-off", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "NCCL may copy from GPU to GPU wherever the GPUs can", \
      "take NCCL_P2P_DISABLE and NCCL_P2P_LEVEL out of the environment and of nccl.conf; gpu-selftest peer-copy tells whether the fault that they went around is still there", \
      "NCCL user guide, environment variables; NVIDIA/nccl-tests, issue 228") \
    X(GST_USER_NCCL_SHM_OFF, "user.nccl-shm-off", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "ranks of one machine that cannot copy directly exchange data in shared memory, not over the network", \
      "take NCCL_SHM_DISABLE out of the environment and of nccl.conf", \
      "NCCL user guide, environment variables; NVIDIA/nccl, issue 406") \
    X(GST_USER_NCCL_SHM_FULL, "user.nccl-shm-full", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "room in /dev/shm for what ranks exchange there", \
      "add --shm-size=1g or --ipc=host; Kubernetes: an emptyDir with 'medium: Memory' on /dev/shm", \
      "NVIDIA/nccl, issues 290 and 342; NVIDIA/nccl-tests, issues 143, 163 and 166") \
    X(GST_USER_NCCL_MEMLOCK, "user.nccl-memlock", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "the network cards may lock the memory that NCCL registers with them", \
      "start the container with --ulimit memlock=-1; Kubernetes: the capability IPC_LOCK; gpu-selftest on one machine needs no such card: NCCL_IB_DISABLE=1 goes without", \
      "NVIDIA/nccl, src/misc/ibvwrap.cc; ibv_reg_mr(3), ENOMEM past RLIMIT_MEMLOCK") \
    X(GST_USER_NCCL_RANKS_APART, "user.nccl-ranks-apart", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "ranks of one machine have the same host name and the same /dev/shm, so that NCCL knows where they are", \
      "run all ranks of a machine in one container, or give their containers --ipc=host --net=host and the same --hostname, and no NCCL_HOSTID; Kubernetes: all GPUs of a node in one pod, or hostIPC and hostNetwork", \
      "NVIDIA/nccl, src/graph/paths.cc and issues 324, 326 and 945") \
    X(GST_USER_NCCL_TOPOLOGY, "user.nccl-topology-hidden", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "NCCL is told where the GPUs are on the bus", \
      "mount /sys read-only into the container; in a virtual machine set NCCL_TOPO_FILE to the cloud's file, and take out one that is not of this machine", \
      "NVIDIA/nccl, issues 392, 428 and 1843; NVIDIA/nccl-tests, issue 256") \
    X(GST_USER_NCCL_NO_INTERFACE, "user.nccl-no-interface", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "a network interface by which ranks find each other; that of the container alone (lo) is enough on one machine", \
      "ip address shows what is up; correct or unset NCCL_SOCKET_IFNAME", \
      "NVIDIA/nccl, src/bootstrap.cc; observed") \
    X(GST_USER_NCCL_NVLS_OFF, "user.nccl-nvls-off", GST_NOTE, GST_ACTION_FIX_FLAGS, \
      "sums are made by the switch where it can", \
      "take NCCL_NVLS_ENABLE=0 out of the environment and of nccl.conf, unless it works around a fault", \
      "NVIDIA/nccl, issue 1221: eight H100 reach 430 GB/s with it and 330 GB/s without") \
    X(GST_USER_NCCL_SLOWED, "user.nccl-slowed", GST_FAIL, GST_ACTION_FIX_FLAGS, \
      "collectives reach their floor, with NCCL's own choice of algorithm, protocol and channels", \
      "take the variable that is named out of the environment or of nccl.conf, and measure again", \
      "NCCL user guide, environment variables: what is set there for debugging costs speed") \
    X(GST_USER_NCCL_TUNED, "user.nccl-tuned", GST_NOTE, GST_ACTION_FIX_FLAGS, \
      "NCCL chooses algorithms, channels and buffers by itself", \
      "take the variables out and measure again, if numbers are low: what was right for one machine is wrong for others", \
      "NCCL user guide, environment variables") \
    /* host and image */ \
    X(GST_HOST_NCCL_PEERS_UNUSED, "host.nccl-peers-unused", GST_FAIL, GST_ACTION_FIX_HOST, \
      "GPUs that can copy to each other do so in collectives, too", \
      "on the host: nvidia-smi topo -p2p rw; turn off ACS on PCIe switches and boot with iommu=pt; gpu-selftest topology shows both", \
      "NVIDIA/nccl, src/graph/paths.cc and issues 606 and 631") \
    X(GST_HOST_NCCL_WITHOUT_NVLS, "host.nccl-without-nvls", GST_NOTE, GST_ACTION_FIX_HOST, \
      "NVSwitches since those of H100 make sums of what all GPUs send", \
      "on the host: a driver of CUDA 12.1 or newer; systemctl restart nvidia-fabricmanager, and look into its log; virtual machines with some of the GPUs may have no multicast", \
      "NVIDIA/nccl, issues 1672 and 1788") \
    X(GST_IMAGE_NCCL_COMPILES, "image.nccl-compiles", GST_NOTE, GST_ACTION_FIX_IMAGE, \
      "an NCCL with code for this GPU, that starts in less than 5 s", \
      "run it again: if it is quick then, the image was loaded from afar; else use a newer NCCL in it, or keep the driver's cache (CUDA_CACHE_PATH) on a volume", \
      "NVIDIA/nccl, issue 1646: 52 s of kernels on B200") \
    X(GST_IMAGE_NCCL_COMPILES_TOO_LONG, "image.nccl-compiles-too-long", GST_ERROR, GST_ACTION_FIX_IMAGE, \
      "an NCCL with code for this GPU, whose kernels are there before the time is over", \
      "use a newer NCCL in the image; --timeout 1800 leaves more time for the driver to compile this one, and CUDA_CACHE_PATH on a volume keeps what it made", \
      "NVIDIA/nccl, issue 1646, and src/init.cc: kernels come before the ranks meet")
/* clang-format on */

#endif
