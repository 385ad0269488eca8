/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows and how they are held against paths; see rules.h. "notes" in a source stands for the
 * survey that core/findings/audit.h names, "run" for the contents of NVIDIA's driver archives.
 */
#include "lint/rules.h"

#include <fnmatch.h>
#include <string.h>

#define LIBRARY "a library of the driver, by its name"
#define PROGRAM "a program of the driver"
#define MODULE  "a kernel part of the driver"
#define KERNEL  "part of a kernel"
#define LEFT    "left by the runtime of a container that was committed"
#define PACKAGE "a package of the driver"
#define DEPENDS "a package that depends on the driver"

/* Held against the name of a library up to its ".so". */
static const struct gst_lint_rule libraries[] = {
    { "libnvidia-container*", GST_IMAGE_HOST_SIDE, "a library of the container toolkit",
      "libnvidia-container" },
    { "libnvidia-egl-wayland*", GST_IMAGE_HOST_SIDE, "an EGL platform, packaged by distributions",
      "NVIDIA/egl-wayland" },
    { "libnvidia-egl-gbm*", GST_IMAGE_HOST_SIDE, "an EGL platform, packaged by distributions",
      "NVIDIA/egl-gbm" },
    { "libnvidia-egl-x*", GST_IMAGE_HOST_SIDE, "an EGL platform, packaged by distributions",
      "NVIDIA/egl-x11" },
    { "libcuda", GST_IMAGE_DRIVER_FILES, LIBRARY, "libnvidia-container, nvc_info.c" },
    { "libcudadebugger", GST_IMAGE_DRIVER_FILES, LIBRARY, "libnvidia-container, nvc_info.c" },
    { "libnvidia-*", GST_IMAGE_DRIVER_FILES, LIBRARY, "libnvidia-container, nvc_info.c" },
    { "libnvcuvid", GST_IMAGE_DRIVER_FILES, LIBRARY, "libnvidia-container, nvc_info.c" },
    { "libnvoptix", GST_IMAGE_DRIVER_FILES, LIBRARY, "libnvidia-container, nvc_info.c" },
    { "libvdpau_nvidia", GST_IMAGE_DRIVER_FILES, LIBRARY, "libnvidia-container, nvc_info.c" },
    { "libGLX_nvidia", GST_IMAGE_DRIVER_FILES, LIBRARY, "libnvidia-container, nvc_info.c" },
    { "libEGL_nvidia", GST_IMAGE_DRIVER_FILES, LIBRARY, "libnvidia-container, nvc_info.c" },
    { "libGLESv1_CM_nvidia", GST_IMAGE_DRIVER_FILES, LIBRARY, "libnvidia-container, nvc_info.c" },
    { "libGLESv2_nvidia", GST_IMAGE_DRIVER_FILES, LIBRARY, "libnvidia-container, nvc_info.c" },
    { "libglxserver_nvidia", GST_IMAGE_DRIVER_FILES, "an X server module of the driver", "run" },
    { "nvidia_drv", GST_IMAGE_DRIVER_FILES, "an X server module of the driver", "run" },
};

/* Held against the name of a file in a folder called bin or sbin. */
static const struct gst_lint_rule programs[] = {
    { "nvidia-smi", GST_IMAGE_DRIVER_PROGRAMS, PROGRAM, "libnvidia-container, nvc_info.c" },
    { "nvidia-debugdump", GST_IMAGE_DRIVER_PROGRAMS, PROGRAM, "libnvidia-container, nvc_info.c" },
    { "nvidia-persistenced", GST_IMAGE_DRIVER_PROGRAMS, PROGRAM,
      "libnvidia-container, nvc_info.c" },
    { "nvidia-cuda-mps-*", GST_IMAGE_DRIVER_PROGRAMS, PROGRAM, "libnvidia-container, nvc_info.c" },
    { "nv-fabricmanager", GST_IMAGE_DRIVER_PROGRAMS, PROGRAM, "libnvidia-container, nvc_info.c" },
    { "nvidia-imex*", GST_IMAGE_DRIVER_PROGRAMS, PROGRAM, "IMEX guide" },
    { "nvidia-modprobe", GST_IMAGE_DRIVER_PROGRAMS, PROGRAM, "run" },
    { "nvidia-settings", GST_IMAGE_DRIVER_PROGRAMS, PROGRAM, "run" },
    { "nvidia-xconfig", GST_IMAGE_DRIVER_PROGRAMS, PROGRAM, "run" },
    { "nvidia-installer", GST_IMAGE_DRIVER_PROGRAMS, PROGRAM, "run" },
    { "nvidia-uninstall", GST_IMAGE_DRIVER_PROGRAMS, PROGRAM, "run" },
    { "nvidia-bug-report.sh", GST_IMAGE_DRIVER_PROGRAMS, PROGRAM, "run" },
    { "nvidia-powerd", GST_IMAGE_DRIVER_PROGRAMS, PROGRAM, "run" },
};

/* Held against the name of a file in any folder. */
static const struct gst_lint_rule names[] = {
    { "nvidia*.ko", GST_IMAGE_DRIVER_KERNEL_PARTS, "a kernel module of the driver", "run" },
    { "nvidia*.ko.*", GST_IMAGE_DRIVER_KERNEL_PARTS, "a kernel module of the driver", "run" },
    { "NVIDIA-Linux-*.run", GST_IMAGE_DRIVER_INSTALLER, "an installer of the driver", "run" },
    { "cuda_*_linux*.run", GST_IMAGE_DRIVER_INSTALLER, "an installer of CUDA with a driver",
      "CUDA installation guide, runfile" },
    /* It has no symbols of a vendor, and so no marker. */
    { "libgpusim.so", GST_IMAGE_SIMULATED, "the model behind the simulated stack", "tests/sim" },
    { "*driver-local-repo*.deb", GST_IMAGE_DRIVER_INSTALLER, "a repository of driver packages",
      "NVIDIA driver installation guide" },
};

/* Held against a path without a leading "usr/", and with "var/run/" as "run/"; '*' stays within one
 * name. What ends in "/" means everything below and is told as one. */
static const struct gst_lint_rule places[] = {
    { "src/nvidia-*/", GST_IMAGE_DRIVER_KERNEL_PARTS, "sources of the driver's kernel modules",
      "notes" },
    { "var/lib/dkms/nvidia*/", GST_IMAGE_DRIVER_KERNEL_PARTS, "kernel modules built by dkms",
      "dkms(8)" },
    /* By version; beside it linux-firmware has nouveau's, by chip. */
    { "lib/firmware/nvidia/[0-9]*/", GST_IMAGE_DRIVER_KERNEL_PARTS, "firmware of the driver",
      "run" },
    { "etc/modprobe.d/*nvidia*", GST_IMAGE_DRIVER_KERNEL_PARTS, "module options of the driver",
      "modprobe.d(5)" },
    { "lib/modprobe.d/*nvidia*", GST_IMAGE_DRIVER_KERNEL_PARTS, "module options of the driver",
      "modprobe.d(5)" },
    { "etc/modprobe.d/*nouveau*", GST_IMAGE_DRIVER_KERNEL_PARTS, "module options of the driver",
      "modprobe.d(5)" },
    { "lib/modprobe.d/*nouveau*", GST_IMAGE_DRIVER_KERNEL_PARTS, "module options of the driver",
      "modprobe.d(5)" },
    { "lib/modules/*/", GST_IMAGE_KERNEL, "modules of a kernel", "notes" },
    { "var/lib/dkms/*/", GST_IMAGE_KERNEL, "kernel modules built by dkms", "dkms(8)" },
    { "src/linux-headers-*/", GST_IMAGE_KERNEL, "headers of a kernel", "notes" },
    { "src/kernels/*/", GST_IMAGE_KERNEL, "headers of a kernel", "notes" },
    { "boot/vmlinuz*", GST_IMAGE_KERNEL, KERNEL, "notes" },
    { "boot/initrd*", GST_IMAGE_KERNEL, KERNEL, "notes" },
    { "boot/initramfs*", GST_IMAGE_KERNEL, KERNEL, "notes" },
    { "lib/wsl/", GST_IMAGE_DRIVER_FILES, "driver files of WSL, which the host has",
      "CUDA on WSL user guide" },
    { "lib/tegra/", GST_IMAGE_DRIVER_FILES, "driver files of Jetson Linux", "notes" },
    { "lib/*/tegra/", GST_IMAGE_DRIVER_FILES, "driver files of Jetson Linux", "notes" },
    { "dev/nvidia*", GST_IMAGE_DEVICE_NODES, "a device file of the driver", "notes" },
    { "etc/ld.so.conf.d/00-nvcr-*.conf", GST_IMAGE_INJECTION_LEFTOVERS, LEFT, "captured" },
    { "etc/ld.so.conf.d/zz-nvcr-*.conf", GST_IMAGE_INJECTION_LEFTOVERS, LEFT, "captured" },
    { "etc/ld.so.conf.d/00-compat-*.conf", GST_IMAGE_INJECTION_LEFTOVERS, LEFT, "captured" },
    { "etc/nvidia/nvidia-application-profiles-rc.d/10-container.conf",
      GST_IMAGE_INJECTION_LEFTOVERS, LEFT, "captured" },
    { "run/nvidia-persistenced*", GST_IMAGE_INJECTION_LEFTOVERS, LEFT, "captured" },
    { "run/nvidia-fabricmanager*", GST_IMAGE_INJECTION_LEFTOVERS, LEFT, "notes" },
    { "run/nvidia-ctk-hook*", GST_IMAGE_INJECTION_LEFTOVERS, LEFT, "captured" },
    { "etc/cdi/*nvidia*", GST_IMAGE_INJECTION_LEFTOVERS, "a CDI spec, which is one host's alone",
      "CDI specification 1.1" },
    { "run/cdi/*nvidia*", GST_IMAGE_INJECTION_LEFTOVERS, "a CDI spec, which is one host's alone",
      "CDI specification 1.1" },
};

/* Held against a path as in `places`, where the entry is a device. */
static const struct gst_lint_rule nodes[] = {
    { "dev/dri/*", GST_IMAGE_DEVICE_NODES, "a device node of a GPU", "notes" },
};

/* Held against the names of packages. Where a name is also that of something harmless, the row
 * spells it out. */
static const struct gst_lint_rule packages[] = {
    { "cuda", GST_IMAGE_DRIVER_PACKAGES, DEPENDS, "CUDA installation guide, meta packages" },
    { "cuda-[0-9]*-[0-9]*", GST_IMAGE_DRIVER_PACKAGES, DEPENDS,
      "CUDA installation guide, meta packages" },
    { "cuda-runtime-[0-9]*", GST_IMAGE_DRIVER_PACKAGES, DEPENDS,
      "CUDA installation guide, meta packages" },
    { "cuda-demo-suite-[0-9]*", GST_IMAGE_DRIVER_PACKAGES, DEPENDS, "notes" },
    { "cuda-drivers*", GST_IMAGE_DRIVER_PACKAGES, PACKAGE, "CUDA installation guide" },
    { "nvidia-driver*", GST_IMAGE_DRIVER_PACKAGES, PACKAGE, "Debian, Ubuntu, RHEL" },
    { "nvidia-open*", GST_IMAGE_DRIVER_PACKAGES, PACKAGE, "NVIDIA driver installation guide" },
    { "nvidia-headless-*", GST_IMAGE_DRIVER_PACKAGES, PACKAGE, "Ubuntu" },
    { "nvidia-dkms-*", GST_IMAGE_DRIVER_PACKAGES, PACKAGE, "Ubuntu" },
    { "nvidia-kernel-*", GST_IMAGE_DRIVER_PACKAGES, PACKAGE, "Debian, Ubuntu" },
    { "nvidia-firmware-*", GST_IMAGE_DRIVER_PACKAGES, PACKAGE, "Ubuntu" },
    { "nvidia-utils-[0-9]*", GST_IMAGE_DRIVER_PACKAGES, PACKAGE, "Ubuntu" },
    { "nvidia-compute-utils-*", GST_IMAGE_DRIVER_PACKAGES, PACKAGE, "Ubuntu" },
    { "nvidia-smi", GST_IMAGE_DRIVER_PACKAGES, PACKAGE, "Debian" },
    { "nvidia-modprobe", GST_IMAGE_DRIVER_PACKAGES, PACKAGE, "Debian, NVIDIA's repository" },
    { "nvidia-persistenced", GST_IMAGE_DRIVER_PACKAGES, PACKAGE, "Debian, NVIDIA's repository" },
    { "nvidia-fabricmanager*", GST_IMAGE_DRIVER_PACKAGES, PACKAGE, "NVIDIA's repository" },
    { "nvidia-imex*", GST_IMAGE_DRIVER_PACKAGES, PACKAGE, "NVIDIA's repository" },
    { "libnvidia-*-[0-9][0-9][0-9]*", GST_IMAGE_DRIVER_PACKAGES, PACKAGE, "Ubuntu" },
    { "libnvidia-ml1", GST_IMAGE_DRIVER_PACKAGES, PACKAGE, "Debian" },
    { "libnvidia-cfg1", GST_IMAGE_DRIVER_PACKAGES, PACKAGE, "Debian" },
    { "libnvidia-ptxjitcompiler1", GST_IMAGE_DRIVER_PACKAGES, PACKAGE, "Debian" },
    { "libcuda1", GST_IMAGE_DRIVER_PACKAGES, PACKAGE, "Debian" },
    { "libcuda1-[0-9]*", GST_IMAGE_DRIVER_PACKAGES, PACKAGE, "Ubuntu" },
    { "libnvcuvid1", GST_IMAGE_DRIVER_PACKAGES, PACKAGE, "Debian" },
    { "libnvsdm*", GST_IMAGE_DRIVER_PACKAGES, PACKAGE, "NVIDIA's repository" },
    { "libnvidia-nscq*", GST_IMAGE_DRIVER_PACKAGES, PACKAGE, "NVIDIA's repository" },
    { "xserver-xorg-video-nvidia*", GST_IMAGE_DRIVER_PACKAGES, PACKAGE, "Debian, Ubuntu" },
    { "dkms", GST_IMAGE_KERNEL, "a package that builds kernel modules", "notes" },
    { "linux-image-*", GST_IMAGE_KERNEL, "a package of a kernel", "notes" },
    { "linux-headers-*", GST_IMAGE_KERNEL, "a package of a kernel", "notes" },
};

/* Folders that have files named as the driver's. Held against the last name of a folder where the
 * loader looks. */
static const struct gst_lint_rule loader_folders[] = {
    { "stubs", GST_IMAGE_STUBS_ON_PATH, "a folder of stubs", "CUDA toolkit" },
    { "compat", GST_IMAGE_COMPAT_ON_PATH, "a folder of cuda-compat", "package cuda-compat" },
    { "compat_orin", GST_IMAGE_COMPAT_ON_PATH, "a folder of cuda-compat",
      "package cuda-compat-orin" },
    { "cuda-compat", GST_IMAGE_COMPAT_ON_PATH, "a folder of cuda-compat", "conda-forge" },
};

/* Where a host's driver is mounted other than by a runtime: a link there is meant to lead to
 * nothing in the image. */
static const char *const mounted_drivers[] = { "/usr/local/nvidia/", "/run/nvidia/driver/" };

static const struct gst_lint_rule stub_named = { "*", GST_IMAGE_STUB_NAMED,
                                                 "a stub with a version in its name", "notes" };
static const struct gst_lint_rule stub_linked = { "*", GST_IMAGE_STUB_NAMED,
                                                  "a stub, outside of its folder", "notes" };
static const struct gst_lint_rule indirect = { "libGLX_indirect.so.0", GST_IMAGE_DRIVER_FILES,
                                               "a link to the driver's GLX",
                                               "libnvidia-container, nvc_info.c" };
static const struct gst_lint_rule named_within = { "*", GST_IMAGE_DRIVER_FILES,
                                                   "a library of the driver, by its SONAME",
                                                   "ELF, DT_SONAME" };
static const struct gst_lint_rule simulated = { "*", GST_IMAGE_SIMULATED,
                                                "a library of the simulated stack",
                                                "tests/sim, marker.c" };

#define COUNT(rows) (sizeof(rows) / sizeof(rows[0]))

static const struct gst_lint_rule *find(const struct gst_lint_rule *rows, size_t count,
                                        const char *text)
{
    for (size_t i = 0; i < count; i++) {
        if (fnmatch(rows[i].pattern, text, FNM_PATHNAME) == 0)
            return &rows[i];
    }
    return NULL;
}

/* True if one of the folders on the way to the file is called so. */
static bool is_inside(const char *path, const char *folder)
{
    size_t length = strlen(folder);

    for (const char *at = path; (at = strstr(at, folder)) != NULL; at++) {
        if ((at == path || at[-1] == '/') && at[length] == '/')
            return true;
    }
    return false;
}

/* The row of `libraries` for a name such as "libcuda.so.550.54.14". */
static const struct gst_lint_rule *rule_of_library(const char *name, bool *has_version)
{
    char stem[64];
    const char *ending = NULL;

    for (const char *at = name; (at = strstr(at, ".so")) != NULL; at++) {
        if (at[3] == '\0' || at[3] == '.')
            ending = at;
        if (ending != NULL)
            break;
    }
    if (ending == NULL || (size_t)(ending - name) >= sizeof stem)
        return NULL;
    memcpy(stem, name, (size_t)(ending - name));
    stem[ending - name] = '\0';
    *has_version = ending[3] == '.';
    return find(libraries, COUNT(libraries), stem);
}

/* The row of `loader_folders` that a file lies below. */
static const struct gst_lint_rule *loader_folder_of(const char *path)
{
    for (size_t i = 0; i < COUNT(loader_folders); i++) {
        if (is_inside(path, loader_folders[i].pattern))
            return &loader_folders[i];
    }
    return NULL;
}

/* cuda-compat and stubs may be in an image, off the loader's path; whether they are on it is asked
 * of the path itself. */
static const struct gst_lint_rule *unless_allowed(const struct gst_lint_rule *rule,
                                                  const char *path, const char *target,
                                                  bool has_version)
{
    const struct gst_lint_rule *folder;

    if (rule == NULL || rule->finding != GST_IMAGE_DRIVER_FILES)
        return rule;
    folder = loader_folder_of(path);
    if (folder == NULL)
        return is_inside(target, "stubs") ? &stub_linked : rule;
    return folder->finding == GST_IMAGE_STUBS_ON_PATH && has_version ? &stub_named : NULL;
}

static bool is_in_bin(const char *path, const char *name)
{
    size_t length = (size_t)(name - path);

    return (length >= 4 && strncmp(name - 4, "bin/", 4) == 0 && (length == 4 || name[-5] == '/'))
           || (length >= 5 && strncmp(name - 5, "sbin/", 5) == 0
               && (length == 5 || name[-6] == '/'));
}

/* "lib/x" for "usr/lib/x", which are one folder in most images; "run/x" for "var/run/x". */
static const char *short_path(const char *path)
{
    if (strncmp(path, "usr/", 4) == 0)
        return path + 4;
    return strncmp(path, "var/run/", 8) == 0 ? path + 4 : path;
}

/* Bytes of `path` that a pattern ending in "/" means; 0 if the path is not below it. */
static size_t matched_folder(const char *pattern, const char *path)
{
    char folder[GST_ENTRY_PATH_SIZE], wanted[64];
    size_t names_left = 0, length = strlen(pattern) - 1, end = 0;

    /* What stands before the first wildcard decides nearly always. */
    if (strncmp(pattern, path, strcspn(pattern, "*[")) != 0)
        return 0;
    for (const char *at = pattern; *at != '\0'; at++)
        names_left += *at == '/';
    for (; path[end] != '\0'; end++) {
        if (path[end] == '/' && --names_left == 0)
            break;
    }
    if (path[end] == '\0' || length >= sizeof wanted)
        return 0;
    memcpy(wanted, pattern, length);
    wanted[length] = '\0';
    memcpy(folder, path, end);
    folder[end] = '\0';
    return fnmatch(wanted, folder, FNM_PATHNAME) == 0 ? end : 0;
}

static const struct gst_lint_rule *rule_of_place(const struct gst_entry *entry,
                                                 size_t *folder_length)
{
    const char *path = short_path(entry->path);
    const struct gst_lint_rule *rule = NULL;

    for (size_t i = 0; i < COUNT(places) && rule == NULL; i++) {
        const char *pattern = places[i].pattern;
        bool is_folder = pattern[strlen(pattern) - 1] == '/';

        if (!is_folder && fnmatch(pattern, path, FNM_PATHNAME) == 0)
            rule = &places[i];
        /* An empty folder is harmless: many packages make one for others. */
        if (is_folder && entry->kind != GST_ENTRY_FOLDER) {
            *folder_length = matched_folder(pattern, path);
            if (*folder_length > 0) {
                *folder_length += (size_t)(path - entry->path);
                rule = &places[i];
            }
        }
    }
    if (rule == NULL && entry->kind == GST_ENTRY_NODE)
        rule = find(nodes, COUNT(nodes), path);
    return rule;
}

static bool leads_to_mounted_driver(const struct gst_entry *entry)
{
    for (size_t i = 0; i < COUNT(mounted_drivers) && entry->kind == GST_ENTRY_LINK; i++) {
        if (strncmp(entry->target, mounted_drivers[i], strlen(mounted_drivers[i])) == 0)
            return true;
    }
    return false;
}

const struct gst_lint_rule *gst_rule_of_entry(const struct gst_entry *entry, size_t *folder_length)
{
    const char *name = gst_entry_name(entry->path);
    const struct gst_lint_rule *rule = NULL;
    bool has_version = false;

    *folder_length = 0;
    if (leads_to_mounted_driver(entry))
        return NULL;
    if (entry->kind != GST_ENTRY_FOLDER) {
        rule = rule_of_library(name, &has_version);
        rule = unless_allowed(rule, entry->path, entry->target, has_version);
        if (rule == NULL && is_in_bin(entry->path, name))
            rule = find(programs, COUNT(programs), name);
        if (rule == NULL)
            rule = find(names, COUNT(names), name);
        if (rule == NULL && entry->kind == GST_ENTRY_LINK && strcmp(name, indirect.pattern) == 0
            && strstr(entry->target, "nvidia") != NULL)
            rule = &indirect;
    }
    return rule != NULL ? rule : rule_of_place(entry, folder_length);
}

const struct gst_lint_rule *gst_rule_of_soname(const char *path, const char *soname)
{
    bool has_version = false;
    const struct gst_lint_rule *rule = rule_of_library(soname, &has_version);

    /* The toolkit's stub has the SONAME of what it stands for. */
    rule = unless_allowed(rule, path, "", false);
    return rule != NULL && rule->finding == GST_IMAGE_DRIVER_FILES ? &named_within : NULL;
}

bool gst_rule_spares_scripts(const struct gst_lint_rule *rule)
{
    return rule->finding == GST_IMAGE_DRIVER_PROGRAMS && strstr(rule->pattern, ".sh") == NULL;
}

const struct gst_lint_rule *gst_rule_of_package(const char *package)
{
    return find(packages, COUNT(packages), package);
}

const struct gst_lint_rule *gst_rule_of_loader_folder(const char *folder)
{
    char name[32];
    size_t end = strlen(folder), start;

    while (end > 0 && folder[end - 1] == '/')
        end--;
    for (start = end; start > 0 && folder[start - 1] != '/'; start--)
        ;
    if (end - start >= sizeof name)
        return NULL;
    memcpy(name, folder + start, end - start);
    name[end - start] = '\0';
    return find(loader_folders, COUNT(loader_folders), name);
}

const struct gst_lint_rule *gst_rule_of_double(void)
{
    return &simulated;
}

bool gst_rules_say_cuda(const char *path)
{
    const char *name = gst_entry_name(path);

    return fnmatch("libcudart.so*", name, 0) == 0 && !is_inside(path, "stubs");
}
