/* SPDX-License-Identifier: Apache-2.0 */
/* The two tables of cuda_releases.h and look-ups in them. */
#include "core/cuda_releases.h"

#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* CUDA toolkit release notes 13.2, table "CUDA toolkit and corresponding driver versions"; 535, 550
 * and 555 were asked (Debian's libcuda1). A branch that CUDA has no release for is not here. */
static const struct gst_driver_branch branches[] = {
    { 450, 11000 }, { 455, 11010 }, { 460, 11020 }, { 465, 11030 }, { 470, 11040 }, { 495, 11050 },
    { 510, 11060 }, { 515, 11070 }, { 520, 11080 }, { 525, 12000 }, { 530, 12010 }, { 535, 12020 },
    { 545, 12030 }, { 550, 12040 }, { 555, 12050 }, { 560, 12060 }, { 565, 12070 }, { 570, 12080 },
    { 575, 12090 }, { 580, 13000 }, { 590, 13010 }, { 595, 13020 }, { 610, 13030 }, { 615, 13040 },
};

/* nvcc --list-gpu-arch of 11.8, 12.4 and 13.0; for the rest CMake's
 * CMakeCUDAArchitecturesNVIDIA.cmake and the CUDA toolkit release notes. */
static const struct gst_cuda_arch archs[] = {
    { 35, 5000, 11080 },   /* Kepler: K40 */
    { 37, 6050, 11080 },   /* K80 */
    { 50, 6000, 12090 },   /* Maxwell */
    { 52, 7000, 12090 },   /* M60 */
    { 53, 7000, 12090 },   /* Jetson Nano */
    { 60, 8000, 12090 },   /* Pascal: P100 */
    { 61, 8000, 12090 },   /* P40 */
    { 62, 8000, 12090 },   /* Jetson TX2 */
    { 70, 9000, 12090 },   /* Volta: V100 */
    { 72, 9000, 12090 },   /* Jetson Xavier */
    { 75, 10000, 0 },      /* Turing: T4 */
    { 80, 11000, 0 },      /* Ampere: A100 */
    { 86, 11010, 0 },      /* A40 */
    { 87, 11040, 0 },      /* Jetson Orin */
    { 88, 13000, 0 },      /* no public GPU */
    { 89, 11080, 0 },      /* Ada: L40S */
    { 90, 11080, 0 },      /* Hopper: H100 */
    { 100, 12080, 0 },     /* Blackwell: B200 */
    { 101, 12080, 12090 }, /* Jetson Thor, which is 11.0 from CUDA 13.0 on */
    { 103, 12090, 0 },     /* B300 */
    { 110, 13000, 0 },     /* Jetson Thor */
    { 120, 12080, 0 },     /* GeForce RTX 50 */
    { 121, 12090, 0 },     /* GB10 */
};

const struct gst_driver_branch *gst_driver_branches(size_t *count)
{
    *count = COUNT(branches);
    return branches;
}

const struct gst_cuda_arch *gst_cuda_archs(size_t *count)
{
    *count = COUNT(archs);
    return archs;
}

int gst_cuda_of_driver(const char *driver)
{
    const long branch = strtol(driver, NULL, 10);

    for (size_t i = 0; i < COUNT(branches); i++) {
        if (branches[i].branch == branch)
            return branches[i].cuda;
    }
    return 0;
}

bool gst_cuda_release_knows_arch(int major, int minor, int capability)
{
    const int release = 1000 * major + 10 * minor;

    for (size_t i = 0; i < COUNT(archs); i++) {
        if (archs[i].capability == capability)
            return release >= archs[i].first && (archs[i].last == 0 || release <= archs[i].last);
    }
    return true;
}
