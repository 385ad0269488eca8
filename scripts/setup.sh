# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What scripts/selftest, scripts/test and images/build share, to be sourced by them: which packages
# are missing, installing them, and finding or fetching a CUDA compiler. The sourcing script sets $top
# and $logs.

: "${top:?}" "${logs:?}"

# Where the compiler of a toolkit is looked for, in the order of kernels/toolkits.cmake.
setup_find_nvcc() {
    local candidate
    for candidate in "$(command -v nvcc 2>/dev/null)" /usr/local/cuda/bin/nvcc \
        "$top"/build/toolkits/*/bin/nvcc; do
        if [ -n "$candidate" ] && [ -x "$candidate" ]; then
            echo "$candidate"
            return 0
        fi
    done
    return 1
}

# setup_lacks <how> <what>: true if a command, file, header, Python module or C++ compiler is not
# there.
setup_lacks() {
    case $1 in
    command) ! command -v "$2" >/dev/null 2>&1 ;;
    file) [ ! -e "$2" ] ;;
    header) ! echo "#include <$2>" | gcc -E -xc - >/dev/null 2>&1 ;;
    python) ! python3 -c "import $2" >/dev/null 2>&1 ;;
    c++) [ ! -x "$(gcc -print-prog-name=cc1plus 2>/dev/null)" ] ;;
    esac
}

# Reads rows "package how what" and prints the packages that are missing.
setup_missing() {
    local package how what
    while read -r package how what; do
        if [ -n "$package" ] && setup_lacks "$how" "$what"; then
            echo "$package"
        fi
    done
}

# setup_install <package>...: with apt-get, as root or through sudo; otherwise says what is missing.
setup_install() {
    local name="unknown" as_root=() log="$logs/packages.log"
    [ $# -eq 0 ] && return 0
    [ -r /etc/os-release ] && name=$(. /etc/os-release && echo "${ID:-} ${ID_LIKE:-}")
    case " $name " in
    *" debian "* | *" ubuntu "*) ;;
    *)
        echo "missing: $* (named as in Debian; install what this distribution calls them)" >&2
        return 1
        ;;
    esac
    if [ "$(id -u)" -ne 0 ]; then
        # sudo may ask for a password only where somebody can answer.
        if command -v sudo >/dev/null 2>&1 && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
            as_root=(sudo)
        else
            echo "missing: $* (run as root: apt-get install $*)" >&2
            return 1
        fi
    fi
    echo "installing $*" >&2
    if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive sh -c '
        apt-get -qq update && apt-get -qq install -y --no-install-recommends "$@"' apt "$@" \
        </dev/null >"$log" 2>&1; then
        setup_explain "cannot install $*" "$log"
        return 1
    fi
}

# Installs what is missing of what builds the program, but for a CUDA compiler.
setup_build_packages() {
    local missing
    missing=$(setup_missing <<'END'
gcc command gcc
libc6-dev header stdio.h
cmake command cmake
ninja-build command ninja
python3 command python3
libjansson-dev header jansson.h
libelf-dev header libelf.h
libarchive-dev header archive.h
libyaml-dev header yaml.h
zlib1g-dev header zlib.h
libzstd-dev header zstd.h
END
    )
    # shellcheck disable=SC2086 # one word per package
    setup_install $missing
}

# setup_explain <what failed> <log>: one line, the end of the log, and where the rest of it is.
setup_explain() {
    {
        echo "$1; the end of $2:"
        tail -n 20 "$2" | sed 's/^/    /'
    } >&2
}

# Makes sure that there is a CUDA compiler, and what one needs of the host's.
setup_compiler() {
    local missing
    if ! setup_find_nvcc >/dev/null; then
        missing=$(setup_missing <<<"python3-pip python pip")
        # shellcheck disable=SC2086 # one word per package
        setup_install $missing || return 1
        if ! "$top/scripts/vendor" nvcc-13.0 >"$logs/vendor-nvcc.log" 2>&1; then
            setup_explain "cannot fetch a CUDA compiler" "$logs/vendor-nvcc.log"
            return 1
        fi
    fi
    missing=$(setup_missing <<<"g++ c++ -")
    # shellcheck disable=SC2086
    setup_install $missing
}
