# SPDX-License-Identifier: Apache-2.0
#
# cmake -DSOURCE=... -DTEMPLATE=... -DOUTPUT=... -DGST_VERSION=... [-DCOMMIT=...] -P commit.cmake
# Writes the version header with the commit that is checked out, "-dirty" where the tree differs
# from it; outside a checkout COMMIT, or "unknown". Only a change is written, so only a change is compiled.

set(GST_COMMIT unknown)
if(COMMIT)
    set(GST_COMMIT ${COMMIT})
endif()
find_program(git git)
if(git AND EXISTS ${SOURCE}/.git)
    execute_process(
        COMMAND ${git} --no-optional-locks -C ${SOURCE} describe --always --dirty --abbrev=12
                --exclude=*
        OUTPUT_VARIABLE described RESULT_VARIABLE failed ERROR_QUIET
        OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(NOT failed)
        set(GST_COMMIT ${described})
    endif()
endif()
configure_file(${TEMPLATE} ${OUTPUT} @ONLY)
