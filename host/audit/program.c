/* SPDX-License-Identifier: Apache-2.0 */
/* fork, exec, two pipes and a deadline; see program.h. */
#include "audit/program.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/utf8.h"

/* How often a child is looked for that keeps its pipes open, or has closed them early. */
#define TICK_MS       20
#define SHORT_TICK_MS 2
/* A process in the driver may not end even when it is killed: it is left to itself then. */
#define KILL_WAIT_NS   1000000000ULL
#define LOADER_SIZE    200
#define DEADLINE_MAX_S 1e6

/* What one stream printed. */
struct stream {
    int fd; /* -1: it has ended */
    char *text;
    size_t size;
    size_t length;
    bool keeps_end; /* of too much the end is kept, not the start */
};

struct child {
    pid_t pid;
    int failure; /* gets the errno of exec, and its end if that worked */
    struct stream out, err;
};

static void close_pair(int pair[2])
{
    close(pair[0]);
    close(pair[1]);
}

/* Descriptors for reading in [0], for writing in [1]; all or none of the three. */
static bool make_pipes(int pipes[3][2], struct gst_status *st)
{
    for (int i = 0; i < 3; i++) {
        if (pipe2(pipes[i], O_CLOEXEC) == 0)
            continue;
        gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "cannot make a pipe: %s", strerror(errno));
        while (i-- > 0)
            close_pair(pipes[i]);
        return false;
    }
    return true;
}

static void restore_signals(void)
{
    /* What the caller ignores or blocks is nothing that somebody else's code expects. */
    static const int defaults[] = { SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGCHLD, SIGALRM };
    struct sigaction action = { .sa_handler = SIG_DFL };
    sigset_t none;

    for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
        sigaction(defaults[i], &action, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void become(const char *const *arguments, pid_t parent, int out, int err,
                             int failure)
{
    int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    /* 1, not 0: the kernel takes 1 as "no dump" for pipes to a crash handler, too. */
    const struct rlimit no_core = { 1, 1 };
    int error;

    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    restore_signals();
    setrlimit(RLIMIT_CORE, &no_core);
    /* Without /dev/null, too, it must not read from the caller's terminal. */
    if (null_fd >= 0)
        dup2(null_fd, STDIN_FILENO);
    else
        close(STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    /* execvp() would hand a file of another processor to the shell. */
    if (strchr(arguments[0], '/') != NULL)
        execv(arguments[0], (char *const *)(uintptr_t)arguments);
    else
        execvp(arguments[0], (char *const *)(uintptr_t)arguments);
    error = errno;
    _exit(write(failure, &error, sizeof(error)) == (ssize_t)sizeof(error) ? 126 : 125);
}

static bool start(struct child *child, const char *const *arguments, struct gst_status *st)
{
    int pipes[3][2];
    pid_t parent = getpid();

    if (!make_pipes(pipes, st))
        return false;
    child->pid = fork();
    if (child->pid == 0)
        become(arguments, parent, pipes[0][1], pipes[1][1], pipes[2][1]);
    for (int i = 0; i < 3; i++)
        close(pipes[i][1]);
    child->out.fd = pipes[0][0];
    child->err.fd = pipes[1][0];
    child->failure = pipes[2][0];
    if (child->pid < 0) {
        gst_fail_to_start(st, "a process", errno);
        for (int i = 0; i < 3; i++)
            close(pipes[i][0]);
        return false;
    }
    fcntl(child->out.fd, F_SETFL, O_NONBLOCK);
    fcntl(child->err.fd, F_SETFL, O_NONBLOCK);
    /* Both sides do it: whichever comes first, the group exists before it is needed. */
    setpgid(child->pid, child->pid);
    return true;
}

static void keep(struct stream *stream, const char *bytes, size_t count)
{
    size_t room = stream->size - 1 - stream->length;

    if (count > room && stream->keeps_end) {
        size_t drop = stream->length < count - room ? stream->length : count - room;

        memmove(stream->text, stream->text + drop, stream->length - drop);
        stream->length -= drop;
        room += drop;
        bytes += count > room ? count - room : 0;
    }
    if (count > room)
        count = room;
    for (size_t i = 0; i < count; i++)
        stream->text[stream->length++] = bytes[i] != '\0' ? bytes[i] : '?';
}

/* Takes over what is there now. What does not fit is read all the same, so that a child that prints
 * without end does not block, but no longer than until the caller's next look at the clock. */
static void drain(struct stream *stream)
{
    char bytes[4096];

    for (int i = 0; i < 64 && stream->fd >= 0; i++) {
        ssize_t count = read(stream->fd, bytes, sizeof(bytes));

        if (count > 0) {
            keep(stream, bytes, (size_t)count);
        } else if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
            close(stream->fd);
            stream->fd = -1;
        } else if (errno == EAGAIN) {
            return;
        }
    }
}

static void look(struct child *child, int wait_ms)
{
    /* poll() passes over a descriptor of -1. */
    struct pollfd fds[2] = { { .fd = child->out.fd, .events = POLLIN },
                             { .fd = child->err.fd, .events = POLLIN } };

    poll(fds, 2, wait_ms);
    drain(&child->out);
    drain(&child->err);
}

/* Without taking it away: until then nobody else can get its number, and its group can be killed.
 */
static bool has_ended(const struct child *child)
{
    siginfo_t info = { .si_pid = 0 };

    return waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0
           || info.si_pid == child->pid;
}

static bool wait_until(struct child *child, uint64_t deadline_ns)
{
    while (!has_ended(child)) {
        bool is_silent = child->out.fd < 0 && child->err.fd < 0;

        if (gst_clock_ns() >= deadline_ns)
            return false;
        look(child, is_silent ? SHORT_TICK_MS : TICK_MS);
    }
    return true;
}

static void take_end(struct child *child, bool is_in_time, struct gst_program_end *end)
{
    int status = 0;

    kill(-child->pid, SIGKILL);
    if (!is_in_time && !wait_until(child, gst_clock_ns() + KILL_WAIT_NS)) {
        end->kind = GST_PROGRAM_HANGS;
        return;
    }
    look(child, 0);
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (!is_in_time) {
        end->kind = GST_PROGRAM_HANGS;
    } else if (WIFSIGNALED(status)) {
        end->kind = GST_PROGRAM_SIGNALLED;
        end->code = WTERMSIG(status);
    } else {
        end->kind = GST_PROGRAM_EXITED;
        end->code = WEXITSTATUS(status);
    }
}

/* The loader that an ELF file names, or the interpreter of a script; false if it names none. */
static bool read_loader(int fd, char *loader, size_t size)
{
    Elf64_Ehdr header;
    Elf64_Phdr part;
    ssize_t count;

    memset(loader, 0, size);
    if (pread(fd, &header, sizeof(header), 0) != (ssize_t)sizeof(header)
        || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
        count = pread(fd, loader, size - 1, 0);
        if (count < 3 || loader[0] != '#' || loader[1] != '!')
            return false;
        loader[strcspn(loader, "\n")] = '\0';
        memmove(loader, loader + 2, size - 2);
        return true;
    }
    if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_phentsize != sizeof(part))
        return false;
    for (unsigned i = 0; i < header.e_phnum; i++) {
        off_t at = (off_t)(header.e_phoff + i * sizeof(part));

        if (pread(fd, &part, sizeof(part), at) != (ssize_t)sizeof(part))
            return false;
        if (part.p_type == PT_INTERP)
            return pread(fd, loader, part.p_filesz < size ? (size_t)part.p_filesz : size - 1,
                         (off_t)part.p_offset)
                   > 0;
    }
    return false;
}

static void explain_failure(const char *path, int error, struct gst_program_end *end)
{
    int fd = -1;
    char loader[LOADER_SIZE];

    if (error != ENOENT) {
        end->kind = GST_PROGRAM_NOT_RUNNABLE;
        gst_utf8_copy(end->words, sizeof(end->words), strerror(error));
        return;
    }
    end->kind = GST_PROGRAM_NOT_FOUND;
    if (strchr(path, '/') != NULL)
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return;
    /* It is there: so what the kernel misses is what it names. */
    end->kind = GST_PROGRAM_NO_LOADER;
    if (read_loader(fd, loader, sizeof(loader)))
        gst_utf8_printable(end->words, sizeof(end->words), loader);
    close(fd);
}

/* The last line that is not empty. */
static void take_words(char *text, struct gst_program_end *end)
{
    size_t length = strlen(text);
    const char *line;

    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r'))
        text[--length] = '\0';
    line = strrchr(text, '\n');
    gst_utf8_printable(end->words, sizeof(end->words), line != NULL ? line + 1 : text);
}

static void finish(struct child *child, const char *path, struct gst_program_end *end)
{
    int error = 0;
    char *text = child->out.text;

    text[child->out.length] = '\0';
    child->err.text[child->err.length] = '\0';
    /* A last line that does not end may be half of one. */
    if (child->out.length == child->out.size - 1 && strrchr(text, '\n') != NULL)
        strrchr(text, '\n')[1] = '\0';
    if (end->kind == GST_PROGRAM_EXITED
        && read(child->failure, &error, sizeof(error)) == (ssize_t)sizeof(error))
        explain_failure(path, error, end);
    else
        take_words(child->err.text, end);
    if (child->out.fd >= 0)
        close(child->out.fd);
    if (child->err.fd >= 0)
        close(child->err.fd);
    close(child->failure);
}

bool gst_program_run(const char *const *arguments, double deadline_s, char *text, size_t size,
                     struct gst_program_end *end, struct gst_status *st)
{
    char errors[2048];
    uint64_t deadline_ns =
        gst_clock_ns()
        + (uint64_t)((deadline_s < DEADLINE_MAX_S ? deadline_s : DEADLINE_MAX_S) * 1e9);
    struct child child = {
        .out = { .text = text, .size = size },
        .err = { .text = errors, .size = sizeof(errors), .keeps_end = true },
    };

    text[0] = '\0';
    *end = (struct gst_program_end){ .kind = GST_PROGRAM_HANGS };
    if (!start(&child, arguments, st))
        return false;
    take_end(&child, wait_until(&child, deadline_ns), end);
    finish(&child, arguments[0], end);
    return true;
}
