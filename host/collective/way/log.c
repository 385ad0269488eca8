/* SPDX-License-Identifier: Apache-2.0 */
/* What all lines together tell; see log.h. */
#include "collective/way/log.h"

#include <stdio.h>
#include <string.h>

#define STARTS_AFTER_KERNELS 22300

static const struct {
    const char *words;
    bool is_peer;
} transports[] = {
#define GST_WAY_TRANSPORT_ROW(name, words, is_peer) [GST_WAY_VIA_##name] = { words, is_peer },
    GST_WAY_TRANSPORTS(GST_WAY_TRANSPORT_ROW)
#undef GST_WAY_TRANSPORT_ROW
};

bool gst_way_log_waits_for_kernels(const struct gst_way_log *log, int version)
{
    return version >= STARTS_AFTER_KERNELS && log->line_count > 0 && log->started == 0;
}

bool gst_way_transport_is_peer(enum gst_way_transport transport)
{
    return transports[transport].is_peer;
}

bool gst_way_transport_is_shm(enum gst_way_transport transport)
{
    return transport == GST_WAY_VIA_SHM || transport == GST_WAY_VIA_SHM_OLD;
}

const char *gst_way_transport_words(enum gst_way_transport transport)
{
    return transports[transport].words;
}

bool gst_way_log_between(const struct gst_way_log *log, int from, int to,
                         enum gst_way_transport *transport)
{
    bool found = false;

    for (size_t i = 0; i < log->connection_count; i++) {
        const struct gst_way_connection *entry = &log->connections[i];

        if (entry->from != from || entry->to != to || (found && entry->transport <= *transport))
            continue;
        *transport = entry->transport;
        found = true;
    }
    return found;
}

const struct gst_way_choice *gst_way_log_choice(const struct gst_way_log *log,
                                                const char *collective)
{
    const struct gst_way_choice *found = NULL;

    for (size_t i = 0; i < log->choice_count; i++) {
        const struct gst_way_choice *choice = &log->choices[i];

        if (strcmp(choice->collective, collective) == 0
            && (found == NULL || choice->bytes >= found->bytes))
            found = choice;
    }
    return found;
}

const char *gst_way_log_describe(const struct gst_way_log *log, char *text, size_t size)
{
    size_t used = 0;

    snprintf(text, size, "none");
    for (int transport = 0; transport < GST_WAY_TRANSPORT_COUNT; transport++) {
        size_t pairs = 0;

        for (size_t i = 0; i < log->connection_count; i++)
            pairs += (int)log->connections[i].transport == transport;
        if (pairs == 0 || used >= size)
            continue;
        used += (size_t)snprintf(text + used, size - used, "%s%zu over %s", used > 0 ? ", " : "",
                                 pairs, transports[transport].words);
    }
    return text;
}
