/* SPDX-License-Identifier: Apache-2.0 */
/* What the compilers make; see build.h. */
#include "workloads/compile/build.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "run/variant.h"
#include "workloads/compile/texts.h"

/* On two slow processors one build takes ten seconds. */
#define BUILD_MOST_S 180.0
#define BUILD_SHARE  3.0

const struct gst_metric_def gst_compile_nvcc_time = {
    .name = "compile.nvcc",
    .title = "nvcc builds a program",
    .unit = GST_UNIT_SECONDS,
};

const struct gst_metric_def gst_compile_nvrtc_time = {
    .name = "compile.nvrtc",
    .title = "NVRTC compiles its kernels",
    .unit = GST_UNIT_SECONDS,
};

const char *gst_compile_link_name(int link)
{
    static const char *const names[GST_COMPILE_LINKS] = { "static", "shared" };

    return names[link];
}

double gst_compile_patience_s(const struct gst_run *run, double most_s, double share)
{
    return run->timeout_s / share < most_s ? run->timeout_s / share : most_s;
}

static const char *folder_of(const struct gst_compile_build *build)
{
    return build->run->report->progress.scratch;
}

static void find_nvrtc(struct gst_compile_build *build)
{
    struct gst_status st = GST_STATUS_INIT;
    struct gst_report *report = build->run->report;

    gst_run_phase(build->run, GST_NO_GPU, "open NVRTC");
    build->has_nvrtc = gst_nvrtc_begin(&build->nvrtc, &report->progress, &st);
    if (build->has_nvrtc) {
        gst_report_fact_text(report, GST_NO_GPU, "compile", "nvrtc", "%s",
                             build->nvrtc.library.path);
        gst_report_fact_text(report, GST_NO_GPU, "compile", "nvrtc_version", "%s",
                             build->nvrtc.version);
        return;
    }
    if (build->run->promises_compilers || st.finding != GST_IMAGE_NVRTC_MISSING)
        gst_report_status(report, &st);
}

bool gst_compile_find(struct gst_compile_build *build)
{
    build->has_nvcc = gst_nvcc_find(&build->nvcc);
    if (build->has_nvcc)
        gst_report_fact_text(build->run->report, GST_NO_GPU, "compile", "nvcc", "%s",
                             build->nvcc.path);
    else if (build->run->promises_compilers)
        gst_run_check(build->run, GST_IMAGE_NVCC_MISSING, GST_NO_GPU, false,
                      "no nvcc on PATH, in CUDA_HOME or in /usr/local/cuda/bin");
    find_nvrtc(build);
    return build->has_nvcc || build->has_nvrtc || build->run->promises_compilers;
}

void gst_compile_end(struct gst_compile_build *build)
{
    gst_nvrtc_end(&build->nvrtc);
    gst_scratch_remove(build->run->report->progress.scratch);
}

static bool write_source(const char *path)
{
    const char *const texts[] = { gst_compile_kernels, gst_compile_program };
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = fd >= 0;

    for (size_t i = 0; ok && i < sizeof(texts) / sizeof(texts[0]); i++) {
        const size_t length = strlen(texts[i]);
        const ssize_t written = write(fd, texts[i], length);

        /* A disk that is full takes a part. */
        if (written >= 0 && (size_t)written < length)
            errno = ENOSPC;
        ok = written >= 0 && (size_t)written == length;
    }
    if (fd >= 0)
        close(fd);
    return ok;
}

static bool make_source(struct gst_compile_build *build, char *path, size_t size)
{
    if (!gst_scratch_make(build->run->report->progress.scratch))
        return gst_run_check(build->run, GST_USER_NO_SCRATCH, GST_NO_GPU, false,
                             "none of TMPDIR, /tmp and /dev/shm takes a new folder");
    snprintf(path, size, "%s/program.cu", folder_of(build));
    if (write_source(path))
        return true;
    return gst_run_check(build->run, errno == ENOSPC ? GST_USER_SCRATCH_FULL : GST_USER_NO_SCRATCH,
                         GST_NO_GPU, false, "cannot write '%s': %s", path, strerror(errno));
}

static bool ask(struct gst_compile_build *build)
{
    struct gst_tool_end end;
    char how[96], said[160];
    enum gst_finding_id finding;

    gst_run_phase(build->run, GST_NO_GPU, "ask nvcc for its version");
    if (gst_nvcc_ask(&build->nvcc, folder_of(build), &end)) {
        gst_report_fact_text(build->run->report, GST_NO_GPU, "compile", "nvcc_version", "%s",
                             build->nvcc.version);
        return true;
    }
    finding = gst_nvcc_blame(&end, said, sizeof(said));
    return gst_run_check(build->run, finding, GST_NO_GPU, false,
                         "'%s' does not tell its version: %s; it said: %s", build->nvcc.path,
                         gst_tool_describe(&end, how, sizeof(how)), said);
}

/* False if some GPU cannot be built for. */
static bool choose(struct gst_compile_build *build, struct gst_nvcc_options *options)
{
    const struct gst_env *env = build->run->env;

    for (int i = 0; i < env->gpu_count; i++) {
        const struct gst_gpu *gpu = &env->gpus[i];
        const int lowest = gst_architectures_lowest(&build->nvcc.known);
        bool is_native = true;

        if (!gst_nvcc_add_gpu(&build->nvcc, gpu->cc_major * 10 + gpu->cc_minor, options,
                              &is_native))
            return gst_run_check(build->run, GST_IMAGE_COMPILER_LACKS_GPU, gpu->index, false,
                                 "nvcc %s makes code for compute capability %d.%d and above, this "
                                 "GPU has %d.%d",
                                 build->nvcc.version, lowest / 10, lowest % 10, gpu->cc_major,
                                 gpu->cc_minor);
        if (is_native && !build->is_judged)
            continue;
        gst_run_check(build->run, GST_IMAGE_COMPILER_BY_JIT, gpu->index, is_native,
                      "nvcc %s %s compute capability %d.%d", build->nvcc.version,
                      is_native ? "knows" : "is older than", gpu->cc_major, gpu->cc_minor);
    }
    return true;
}

static bool build_one(struct gst_compile_build *build, const struct gst_nvcc_options *options,
                      const char *source, int link)
{
    struct gst_status st = GST_STATUS_INIT;
    char how[96], said[160];
    struct gst_tool_end end;
    enum gst_finding_id finding;

    gst_run_phase(build->run, GST_NO_GPU, "nvcc, %s runtime", gst_compile_link_name(link));
    snprintf(build->programs[link], sizeof(build->programs[link]), "%s/%s", folder_of(build),
             gst_compile_link_name(link));
    gst_nvcc_build(&build->nvcc, options, build->programs[link], source, folder_of(build),
                   gst_compile_patience_s(build->run, BUILD_MOST_S, BUILD_SHARE), &end);
    if (gst_tool_succeeded(&end)) {
        if (build->is_judged)
            gst_run_check(build->run, GST_IMAGE_NVCC_FAILED, GST_NO_GPU, true,
                          "nvcc %s built a program with the %s runtime", build->nvcc.version,
                          gst_compile_link_name(link));
        return gst_run_metric(build->run, &gst_compile_nvcc_time, GST_NO_GPU,
                              gst_compile_link_name(link), &end.seconds, 1, gst_bar_none(), &st);
    }
    build->programs[link][0] = '\0';
    finding = gst_nvcc_blame(&end, said, sizeof(said));
    return gst_run_check(build->run, finding, GST_NO_GPU, false,
                         "nvcc %s with the %s runtime: %s; it said: %s", build->nvcc.version,
                         gst_compile_link_name(link), gst_tool_describe(&end, how, sizeof(how)),
                         said);
}

/* Docker mounts /dev/shm so, and what --tmpfs asks for. */
static void check_exec(struct gst_compile_build *build)
{
    struct statvfs place;

    build->is_noexec = statvfs(folder_of(build), &place) == 0 && (place.f_flag & ST_NOEXEC) != 0;
    if (build->is_noexec)
        gst_run_check(build->run, GST_USER_SCRATCH_NOEXEC, GST_NO_GPU, false,
                      "'%s' is on a file system that is mounted noexec: programs are run from a "
                      "copy in memory",
                      folder_of(build));
}

void gst_compile_by_nvcc(struct gst_compile_build *build)
{
    struct gst_nvcc_options options = { .count = 0 };
    char source[GST_SCRATCH_SIZE + 16];

    if (!build->has_nvcc || !make_source(build, source, sizeof(source)) || !ask(build)
        || !choose(build, &options) || !build_one(build, &options, source, 0))
        return;
    check_exec(build);
    snprintf(options.texts[options.count++], sizeof(options.texts[0]), "-cudart=shared");
    build_one(build, &options, source, 1);
}

bool gst_compile_by_nvrtc(struct gst_compile_build *build, int cc, struct gst_nvrtc_code *code,
                          struct gst_status *st)
{
    char variant[32];

    gst_run_phase(build->run, GST_NO_GPU, "NVRTC");
    if (!gst_nvrtc_compile(&build->nvrtc, cc, code, st))
        return false;
    snprintf(variant, sizeof(variant), "%s_%d", code->is_native ? "sm" : "compute",
             code->architecture);
    return gst_run_metric(build->run, &gst_compile_nvrtc_time, GST_NO_GPU, variant, &code->seconds,
                          1, gst_bar_none(), st);
}
