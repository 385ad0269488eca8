/* SPDX-License-Identifier: Apache-2.0 */
/* gpu-selftest: all workloads, one command line. */
#include "run/main.h"
#include "workloads/list.h"

int main(int argc, char *argv[])
{
    return gst_main(argc, argv, gst_workloads);
}
