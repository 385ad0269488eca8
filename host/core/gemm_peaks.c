/* SPDX-License-Identifier: Apache-2.0 */
/* The one table of lanes and what is made of it; see gemm_peaks.h. */
#include "core/gemm_peaks.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

static const struct {
    const char *name, *text;
} types[] = {
#define GST_GEMM_TYPE_ROW(symbol, name, text) [symbol] = { name, text },
    GST_GEMM_TYPES(GST_GEMM_TYPE_ROW)
#undef GST_GEMM_TYPE_ROW
};

const char *gst_gemm_type_name(enum gst_gemm_type type)
{
    return types[type].name;
}

const char *gst_gemm_type_text(enum gst_gemm_type type)
{
    return types[type].text;
}

bool gst_gemm_type_exists(enum gst_gemm_type type, int cc_major, int cc_minor)
{
    (void)cc_minor;
    if (type == GST_GEMM_TF32 || type == GST_GEMM_BF16)
        return cc_major >= 8;
    return type != GST_GEMM_FP16 || cc_major >= 5;
}

#define GUIDE "CUDA C++ Programming Guide 12.6, arithmetic instructions"
#define CORES "NVIDIA/cuda-samples Common/helper_cuda.h"
#define DERIVED                                                                                    \
    "; tensor cores from published TFLOPS at the boost clock: NVIDIA's architecture papers"
#define OF_H20 "78 SMs and published 148 TFLOPS of FP16: stas00/ml-engineering"
#define L20_REPORT                                                                                 \
    "; L20 measured at 114 TFLOPS of FP16, half of its chip's: "                                   \
    "zzc0721/torch-performance-test-data"

#define PROFESSIONAL GST_GEMM_PROFESSIONAL
#define GEFORCE      GST_GEMM_GEFORCE
#define CUT          GST_GEMM_CUT

/* Compute capability, board, lanes of FP32, TF32, FP64, FP16 and BF16 in the order of
 * GST_GEMM_TYPES. What no source confirms is 0. Tegra chips are left out: their clock attribute is
 * not what they run at (Thor tells 1049 MHz and reaches 115 % of the product). FP64 is by tensor
 * cores in 8.0 and 9.0, twice the other units' rate. */
static const struct gst_gemm_lanes_row rows[] = {
    { 5, 0, PROFESSIONAL, { 128, 0, 4, 0, 0 }, CORES "; " GUIDE },
    { 5, 0, GEFORCE, { 128, 0, 4, 0, 0 }, CORES "; " GUIDE },
    { 5, 2, PROFESSIONAL, { 128, 0, 4, 0, 0 }, CORES "; " GUIDE },
    { 5, 2, GEFORCE, { 128, 0, 4, 0, 0 }, CORES "; " GUIDE },
    { 6, 0, PROFESSIONAL, { 64, 0, 32, 0, 0 }, CORES "; " GUIDE },
    { 6, 1, PROFESSIONAL, { 128, 0, 4, 0, 0 }, CORES "; " GUIDE },
    { 6, 1, GEFORCE, { 128, 0, 4, 0, 0 }, CORES "; " GUIDE },
    { 7, 0, PROFESSIONAL, { 64, 0, 32, 512, 0 }, CORES "; " GUIDE DERIVED },
    { 7, 5, PROFESSIONAL, { 64, 0, 2, 512, 0 }, CORES "; " GUIDE DERIVED },
    { 7, 5, GEFORCE, { 64, 0, 2, 0, 0 }, CORES "; " GUIDE },
    { 7, 5, CUT, { 64, 0, 2, 0, 0 }, CORES "; " GUIDE },
    { 8, 0, PROFESSIONAL, { 64, 512, 64, 1024, 1024 }, CORES "; " GUIDE DERIVED },
    { 8, 6, PROFESSIONAL, { 128, 256, 2, 512, 512 }, CORES "; " GUIDE DERIVED },
    { 8, 6, GEFORCE, { 128, 128, 2, 256, 256 }, CORES "; " GUIDE DERIVED },
    { 8, 6, CUT, { 128, 0, 2, 0, 0 }, CORES "; " GUIDE },
    { 8, 9, PROFESSIONAL, { 128, 256, 2, 512, 512 }, CORES "; " GUIDE DERIVED },
    { 8, 9, GEFORCE, { 128, 128, 2, 256, 256 }, CORES "; " GUIDE DERIVED },
    { 8, 9, CUT, { 128, 0, 2, 0, 0 }, CORES "; " GUIDE L20_REPORT },
    { 9, 0, PROFESSIONAL, { 128, 1024, 128, 2048, 2048 }, CORES "; " GUIDE DERIVED },
    { 9, 0, CUT, { 128, 0, 0, 0, 0 }, CORES "; " OF_H20 },
    { 10, 0, PROFESSIONAL, { 128, 2048, 64, 4096, 4096 }, CORES DERIVED },
    { 10, 3, PROFESSIONAL, { 128, 2048, 2, 4096, 4096 }, CORES "; B300: glennklockwood.com" },
    { 12, 0, PROFESSIONAL, { 128, 0, 2, 0, 0 }, CORES },
    { 12, 0, GEFORCE, { 128, 128, 2, 256, 256 }, CORES DERIVED },
    { 12, 1, PROFESSIONAL, { 128, 0, 0, 0, 0 }, CORES },
};

const struct gst_gemm_lanes_row *gst_gemm_lanes_rows(size_t *count)
{
    *count = sizeof(rows) / sizeof(rows[0]);
    return rows;
}

/* True if `word` stands in `name` between characters that are neither letter nor digit. */
static bool has_word(const char *name, const char *word)
{
    const size_t length = strlen(word);

    for (const char *at = strstr(name, word); at != NULL; at = strstr(at + 1, word)) {
        if ((at == name || !isalnum((unsigned char)at[-1])) && !isalnum((unsigned char)at[length]))
            return true;
    }
    return false;
}

/* H20, L20 and L2: boards for export, cut in tensor cores. Lists by compute capability alone have
 * the L20 among L4, L40 and L40S, which is wrong: at its 92 SMs and 2520 MHz their 512 lanes make
 * 237 TFLOPS of FP16, half as many 119. It was measured at 114 (L20_REPORT), 96 % of the latter,
 * while an L40S reaches 72 % of its 366. CMP: boards for mining, cut in fused multiply-adds. A10G:
 * a cloud's board with half of an A10's tensor rate. TITAN: named like GeForce boards, with other
 * rates. T400 to T2000: workstations' boards of Turing chips that were made without tensor cores
 * (TU117; NVIDIA's product pages name none for them). */
static const char *const cut[] = {
    "H20",  "L20",  "L2",   "CMP",   "A10G",  "TITAN", "T400",
    "T500", "T550", "T600", "T1000", "T1200", "T2000",
};

enum gst_gemm_board gst_gemm_board_of(const char *name)
{
    for (size_t i = 0; i < sizeof(cut) / sizeof(cut[0]); i++) {
        if (has_word(name, cut[i]))
            return GST_GEMM_CUT;
    }
    return has_word(name, "GeForce") ? GST_GEMM_GEFORCE : GST_GEMM_PROFESSIONAL;
}

unsigned gst_gemm_lanes(enum gst_gemm_type type, const struct gst_gemm_gpu *gpu)
{
    const enum gst_gemm_board board = gst_gemm_board_of(gpu->name);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].cc_major == gpu->cc_major && rows[i].cc_minor == gpu->cc_minor
            && rows[i].board == board)
            return rows[i].lanes[type];
    }
    return 0;
}

double gst_gemm_peak(enum gst_gemm_type type, const struct gst_gemm_gpu *gpu, double clock_hz)
{
    if (!isfinite(clock_hz) || clock_hz <= 0)
        return 0;
    return 2.0 * gpu->sms * clock_hz * gst_gemm_lanes(type, gpu);
}

double gst_gemm_attribute_peak(enum gst_gemm_type type, const struct gst_gemm_gpu *gpu)
{
    return gst_gemm_peak(type, gpu, gpu->clock_hz);
}
