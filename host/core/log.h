/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a person watches while it runs, on stderr only: warnings, and one line of progress where
 * stderr is a terminal. Results never go through here.
 */
#ifndef GST_CORE_LOG_H
#define GST_CORE_LOG_H

/* "gpu-selftest: <message>" and a line feed. */
void gst_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Replaces the progress line; does nothing unless stderr is a terminal. An empty text removes it.
 */
void gst_log_progress(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
