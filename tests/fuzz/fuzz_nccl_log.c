/* SPDX-License-Identifier: Apache-2.0 */
/* A log of NCCL with whatever else got into it. */
#include "tests/fuzz/fuzz.h"

#include "collective/way/log.h"

static void claim_connections(const struct gst_way_log *log)
{
    for (size_t i = 0; i < log->connection_count; i++) {
        const struct gst_way_connection *entry = &log->connections[i];
        enum gst_way_transport transport;

        GST_CLAIM(entry->from >= 0 && entry->to >= 0 && entry->channels > 0);
        GST_CLAIM(gst_way_log_between(log, entry->from, entry->to, &transport));
        GST_CLAIM(transport >= entry->transport && transport < GST_WAY_TRANSPORT_COUNT);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct gst_way_log log;
    char *text = gst_fuzz_text(data, size), words[256];

    gst_way_log_start(&log);
    gst_way_log_add(&log, text, strlen(text));
    GST_CLAIM(log.connection_count <= GST_WAY_LOG_PAIRS);
    GST_CLAIM(log.choice_count <= GST_WAY_LOG_CHOICES);
    claim_connections(&log);
    for (size_t i = 0; i < log.choice_count; i++)
        GST_CLAIM(gst_way_log_choice(&log, log.choices[i].collective)->bytes
                  >= log.choices[i].bytes);
    for (size_t i = 0; i < GST_WAY_LOG_WARNINGS; i++)
        GST_CLAIM(gst_fuzz_ends(log.warnings[i], sizeof(log.warnings[i])));
    GST_CLAIM(log.init_total_s >= 0 && log.init_kernels_s >= 0);
    gst_way_log_describe(&log, words, sizeof(words));
    GST_CLAIM(gst_fuzz_ends(words, sizeof(words)));
    free(text);
    return 0;
}
