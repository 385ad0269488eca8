/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine and its faults as the model needs them: rates after every cap and efficiency, answers
 * to attribute queries, what goes wrong and when. Profiles and faults are written in the script
 * language and are turned into this by one file; tests may hand in a machine of their own.
 */
#ifndef SIM_MODEL_SPEC_H
#define SIM_MODEL_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/clock.h"
#include "script/machine.h"

#define SIM_SPEC_GPUS       32 /* GPUs and MIG instances */
#define SIM_SPEC_ATTRIBUTES 128
#define SIM_SPEC_CALLS      64
#define SIM_SPEC_KERNELS    16
#define SIM_SPEC_FLIPS      4
#define SIM_SPEC_NODES      8
#define SIM_SPEC_SWITCHES   8
#define SIM_SPEC_RANKS      64
#define SIM_NO_FAULT        (-1)
#define SIM_NCCL_VERSION    22809 /* of the double, unless a fault says another */

/* What the resources of a device are called in the engine. */
enum sim_resource {
    SIM_RESOURCE_MEMORY,
    SIM_RESOURCE_UPSTREAM, /* of its PCIe link, towards the host */
    SIM_RESOURCE_DOWNSTREAM,
    SIM_RESOURCE_ARITHMETIC,
    SIM_RESOURCE_LINKS_OUT, /* all its NVLinks together */
    SIM_RESOURCE_LINKS_IN,
    SIM_RESOURCES
};

/* Numbers of the faults that have to fire; SIM_NO_FAULT where there is none. */
struct sim_spec_gpu_faults {
    int pcie, clock, latency, memory, links, lost, hidden, hang, busy, disturbed;
};

/* A bit of a byte, counted from the beginning of memory or of what is moved. */
struct sim_spec_flip {
    uint64_t byte;
    unsigned bit;
    int fault;
};

/* One GPU or MIG instance; an instance stands behind the GPU that it is part of. */
struct sim_spec_gpu {
    char name[96];
    char uuid[64]; /* "GPU-..." or "MIG-..." */
    unsigned gpu;  /* number of the (parent) GPU in the profile */
    unsigned pci_domain, pci_bus, pci_device;
    int node;              /* NUMA node; -1 if it is not known */
    int bridge;            /* PCIe switch; -1 if none */
    unsigned copy_engines; /* 1: copies to and from the host wait for each other */
    bool is_hidden;        /* from CUDA */
    bool is_mig, has_mig;
    bool is_integrated; /* host memory is its own, and there is no link in between */
    int capability;     /* 90 for 9.0 */
    uint64_t total_bytes;
    uint64_t foreign_bytes; /* of which somebody else holds so much */
    uint64_t speed;         /* for FASTEST_FIRST; any unit */
    uint64_t rate[SIM_RESOURCES];
    unsigned nvlinks;             /* that work */
    unsigned pcie_mb_per_s;       /* what NCCL takes its slot for */
    unsigned collective_permille; /* of what links copy, that rings of collectives carry; */
    unsigned nvls_permille;       /* and what goes through switches that reduce: 0 if none do */
    /* Of one load: of its own memory, of host memory and a peer's over PCIe, over NVLink. */
    sim_time latency, host_latency, peer_latency;
    /* Of products of matrices: how many multiply-adds are done in the time of so many of the
     * cores', and how much of that is reached. */
    unsigned cores_per_sm;
    unsigned gemm_lanes[SIM_GEMM_TYPES], gemm_permille[SIM_GEMM_TYPES];
    bool gets_lost;
    sim_time lost_at;
    unsigned flip_count;
    struct sim_spec_flip flips[SIM_SPEC_FLIPS];
    sim_time hangs_at;        /* its PCIe link, if there is a fault for it */
    sim_time disturbed_until; /* somebody else has half of that link until then */
    struct sim_spec_gpu_faults faults;
    unsigned attribute_count;
    struct sim_spec_attribute {
        int number, value;
    } attributes[SIM_SPEC_ATTRIBUTES];
};

enum sim_action {
    SIM_ACTION_RETURNS,
    SIM_ACTION_HANGS,
    SIM_ACTION_CRASHES,
    SIM_ACTION_ABORTS,
    SIM_ACTION_PRINTS,
    SIM_ACTION_EATS_MEMORY,
    SIM_ACTION_TAKES,
};

/* What a function of a double does at its n-th call. */
struct sim_spec_call {
    char symbol[64];
    uint64_t call; /* counted from 1; 0: every call */
    enum sim_action action;
    int result;
    char text[128];
    sim_time takes; /* of the host's time, beside what the call takes anyway */
    int fault;
};

struct sim_spec_kernel {
    char name[48];
    bool hangs, is_wrong;
    uint64_t element;
    int fault;
};

/* From one GPU to another, by place in the list. What is wrong with the way has a fault's number;
 * SIM_NO_FAULT where it is not so. */
struct sim_spec_pair {
    uint64_t link_rate; /* of their NVLinks, bytes per second each way; 0 if none */
    unsigned nvlinks;
    bool can_access;
    int fault;
    struct sim_spec_flip flip; /* of what arrives, each time */
    bool is_refused_by_nvml;   /* although CUDA gives access */
    int nvml_fault;            /* that it is */
    int drop_fault;            /* nothing arrives */
    int stage_fault;           /* copies go through the host, although access is there */
    int hang_fault;            /* nothing ends that goes this way, */
    sim_time hangs_at;         /* from then on */
};

enum sim_rank_place { SIM_RANK_ANYWHERE, SIM_RANK_IN_ONE_PROCESS, SIM_RANK_IN_PROCESSES };

/* What is wrong with a rank of a collective, whatever GPU it is on; SIM_NO_FAULT where nothing is.
 */
struct sim_spec_rank {
    int absent_fault; /* never joins */
    int death_fault;  /* its process is killed, */
    unsigned dies_at; /* enum sim_rank_moment, then */
    int drop_fault;   /* what it brings does not arrive */
    enum sim_rank_place drop_where;
    int skip_fault;     /* it writes nothing of one collective, */
    uint64_t skips;     /* the n-th, from 1 */
    int miscount_fault; /* it asks for one element less than the others in one collective, */
    uint64_t miscounts; /* the n-th, from 1 */
    int late_fault;     /* it is ready so much later than its work is: */
    sim_time late;
    int nan_fault, swap_fault; /* of what it receives */
    struct sim_spec_flip flip;
    int ulps_fault; /* its first number is off by so many units in the last place */
    unsigned ulps;
    int combine_fault; /* it is combined otherwise than was asked for: */
    int combines;      /* an ncclRedOp_t */
    enum sim_rank_place spoil_where;
    int scale_fault; /* what it brings is not multiplied by its factor */
};

/* What GPUs share on their way to the host and to each other; bytes per second, 0: no limit. */
struct sim_spec_host {
    uint64_t memory_rate[SIM_SPEC_NODES];
    uint64_t socket_rate[SIM_SPEC_NODES][SIM_SPEC_NODES]; /* each way */
    uint64_t uplink_rate[SIM_SPEC_SWITCHES];              /* each way */
    int socket_faults[SIM_SPEC_NODES][SIM_SPEC_NODES];
    int uplink_faults[SIM_SPEC_SWITCHES];
    bool has_fabric;      /* NVSwitches: every link serves every GPU */
    uint64_t fabric_rate; /* of all NVSwitches together, whoever sends */
    int fabric_fault;
    uint64_t shm_bytes; /* of /dev/shm; 0: no limit */
    int shm_fault, nccl_conf_fault;
    bool is_bus_hidden;      /* sysfs tells nothing of PCI */
    bool has_no_interface;   /* there is no network to meet by */
    bool is_multicast_off;   /* the fabric binds no memory to multicast */
    bool is_locking_refused; /* network cards may not lock memory */
    int bus_fault, interface_fault, multicast_fault, locking_fault;
    int memory_node; /* of all host memory; -1: that of the GPU that copies it */
    int memory_fault;
};

/* A version that a library shall tell instead of its own; 0.0.0: none. */
struct sim_spec_version {
    unsigned parts[3];
    int fault;
};

struct sim_spec {
    int driver_cuda;   /* 13000 */
    int runtime_cuda;  /* of libcudart; 0 if the profile has none */
    bool has_driver;   /* is libcuda there? */
    bool is_stub;      /* is it the toolkit's stub? */
    bool has_compiler; /* is the driver's PTX compiler there? */
    int driver_fault;  /* of the driver's version */
    int library_fault; /* of libcuda missing, or a stub */
    int runtime_fault; /* of the runtime's version */
    int compiler_fault;
    struct sim_spec_version cublas, cublaslt;
    unsigned gpu_count;
    struct sim_spec_gpu gpus[SIM_SPEC_GPUS];
    struct sim_spec_pair pairs[SIM_SPEC_GPUS][SIM_SPEC_GPUS];
    struct sim_spec_host host;
    unsigned call_count;
    struct sim_spec_call calls[SIM_SPEC_CALLS];
    int nccl_version;       /* as ncclGetVersion has it */
    int nccl_fault;         /* of that version */
    sim_time nccl_compile;  /* of its kernels, before anything else; */
    bool nccl_is_compiling; /* true: it never comes to an end */
    int nccl_compile_fault;
    struct sim_spec_rank ranks[SIM_SPEC_RANKS];
    unsigned kernel_count;
    struct sim_spec_kernel kernels[SIM_SPEC_KERNELS];
    unsigned gemm_fault_count;
    struct sim_gemm_fault gemm_faults[SIM_MACHINE_GEMM_FAULTS];
    char truncated_image[48]; /* "" if none */
    int truncated_fault;
    int ptx_isa; /* what all PTX claims to be; 0 for the truth */
    int ptx_fault;
};

/* An empty machine without faults. */
void sim_spec_init(struct sim_spec *spec);
/* Adds a GPU that answers nothing and moves nothing yet. NULL if there are too many. */
struct sim_spec_gpu *sim_spec_add_gpu(struct sim_spec *spec);
void sim_spec_attribute(struct sim_spec_gpu *gpu, int number, int value);
/* False if the GPU has no such attribute. */
bool sim_spec_attribute_of(const struct sim_spec_gpu *gpu, int number, int *value);

/* Makes the machine from GPU_SELFTEST_SIM_PROFILE and GPU_SELFTEST_SIM_FAULTS. False with one line
 * in `err`. */
bool sim_spec_load(struct sim_spec *spec, char *err, size_t err_size);

#endif
