/* SPDX-License-Identifier: Apache-2.0 */
/* What the helper printed: it runs vendor code that may write where it likes. */
#include "tests/fuzz/fuzz.h"

#include "audit/answers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct gst_answers answers;
    char *text = gst_fuzz_text(data, size);

    gst_answers_parse(&answers, text);
    GST_CLAIM(answers.count <= GST_ANSWERS_MAX);
    GST_CLAIM(answers.nvml_gpu_count <= GST_ANSWER_GPUS
              && answers.cuda_gpu_count <= GST_ANSWER_GPUS);
    GST_CLAIM(answers.is_asked || answers.count == 0);
    GST_CLAIM(gst_fuzz_ends(answers.problem, sizeof answers.problem));
    for (size_t i = 0; i < answers.count; i++) {
        const struct gst_answer *answer = &answers.items[i];

        GST_CLAIM(answer->name[0] != '\0' && gst_fuzz_ends(answer->text, sizeof answer->text));
        GST_CLAIM((answer->kind == GST_ANSWER_CALL ? gst_answers_call
                                                   : gst_answers_library)(&answers, answer->name)
                  <= answer);
        GST_CLAIM(!(answer->is_ok && answer->is_missing));
    }
    free(text);
    return 0;
}
