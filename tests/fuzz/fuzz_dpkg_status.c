/* SPDX-License-Identifier: Apache-2.0 */
/* dpkg's list of packages, whole and cut at any place: the pieces must not matter. */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>

#include "lint/dpkg.h"
#include "lint/rules.h"

struct tally {
    size_t packages;
    uint32_t sum; /* of all names and versions, so that two readings can be compared */
};

static void take(void *data, const char *package, const char *version)
{
    struct tally *tally = data;

    GST_CLAIM(package[0] != '\0' && strlen(package) < GST_DPKG_NAME_SIZE);
    GST_CLAIM(strlen(version) < GST_DPKG_VERSION_SIZE);
    tally->packages++;
    for (const char *at = package; *at != '\0'; at++)
        tally->sum = tally->sum * 31 + (unsigned char)*at;
    for (const char *at = version; *at != '\0'; at++)
        tally->sum = tally->sum * 37 + (unsigned char)*at;
    (void)gst_rule_of_package(package);
}

static struct tally read_in_pieces(const char *text, size_t size, size_t piece)
{
    struct tally tally = { 0, 0 };
    struct gst_dpkg dpkg;

    gst_dpkg_begin(&dpkg, take, &tally);
    for (size_t at = 0; at < size; at += piece)
        gst_dpkg_feed(&dpkg, text + at, size - at < piece ? size - at : piece);
    gst_dpkg_end(&dpkg);
    return tally;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t piece = size > 0 ? 1 + data[0] % 64u : 1;
    struct tally whole = read_in_pieces((const char *)data, size, size + 1);
    struct tally cut = read_in_pieces((const char *)data, size, piece);

    GST_CLAIM(whole.packages == cut.packages && whole.sum == cut.sum);
    return 0;
}
