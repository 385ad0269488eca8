/* SPDX-License-Identifier: Apache-2.0 */
/* gpu-selftest: all workloads, one command line; or one rank of a collective, if started as such.
 */
#include "collective/worker.h"
#include "run/main.h"
#include "workloads/list.h"

int main(int argc, char *argv[])
{
    if (gst_worker_is_wanted())
        return gst_worker_main();
    return gst_main(argc, argv, gst_workloads);
}
