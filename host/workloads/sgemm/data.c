/* SPDX-License-Identifier: Apache-2.0 */
/* Host memory of one product; see data.h. */
#include "workloads/sgemm/data.h"

#include <stdlib.h>

#include "gpu/error.h"
#include "gpu/gemm/element.h"

static void give_back(const struct gst_sgemm_data *data, struct gst_sgemm_room *room)
{
    struct gst_status ignored = GST_STATUS_INIT;

    if (!room->is_pinned)
        free(room->memory);
    else if (gst_gpu_use(data->lane->env, data->lane->gpu, &ignored))
        GST_CU(data->lane->env, &ignored, cuMemFreeHost, (room->memory));
    *room = (struct gst_sgemm_room){ .memory = NULL };
}

static bool pin(const struct gst_sgemm_data *data, struct gst_sgemm_room *room, size_t bytes)
{
    struct gst_status ignored = GST_STATUS_INIT;

    return data->lane != NULL && gst_gpu_use(data->lane->env, data->lane->gpu, &ignored)
           && GST_CU(data->lane->env, &ignored, cuMemHostAlloc,
                     (&room->memory, bytes, CU_MEMHOSTALLOC_PORTABLE));
}

/* The one before goes first, lest both be there at once. */
static void *take(const struct gst_sgemm_data *data, struct gst_sgemm_room *room, size_t bytes)
{
    if (bytes <= room->bytes)
        return room->memory;
    give_back(data, room);
    room->is_pinned = pin(data, room, bytes);
    if (!room->is_pinned)
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
    data->a = take(data, &data->rooms[0], data->a_bytes);
    data->b = take(data, &data->rooms[1], data->b_bytes);
    data->c = take(data, &data->rooms[2], data->c_bytes);
    return (data->a != NULL && data->b != NULL && data->c != NULL)
           || gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "cannot allocate %zu + %zu + %zu bytes",
                       data->a_bytes, data->b_bytes, data->c_bytes);
}

void gst_sgemm_data_release(struct gst_sgemm_data *data)
{
    for (size_t i = 0; i < sizeof(data->rooms) / sizeof(data->rooms[0]); i++)
        give_back(data, &data->rooms[i]);
    *data = (struct gst_sgemm_data){ .a = NULL };
}
