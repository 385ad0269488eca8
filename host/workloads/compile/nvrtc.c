/* SPDX-License-Identifier: Apache-2.0 */
/* Opening NVRTC and compiling with it; see nvrtc.h. Its code is run by nvrtc_run.c. */
#include "workloads/compile/nvrtc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/utf8.h"
#include "workloads/compile/built.h"
#include "workloads/compile/texts.h"

static void enter(const struct gst_nvrtc_session *session, const char *call)
{
    snprintf(session->progress->call, sizeof(session->progress->call), "%s", call);
}

static void read_architectures(struct gst_nvrtc_session *session)
{
    int count = 0;

    if (session->calls.nvrtcGetNumSupportedArchs == NULL
        || session->calls.nvrtcGetSupportedArchs == NULL
        || session->calls.nvrtcGetNumSupportedArchs(&count) != NVRTC_SUCCESS || count <= 0
        || count > GST_CHOICE_MOST
        || session->calls.nvrtcGetSupportedArchs(session->known.numbers) != NVRTC_SUCCESS)
        return;
    session->known.count = (size_t)count;
}

bool gst_nvrtc_begin(struct gst_nvrtc_session *session, struct gst_progress *progress,
                     struct gst_status *st)
{
    int major = 0, minor = 0;
    nvrtcResult result;

    memset(session, 0, sizeof(*session));
    session->progress = progress;
    if (!gst_nvrtc_open(&session->library, &session->calls))
        return gst_fail(st, GST_IMAGE_NVRTC_MISSING, "%s", session->library.problem);
    enter(session, "nvrtcVersion");
    result = session->calls.nvrtcVersion(&major, &minor);
    enter(session, "");
    if (result != NVRTC_SUCCESS) {
        gst_status_fail_call(st, GST_IMAGE_NVRTC_FAILED, GST_WHERE, "nvrtcVersion", result,
                             "%s does not tell its version", session->library.soname);
        gst_nvrtc_end(session);
        return false;
    }
    session->major = major;
    snprintf(session->version, sizeof(session->version), "%d.%d", major, minor);
    read_architectures(session);
    return true;
}

void gst_nvrtc_end(struct gst_nvrtc_session *session)
{
    gst_library_close(&session->library);
}

enum gst_finding_id gst_nvrtc_blame(int result, const char *log)
{
    if (strstr(log, "libnvrtc-builtins") != NULL)
        return GST_IMAGE_NVRTC_BUILTINS_MISSING;
    if (result == NVRTC_ERROR_INVALID_OPTION && strstr(log, "gpu-architecture") != NULL)
        return GST_IMAGE_COMPILER_LACKS_GPU;
    return result == NVRTC_ERROR_OUT_OF_MEMORY ? GST_SUITE_NO_HOST_MEMORY : GST_IMAGE_NVRTC_FAILED;
}

enum gst_finding_id gst_nvrtc_blame_load(enum gst_finding_id finding, int compiler_major,
                                         int driver_major)
{
    if (!gst_built_is_own_code(finding))
        return finding;
    return driver_major > 0 && compiler_major > driver_major ? GST_HOST_DRIVER_TOO_OLD
                                                             : GST_IMAGE_NVRTC_FAILED;
}

static bool refuse(const struct gst_nvrtc_session *session, const char *call, nvrtcResult result,
                   const char *log, struct gst_status *st)
{
    const char *text = session->calls.nvrtcGetErrorString != NULL
                           ? session->calls.nvrtcGetErrorString(result)
                           : NULL;
    char said[200];

    gst_utf8_printable(said, sizeof(said), log);
    return gst_status_fail_call(
        st, gst_nvrtc_blame(result, log), GST_WHERE, call, result, "%s of NVRTC %s: %s%s%s", call,
        session->version, text != NULL ? text : "unknown code", said[0] != '\0' ? "; " : "", said);
}

/* Its log, or an empty text; of malloc(), NULL without memory. */
static char *read_log(const struct gst_nvrtc_session *session, nvrtcProgram program)
{
    size_t bytes = 0;
    char *log;

    if (session->calls.nvrtcGetProgramLogSize == NULL || session->calls.nvrtcGetProgramLog == NULL
        || session->calls.nvrtcGetProgramLogSize(program, &bytes) != NVRTC_SUCCESS)
        bytes = 0;
    log = calloc(bytes + 1, 1);
    if (log != NULL && bytes > 0
        && session->calls.nvrtcGetProgramLog(program, log) != NVRTC_SUCCESS)
        log[0] = '\0';
    return log;
}

static bool take_code(const struct gst_nvrtc_session *session, nvrtcProgram program,
                      struct gst_nvrtc_code *code, struct gst_status *st)
{
    nvrtcResult result = code->is_native ? session->calls.nvrtcGetCUBINSize(program, &code->bytes)
                                         : session->calls.nvrtcGetPTXSize(program, &code->bytes);

    if (result != NVRTC_SUCCESS || code->bytes == 0)
        return refuse(session, code->is_native ? "nvrtcGetCUBINSize" : "nvrtcGetPTXSize", result,
                      "it made no code", st);
    code->data = malloc(code->bytes);
    if (code->data == NULL)
        return gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "no memory for %zu bytes of code",
                        code->bytes);
    result = code->is_native ? session->calls.nvrtcGetCUBIN(program, code->data)
                             : session->calls.nvrtcGetPTX(program, code->data);
    if (result == NVRTC_SUCCESS)
        return true;
    return refuse(session, code->is_native ? "nvrtcGetCUBIN" : "nvrtcGetPTX", result, "", st);
}

static bool compile(const struct gst_nvrtc_session *session, nvrtcProgram program,
                    struct gst_nvrtc_code *code, struct gst_status *st)
{
    char option[48];
    const char *const options[] = { option };
    const uint64_t begun_ns = gst_clock_ns();
    nvrtcResult result;
    char *log;

    snprintf(option, sizeof(option), "--gpu-architecture=%s_%d", code->is_native ? "sm" : "compute",
             code->architecture);
    enter(session, "nvrtcCompileProgram");
    result = session->calls.nvrtcCompileProgram(program, code->architecture != 0 ? 1 : 0, options);
    enter(session, "");
    code->seconds = (double)(gst_clock_ns() - begun_ns) * 1e-9;
    if (result == NVRTC_SUCCESS)
        return take_code(session, program, code, st);
    log = read_log(session, program);
    refuse(session, "nvrtcCompileProgram", result, log != NULL ? log : "", st);
    free(log);
    return false;
}

/* Without a list NVRTC is asked for the GPU's own, and may refuse; without a GPU for what it likes.
 */
static bool choose(const struct gst_nvrtc_session *session, int cc, struct gst_nvrtc_code *code,
                   struct gst_status *st)
{
    code->architecture = cc;
    if (session->known.count > 0)
        code->architecture = cc != 0 ? gst_architectures_choose(&session->known, cc)
                                     : gst_architectures_lowest(&session->known);
    code->is_native = code->architecture != 0 && (cc == 0 || code->architecture == cc);
    if (code->architecture != 0 || cc == 0)
        return true;
    return gst_fail(
        st, GST_IMAGE_COMPILER_LACKS_GPU,
        "NVRTC %s makes code for compute capability %d.%d and above, this GPU has %d.%d",
        session->version, gst_architectures_lowest(&session->known) / 10,
        gst_architectures_lowest(&session->known) % 10, cc / 10, cc % 10);
}

bool gst_nvrtc_compile(const struct gst_nvrtc_session *session, int cc, struct gst_nvrtc_code *code,
                       struct gst_status *st)
{
    nvrtcProgram program = NULL;
    nvrtcResult result;
    bool ok;

    memset(code, 0, sizeof(*code));
    code->compiler_major = session->major;
    if (!choose(session, cc, code, st))
        return false;
    result = session->calls.nvrtcCreateProgram(&program, gst_compile_kernels, "kernels.cu", 0, NULL,
                                               NULL);
    if (result != NVRTC_SUCCESS)
        return refuse(session, "nvrtcCreateProgram", result, "", st);
    ok = compile(session, program, code, st);
    session->calls.nvrtcDestroyProgram(&program);
    if (!ok)
        gst_nvrtc_release(code);
    return ok;
}

void gst_nvrtc_release(struct gst_nvrtc_code *code)
{
    free(code->data);
    code->data = NULL;
}
