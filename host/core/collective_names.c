/* SPDX-License-Identifier: Apache-2.0 */
/* The names as tables; see collective_names.h. */
#include "core/collective_names.h"

#define NAME(symbol, name)         [symbol] = name,
#define NAME_3(symbol, name, c)    NAME(symbol, name)
#define NAME_4(symbol, name, c, d) NAME(symbol, name)

const char *const gst_collective_names[GST_COLLECTIVE_COUNT + 1] = { GST_COLLECTIVES(NAME_3) };
const char *const gst_element_names[GST_ELEMENT_COUNT + 1] = { GST_ELEMENTS(NAME_4) };
const char *const gst_reduction_names[GST_REDUCTION_COUNT + 1] = { GST_REDUCTIONS(NAME) };
const char *const gst_process_model_names[GST_PROCESS_MODEL_COUNT + 1] = { GST_PROCESS_MODELS(
    NAME) };

#undef NAME_4
#undef NAME_3
#undef NAME

size_t gst_element_bytes(enum gst_element element)
{
#define BYTES(symbol, name, bytes, averages) [symbol] = bytes,
    static const size_t sizes[GST_ELEMENT_COUNT] = { GST_ELEMENTS(BYTES) };
#undef BYTES

    return sizes[element];
}
