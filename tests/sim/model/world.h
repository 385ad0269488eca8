/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one modelled machine of a process: its GPUs as CUDA sees them, contexts, memory, the engine.
 * Everything here is behind one lock, which sim_enter takes and the end of the call gives back.
 * Functions return CUresult numbers; the runtime's are the same for everything that is used here.
 */
#ifndef SIM_MODEL_WORLD_H
#define SIM_MODEL_WORLD_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "api/cuda_abi.h"
#include "exec/exec.h"
#include "exec/manifest.h"
#include "model/clock.h"
#include "model/engine.h"
#include "model/memory.h"
#include "model/spec.h"
#include "model/state.h"

#define SIM_DEVICES 16

struct sim_device;

/* A primary context: the only kind that exists here. */
struct sim_context {
    struct sim_device *device;
    void *handle;        /* what callers hold while it is active; another one each time */
    unsigned refs;       /* retained so many times */
    unsigned generation; /* counts activations, so that what outlived one is seen */
    unsigned flags;
    int sticky;     /* the error that this context will not recover from; 0 if none */
    uint32_t peers; /* a bit for each device whose memory this context may access */
    uint64_t seed;  /* for the order of threads; another one for each launch */
    struct sim_stream *legacy, *per_thread;
};

/* One GPU or MIG instance that CUDA shows to this process. */
struct sim_device {
    unsigned gpu;   /* its place in the list of the machine */
    int capability; /* 90 for 9.0 */
    uint64_t total_bytes;
    uint64_t used_bytes; /* by this process */
    struct sim_context context;
};

struct sim_world {
    pthread_mutex_t lock;
    bool is_initialised; /* cuInit succeeded */
    pid_t pid;           /* of the process that it did in */
    struct sim_spec spec;
    struct sim_manifest manifest;
    struct sim_state *state;
    struct sim_state_process *process; /* NULL if the state has no room for this process */
    struct sim_engine engine;
    struct sim_memory memory;
    sim_time host_now;
    enum sim_order order;
    unsigned device_count;
    struct sim_device devices[SIM_DEVICES];
    bool has_open_blocks;
    bool is_rank;     /* of a job that may have ranks in other processes, too */
    uint64_t writes;  /* effects that changed memory, counted */
    uint64_t entries; /* calls into a double, counted: in between, callers may write host memory */
};

extern struct sim_world sim_world;

/* Reads profile, faults, state and manifest on the first call; ends the program with one line on
 * stderr if they are not right. Not for callers that hold the lock. */
void sim_world_load(void);
/* A machine of the caller's instead of the profile's; before the first call into a double. */
void sim_world_use(const struct sim_spec *spec);

/* 100 if CUDA shows nothing, 34 for a stub; then the calls that need initialisation work. */
int sim_world_initialise(void);

/* The versions and parts of the driver; asking marks faults in them as fired. */
int sim_driver_cuda(void);
bool sim_has_ptx_compiler(void);

/* The number of a device's resource, and of the direct links from one to the other. */
unsigned sim_resource(const struct sim_device *device, enum sim_resource which);
unsigned sim_resource_links(const struct sim_device *from, const struct sim_device *to);
/* What is shared beyond the GPUs: memory of a NUMA node, from one node to another, the link of a
 * PCIe switch towards the host and from it. */
unsigned sim_resource_node(int node);
unsigned sim_resource_sockets(int from, int to);
unsigned sim_resource_uplink(int bridge, bool is_upstream);
/* The NVSwitches, all of them. */
unsigned sim_resource_fabric(void);
/* What nobody can have anything of: flows that hang need it. */
unsigned sim_resource_nothing(void);
unsigned sim_resource_count(void);

/* NULL if the ordinal is out of range. */
struct sim_device *sim_device_at(int ordinal);
int sim_device_ordinal(const struct sim_device *device);
/* Did the GPU at this place of the list go away? Marks the fault as fired. */
bool sim_gpu_is_lost(unsigned gpu);

/* Opens a block for an effect; it is closed again at the end of the call. */
void sim_world_open(struct sim_block *block);
/* The bytes were written by an effect: armed flips in them happen. */
void sim_world_written(struct sim_block *block, uintptr_t address, uint64_t size_bytes);

/* Gives others a moment of real time, without the lock, until what waits for them goes on. */
void sim_world_linger(void);

/* Really blocking, a tick at a time: says once on stderr what for, at once or, if others could
 * still come, after ten seconds; ends the program where the environment sets a limit. */
struct sim_patience {
    uint64_t waited_ns;
    bool is_told;
};
void sim_world_wait_tick(struct sim_patience *patience, bool for_others, const char *what);

/* Waits in virtual time. Really blocks, after saying so once on stderr, if it would never end. */
void sim_world_wait(struct sim_op_ref op);

#endif
