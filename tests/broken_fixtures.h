/* SPDX-License-Identifier: MIT */
/* broken_fixtures.h - what the edits of broken_fixtures share.  Every edit gets a valid file, open, and changes one
 * thing.  The file has the two cases below, with every array that they can have. */
#ifndef TESTS_BROKEN_FIXTURES_H
#define TESTS_BROKEN_FIXTURES_H

#include <hdf5.h>

#define LSTM "/cases/lstm_T3_N2_I4_H5.init"
#define GRU  "/cases/gru_L2_D2_T4_N3_I2_H3_bf_len_drop.init"

/* Ends the program with the text and the step if it failed: an edit that did not happen tests nothing. */
hid_t did(hid_t id, const char *step);

/* The data set at path anew: type, shape, creation list (H5P_DEFAULT allowed); data in memory_type, NULL = none is
 * written. */
void remake(hid_t file, const char *path, hid_t type, int rank, const hsize_t *dim, hid_t plist, hid_t memory_type,
            const void *data);
/* The same with the type and shape it had, its data read and written again. */
void remake_stored(hid_t file, const char *path, hid_t plist);
void remove_link(hid_t file, const char *path);
/* Attribute anew; rank 0 = scalar. */
void set_attribute(hid_t file, const char *path, const char *name, hid_t type, int rank, hsize_t dim,
                   const void *value);
void set_text(hid_t file, const char *path, const char *name, const char *value, size_t bytes);
void set_integer(hid_t file, const char *path, const char *name, long long value);

#define BROKEN(name, expected) void edit_##name(hid_t file);
#include "broken_fixtures.def"
#undef BROKEN

#endif
