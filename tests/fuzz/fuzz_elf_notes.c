/* SPDX-License-Identifier: Apache-2.0 */
/* A shared library of an image, from memory and as a file: both have to say the same. */
#include "tests/fuzz/fuzz.h"

#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

#include "api/elf.h"

static bool read_as_file(struct gst_elf *elf, const uint8_t *data, size_t size)
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    char error[128] = "";
    bool is_ok;

    GST_CLAIM(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    is_ok = gst_elf_read_file(elf, fd, error, sizeof error);
    GST_CLAIM(is_ok || error[0] != '\0');
    close(fd);
    return is_ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gst_elf elf, of_file;
    char error[128] = "";
    bool is_ok = gst_elf_read_memory(&elf, data, size, error, sizeof error);

    GST_CLAIM(is_ok || error[0] != '\0');
    GST_CLAIM(gst_fuzz_ends(elf.soname, sizeof elf.soname));
    GST_CLAIM(gst_fuzz_ends(elf.compat, sizeof elf.compat));
    GST_CLAIM(read_as_file(&of_file, data, size) == is_ok);
    GST_CLAIM(strcmp(elf.soname, of_file.soname) == 0 && strcmp(elf.compat, of_file.compat) == 0);
    GST_CLAIM(elf.is_double == of_file.is_double && elf.machine == of_file.machine);
    return 0;
}
