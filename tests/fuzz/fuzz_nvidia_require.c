/* SPDX-License-Identifier: Apache-2.0 */
/* NVIDIA_REQUIRE_* of an image. */
#include "tests/fuzz/fuzz.h"

#include "audit/requirement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct gst_offer_of_driver whole = { "12.4", "550.54.14", "9.0", "tesla" };
    static const struct gst_offer_of_driver nothing = { NULL, NULL, NULL, NULL };
    char *value = gst_fuzz_text(data, size);
    char known[64], unknown[64];
    enum gst_requirement of_known = gst_requirement_judge(value, &whole, known, sizeof known);
    enum gst_requirement of_unknown =
        gst_requirement_judge(value, &nothing, unknown, sizeof unknown);

    GST_CLAIM(gst_fuzz_ends(known, sizeof known) && gst_fuzz_ends(unknown, sizeof unknown));
    /* Who knows all can tell; who knows nothing never says that a term fails. */
    GST_CLAIM(of_known != GST_REQUIREMENT_UNKNOWN);
    GST_CLAIM(of_unknown != GST_REQUIREMENT_UNMET);
    /* What is certain without knowledge stays so with it. */
    GST_CLAIM(of_unknown != GST_REQUIREMENT_MET || of_known == GST_REQUIREMENT_MET);
    GST_CLAIM(of_unknown != GST_REQUIREMENT_INVALID || of_known == GST_REQUIREMENT_INVALID);
    free(value);
    return 0;
}
