/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a simulated machine is: driver, GPUs, MIG instances, links. Pure data without behaviour and
 * without pointers, so that a machine can be copied. Filled by script.h.
 *
 * A `fault` beside a value is the number of the statement of the faults text that set it, so that
 * whoever acts on the value can mark that fault as fired; SIM_FAULT_NONE for what the profile says.
 */
#ifndef SIM_SCRIPT_MACHINE_H
#define SIM_SCRIPT_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#define SIM_MACHINE_GPUS        16
#define SIM_MACHINE_INSTANCES   7
#define SIM_MACHINE_FLIPS       4
#define SIM_MACHINE_NODES       8
#define SIM_MACHINE_RANKS       64 /* of a collective, on all machines together */
#define SIM_MACHINE_SWITCHES    8
#define SIM_MACHINE_GEMM_FAULTS 8
#define SIM_FAULT_NONE          (-1)

/* What a product of matrices is made of: what its inputs are multiplied as. */
enum sim_gemm_type {
    SIM_GEMM_FP32,
    SIM_GEMM_FP64,
    SIM_GEMM_TF32,
    SIM_GEMM_FP16,
    SIM_GEMM_BF16,
    SIM_GEMM_TYPES
};

/* What all GPUs of one product have in common. Units are part of the names. */
struct sim_gpu_model {
    char id[48]; /* "h100-sxm5-80gb" */
    char name[96];
    char vbios[32];
    unsigned capability; /* 90 for 9.0 */
    unsigned sms, cores_per_sm;
    unsigned clock_mhz;     /* what CUDA calls the clock rate */
    unsigned clock_max_mhz; /* NVML's maximum: the same but on GeForce boards */
    unsigned memory_clock_mhz;
    unsigned bus_bits;
    uint64_t l2_bytes, l2_persisting_bytes;
    uint64_t memory_bytes; /* CUDA's total */
    bool is_integrated;    /* its memory is the host's, and NVML does not say how much */
    uint64_t fb_bytes;     /* NVML's total */
    uint64_t fb_reserved_bytes;
    uint64_t bar1_bytes;
    uint64_t shared_per_sm_bytes;
    uint64_t shared_optin_bytes; /* most that one block can ask for */
    unsigned threads_per_sm, blocks_per_sm;
    unsigned copy_engines;
    unsigned fp64_ratio; /* single to double precision performance */
    bool has_ecc;        /* does NVML answer questions about it? */
    bool is_ecc_on;
    bool has_mig;
    bool has_row_remapping;
    bool has_rdma;                            /* GPUDirect RDMA */
    bool has_serial;                          /* consumer boards answer "not supported" */
    unsigned pci_device_id, pci_subsystem_id; /* device in the upper half, vendor in the lower */
    unsigned pcie_gen, pcie_width;            /* what the GPU can do */
    unsigned nvlinks;                         /* what the GPU has */
    unsigned nvlink_mb_per_s;                 /* of one link, one direction */
    unsigned memory_efficiency_permille;      /* of the memory peak that a copy reaches */
    unsigned pcie_efficiency_permille;
    unsigned c2c_mb_per_s; /* NVLink-C2C to the host, one direction; 0: the host is behind PCIe */
    unsigned c2c_efficiency_permille;
    unsigned nvlink_efficiency_permille;
    unsigned collective_permille; /* of what its NVLinks copy, that rings of collectives carry, */
    unsigned nvls_permille;       /* and that NVSwitches carry which reduce; 0: they cannot */
    /* Of products of matrices: multiply-adds per clock and SM (0: the cores do it), and how much of
     * that rate cuBLAS reaches. Those of FP32 are the cores. */
    unsigned gemm_lanes[SIM_GEMM_TYPES];
    unsigned gemm_permille[SIM_GEMM_TYPES];
    uint64_t latency_ps;                    /* of one load of its own memory */
    uint64_t host_latency_ps;               /* of pinned host memory, and of a peer's over PCIe */
    uint64_t peer_latency_ps;               /* of a peer's memory over NVLink */
    unsigned power_limit_mw, power_idle_mw; /* limit 0: NVML knows none */
    unsigned temperature_c;
};

/* One MIG compute instance that fills its GPU instance. */
struct sim_mig_instance {
    char profile[32]; /* "1g.10gb" */
    char uuid[64];    /* "MIG-..." */
    unsigned sms;
    unsigned bus_bits;
    uint64_t memory_bytes; /* CUDA's total */
    uint64_t fb_bytes;     /* NVML's total */
    uint64_t l2_bytes;
    unsigned gpu_instance, compute_instance;
};

/* A bit that turns over once, in the next allocation that holds this byte. */
struct sim_flip {
    uint64_t byte;
    unsigned bit;
    int fault;
};

/* What NVML counts from a moment on; both counts are 0 in a healthy machine. */
struct sim_ecc {
    unsigned corrected, uncorrected;
    uint64_t after_ps; /* virtual time */
    int fault;
};

/* Who holds a clock down. */
enum sim_clock_reason {
    SIM_CLOCK_HARDWARE, /* without saying why */
    SIM_CLOCK_THERMAL,
    SIM_CLOCK_POWER_BRAKE,
    SIM_CLOCK_SOFTWARE_THERMAL, /* this and the next only while there is work */
    SIM_CLOCK_POWER_CAP,        /* at a limit that somebody lowered */
    SIM_CLOCK_POWER,            /* at the limit that the board came with */
};

/* What a process that is none of ours holds of a GPU that it keeps busy; invented. */
#define SIM_FOREIGN_BYTES ((uint64_t)1 << 30)

struct sim_gpu {
    struct sim_gpu_model model; /* a copy */
    char uuid[64];
    char serial[32]; /* "" if the board answers none */
    unsigned pci_domain, pci_bus, pci_device;
    int numa;      /* -1 if the firmware does not say */
    int bridge;    /* the PCIe switch that it is behind; -1 if none */
    char port[24]; /* the root port above it, where no switch is; empty: sysfs shows none */
    bool is_hidden_from_cuda, is_hidden_from_nvml;
    int hidden_fault;
    bool gets_lost;
    uint64_t lost_after_ps; /* virtual time */
    int lost_fault;
    unsigned pcie_gen_now, pcie_width_now;
    unsigned pcie_gen_idle; /* what an idle link goes down to; 0: it stays as it is */
    int pcie_fault;
    uint64_t disturbed_until_ps; /* somebody else has half of the link until then */
    int disturbed_fault;
    int idle_fault;
    int hang_fault;                /* what crosses its PCIe link never ends, */
    uint64_t hang_after_ps;        /* from this virtual time on */
    unsigned memory_rate_permille; /* of what the model says; 1000 when healthy */
    int memory_fault;
    unsigned nvlinks_down; /* so many of its NVLinks lead nowhere, whatever is behind them */
    int nvlink_fault;
    unsigned clock_cap_mhz; /* 0: none */
    enum sim_clock_reason clock_reason;
    int clock_fault;
    int latency_fault;
    unsigned busy_percent; /* of its memory, PCIe link and arithmetic, by somebody else */
    bool is_held;          /* somebody else has memory of it, and is idle */
    int busy_fault;
    unsigned flip_count;
    struct sim_flip flips[SIM_MACHINE_FLIPS];
    struct sim_ecc ecc;
    bool is_mig; /* in MIG mode, even if no instance was made */
    unsigned instance_count;
    struct sim_mig_instance instances[SIM_MACHINE_INSTANCES];
};

/* What lies between two GPUs, in the direction from the first to the second. */
struct sim_gpu_link {
    unsigned nvlinks;       /* 0: only PCIe */
    unsigned rate_permille; /* of the full rate; 1000 when healthy */
    bool is_down;           /* its NVLinks: what is left is PCIe */
    bool has_access;        /* peer access, by NVLink or PCIe */
    int fault;
    /* What it does to bytes, each with a fault of its own; SIM_FAULT_NONE where it does not. */
    struct sim_flip flip;    /* of a byte that is counted from the first one that crosses */
    int drop_fault;          /* nothing arrives, and nobody says so */
    int stage_fault;         /* copies go through the host, and nobody says so */
    int hang_fault;          /* what crosses it never ends, */
    uint64_t hang_after_ps;  /* from this virtual time on */
    bool is_refused_by_nvml; /* CUDA gives access, and NVML says that there is none */
    int nvml_fault;
};

/* A PCIe switch: what is behind it shares its link to the host. */
struct sim_pcie_switch {
    unsigned gen, width; /* 0: there is none of this number */
    unsigned efficiency_permille;
    unsigned gen_most, width_most; /* what it could run at: as the profile has it */
    unsigned bus;                  /* of its port to the host; 0: sysfs does not show the switch */
    int fault;
};

/* The host beside its GPUs. A rate of 0 means that nothing is limited by it. */
struct sim_host {
    struct sim_pcie_switch switches[SIM_MACHINE_SWITCHES];
    unsigned memory_mb_per_s[SIM_MACHINE_NODES];                    /* of a NUMA node */
    unsigned socket_mb_per_s[SIM_MACHINE_NODES][SIM_MACHINE_NODES]; /* between nodes, each way */
    int socket_faults[SIM_MACHINE_NODES][SIM_MACHINE_NODES];
    unsigned fabric_permille; /* of what half of the GPUs can send to the others over NVSwitches */
    int fabric_fault;
    int memory_node; /* where all host memory comes from; -1: near the GPU that copies it */
    int memory_fault;
    uint64_t shm_bytes; /* of /dev/shm; 0: enough for everything */
    int shm_fault;
    char nccl_conf[128];   /* a line of /etc/nccl.conf; "" if there is no such file, */
    char nccl_conf_at[64]; /* or of this one */
    int nccl_conf_fault;
    bool is_bus_hidden;      /* sysfs shows no PCI devices */
    bool has_no_interface;   /* no network interface is up, not even lo */
    bool is_multicast_off;   /* NVSwitches let no memory be bound to multicast */
    bool is_locking_refused; /* network cards may not lock memory (RLIMIT_MEMLOCK) */
    int bus_fault, interface_fault, multicast_fault, locking_fault;
};

enum sim_library {
    SIM_LIBRARY_CUDA,
    SIM_LIBRARY_NVML,
    SIM_LIBRARY_CUDART,
    SIM_LIBRARY_CUBLAS,
    SIM_LIBRARY_CUBLASLT,
    SIM_LIBRARY_PTX_COMPILER,
    SIM_LIBRARY_NCCL,
    SIM_LIBRARIES
};

/* What is wrong with a rank of a collective, each with a fault of its own; SIM_FAULT_NONE where
 * nothing is. */
struct sim_rank {
    int absent_fault;    /* it never joins */
    int death_fault;     /* it is killed: */
    unsigned dies_at;    /* 1 before it joins, 2 at its first collective */
    int drop_fault;      /* what it brings does not arrive, */
    unsigned drop_where; /* 0 anywhere, 1 with all ranks in one process, 2 in several */
    int skip_fault;      /* it writes nothing of one collective, */
    uint64_t skips;      /* the n-th, from 1 */
    int miscount_fault;  /* it asks for one element less than the others in one collective, */
    uint64_t miscounts;  /* the n-th, from 1 */
    int late_fault;      /* it is ready so much later than its work is: */
    uint64_t late_ps;
    int nan_fault, swap_fault;
    struct sim_flip flip; /* of what it receives, */
    int ulps_fault;       /* whose first number is off by so many units in the last place, */
    unsigned ulps;
    int combine_fault;    /* and which is combined in another way than was asked for: */
    unsigned combines;    /* from 1: sum, prod, max, min, avg; all five: */
    unsigned spoil_where; /* likewise */
    int scale_fault;      /* what it brings is not multiplied */
};

struct sim_library_state {
    bool is_missing;
    bool is_stub;        /* the toolkit's stub; libcuda only */
    unsigned version[3]; /* what it says of itself; 0.0.0: its own. Of cuBLAS and cublasLt only */
    int fault;
};

/* What goes wrong with products of matrices, from a moment on. */
enum sim_gemm_wrong {
    SIM_GEMM_WRONG,     /* another value, far off */
    SIM_GEMM_FLIP,      /* the lowest bit */
    SIM_GEMM_NAN,       /* not a number */
    SIM_GEMM_UNWRITTEN, /* what was there before */
    SIM_GEMM_SWAPPED,   /* B times A; of square products only, others have no such result */
    SIM_GEMM_SPILLS,    /* beyond the rows of the result, where its columns lie further apart */
    SIM_GEMM_ROUNDS,    /* FP32 inputs to TF32, although nobody allowed it */
    SIM_GEMM_SLOW,      /* takes longer, at the same clock */
    SIM_GEMM_HANGS,
    SIM_GEMM_HANDLE, /* handles that are made on this GPU belong to another */
};

struct sim_gemm_fault {
    enum sim_gemm_wrong wrong;
    int gpu;              /* in the profile; -1: each */
    uint64_t after_ps;    /* virtual time */
    unsigned row, column; /* of the first element that is so */
    unsigned size;        /* that many rows and columns; 0: all */
    unsigned permille;    /* of SIM_GEMM_SLOW: of the rate */
    unsigned handle_gpu;  /* of SIM_GEMM_HANDLE */
    bool is_once;         /* the first handle, and none after it */
    int fault;
};

struct sim_machine {
    char driver_version[32]; /* "580.95.05" */
    unsigned driver_cuda;    /* 13000 */
    int driver_fault;
    unsigned cudart_version; /* 13000 */
    int cudart_fault;
    unsigned gpu_count;
    struct sim_gpu gpus[SIM_MACHINE_GPUS];
    struct sim_gpu_link links[SIM_MACHINE_GPUS][SIM_MACHINE_GPUS]; /* symmetric but for faults */
    struct sim_host host;
    struct sim_library_state libraries[SIM_LIBRARIES];
    unsigned gemm_fault_count;
    struct sim_gemm_fault gemm_faults[SIM_MACHINE_GEMM_FAULTS];
    unsigned nccl_version; /* 22809; 0: the double's own */
    int nccl_fault;
    uint64_t nccl_compile_ps; /* its kernels are compiled for so long; 0: they are native code */
    bool nccl_is_compiling;   /* and that does not come to an end */
    int nccl_compile_fault;
    struct sim_rank ranks[SIM_MACHINE_RANKS];
};

/* Is it behind NVSwitches? Then each of its links serves every peer. */
bool sim_machine_is_switched(const struct sim_machine *machine, unsigned gpu);

/* "16.0 GT/s PCIe" for generation 4: as sysfs words it. */
const char *sim_pcie_speed(unsigned generation);

/* Peak of the device memory: two transfers per clock over the whole bus. */
uint64_t sim_model_memory_rate(const struct sim_gpu_model *model);

#endif
