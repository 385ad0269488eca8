/* SPDX-License-Identifier: Apache-2.0 */
/* Host memory of one product; see data.h. */
#include "workloads/sgemm/data.h"

#include <stdlib.h>

#include "gpu/gemm/element.h"

/* The one before goes first, lest both be there at once. */
static void *take(struct gst_sgemm_room *room, size_t bytes)
{
    if (bytes <= room->bytes)
        return room->memory;
    free(room->memory);
    room->memory = malloc(bytes);
    room->bytes = room->memory == NULL ? 0 : bytes;
    return room->memory;
}

bool gst_sgemm_data_begin(struct gst_sgemm_data *data, const struct gst_sgemm_kind *kind,
                          const struct gst_gemm_shape *shape, struct gst_status *st)
{
    const size_t input = gst_gemm_input_bytes(kind->type);

    data->product = (struct gst_blas_product){ .type = kind->type,
                                               .is_pedantic = kind->is_pedantic,
                                               .shape = *shape };
    data->a_bytes = gst_gemm_a_elements(shape) * input;
    data->b_bytes = gst_gemm_b_elements(shape) * input;
    data->c_bytes = gst_gemm_c_elements(shape) * gst_gemm_output_bytes(kind->type);
    data->a = take(&data->rooms[0], data->a_bytes);
    data->b = take(&data->rooms[1], data->b_bytes);
    data->c = take(&data->rooms[2], data->c_bytes);
    return (data->a != NULL && data->b != NULL && data->c != NULL)
           || gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "cannot allocate %zu + %zu + %zu bytes",
                       data->a_bytes, data->b_bytes, data->c_bytes);
}

void gst_sgemm_data_release(struct gst_sgemm_data *data)
{
    for (size_t i = 0; i < sizeof(data->rooms) / sizeof(data->rooms[0]); i++)
        free(data->rooms[i].memory);
    *data = (struct gst_sgemm_data){ .a = NULL };
}
