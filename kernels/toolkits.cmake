# SPDX-License-Identifier: Apache-2.0
#
# gst_find_toolkits(<variable>): the CUDA compilers to use, one per toolkit major. GST_NVCC names
# them, or says "none"; when it is empty they are looked for. What was named must work; of what was
# only found, the first of each major wins.
#
# gst_describe_toolkit(<nvcc> <prefix>): sets <prefix>_VERSION (13000 for 13.0), <prefix>_MAJOR and
# <prefix>_ARCHITECTURES (ascending), by asking the compiler; without those that no such toolkit
# serves any more.

function(gst_describe_toolkit nvcc prefix)
    execute_process(COMMAND ${nvcc} --version OUTPUT_VARIABLE text RESULT_VARIABLE code
                    ERROR_VARIABLE text)
    if(NOT code EQUAL 0 OR NOT text MATCHES "release ([0-9]+)\\.([0-9]+)")
        message(FATAL_ERROR "'${nvcc}' is not a CUDA compiler: '--version' names no release; "
                            "set GST_NVCC to the right ones, or to none")
    endif()
    math(EXPR version "${CMAKE_MATCH_1} * 1000 + ${CMAKE_MATCH_2} * 10")
    set(${prefix}_MAJOR ${CMAKE_MATCH_1} PARENT_SCOPE)
    set(${prefix}_VERSION ${version} PARENT_SCOPE)

    execute_process(COMMAND ${nvcc} --list-gpu-code OUTPUT_VARIABLE text RESULT_VARIABLE code)
    string(REGEX MATCHALL "sm_[0-9]+" codes "${text}")
    if(NOT code EQUAL 0 OR NOT codes)
        message(FATAL_ERROR "'${nvcc} --list-gpu-code' names no architecture")
    endif()
    list(TRANSFORM codes REPLACE "sm_" "")
    # Jetson TX1 and TX2: their last system, L4T 32, ends with CUDA 10.2 (JetPack archive). A block
    # has half the registers there, so that kernels made for all others would spill.
    list(REMOVE_ITEM codes 53 62)
    list(SORT codes COMPARE NATURAL)
    set(${prefix}_ARCHITECTURES ${codes} PARENT_SCOPE)
endfunction()

function(gst_find_toolkits variable)
    set(${variable} "" PARENT_SCOPE)
    if(GST_NVCC STREQUAL "none")
        return()
    endif()
    set(candidates ${GST_NVCC})
    if(NOT candidates)
        find_program(GST_FOUND_NVCC nvcc PATHS /usr/local/cuda/bin)
        mark_as_advanced(GST_FOUND_NVCC)
        file(GLOB candidates ${PROJECT_SOURCE_DIR}/build/toolkits/*/bin/nvcc)
        if(GST_FOUND_NVCC)
            list(PREPEND candidates ${GST_FOUND_NVCC})
        endif()
    endif()

    set(compilers)
    set(majors)
    foreach(candidate ${candidates})
        gst_describe_toolkit(${candidate} found)
        if(NOT found_MAJOR IN_LIST majors)
            list(APPEND compilers ${candidate})
            list(APPEND majors ${found_MAJOR})
        elseif(GST_NVCC)
            message(FATAL_ERROR "GST_NVCC: '${candidate}' is one more for CUDA ${found_MAJOR}")
        endif()
    endforeach()
    set(${variable} ${compilers} PARENT_SCOPE)
endfunction()
