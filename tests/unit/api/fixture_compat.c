/* SPDX-License-Identifier: Apache-2.0 */
/* A library with the note by which cuda-compat tells which drivers it can lie on; values made up.
 */
#define TEXT "{\"Format\": 1, \"CUDA Version\": \"13.1\", \"Driver\": [535, 550], \"Device\": [1]}"

struct compat_note {
    unsigned name_size, text_size, type;
    char name[20]; /* of 19 bytes, padded to a multiple of 4 */
    char text[sizeof(TEXT)];
};

extern const struct compat_note fixture_note;
__attribute__((section(".note.cuda.fwd_compatibility"), used, aligned(4)))
const struct compat_note fixture_note = { 19, sizeof(TEXT), 1, "NVIDIA Corporation", TEXT };
