/* SPDX-License-Identifier: Apache-2.0 */
/* Files of NCCL; see read.h. */
#include "collective/way/read.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/root.h"

#define TOPOLOGY "topology.xml"
#define GRAPHS   "graph.xml"
#define LOG      "log."

/* INFO is needed for the lines that name transports; the subsystems are those that have lines of
 * log.h while ranks start and connect. TUNING is not among them: it writes a line for each
 * collective that is queued (src/enqueue.cc), which would be measured with small ones. Ranks write
 * one log each (%p), so that lines do not mix. */
void gst_way_variables(const char *folder, void (*visit)(const char *variable, void *data),
                       void *data)
{
    char text[512];

    snprintf(text, sizeof(text), "NCCL_TOPO_DUMP_FILE=%s/" TOPOLOGY, folder);
    visit(text, data);
    snprintf(text, sizeof(text), "NCCL_GRAPH_DUMP_FILE=%s/" GRAPHS, folder);
    visit(text, data);
    snprintf(text, sizeof(text), "NCCL_DEBUG_FILE=%s/" LOG "%%h.%%p", folder);
    visit(text, data);
    visit("NCCL_DEBUG=INFO", data);
    visit("NCCL_DEBUG_SUBSYS=INIT,ENV,BOOTSTRAP,GRAPH,P2P,SHM,NET,NVLS", data);
}

void gst_way_quiet_variables(void (*visit)(const char *variable, void *data), void *data)
{
    visit("NCCL_DEBUG=WARN", data);
}

/* The text of a file, to be freed; NULL if it cannot be read. */
static char *read_file(const struct gst_root *folder, const char *name, size_t *size)
{
    const int fd = gst_root_open_file(folder, name);
    char *text = fd < 0 ? NULL : malloc(GST_WAY_FILE_MAX_BYTES);
    ssize_t got = 0;

    for (*size = 0; text != NULL && *size < GST_WAY_FILE_MAX_BYTES; *size += (size_t)got) {
        got = read(fd, text + *size, GST_WAY_FILE_MAX_BYTES - *size);
        if (got <= 0)
            break;
    }
    if (fd >= 0)
        close(fd);
    return text;
}

struct reader {
    struct gst_way_seen *seen;
    const struct gst_root *folder;
};

static bool read_log(const char *name, void *data)
{
    const struct reader *reader = data;
    size_t size;
    char *text;

    if (strncmp(name, LOG, strlen(LOG)) != 0)
        return true;
    text = read_file(reader->folder, name, &size);
    if (text != NULL) {
        gst_way_log_add(&reader->seen->log, text, size);
        reader->seen->has_log = true;
    }
    free(text);
    return true;
}

static void read_dumps(struct gst_way_seen *seen, const struct gst_root *folder)
{
    const char *problem = "it is not there";
    size_t size;
    char *text = read_file(folder, TOPOLOGY, &size);

    seen->has_topology =
        text != NULL && gst_way_topology_parse(&seen->topology, text, size, &problem);
    if (!seen->has_topology)
        snprintf(seen->topology_problem, sizeof(seen->topology_problem), "%s", problem);
    free(text);
    problem = "it is not there";
    text = read_file(folder, GRAPHS, &size);
    seen->has_graphs = text != NULL && gst_way_graphs_parse(&seen->graphs, text, size, &problem);
    if (!seen->has_graphs)
        snprintf(seen->graphs_problem, sizeof(seen->graphs_problem), "%s", problem);
    free(text);
}

void gst_way_read(struct gst_way_seen *seen, const char *folder)
{
    struct gst_root root;
    struct gst_status st = GST_STATUS_INIT;
    struct reader reader = { seen, &root };

    memset(seen, 0, sizeof(*seen));
    gst_way_log_start(&seen->log);
    if (!gst_root_open(&root, folder, &st)) {
        snprintf(seen->topology_problem, sizeof(seen->topology_problem), "its folder is not there");
        snprintf(seen->graphs_problem, sizeof(seen->graphs_problem), "its folder is not there");
        return;
    }
    read_dumps(seen, &root);
    gst_root_list(&root, "/", read_log, &reader);
    gst_root_close(&root);
}
