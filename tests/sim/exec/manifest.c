/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the manifest of the kernel pack, and recognises images by size and FNV-1a digest. No
 * cryptographic hash: nobody forges images for a simulator, they only have to be told apart.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exec/manifest.h"
#include "exec/readable.h"

#define LINE_BYTES 1024
#define FNV_OFFSET UINT64_C(0xCBF29CE484222325)
#define FNV_PRIME  UINT64_C(0x100000001B3)
#define FILE_BYTES ((size_t)256 * 1024)
#define READ_BYTES ((size_t)4096)

static bool parse_u64(const char *text, int base, uint64_t maximum, uint64_t *value)
{
    char *end;

    if (*text == '\0' || strspn(text, "0123456789abcdef") != strlen(text))
        return false;
    errno = 0;
    *value = strtoull(text, &end, base);
    return errno == 0 && *end == '\0' && *value <= maximum;
}

static bool parse_archs(char *text, int *archs, unsigned *count)
{
    char *rest = text;
    const char *word;
    uint64_t arch;

    *count = 0;
    if (strcmp(text, "none") == 0)
        return true;
    while ((word = strsep(&rest, ",")) != NULL) {
        if (*count == SIM_MANIFEST_ARCHS || !parse_u64(word, 10, 9999, &arch))
            return false;
        archs[(*count)++] = (int)arch;
    }
    return true;
}

/* "9.0" is 90. */
static bool parse_isa(char *text, int *isa)
{
    char *minor = text;
    const char *major = strsep(&minor, ".");
    uint64_t a, b;

    if (minor == NULL || !parse_u64(major, 10, 99, &a) || !parse_u64(minor, 10, 9, &b))
        return false;
    *isa = (int)(a * 10 + b);
    return true;
}

static bool parse_image_field(struct sim_image *image, const char *key, char *text)
{
    uint64_t number = 0;
    bool ok = true;

    if (strcmp(key, "ptx-isa") == 0)
        return parse_isa(text, &image->ptx_isa);
    if (strcmp(key, "native") == 0)
        return parse_archs(text, image->native, &image->native_count);
    if (strcmp(key, "ptx") == 0)
        return parse_archs(text, image->ptx, &image->ptx_count);
    if (strcmp(key, "fnv1a") == 0)
        return parse_u64(text, 16, UINT64_MAX, &image->digest);
    if (strcmp(key, "ptx-only") == 0) {
        image->ptx_only = strcmp(text, "yes") == 0;
        return image->ptx_only || strcmp(text, "no") == 0;
    }
    if (strcmp(key, "toolkit") == 0) {
        ok = parse_u64(text, 10, 99990, &number);
        image->toolkit_version = (int)number;
        return ok;
    }
    ok = parse_u64(text, 10, SIZE_MAX, &number) && number > 0;
    image->size_bytes = (size_t)number;
    return ok;
}

static bool parse_kernel_field(struct sim_image_kernel *kernel, const char *key, const char *text)
{
    uint64_t number;

    if (!parse_u64(text, 10, 1u << 30, &number))
        return false;
    if (strcmp(key, "registers") == 0)
        kernel->registers = (unsigned)number;
    else if (strcmp(key, "shared") == 0)
        kernel->shared_bytes = (unsigned)number;
    else
        kernel->parameter_bytes = (unsigned)number;
    return true;
}

static const char *const image_keys[] = { "toolkit",  "ptx-isa", "native", "ptx",
                                          "ptx-only", "size",    "fnv1a",  NULL };
static const char *const kernel_keys[] = { "registers", "shared", "parameters", NULL };

/* Each key exactly once, in any order; what is wrong is written to `err`. */
static bool parse_fields(char *rest, const char *const *keys, struct sim_image *image,
                         struct sim_image_kernel *kernel, char *err, size_t err_size)
{
    unsigned seen = 0;
    char *word;

    while ((word = strsep(&rest, " ")) != NULL) {
        const char *key = strsep(&word, "=");
        unsigned k = 0;

        if (*key == '\0')
            continue;
        while (keys[k] != NULL && strcmp(keys[k], key) != 0)
            k++;
        if (keys[k] == NULL || word == NULL) {
            snprintf(err, err_size, "unknown word '%.40s'", key);
            return false;
        }
        if ((seen >> k & 1) != 0
            || !(kernel != NULL ? parse_kernel_field(kernel, key, word)
                                : parse_image_field(image, key, word))) {
            snprintf(err, err_size, "bad or repeated value of '%s'", key);
            return false;
        }
        seen |= 1u << k;
    }
    for (unsigned k = 0; keys[k] != NULL; k++) {
        if ((seen >> k & 1) == 0) {
            snprintf(err, err_size, "'%s' is missing", keys[k]);
            return false;
        }
    }
    return true;
}

static bool parse_line(struct sim_manifest *manifest, char *line, char *err, size_t err_size)
{
    char *rest = line;
    const char *kind = strsep(&rest, " ");
    const char *name = rest != NULL ? strsep(&rest, " ") : "";
    struct sim_image *image = manifest->count > 0 ? &manifest->images[manifest->count - 1] : NULL;
    struct sim_image_kernel *kernel = NULL;
    const bool is_kernel = strcmp(kind, "kernel") == 0;

    if (!is_kernel && strcmp(kind, "image") != 0) {
        snprintf(err, err_size, "unknown statement '%.40s'; known are: image, kernel", kind);
        return false;
    }
    if (*name == '\0' || strlen(name) >= SIM_MANIFEST_NAME) {
        snprintf(err, err_size, "'%s' needs a name of 1 to %d characters", kind,
                 SIM_MANIFEST_NAME - 1);
        return false;
    }
    if (is_kernel ? image == NULL || image->kernel_count == SIM_MANIFEST_KERNELS
                  : manifest->count == SIM_MANIFEST_IMAGES) {
        snprintf(err, err_size, "no place for %s '%s'", kind, name);
        return false;
    }
    if (is_kernel) {
        kernel = &image->kernels[image->kernel_count++];
        strcpy(kernel->name, name);
    } else {
        image = &manifest->images[manifest->count++];
        strcpy(image->file, name);
    }
    return parse_fields(rest, is_kernel ? kernel_keys : image_keys, image, kernel, err, err_size);
}

static bool parse_more(struct sim_manifest *manifest, const char *text, char *err, size_t err_size)
{
    for (unsigned number = 1; *text != '\0'; number++) {
        const size_t length = strcspn(text, "\n");
        const size_t content = strcspn(text, "#\n");
        char line[LINE_BYTES], why[160] = "line too long";
        bool ok = content < sizeof(line);

        if (ok) {
            memcpy(line, text, content);
            line[content] = '\0';
            ok = strspn(line, " ") == content
                 || parse_line(manifest, line + strspn(line, " "), why, sizeof(why));
        }
        if (!ok) {
            snprintf(err, err_size, "kernel manifest, line %u: %s", number, why);
            return false;
        }
        text += length + (text[length] == '\n');
    }
    return true;
}

bool sim_manifest_parse(struct sim_manifest *manifest, const char *text, char *err, size_t err_size)
{
    memset(manifest, 0, sizeof(*manifest));
    return parse_more(manifest, text, err, err_size);
}

bool sim_manifest_add(struct sim_manifest *manifest, const char *path, char *err, size_t err_size)
{
    FILE *file = fopen(path, "re");
    char *text = malloc(FILE_BYTES);
    bool ok = file != NULL && text != NULL;

    if (ok) {
        const size_t size = fread(text, 1, FILE_BYTES - 1, file);
        text[size] = '\0';
        ok = !ferror(file) && size < FILE_BYTES - 1;
    }
    if (ok)
        ok = parse_more(manifest, text, err, err_size);
    else
        snprintf(err, err_size, "cannot read '%s'", path);
    free(text);
    if (file != NULL)
        fclose(file);
    return ok;
}

bool sim_manifest_load(struct sim_manifest *manifest, const char *path, char *err, size_t err_size)
{
    memset(manifest, 0, sizeof(*manifest));
    return sim_manifest_add(manifest, path, err, err_size);
}

/* The image of exactly that size and digest. */
static const struct sim_image *match(const struct sim_manifest *manifest, size_t size,
                                     uint64_t digest)
{
    for (size_t i = 0; i < manifest->count; i++) {
        if (manifest->images[i].size_bytes == size && manifest->images[i].digest == digest)
            return &manifest->images[i];
    }
    return NULL;
}

/* The smallest size of an image above `size`; 0 if there is none. */
static size_t next_size(const struct sim_manifest *manifest, size_t size)
{
    size_t next = 0;

    for (size_t i = 0; i < manifest->count; i++) {
        const size_t candidate = manifest->images[i].size_bytes;
        if (candidate > size && (next == 0 || candidate < next))
            next = candidate;
    }
    return next;
}

/* One walk serves all: the digest of a short image is a state on the way to that of a longer. */
const struct sim_image *sim_manifest_find(const struct sim_manifest *manifest, const void *image)
{
    const unsigned char *bytes = image;
    const struct sim_image *found = NULL;
    struct sim_reader reader;
    uint64_t digest = FNV_OFFSET;
    size_t done = 0, stop;

    if (image == NULL || !sim_reader_open(&reader))
        return NULL;
    while (found == NULL && (stop = next_size(manifest, done)) != 0) {
        unsigned char chunk[READ_BYTES];
        const size_t want = stop - done;
        const size_t got = sim_reader_copy(&reader, chunk, bytes + done,
                                           want < sizeof(chunk) ? want : sizeof(chunk));
        if (got == 0)
            break;
        for (size_t i = 0; i < got; i++)
            digest = (digest ^ chunk[i]) * FNV_PRIME;
        done += got;
        found = match(manifest, done, digest);
    }
    sim_reader_close(&reader);
    return found;
}

const struct sim_image_kernel *sim_image_kernel_find(const struct sim_image *image,
                                                     const char *name)
{
    for (unsigned i = 0; i < image->kernel_count; i++) {
        if (strcmp(image->kernels[i].name, name) == 0)
            return &image->kernels[i];
    }
    return NULL;
}
