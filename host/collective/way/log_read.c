/* SPDX-License-Identifier: Apache-2.0 */
/* From lines of NCCL to what they say; see log.h. */
#include "collective/way/log.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collective/way/errors.h"

/* Longer lines than any of NCCL's that matters here are cut: src/debug.cc holds 1024. */
#define LINE_MAX_BYTES 1024

/* No machine has more, and a rank beyond is a misread number. */
#define RANKS_MAX 65536

void gst_way_log_start(struct gst_way_log *log)
{
    memset(log, 0, sizeof(*log));
}

static const char *after(const char *line, const char *words)
{
    const char *found = strstr(line, words);

    return found == NULL ? NULL : found + strlen(words);
}

static const char *with(const char *line, const char *words)
{
    const size_t size = strlen(words);

    return strncmp(line, words, size) == 0 ? line + size : NULL;
}

/* "3[18000] -> ": the rank; `*at` moves past `end`. -1 if it is not one. The bracket holds a number
 * of NVML, or of PCI in older versions. */
static int take_rank(const char **at, const char *end)
{
    char *stop;
    const long rank = strtol(*at, &stop, 10);

    if (stop == *at || rank < 0 || rank > RANKS_MAX || *stop != '[')
        return -1;
    stop = strchr(stop, ']');
    if (stop == NULL || strncmp(stop + 1, end, strlen(end)) != 0)
        return -1;
    *at = stop + 1 + strlen(end);
    return (int)rank;
}

static void add_connection(struct gst_way_log *log, int from, int to,
                           enum gst_way_transport transport)
{
    struct gst_way_connection *entry = log->connections;

    for (size_t i = 0; i < log->connection_count; i++, entry++) {
        if (entry->from == from && entry->to == to && entry->transport == transport) {
            entry->channels++;
            return;
        }
    }
    if (log->connection_count == GST_WAY_LOG_PAIRS) {
        log->left_out_count++;
        return;
    }
    *entry = (struct gst_way_connection){ from, to, transport, 1 };
    log->connection_count++;
}

/* "Channel 00/0 : 0[0] -> 1[1] [send] via NET/Socket/0", "Channel 00 : 0[1b000] -> 1[1c000] via
 * P2P/IPC". What one side sends the other receives: such lines come twice, and those with
 * '[receive]' are left out. */
static bool take_connection(struct gst_way_log *log, const char *line)
{
    const bool is_one = with(line, "Channel ") != NULL || with(line, "Ring ") != NULL;
    const char *at = is_one ? after(line, " : ") : NULL;
    int from, to;

    if (at == NULL || strstr(at, " -> ") == NULL)
        return false;
    from = take_rank(&at, " -> ");
    to = from < 0 ? -1 : take_rank(&at, " ");
    if (to < 0)
        return true;
    at = with(at, "[send] ") != NULL ? with(at, "[send] ") : at;
    if ((at = with(at, "via ")) == NULL)
        return true;
    for (int i = 0; i < GST_WAY_TRANSPORT_COUNT; i++) {
        if (with(at, gst_way_transport_words((enum gst_way_transport)i)) != NULL) {
            add_connection(log, from, to, (enum gst_way_transport)i);
            break;
        }
    }
    return true;
}

/* One word without blanks, cut to `size`. */
static void take_word(const char *at, char *word, size_t size)
{
    const size_t length = strcspn(at, " \t,:(");

    snprintf(word, size, "%.*s", (int)(length < size ? length : size - 1), at);
}

/* "AllReduce: 4096 Bytes -> Algo RING proto LL channel{Lo..Hi}={0..1}"; until 2.26 "4096 Bytes ->
 * Algo 1 proto 0 time 12.3". */
static bool take_choice(struct gst_way_log *log, const char *line)
{
    const char *algorithm = after(line, " Bytes -> Algo ");
    const char *protocol = algorithm == NULL ? NULL : after(algorithm, " proto ");
    const char *colon = strchr(line, ':');
    struct gst_way_choice choice = { 0 };

    if (protocol == NULL)
        return false;
    if (colon != NULL && colon < algorithm)
        take_word(line, choice.collective, sizeof(choice.collective));
    choice.bytes = strtoull(colon != NULL && colon < algorithm ? colon + 1 : line, NULL, 10);
    take_word(algorithm, choice.algorithm, sizeof(choice.algorithm));
    take_word(protocol, choice.protocol, sizeof(choice.protocol));
    for (size_t i = 0; i < log->choice_count; i++) {
        if (strcmp(log->choices[i].collective, choice.collective) == 0
            && log->choices[i].bytes == choice.bytes) {
            log->choices[i] = choice;
            return true;
        }
    }
    if (log->choice_count < GST_WAY_LOG_CHOICES)
        log->choices[log->choice_count++] = choice;
    else
        log->left_out_count++;
    return true;
}

/* Seconds after these words; 0 if there is no sane number. */
static double seconds_after(const char *line, const char *words)
{
    const char *at = after(line, words);
    const double seconds = at == NULL ? 0 : strtod(at, NULL);

    return isfinite(seconds) && seconds > 0 && seconds < 1e6 ? seconds : 0;
}

static bool take_timings(struct gst_way_log *log, const char *line)
{
    if (with(line, "Init timings") == NULL)
        return false;
    log->init_total_s = fmax(log->init_total_s, seconds_after(line, " total "));
    log->init_kernels_s = fmax(log->init_kernels_s, seconds_after(line, "kernels "));
    return true;
}

/* "24 coll channels, 24 collnet channels, 16 nvls channels, 32 p2p channels, ..." */
static bool take_channels(struct gst_way_log *log, const char *line)
{
    const char *nvls;

    if (strstr(line, " coll channels, ") == NULL)
        return false;
    log->collective_channels = (unsigned)strtoul(line, NULL, 10);
    nvls = strstr(line, " nvls channels");
    if (nvls != NULL) {
        while (nvls > line && nvls[-1] >= '0' && nvls[-1] <= '9')
            nvls--;
        log->nvls_channels = (unsigned)strtoul(nvls, NULL, 10);
    }
    return true;
}

static bool take_remark(struct gst_way_log *log, const char *line)
{
    const char *at;

    if ((at = with(line, "NVLS multicast support is ")) != NULL)
        *(with(at, "not ") != NULL ? &log->nvls_unavailable : &log->nvls_available) += 1;
    else if ((at = with(line, "Using network ")) != NULL)
        take_word(at, log->network, sizeof(log->network));
    else if ((at = with(line, "NCCL version ")) != NULL)
        take_word(at, log->version, sizeof(log->version));
    else if (strstr(line, "Init START") != NULL)
        log->started++;
    else if (strstr(line, "Init COMPLETE") != NULL)
        log->completed++;
    else if (with(line, "Topology detection") != NULL && strstr(line, "could not read") != NULL)
        log->topology_unread++;
    else if (strstr(line, "P2P is disabled between") != NULL)
        log->peer_access_off++;
    else if (strstr(line, "cuMem host allocations do not appear to be working") != NULL)
        log->host_memory_fallbacks++;
    else
        return false;
    return true;
}

/* One thing that goes wrong leaves several warnings, by each thread that meets it: the last one
 * says least. */
static void take_cause(struct gst_way_log *log, const char *text)
{
    const enum gst_finding_id finding = gst_way_error_finding(text, GST_NO_FINDING);

    if (finding == GST_NO_FINDING
        || (log->cause != GST_NO_FINDING
            && (gst_way_error_is_general(finding) || !gst_way_error_is_general(log->cause))))
        return;
    log->cause = finding;
    snprintf(log->cause_text, sizeof(log->cause_text), "%.*s", GST_WAY_LINE_SIZE - 1, text);
}

static void take_warning(struct gst_way_log *log, const char *text)
{
    /* It goes on without. */
    if (strstr(text, "Proceeding without NVLS support") != NULL)
        log->nvls_failures++;
    else
        take_cause(log, text);
    if (log->warning_count < GST_WAY_LOG_WARNINGS)
        snprintf(log->warnings[log->warning_count], GST_WAY_LINE_SIZE, "%.*s",
                 GST_WAY_LINE_SIZE - 1, text);
    log->warning_count++;
}

static void take_line(struct gst_way_log *log, const char *line)
{
    const char *info = after(line, " NCCL INFO ");
    const char *warning = after(line, " NCCL WARN ");

    if (info == NULL && warning == NULL && with(line, "NCCL version ") != NULL)
        info = line;
    if (info == NULL && warning == NULL)
        return;
    log->line_count++;
    if (warning != NULL && (info == NULL || warning < info)) {
        take_warning(log, warning);
        take_remark(log, warning);
        return;
    }
    if (strstr(info, "Proceeding without NVLS support") != NULL)
        log->nvls_failures++;
    if (take_connection(log, info) || take_choice(log, info) || take_timings(log, info)
        || take_channels(log, info))
        return;
    take_remark(log, info);
}

void gst_way_log_add(struct gst_way_log *log, const char *text, size_t size)
{
    const char *const end = text + size;
    char line[LINE_MAX_BYTES];

    while (text < end) {
        const char *feed = memchr(text, '\n', (size_t)(end - text));
        const size_t length = (size_t)((feed == NULL ? end : feed) - text);
        const size_t kept = length < sizeof(line) ? length : sizeof(line) - 1;

        memcpy(line, text, kept);
        line[kept] = '\0';
        if (kept > 0 && line[kept - 1] == '\r')
            line[kept - 1] = '\0';
        take_line(log, line);
        text += length + 1;
    }
}
