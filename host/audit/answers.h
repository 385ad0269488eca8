/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the driver's libraries answered when the helper gpu-selftest-audit-probe loaded and asked
 * them: its lines, parsed. The grammar is in host/probe/README.md.
 */
#ifndef GST_AUDIT_ANSWERS_H
#define GST_AUDIT_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>

#define GST_ANSWERS_MAX 512
#define GST_ANSWER_GPUS 64

enum gst_answer_kind { GST_ANSWER_LIBRARY, GST_ANSWER_CALL };

struct gst_answer {
    enum gst_answer_kind kind;
    char name[64];   /* "libcuda.so.1", "cuInit" */
    bool is_ok;      /* a library that loaded; a call that returned 0 */
    bool is_missing; /* the library has no such function */
    int code;        /* of a call */
    bool is_double;  /* of a library: it belongs to the simulated stack */
    unsigned major;  /* of a library: the file system of its file ... */
    unsigned minor;
    unsigned long long inode;
    char text[320]; /* path of a library, the loader's words, or the value of a call */
};

struct gst_answer_gpu {
    int index;
    char uuid[64];
    char pci_id[32];
    int minor; /* of /dev/nvidiaN, -1 if not told */
    char capability[16];
    bool is_mig; /* MIG mode is on */
};

struct gst_answers {
    bool is_asked;       /* the helper was started, or that failed */
    bool is_done;        /* it came to its end */
    char last_enter[64]; /* where it was when it did not: "cuInit"; "" before the first */
    char problem[320];   /* why the helper could not be run or was ended, "" if it was not */
    size_t count;
    struct gst_answer items[GST_ANSWERS_MAX];
    int nvml_gpu_count, cuda_gpu_count;
    struct gst_answer_gpu nvml_gpus[GST_ANSWER_GPUS];
    struct gst_answer_gpu cuda_gpus[GST_ANSWER_GPUS];
    bool is_damaged; /* lines that follow no rule */
};

/* Understands the helper's output; `text` may be cut off anywhere. */
void gst_answers_parse(struct gst_answers *answers, const char *text);

/* The answer of a library ("libcuda.so.1") or call ("cuInit"); NULL if it was not asked. */
const struct gst_answer *gst_answers_library(const struct gst_answers *answers, const char *name);
const struct gst_answer *gst_answers_call(const struct gst_answers *answers, const char *name);

#endif
