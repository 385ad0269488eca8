/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What collectives are called, and their data types, reductions and process models: the words of
 * the command line, of metrics and of reports. The one list that formulas and tables share.
 */
#ifndef GST_CORE_COLLECTIVE_NAMES_H
#define GST_CORE_COLLECTIVE_NAMES_H

#include <stddef.h>

/* symbol, name, whether it combines elements, so that a reduction means something to it */
#define GST_COLLECTIVES(X)                                                                         \
    X(GST_ALL_REDUCE, "all-reduce", 1)                                                             \
    X(GST_ALL_GATHER, "all-gather", 0)                                                             \
    X(GST_REDUCE_SCATTER, "reduce-scatter", 1)                                                     \
    X(GST_BROADCAST, "broadcast", 0)                                                               \
    X(GST_REDUCE, "reduce", 1)                                                                     \
    X(GST_SEND_RECV, "send-recv", 0)                                                               \
    X(GST_ALL_TO_ALL, "all-to-all", 0)

/* symbol, name, bytes of an element, whether an average of it is exact but for rounding */
#define GST_ELEMENTS(X)                                                                            \
    X(GST_ELEMENT_FLOAT, "float", 4, 1)                                                            \
    X(GST_ELEMENT_HALF, "half", 2, 1)                                                              \
    X(GST_ELEMENT_BFLOAT16, "bfloat16", 2, 1)                                                      \
    X(GST_ELEMENT_INT32, "int32", 4, 0)

/* symbol, name */
#define GST_REDUCTIONS(X)                                                                          \
    X(GST_REDUCTION_SUM, "sum")                                                                    \
    X(GST_REDUCTION_MAX, "max")                                                                    \
    X(GST_REDUCTION_AVG, "avg")                                                                    \
    X(GST_REDUCTION_PREMULSUM, "premulsum")

/* symbol, name: which processes drive the GPUs */
#define GST_PROCESS_MODELS(X)                                                                      \
    X(GST_PROCESSES_BOTH, "both")                                                                  \
    X(GST_PROCESSES_PER_GPU, "per-gpu")                                                            \
    X(GST_PROCESSES_ONE, "one-process")

#define GST_COLLECTIVE_ENUM(symbol, ...) symbol,
enum gst_collective { GST_COLLECTIVES(GST_COLLECTIVE_ENUM) GST_COLLECTIVE_COUNT };
enum gst_element { GST_ELEMENTS(GST_COLLECTIVE_ENUM) GST_ELEMENT_COUNT };
enum gst_reduction { GST_REDUCTIONS(GST_COLLECTIVE_ENUM) GST_REDUCTION_COUNT };
enum gst_process_model { GST_PROCESS_MODELS(GST_COLLECTIVE_ENUM) GST_PROCESS_MODEL_COUNT };
#undef GST_COLLECTIVE_ENUM

/* Each: the names in the order of the enum, and NULL at the end. */
extern const char *const gst_collective_names[GST_COLLECTIVE_COUNT + 1];
extern const char *const gst_element_names[GST_ELEMENT_COUNT + 1];
extern const char *const gst_reduction_names[GST_REDUCTION_COUNT + 1];
extern const char *const gst_process_model_names[GST_PROCESS_MODEL_COUNT + 1];

/* Bytes of one element. */
size_t gst_element_bytes(enum gst_element element);

#endif
