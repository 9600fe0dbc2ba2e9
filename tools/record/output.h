/* SPDX-License-Identifier: MIT */
/* output.h - files that are either complete or as they were: written to a temporary name in the same folder, synced,
 * renamed, the folder synced.  A full disk, a read-only folder or a broken pipe leave an old file intact.  "-" is
 * stdout; what is no regular file (a device, a FIFO) is written to directly; a FIFO that nobody reads is waited for
 * 5 seconds. */
#ifndef TOOLS_OUTPUT_H
#define TOOLS_OUTPUT_H

#include <stdio.h>

#include "gatemark/variant.h"

/* Replaces the file `path` by bytes.  GM_IO with path and reason. */
GM_CHECKED gm_status output_write(const char *path, const void *bytes, size_t count, gm_error *error);
/* The same with what print writes.  Also what print returns, and GM_NO_MEMORY. */
typedef gm_status output_printer(FILE *out, const void *context, gm_error *error);
GM_CHECKED gm_status output_print(const char *path, output_printer *print, const void *context, gm_error *error);
/* Makes the folder and those above it.  GM_IO if it is not there afterwards. */
GM_CHECKED gm_status output_folder(const char *path, gm_error *error);
/* Writes all of bytes to a descriptor, going on after a signal and a short write; GM_IO with what on failure. */
GM_CHECKED gm_status output_all(int fd, const void *bytes, size_t count, const char *what, gm_error *error);
/* Opens what is no regular file, "-" too: a descriptor of its own.  GM_IO also of a FIFO that nobody reads. */
GM_CHECKED gm_status output_open_direct(const char *path, int *fd, gm_error *error);
/* 1 if fd is of the file of this name: neither removed nor replaced, and the name is no link. */
int output_is_file(int fd, const char *path);
/* Syncs fd, renames temporary, which it has to be of, to path, syncs the folder.  GM_IO; temporary is gone then. */
GM_CHECKED gm_status output_commit(int fd, const char *temporary, const char *path, gm_error *error);
/* Removes what an earlier run left at path, unless it would be written to directly: nobody takes it for this one's. */
void output_forget(const char *path);
/* 1 if path is "-" or names something that is neither a regular file nor a folder nor absent. */
int output_is_direct(const char *path);

#endif
