/* SPDX-License-Identifier: Apache-2.0 */
/* From the ABI's list of results to rows for the search; see nvml_message.h. */
#include "audit/nvml_message.h"

#include "api/nvml_abi.h"
#include "audit/nvml_finding.h"

#define NAME(name, value) { value, #name },
/* Python's NVMLError_DriverNotLoaded is the same to the search. */
static const struct {
    int code;
    const char *name;
} names[] = { GST_NVML_RESULTS(NAME) };
#undef NAME

static const char *const before_number[] = {
    "NVML error", "NVML error code", "nvmlReturn_t", "nvmlInit returned", "nvmlInit failed:",
};

void gst_nvml_messages(struct gst_message_book *book)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct gst_message row = { .finding = gst_nvml_finding(names[i].code),
                                   .pattern = names[i].name,
                                   .sign = "",
                                   .source = "NVML API reference, nvmlReturn_t" };

        /* What says no more than that NVML failed is an answer to many questions. */
        if (row.finding == GST_NO_FINDING || row.finding == GST_HOST_NVML_FAILED)
            continue;
        gst_message_add(book, row);
        for (size_t j = 0; j < sizeof(before_number) / sizeof(before_number[0]); j++) {
            row.pattern = gst_message_number(book, before_number[j], names[i].code);
            gst_message_add(book, row);
        }
    }
}
