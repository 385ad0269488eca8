/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Holds the rows of host/api/..._abi.h against a vendor's header that was included before: every
 * declaration, constant, size and offset. All of it happens in the compiler; what disagrees is
 * named in the message. A row is checked where its header is at least as new as the row's list.
 */
#ifndef GST_TESTS_ABI_CONFORM_H
#define GST_TESTS_ABI_CONFORM_H

#include <stddef.h>

/* Asks for the vendor's declaration (unknown names do not compile), then repeats ours after it. */
#define CONFORM_ROW(result, name, version, arguments, needed)                                      \
    _Static_assert(_Generic(&name##version, result(*) arguments : 1, default : 0),                 \
                   "declared otherwise: " #name #version);                                         \
    extern result name##version arguments;

#define CONFORM_CONSTANT(name, value)                                                              \
    _Static_assert((long long)(name) == (long long)(value), "another value: " #name);

#define CONFORM_SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), "another size: " #type);

#define CONFORM_STRUCT(type, own)                                                                  \
    _Static_assert(sizeof(type) == sizeof(struct own), "another size: " #type);

#define CONFORM_FIELD(type, own, field)                                                            \
    _Static_assert(offsetof(type, field) == offsetof(struct own, field),                           \
                   "another offset: " #type "." #field);                                           \
    _Static_assert(sizeof(((type *)0)->field) == sizeof(((struct own *)0)->field),                 \
                   "another size: " #type "." #field);

#define CONFORM_LAYOUT(api)                                                                        \
    GST_##api##_SIZES(CONFORM_SIZE) GST_##api##_STRUCTS(CONFORM_STRUCT)                            \
        GST_##api##_FIELDS(CONFORM_FIELD)

#define CONFORM_SINCE(api, since)                                                                  \
    GST_##api##_API_SINCE_##since(CONFORM_ROW) GST_##api##_CONSTANTS_SINCE_##since(CONFORM_CONSTANT)

#endif
