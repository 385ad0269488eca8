/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What differs between models comes from the machine; what is the same for all of them is a table,
 * with the values that deviceQuery prints for every data-centre GPU since Turing.
 */
#include "model/attributes.h"

#include "api/cuda_abi.h"

/* Short, since each name stands once more in the table below. */
#define A(name) CU_DEVICE_ATTRIBUTE_##name

static const struct sim_spec_attribute COMMON[] = {
    { A(MAX_THREADS_PER_BLOCK), 1024 },
    { A(MAX_BLOCK_DIM_X), 1024 },
    { A(MAX_BLOCK_DIM_Y), 1024 },
    { A(MAX_BLOCK_DIM_Z), 64 },
    { A(MAX_GRID_DIM_X), 2147483647 },
    { A(MAX_GRID_DIM_Y), 65535 },
    { A(MAX_GRID_DIM_Z), 65535 },
    { A(MAX_SHARED_MEMORY_PER_BLOCK), 49152 },
    { A(TOTAL_CONSTANT_MEMORY), 65536 },
    { A(WARP_SIZE), 32 },
    { A(MAX_PITCH), 2147483647 },
    { A(MAX_REGISTERS_PER_BLOCK), 65536 },
    { A(MAX_REGISTERS_PER_MULTIPROCESSOR), 65536 },
    { A(TEXTURE_ALIGNMENT), 512 },
    { A(TEXTURE_PITCH_ALIGNMENT), 32 },
    { A(SURFACE_ALIGNMENT), 512 },
    { A(GPU_OVERLAP), 1 },
    { A(KERNEL_EXEC_TIMEOUT), 0 },
    { A(CAN_MAP_HOST_MEMORY), 1 },
    { A(COMPUTE_MODE), CU_COMPUTEMODE_DEFAULT },
    { A(CONCURRENT_KERNELS), 1 },
    { A(TCC_DRIVER), 0 },
    { A(UNIFIED_ADDRESSING), 1 },
    { A(STREAM_PRIORITIES_SUPPORTED), 1 },
    { A(GLOBAL_L1_CACHE_SUPPORTED), 1 },
    { A(LOCAL_L1_CACHE_SUPPORTED), 1 },
    { A(MANAGED_MEMORY), 1 },
    { A(MULTI_GPU_BOARD), 0 },
    { A(CONCURRENT_MANAGED_ACCESS), 1 },
    { A(COMPUTE_PREEMPTION_SUPPORTED), 1 },
    { A(CAN_USE_HOST_POINTER_FOR_REGISTERED_MEM), 1 },
    { A(COOPERATIVE_LAUNCH), 1 },
    { A(CAN_FLUSH_REMOTE_WRITES), 0 },
    { A(HOST_REGISTER_SUPPORTED), 1 },
    { A(VIRTUAL_MEMORY_MANAGEMENT_SUPPORTED), 1 },
    { A(HANDLE_TYPE_POSIX_FILE_DESCRIPTOR_SUPPORTED), 1 },
    { A(READ_ONLY_HOST_REGISTER_SUPPORTED), 1 },
    { A(MEMORY_POOLS_SUPPORTED), 1 },
};

#define NUMBER(name, value) value,
static const int SINCE_12040[] = { GST_CUDA_ATTRIBUTES_SINCE_12040(NUMBER) 0 };
static const int SINCE_13000[] = { GST_CUDA_ATTRIBUTES_SINCE_13000(NUMBER) 0 };
#undef NUMBER

/* What a GPU that is coherent with the host, over C2C or in one memory, can do; source: CUDA C++
 * Programming Guide, "Unified Memory Programming", full support with hardware coherency. */
static const int COHERENT[] = {
    A(HOST_NATIVE_ATOMIC_SUPPORTED),
    A(PAGEABLE_MEMORY_ACCESS),
    A(PAGEABLE_MEMORY_ACCESS_USES_HOST_PAGE_TABLES),
    A(DIRECT_MANAGED_MEM_ACCESS_FROM_HOST),
};

static void fill_model(struct sim_spec_gpu *to, const struct sim_gpu_model *model)
{
    const struct sim_spec_attribute rows[] = {
        { A(COMPUTE_CAPABILITY_MAJOR), (int)model->capability / 10 },
        { A(COMPUTE_CAPABILITY_MINOR), (int)model->capability % 10 },
        { A(MULTIPROCESSOR_COUNT), (int)model->sms },
        { A(CLOCK_RATE), (int)model->clock_mhz * 1000 },
        { A(MEMORY_CLOCK_RATE), (int)model->memory_clock_mhz * 1000 },
        { A(GLOBAL_MEMORY_BUS_WIDTH), (int)model->bus_bits },
        { A(L2_CACHE_SIZE), (int)model->l2_bytes },
        { A(MAX_PERSISTING_L2_CACHE_SIZE), (int)model->l2_persisting_bytes },
        { A(MAX_ACCESS_POLICY_WINDOW_SIZE), model->l2_persisting_bytes != 0 ? 134213632 : 0 },
        { A(MAX_THREADS_PER_MULTIPROCESSOR), (int)model->threads_per_sm },
        { A(MAX_BLOCKS_PER_MULTIPROCESSOR), (int)model->blocks_per_sm },
        { A(MAX_SHARED_MEMORY_PER_MULTIPROCESSOR), (int)model->shared_per_sm_bytes },
        { A(MAX_SHARED_MEMORY_PER_BLOCK_OPTIN), (int)model->shared_optin_bytes },
        { A(RESERVED_SHARED_MEMORY_PER_BLOCK), model->capability >= 80 ? 1024 : 0 },
        { A(ASYNC_ENGINE_COUNT), (int)model->copy_engines },
        { A(SINGLE_TO_DOUBLE_PRECISION_PERF_RATIO), (int)model->fp64_ratio },
        { A(INTEGRATED), model->is_integrated },
        { A(ECC_ENABLED), model->is_ecc_on },
        { A(GPU_DIRECT_RDMA_SUPPORTED), model->has_rdma },
        { A(DMA_BUF_SUPPORTED), model->has_rdma },
        { A(CLUSTER_LAUNCH), model->capability >= 90 },
        { A(IPC_EVENT_SUPPORTED), 1 },
        { A(HANDLE_TYPE_FABRIC_SUPPORTED), 0 },
        { A(NUMA_CONFIG), 0 },
        { A(NUMA_ID), -1 },
        { A(MULTICAST_SUPPORTED), model->capability >= 90 && model->nvlinks > 0 },
        { A(MPS_ENABLED), 0 },
        { A(GPU_PCI_DEVICE_ID), (int)model->pci_device_id },
        { A(GPU_PCI_SUBSYSTEM_ID), (int)model->pci_subsystem_id },
        { A(HOST_MEMORY_POOLS_SUPPORTED), 0 },
    };

    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        sim_spec_attribute(to, rows[i].number, rows[i].value);
    for (unsigned i = 0; i < sizeof COHERENT / sizeof COHERENT[0]; i++)
        sim_spec_attribute(to, COHERENT[i], model->c2c_mb_per_s != 0 || model->is_integrated);
}

static void forget(struct sim_spec_gpu *to, const int *numbers)
{
    for (; *numbers != 0; numbers++) {
        for (unsigned i = 0; i < to->attribute_count; i++) {
            if (to->attributes[i].number == *numbers)
                to->attributes[i] = to->attributes[--to->attribute_count];
        }
    }
}

void sim_attributes_fill(struct sim_spec_gpu *to, const struct sim_gpu *gpu,
                         const struct sim_gpu_model *model, int driver_cuda)
{
    for (unsigned i = 0; i < sizeof COMMON / sizeof COMMON[0]; i++)
        sim_spec_attribute(to, COMMON[i].number, COMMON[i].value);
    fill_model(to, model);
    sim_spec_attribute(to, A(PCI_DOMAIN_ID), (int)gpu->pci_domain);
    sim_spec_attribute(to, A(PCI_BUS_ID), (int)gpu->pci_bus);
    sim_spec_attribute(to, A(PCI_DEVICE_ID), (int)gpu->pci_device);
    sim_spec_attribute(to, A(MULTI_GPU_BOARD_GROUP_ID), (int)to->gpu);
    sim_spec_attribute(to, A(HOST_NUMA_ID), gpu->numa);
    if (driver_cuda < 12040)
        forget(to, SINCE_12040);
    if (driver_cuda < 13000)
        forget(to, SINCE_13000);
}
