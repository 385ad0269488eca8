/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared libraries through libelf; see elf.h. Only the pieces that are wanted are read, and none
 * beyond a limit: the sizes in an ELF file are somebody's claims.
 */
#include "api/elf.h"

#include <elf.h>
#include <errno.h>
#include <gelf.h>
#include <libelf.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "api/dl.h"
#include "core/utf8.h"

static const char compat_section[] = ".note.cuda.fwd_compatibility";

enum {
    SECTIONS_MAX = SHN_LORESERVE, /* more needs a special form that no library of interest has */
    NAMES_MAX = 1 << 20,
    DYNAMIC_MAX = 1 << 16,
    SYMBOLS_MAX = 1 << 20, /* of bytes; a double exports a few hundred symbols */
    STRINGS_MAX = 1 << 22,
    NOTE_MAX = 1 << 12,
};

/* A library has one section of each kind (System V ABI); more are not read. */
struct seen {
    bool dynamic, symbols, compat;
};

struct reader {
    Elf *elf;
    uint64_t length;
    struct gst_elf *found;
    struct seen *seen;
    char *error;
    size_t error_size;
};

/* The bytes of a text section and what may be read of them. */
struct names {
    const char *at;
    size_t size;
};

static bool refuse(const struct reader *reader, const char *why)
{
    snprintf(reader->error, reader->error_size, "%s", why);
    return false;
}

/* NULL if it is empty, longer than `most` or not within the file. */
static Elf_Data *read_piece(const struct reader *reader, uint64_t offset, uint64_t size,
                            uint64_t most, Elf_Type type)
{
    if (size == 0 || size > most || offset > reader->length || size > reader->length - offset)
        return NULL;
    return elf_getdata_rawchunk(reader->elf, (int64_t)offset, (size_t)size, type);
}

static bool section_header(const struct reader *reader, size_t index, GElf_Shdr *header)
{
    Elf_Scn *section = elf_getscn(reader->elf, index);

    return section != NULL && gelf_getshdr(section, header) != NULL;
}

static struct names read_names(const struct reader *reader, size_t index, uint64_t most)
{
    struct names names = { NULL, 0 };
    GElf_Shdr header;
    Elf_Data *data;

    if (!section_header(reader, index, &header) || header.sh_type != SHT_STRTAB)
        return names;
    data = read_piece(reader, header.sh_offset, header.sh_size, most, ELF_T_BYTE);
    if (data != NULL)
        names = (struct names){ data->d_buf, data->d_size };
    return names;
}

static bool is_name(const struct names *names, uint64_t offset, const char *name)
{
    size_t length = strlen(name);

    return offset < names->size && names->size - offset > length
           && memcmp(names->at + offset, name, length + 1) == 0;
}

/* From a table of any size only the one name is read. */
static void read_soname(const struct reader *reader, size_t strings, uint64_t offset)
{
    char text[sizeof(reader->found->soname)];
    GElf_Shdr header;
    Elf_Data *data;
    uint64_t size;

    if (!section_header(reader, strings, &header) || offset >= header.sh_size
        || header.sh_offset > reader->length)
        return;
    size = header.sh_size - offset;
    if (size > sizeof(text))
        size = sizeof(text);
    data = read_piece(reader, header.sh_offset + offset, size, sizeof(text), ELF_T_BYTE);
    if (data == NULL || memchr(data->d_buf, '\0', data->d_size) == NULL)
        return;
    snprintf(text, sizeof(text), "%s", (const char *)data->d_buf);
    gst_utf8_printable(reader->found->soname, sizeof(reader->found->soname), text);
}

static void read_dynamic(const struct reader *reader, const GElf_Shdr *header)
{
    Elf_Data *data = read_piece(reader, header->sh_offset, header->sh_size, DYNAMIC_MAX, ELF_T_DYN);
    GElf_Dyn entry;

    for (int i = 0; data != NULL && gelf_getdyn(data, i, &entry) != NULL; i++) {
        if (entry.d_tag == DT_NULL)
            return;
        if (entry.d_tag == DT_SONAME) {
            read_soname(reader, header->sh_link, entry.d_un.d_val);
            return;
        }
    }
}

static void read_symbols(const struct reader *reader, const GElf_Shdr *header)
{
    struct names names = read_names(reader, header->sh_link, STRINGS_MAX);
    Elf_Data *data = read_piece(reader, header->sh_offset, header->sh_size, SYMBOLS_MAX, ELF_T_SYM);
    GElf_Sym symbol;

    for (int i = 0; data != NULL && gelf_getsym(data, i, &symbol) != NULL; i++) {
        if (symbol.st_shndx != SHN_UNDEF && is_name(&names, symbol.st_name, GST_DOUBLE_MARKER))
            reader->found->is_double = true;
    }
}

static void read_compat(const struct reader *reader, const GElf_Shdr *header)
{
    Elf_Data *data = read_piece(reader, header->sh_offset, header->sh_size, NOTE_MAX,
                                header->sh_addralign == 8 ? ELF_T_NHDR8 : ELF_T_NHDR);
    char text[sizeof(reader->found->compat)];
    size_t name_at, text_at;
    GElf_Nhdr note;

    if (data == NULL || gelf_getnote(data, 0, &note, &name_at, &text_at) == 0)
        return;
    snprintf(text, sizeof(text), "%.*s", (int)note.n_descsz, (const char *)data->d_buf + text_at);
    gst_utf8_printable(reader->found->compat, sizeof(reader->found->compat), text);
}

/* True the first time. */
static bool is_first(bool *is_seen)
{
    bool was_seen = *is_seen;

    *is_seen = true;
    return !was_seen;
}

static bool read_section(const struct reader *reader, const struct names *names, size_t index)
{
    GElf_Shdr header;

    if (!section_header(reader, index, &header))
        return refuse(reader, "its section headers cannot be read");
    if (header.sh_type != SHT_NULL && header.sh_type != SHT_NOBITS
        && (header.sh_offset > reader->length
            || header.sh_size > reader->length - header.sh_offset))
        return refuse(reader, "it is cut off: a section lies past its end");
    if (header.sh_type == SHT_DYNAMIC && is_first(&reader->seen->dynamic))
        read_dynamic(reader, &header);
    else if (header.sh_type == SHT_DYNSYM && is_first(&reader->seen->symbols))
        read_symbols(reader, &header);
    else if (header.sh_type == SHT_NOTE && is_name(names, header.sh_name, compat_section)
             && is_first(&reader->seen->compat))
        read_compat(reader, &header);
    return true;
}

static bool read_opened(const struct reader *reader)
{
    struct names names;
    GElf_Ehdr header;

    if (elf_kind(reader->elf) != ELF_K_ELF || gelf_getehdr(reader->elf, &header) == NULL)
        return refuse(reader, "it is no ELF file");
    reader->found->is_64_bit = gelf_getclass(reader->elf) == ELFCLASS64;
    reader->found->is_shared = header.e_type == ET_DYN;
    reader->found->machine = header.e_machine;
    if (header.e_shoff == 0)
        return true;
    if (header.e_shoff > reader->length
        || (uint64_t)header.e_shnum * header.e_shentsize > reader->length - header.e_shoff)
        return refuse(reader, "it is cut off before its section headers");
    if (header.e_shnum >= SECTIONS_MAX)
        return refuse(reader, "it has more sections than a library");
    names = read_names(reader, header.e_shstrndx, NAMES_MAX);
    for (size_t i = 1; i < header.e_shnum; i++) {
        if (!read_section(reader, &names, i))
            return false;
    }
    return true;
}

static bool read_elf(Elf *elf, uint64_t length, struct gst_elf *found, char *error, size_t size)
{
    struct gst_elf result = { 0 };
    struct seen seen = { 0 };
    const struct reader reader = { elf, length, &result, &seen, error, size };
    bool is_ok;

    if (elf == NULL)
        return refuse(&reader, elf_errmsg(-1));
    is_ok = read_opened(&reader);
    elf_end(elf);
    if (is_ok)
        *found = result;
    return is_ok;
}

bool gst_elf_read_file(struct gst_elf *elf, int fd, char *error, size_t size)
{
    struct stat info;

    *elf = (struct gst_elf){ 0 };
    if (fstat(fd, &info) != 0) {
        snprintf(error, size, "%s", strerror(errno));
        return false;
    }
    if (info.st_size == 0) {
        snprintf(error, size, "it is empty");
        return false;
    }
    elf_version(EV_CURRENT);
    return read_elf(elf_begin(fd, ELF_C_READ, NULL), (uint64_t)info.st_size, elf, error, size);
}

bool gst_elf_read_memory(struct gst_elf *elf, const void *data, size_t length, char *error,
                         size_t size)
{
    *elf = (struct gst_elf){ 0 };
    if (length == 0) {
        snprintf(error, size, "it is empty");
        return false;
    }
    elf_version(EV_CURRENT);
    /* Takes a plain pointer, but only reads. */
    return read_elf(elf_memory((char *)(uintptr_t)data, length), length, elf, error, size);
}

#if defined(__x86_64__)
enum { OWN_MACHINE = EM_X86_64 };
#elif defined(__aarch64__)
enum { OWN_MACHINE = EM_AARCH64 };
#else
#error "which e_machine do programs of this kind have?"
#endif

unsigned gst_elf_machine(void)
{
    return OWN_MACHINE;
}
