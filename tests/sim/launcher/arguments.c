/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the command line; see arguments.h. */
#include "launcher/arguments.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct reader {
    struct sim_arguments *arguments;
    char *err;
    size_t err_size;
};

__attribute__((format(printf, 2, 3))) static bool fail(const struct reader *reader,
                                                       const char *format, ...)
{
    va_list list;

    va_start(list, format);
    vsnprintf(reader->err, reader->err_size, format, list);
    va_end(list);
    return false;
}

static bool set_profile(const struct reader *reader, const char *name)
{
    if (reader->arguments->profile != NULL)
        return fail(reader, "--profile is given twice: '%s' and '%s'", reader->arguments->profile,
                    name);
    reader->arguments->profile = name;
    return true;
}

static bool add_fault(const struct reader *reader, const char *text)
{
    char *faults = reader->arguments->faults;
    const size_t used = strlen(faults), size = sizeof reader->arguments->faults;

    /* It would never fire, and nobody would be told. */
    if (text[strspn(text, " \t\n;")] == '\0')
        return fail(reader, "an empty --fault");
    if (used + strlen(text) + 2 > size)
        return fail(reader, "the faults are longer than %zu bytes", size - 2);
    snprintf(faults + used, size - used, "%s%s", used > 0 ? "\n" : "", text);
    return true;
}

/* The word's value if it is this option, with "=" or as the next word; NULL if it is another. */
static const char *value_of(const char *option, char **argv, int *at)
{
    const size_t length = strlen(option);

    if (strncmp(argv[*at], option, length) != 0)
        return NULL;
    if (argv[*at][length] == '=')
        return argv[*at] + length + 1;
    if (argv[*at][length] != '\0' || argv[*at + 1] == NULL)
        return NULL;
    return argv[++*at];
}

static bool read_option(const struct reader *reader, char **argv, int *at)
{
    const char *word = argv[*at], *value;

    if ((value = value_of("--profile", argv, at)) != NULL)
        return set_profile(reader, value);
    if ((value = value_of("--fault", argv, at)) != NULL)
        return add_fault(reader, value);
    if (strcmp(word, "--profile") == 0 || strcmp(word, "--fault") == 0)
        return fail(reader, "%s needs a value", word);
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        return reader->arguments->asks_help = true;
    if (strcmp(word, "--list") == 0)
        return reader->arguments->asks_list = true;
    if (word[0] == '-')
        return fail(reader, "unknown option '%s' (known: --profile --fault --list --help)", word);
    return fail(reader, "unexpected word '%s': the program comes after '--'", word);
}

bool sim_arguments_read(struct sim_arguments *arguments, int argc, char **argv, char *err,
                        size_t err_size)
{
    const struct reader reader = { arguments, err, err_size };

    memset(arguments, 0, sizeof *arguments);
    for (int at = 1; at < argc; at++) {
        if (strcmp(argv[at], "--") == 0) {
            arguments->program = at + 1 < argc ? argv + at + 1 : NULL;
            break;
        }
        if (!read_option(&reader, argv, &at))
            return false;
    }
    if (arguments->asks_help || arguments->asks_list || arguments->program != NULL)
        return true;
    return fail(&reader, "nothing to run: give a program after '--'");
}
