/* SPDX-License-Identifier: Apache-2.0 */
/* Starting the supervised process, and its life from fork to _exit; see child.h. */
#include "run/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/clock.h"

#define HAND_OVER_STEPS 250
#define HAND_OVER_NS    200000L

static void say(int control, char word)
{
    while (send(control, &word, 1, MSG_NOSIGNAL) < 0) {
        /* Without a parent nobody reads the results. */
        if (errno != EINTR)
            _exit(1);
    }
}

static void say_and_wait(int control, char word)
{
    char answer;
    ssize_t got;

    /* Now, while the parent still counts it as this step's. */
    fflush(NULL);
    say(control, word);
    do {
        got = recv(control, &answer, 1, 0);
    } while (got < 0 && errno == EINTR);
    if (got != 1)
        _exit(1);
}

static void restore_signals(void)
{
    /* A handler that something preloaded must not turn a crash into a hang, and what the starter
     * ignored must still end the child. */
    static const int defaults[] = { SIGTERM, SIGINT,  SIGHUP, SIGCHLD, SIGSEGV,
                                    SIGBUS,  SIGABRT, SIGFPE, SIGILL,  SIGTRAP };
    struct sigaction action = { .sa_handler = SIG_DFL };
    sigset_t none;

    for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
        sigaction(defaults[i], &action, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void become_expendable(void)
{
    /* 1, not 0: the kernel takes 1 as "no dump" for pipes to a crash handler too. A dump of a
     * process with all GPUs mapped can take minutes. */
    struct rlimit no_core = { 1, 1 };
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

    setrlimit(RLIMIT_CORE, &no_core);
    if (fd < 0)
        return;
    /* If memory runs out the kernel shall take this process, not the supervisor. */
    if (write(fd, "1000", 4) != 4)
        errno = 0;
    close(fd);
}

static void redirect(int output)
{
    int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    if (null_fd >= 0) {
        dup2(null_fd, STDIN_FILENO);
        close(null_fd);
    }
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    close(output);
    /* What was printed before a crash is worth having. */
    setvbuf(stdout, NULL, _IONBF, 0);
}

static void settle_in(pid_t parent, int output)
{
    /* Its own group: a signal then reaches what the libraries start, too, and Ctrl-C reaches the
     * supervisor alone. */
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    restore_signals();
    become_expendable();
    redirect(output);
}

static void enter(struct gst_report *report, int item, const char *phase)
{
    report->progress.call[0] = '\0';
    report->progress.gpu = GST_NO_GPU;
    report->progress.item = item;
    snprintf(report->progress.phase, sizeof(report->progress.phase), "%s", phase);
}

static bool open_or_block(const struct gst_supervisor *supervisor, size_t first, bool is_first)
{
    struct gst_status st = GST_STATUS_INIT;
    struct gst_report *report = supervisor->report;

    enter(report, -1, "open the GPUs");
    if (supervisor->ops->open == NULL || supervisor->ops->open(supervisor->context, is_first, &st))
        return true;
    if (st.finding == GST_NO_FINDING && report->usage_error[0] == '\0')
        gst_fail(&st, GST_SUITE_CRASHED, "the GPUs could not be opened, and no cause was given");
    if (st.finding != GST_NO_FINDING)
        gst_report_status(report, &st);
    gst_report_skip_from(report, first, st.finding);
    return false;
}

static void do_step(const struct gst_supervisor *supervisor, size_t index)
{
    struct gst_status st = GST_STATUS_INIT;
    struct gst_report *report = supervisor->report;
    struct gst_item *item = &report->items[index];

    item->started_ns = gst_clock_ns();
    enter(report, (int)index, "start");
    item->state = GST_ITEM_RUNNING;
    if (supervisor->ops->run(supervisor->context, index, &st)) {
        /* Untouched means that it had nothing to add; a SKIP is its own. */
        if (item->verdict == GST_NOTE)
            item->verdict = GST_PASS;
    } else {
        enum gst_verdict word;

        gst_fail(&st, GST_SUITE_CRASHED, "'%s' failed and gave no cause", item->name);
        gst_report_status(report, &st);
        word = gst_finding(st.finding)->verdict;
        item->verdict = gst_verdict_counts(word) ? word : GST_ERROR;
    }
    item->ended_ns = gst_clock_ns();
    item->state = GST_ITEM_DONE;
}

/* A report that says both what the user set and what holds for this row. */
static void set_variables(const struct gst_supervisor *supervisor, size_t index)
{
    const char *const *env = supervisor->steps[index].env;

    for (; env != NULL && *env != NULL; env++) {
        const size_t length = strcspn(*env, "=");
        char name[64], key[GST_NAME_SIZE + 16];
        const char *set;

        snprintf(name, sizeof(name), "%.*s", (int)length, *env);
        snprintf(key, sizeof(key), "changed_for_%s", supervisor->report->items[index].name);
        set = getenv(name);
        if (set != NULL && strcmp(set, *env + length + 1) != 0)
            gst_report_fact_text(supervisor->report, GST_NO_GPU, "environment", key,
                                 "%s, not %s as set", *env, set);
        putenv((char *)(uintptr_t)*env);
    }
}

static void live(const struct gst_supervisor *supervisor, size_t first, size_t end,
                 enum gst_child_opening opening, int control)
{
    size_t next = first;

    set_variables(supervisor, first);
    for (; next < end && (supervisor->steps[next].is_early || opening == GST_CHILD_OPENS_NONE);
         next++) {
        do_step(supervisor, next);
        say_and_wait(control, GST_CHILD_STEP_OVER);
    }
    if (next < end && open_or_block(supervisor, next, opening == GST_CHILD_OPENS_FIRST)) {
        say_and_wait(control, GST_CHILD_OPENED);
        for (; next < end; next++) {
            do_step(supervisor, next);
            say_and_wait(control, GST_CHILD_STEP_OVER);
        }
        enter(supervisor->report, -1, "close the GPUs");
        if (supervisor->ops->close != NULL)
            supervisor->ops->close(supervisor->context);
    }
    fflush(NULL);
    say(control, GST_CHILD_FINISHED);
    /* Exit handlers of vendor libraries can hang, and nothing is left for them to do. */
    _exit(0);
}

bool gst_child_start(struct gst_child *child, const struct gst_supervisor *supervisor, size_t first,
                     size_t end, enum gst_child_opening opening, struct gst_status *st)
{
    int output[2], control[2];
    pid_t parent = getpid(), pid;

    if (pipe2(output, O_CLOEXEC) != 0)
        return gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "cannot make a pipe: %s", strerror(errno));
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control) != 0) {
        gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "cannot make a socket pair: %s", strerror(errno));
        close(output[0]);
        close(output[1]);
        return false;
    }
    /* Or the child would print it a second time. */
    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        close(output[0]);
        close(control[0]);
        settle_in(parent, output[1]);
        live(supervisor, first, end, opening, control[1]);
    }
    close(output[1]);
    close(control[1]);
    child->pid = pid;
    child->output = output[0];
    child->control = control[0];
    if (pid < 0) {
        gst_fail_to_start(st, "a process", errno);
        gst_child_release(child);
        return false;
    }
    fcntl(child->output, F_SETFL, O_NONBLOCK);
    /* Both sides do it: whichever comes first, the group exists before it is needed. */
    setpgid(pid, pid);
    return true;
}

void gst_child_release(struct gst_child *child)
{
    close(child->output);
    close(child->control);
}

void gst_child_hand_over_output(void)
{
    int unread = 0;
    const struct timespec pause = { 0, HAND_OVER_NS };

    fflush(stdout);
    for (int i = 0; i < HAND_OVER_STEPS; i++) {
        if (ioctl(STDOUT_FILENO, FIONREAD, &unread) != 0 || unread == 0)
            return;
        nanosleep(&pause, NULL);
    }
}
