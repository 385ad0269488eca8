/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of architectures; see choice.h. */
#include "workloads/compile/choice.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

void gst_architectures_read(struct gst_architectures *known, const char *text)
{
    known->count = 0;
    while ((text = strstr(text, "sm_")) != NULL && known->count < GST_CHOICE_MOST) {
        char *end;
        const long number = strtol(text + strlen("sm_"), &end, 10);

        text = end;
        if (number > 0 && number < 10000 && !isalpha((unsigned char)*end))
            known->numbers[known->count++] = (int)number;
    }
}

/* Of Tegra's integrated GPUs, whose code is meant for them alone: Jetson TX1, TX2, Xavier, Orin,
 * Thor (CUDA GPU compute capability, Jetson products). */
static bool is_of_tegra(int number)
{
    static const int numbers[] = { 53, 62, 72, 87, 101 };

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        if (numbers[i] == number)
            return true;
    }
    return false;
}

int gst_architectures_choose(const struct gst_architectures *known, int cc)
{
    int best = 0;

    for (size_t i = 0; i < known->count; i++) {
        if (known->numbers[i] <= cc && known->numbers[i] > best
            && (known->numbers[i] == cc || !is_of_tegra(known->numbers[i])))
            best = known->numbers[i];
    }
    return best;
}

int gst_architectures_lowest(const struct gst_architectures *known)
{
    int lowest = 0;

    for (size_t i = 0; i < known->count; i++) {
        if (lowest == 0 || known->numbers[i] < lowest)
            lowest = known->numbers[i];
    }
    return lowest;
}
