/* SPDX-License-Identifier: Apache-2.0 */
/* Host memory of one product; see data.h. */
#include "workloads/sgemm/data.h"

#include <stdlib.h>

#include "gpu/gemm/element.h"

bool gst_sgemm_data_init(struct gst_sgemm_data *data, const struct gst_sgemm_kind *kind,
                         const struct gst_gemm_shape *shape, struct gst_status *st)
{
    const size_t input = gst_gemm_input_bytes(kind->type);

    *data = (struct gst_sgemm_data){
        .product = { .type = kind->type, .is_pedantic = kind->is_pedantic, .shape = *shape },
        .a_bytes = gst_gemm_a_elements(shape) * input,
        .b_bytes = gst_gemm_b_elements(shape) * input,
        .c_bytes = gst_gemm_c_elements(shape) * gst_gemm_output_bytes(kind->type),
    };
    data->a = malloc(data->a_bytes);
    data->b = malloc(data->b_bytes);
    data->c = malloc(data->c_bytes);
    if (data->a != NULL && data->b != NULL && data->c != NULL)
        return true;
    gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "cannot allocate %zu + %zu + %zu bytes", data->a_bytes,
             data->b_bytes, data->c_bytes);
    gst_sgemm_data_release(data);
    return false;
}

void gst_sgemm_data_release(struct gst_sgemm_data *data)
{
    free(data->a);
    free(data->b);
    free(data->c);
    *data = (struct gst_sgemm_data){ .a = NULL };
}
