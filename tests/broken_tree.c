/* SPDX-License-Identifier: MIT */
/* broken_tree.c - edits of broken_fixtures.def: links, members, names of cases. */
#include <stdio.h>
#include <string.h>

#include "broken_fixtures.h"

#define INPUT LSTM "/input"

static void group(hid_t file, const char *path)
{
	H5Gclose(did(H5Gcreate2(file, path, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), path));
}

static void soft(hid_t file, const char *target, const char *path)
{
	remove_link(file, path);
	did(H5Lcreate_soft(target, file, path, H5P_DEFAULT, H5P_DEFAULT), path);
}

static void hard(hid_t file, const char *target, const char *path)
{
	if (H5Lexists(file, path, H5P_DEFAULT) > 0)
		remove_link(file, path);
	did(H5Lcreate_hard(file, target, file, path, H5P_DEFAULT, H5P_DEFAULT), path);
}

void edit_soft_link(hid_t file) { soft(file, LSTM "/golden32/output", INPUT); }

void edit_soft_loop(hid_t file) { soft(file, INPUT, INPUT); }

void edit_external_link(hid_t file)
{
	remove_link(file, INPUT);
	did(H5Lcreate_external("valid.h5", INPUT, file, INPUT, H5P_DEFAULT, H5P_DEFAULT), "external link");
}

void edit_linked_folder(hid_t file)
{
	remove_link(file, LSTM "/weights");
	did(H5Lcreate_external("valid.h5", LSTM "/weights", file, LSTM "/weights", H5P_DEFAULT, H5P_DEFAULT),
	    "external link");
}

void edit_linked_cases(hid_t file) { soft(file, "/", "/cases"); }

void edit_cycle(hid_t file) { hard(file, LSTM, LSTM "/weights"); }

void edit_shared_object(hid_t file) { hard(file, LSTM "/h_0", LSTM "/grad_h_n"); }

void edit_missing_input(hid_t file) { remove_link(file, INPUT); }

void edit_missing_weight(hid_t file) { remove_link(file, LSTM "/weights/weight_hh_l0"); }

void edit_missing_lengths(hid_t file) { remove_link(file, GRU "/lengths"); }

void edit_missing_mask(hid_t file) { remove_link(file, GRU "/dropout_mask_l0"); }

void edit_missing_golden(hid_t file) { remove_link(file, LSTM "/golden64/h_n"); }

void edit_valid_without_options(hid_t file)
{
	static const char *const optional[] = {"h_0", "c_0", "grad_h_n", "grad_c_n", "golden32", "trace"};

	for (size_t i = 0; i < sizeof optional / sizeof *optional; i++) {
		char path[128];

		snprintf(path, sizeof path, "%s/%s", LSTM, optional[i]);
		remove_link(file, path);
	}
}

void edit_extra_dataset(hid_t file) { hard(file, INPUT, LSTM "/weights/weight_ih_l1"); }

void edit_extra_lengths(hid_t file) { hard(file, GRU "/lengths", LSTM "/lengths"); }

void edit_extra_group(hid_t file) { group(file, LSTM "/golden16"); }

void edit_extra_in_root(hid_t file) { group(file, "/models"); }

void edit_no_cases(hid_t file)
{
	remove_link(file, LSTM);
	remove_link(file, GRU);
}

void edit_group_for_dataset(hid_t file)
{
	remove_link(file, INPUT);
	group(file, INPUT);
}

void edit_dataset_for_group(hid_t file)
{
	hard(file, INPUT, LSTM "/weights");
	remove_link(file, INPUT);
}

void edit_named_type(hid_t file)
{
	hid_t type = H5Tcopy(H5T_IEEE_F32LE);

	remove_link(file, INPUT);
	did(H5Tcommit2(file, INPUT, type, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), "named type");
}

void edit_odd_name(hid_t file) { group(file, LSTM "/weights/a b"); }

void edit_escape_name(hid_t file) { group(file, LSTM "/\033[31m\n"); }

void edit_long_name(hid_t file)
{
	char path[10300] = LSTM "/";

	memset(path + strlen(path), 'a', 10240);
	group(file, path);
}

/* The library takes "..", which is a name like any other to it. */
void edit_dot_name(hid_t file) { group(file, LSTM "/.."); }

static void rename_case(hid_t file, const char *from, const char *name)
{
	char path[256];

	snprintf(path, sizeof path, "/cases/%s", name);
	did(H5Lmove(file, from, file, path, H5P_DEFAULT, H5P_DEFAULT), path);
}

void edit_case_without_regime(hid_t file) { rename_case(file, GRU, "gru_L2_D2_T4_N3_I2_H3_bf_len_drop"); }

void edit_case_not_normal(hid_t file) { rename_case(file, GRU, "gru_L1_T1_N1_I1_H1.init"); }

void edit_case_of_nothing(hid_t file) { rename_case(file, GRU, "perceptron.init"); }

/* Name and attributes agree on sizes that cannot be loaded. */
static void resize_case(hid_t file, const char *name, long long T, long long N)
{
	set_integer(file, LSTM, "seq_len", T);
	set_integer(file, LSTM, "batch_size", N);
	rename_case(file, LSTM, name);
}

void edit_named_shape_bomb(hid_t file)
{
	static const char *const before_input[] = {"c_0",      "golden32",    "golden64", "grad_c_n",
	                                           "grad_h_n", "grad_output", "h_0"};

	for (size_t i = 0; i < sizeof before_input / sizeof *before_input; i++) {
		char path[128];

		snprintf(path, sizeof path, LSTM "/%s", before_input[i]);
		remove_link(file, path);
	}
	resize_case(file, "lstm_T100000_N1000_I4_H5.init", 100000, 1000);
}

void edit_overflowing_name(hid_t file)
{
	set_integer(file, LSTM, "input_size", 1 << 24);
	resize_case(file, "lstm_T16777216_N16777216_I16777216_H5.init", 1 << 24, 1 << 24);
}
