/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An ordinary CUDA program: c = a + b on the GPU of the number given, and the sum of c. Says in one
 * line what it saw; built.c reads the words.
 */
#include <cstdio>
#include <cstdlib>
#include <vector>

#define CHECK(call)                                                                                \
    do {                                                                                           \
        const cudaError_t result = (call);                                                         \
        if (result != cudaSuccess) {                                                               \
            printf("error=%d name=%s call=%s\n", (int)result, cudaGetErrorName(result), #call);    \
            return 1;                                                                              \
        }                                                                                          \
    } while (0)

int main(int argc, char *argv[])
{
    const unsigned int n = argc > 2 ? (unsigned int)strtoul(argv[2], NULL, 10) : 1;
    const unsigned int blocks = (n + THREADS - 1) / THREADS;
    std::vector<int> a(n), b(n), c(n, -1);
    int runtime = 0, driver = 0, wrong = 0;
    unsigned long long total = 0;
    int *device_a, *device_b, *device_c;
    unsigned long long *device_total;
    char pci[32] = "";

    for (unsigned int i = 0; i < n; i++) {
        a[i] = (int)i;
        b[i] = 2 * (int)i + 1;
    }
    CHECK(cudaSetDevice(argc > 1 ? atoi(argv[1]) : 0));
    CHECK(cudaRuntimeGetVersion(&runtime));
    CHECK(cudaDriverGetVersion(&driver));
    CHECK(cudaDeviceGetPCIBusId(pci, (int)sizeof(pci), argc > 1 ? atoi(argv[1]) : 0));
    CHECK(cudaMalloc((void **)&device_a, n * sizeof(int)));
    CHECK(cudaMalloc((void **)&device_b, n * sizeof(int)));
    CHECK(cudaMalloc((void **)&device_c, n * sizeof(int)));
    CHECK(cudaMalloc((void **)&device_total, sizeof(total)));
    CHECK(cudaMemcpy(device_a, a.data(), n * sizeof(int), cudaMemcpyHostToDevice));
    CHECK(cudaMemcpy(device_b, b.data(), n * sizeof(int), cudaMemcpyHostToDevice));
    CHECK(cudaMemset(device_c, 0xff, n * sizeof(int)));
    CHECK(cudaMemset(device_total, 0, sizeof(total)));
    add<<<blocks, THREADS>>>(device_a, device_b, device_c, n);
    CHECK(cudaGetLastError());
    sum<<<blocks, THREADS>>>(device_c, n, device_total);
    CHECK(cudaGetLastError());
    CHECK(cudaDeviceSynchronize());
    CHECK(cudaMemcpy(c.data(), device_c, n * sizeof(int), cudaMemcpyDeviceToHost));
    CHECK(cudaMemcpy(&total, device_total, sizeof(total), cudaMemcpyDeviceToHost));
    for (unsigned int i = 0; i < n; i++)
        wrong += c[i] != a[i] + b[i];
    CHECK(cudaFree(device_total));
    CHECK(cudaFree(device_c));
    CHECK(cudaFree(device_b));
    CHECK(cudaFree(device_a));
    printf("error=0 pci=%s runtime=%d driver=%d elements=%u wrong=%d sum=%llu\n", pci, runtime,
           driver, n, wrong, total);
    return wrong != 0;
}
