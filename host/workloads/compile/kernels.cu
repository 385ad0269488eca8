/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernels of the program that the workload `compile` has built: by nvcc with program.cu after
 * them, and alone by NVRTC. Nothing here needs a header, which NVRTC would have to find.
 */
#define THREADS 256

extern "C" __global__ void add(const int *a, const int *b, int *c, unsigned int n)
{
    const unsigned int i = blockIdx.x * blockDim.x + threadIdx.x;

    if (i < n)
        c[i] = a[i] + b[i];
}

extern "C" __global__ void sum(const int *c, unsigned int n, unsigned long long *total)
{
    __shared__ unsigned long long part[THREADS];
    const unsigned int i = blockIdx.x * blockDim.x + threadIdx.x;

    part[threadIdx.x] = i < n ? (unsigned long long)c[i] : 0;
    __syncthreads();
    for (unsigned int half = THREADS / 2; half > 0; half /= 2) {
        if (threadIdx.x < half)
            part[threadIdx.x] += part[threadIdx.x + half];
        __syncthreads();
    }
    if (threadIdx.x == 0)
        atomicAdd(total, part[0]);
}
