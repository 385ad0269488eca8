/* SPDX-License-Identifier: Apache-2.0 */
/* The statement `ecc`: errors that a GPU's memory is said to have had, from a moment on. */
#include "script/statement.h"

bool sim_statement_ecc(const struct sim_statement *st)
{
    static const struct sim_field FIELDS[] = {
        SIM_FIELD("corrected", COUNT, struct sim_ecc, corrected),
        SIM_FIELD("uncorrected", COUNT, struct sim_ecc, uncorrected),
        SIM_FIELD("after", TIME, struct sim_ecc, after_ps),
    };
    struct sim_ecc ecc = { .fault = st->fault };
    struct sim_gpu *gpu;
    unsigned index;

    if (!sim_statement_gpu(st, 1, &index)
        || !sim_statement_fields(st, 2, FIELDS, sizeof FIELDS / sizeof FIELDS[0], &ecc))
        return false;
    gpu = &st->script->machine.gpus[index];
    if (!gpu->model.has_ecc || !gpu->model.is_ecc_on)
        return sim_statement_fail(st, "GPU %u counts no ECC errors", index);
    if (ecc.corrected == 0 && ecc.uncorrected == 0)
        return sim_statement_fail(st, "'ecc' needs corrected= or uncorrected=");
    gpu->ecc = ecc;
    return true;
}
