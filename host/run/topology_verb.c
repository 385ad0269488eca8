/* SPDX-License-Identifier: Apache-2.0 */
/* See topology_verb.h. */
#include "run/topology_verb.h"

#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/root.h"
#include "core/verdict.h"
#include "run/about.h"
#include "run/write.h"
#include "topology/bonds.h"
#include "topology/matrix.h"
#include "topology/nvlink.h"
#include "topology/svg.h"
#include "topology/topology.h"
#include "topology/topology_json.h"

/* For NVML, which takes a second for each GPU if no daemon keeps the driver loaded. */
#define DEADLINE_S 60

static const char *profile(void)
{
    return getenv("GPU_SELFTEST_SIM_PROFILE");
}

static bool write_text(const void *topology, FILE *out)
{
    if (profile() != NULL)
        fprintf(out, "SIMULATED %s\n\n", profile());
    return gst_topology_write_text(topology, out);
}

static bool write_json(const void *topology, FILE *out)
{
    return gst_topology_write_json(topology, gst_about_version(), profile(), out);
}

static bool write_svg(const void *topology, FILE *out)
{
    return gst_topology_write_svg(topology, profile() != NULL, out);
}

static bool write_file(const struct gst_topology *topology,
                       bool (*writer)(const void *value, FILE *out), const char *path)
{
    char error[512];

    if (path == NULL || gst_write_value(topology, writer, path, error, sizeof(error)))
        return true;
    gst_log("%s", error);
    return false;
}

/* Text goes to standard error where JSON takes standard output, as reports do. */
static bool write_all(const struct gst_topology *topology, const struct gst_settings *settings,
                      FILE *out)
{
    const bool is_json_out = settings->json != NULL && strcmp(settings->json, "-") == 0;
    bool ok = write_text(topology, is_json_out ? stderr : out);

    if (is_json_out)
        ok = write_json(topology, out) && ok;
    else
        ok = write_file(topology, write_json, settings->json) && ok;
    return write_file(topology, write_svg, settings->svg) && ok;
}

static bool read_all(struct gst_topology *topology, const struct gst_settings *settings,
                     const struct gst_root *root)
{
    struct gst_nvlink_answer answer = { .problem = "files alone were read" };

    if (!gst_topology_read(topology, root))
        return false;
    if (topology->gpu_count > 0 && gst_settings_are_of_this_machine(settings))
        gst_nvlink_ask(&answer, settings->timeout_s > 0 ? settings->timeout_s : DEADLINE_S);
    gst_bonds_add(topology, root, &answer);
    return true;
}

static int show(const struct gst_settings *settings, const struct gst_root *root, FILE *out)
{
    struct gst_topology *topology = malloc(sizeof(*topology));
    int code = GST_EXIT_COULD_NOT_TELL;

    if (topology == NULL) {
        gst_log("out of memory");
    } else if (!read_all(topology, settings, root)) {
        gst_log("cannot read '" GST_PCI_DEVICES "' below '%s'", root->path);
    } else if (write_all(topology, settings, out)) {
        code = topology->gpu_count > 0 ? GST_EXIT_PASSED : GST_EXIT_NOTHING_TESTED;
        if (topology->gpu_count == 0)
            gst_log("no NVIDIA GPU on the PCI bus");
    }
    free(topology);
    return code;
}

int gst_topology_verb(const struct gst_settings *settings, FILE *out)
{
    struct gst_status st = GST_STATUS_INIT;
    struct gst_root root;
    int code;

    if (!gst_root_open(&root, settings->root, &st)) {
        gst_log("%s", st.cause);
        return GST_EXIT_COULD_NOT_TELL;
    }
    code = show(settings, &root, out);
    gst_root_close(&root);
    return code;
}
