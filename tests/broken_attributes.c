/* SPDX-License-Identifier: MIT */
/* broken_attributes.c - edits of broken_fixtures.def: attributes of cases, members and the file. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "broken_fixtures.h"

#define INPUT LSTM "/input"

static void word(hid_t file, const char *path, const char *name, const char *value)
{
	set_text(file, path, name, value, strlen(value));
}

static void remove_attribute(hid_t file, const char *path, const char *name)
{
	did(H5Adelete_by_name(file, path, name, H5P_DEFAULT), name);
}

void edit_missing_attribute(hid_t file) { remove_attribute(file, LSTM, "seq_len"); }

void edit_extra_attribute(hid_t file) { set_integer(file, LSTM, "extra", 1); }

void edit_escape_attribute(hid_t file) { set_integer(file, LSTM, "\033[2J", 1); }

void edit_dataset_attribute(hid_t file) { set_integer(file, INPUT, "extra", 1); }

void edit_folder_attribute(hid_t file) { set_integer(file, LSTM "/weights", "extra", 1); }

void edit_many_attributes(hid_t file)
{
	for (int i = 0; i < 100; i++) {
		char name[16];

		snprintf(name, sizeof name, "extra%d", i);
		set_integer(file, LSTM, name, 1);
	}
}

void edit_int32_attribute(hid_t file) { set_attribute(file, LSTM, "input_size", H5T_STD_I32LE, 0, 0, &(int){4}); }

void edit_text_for_integer(hid_t file) { word(file, LSTM, "input_size", "4"); }

void edit_array_attribute(hid_t file) { set_attribute(file, LSTM, "input_size", H5T_STD_I64LE, 1, 1, &(long long){4}); }

void edit_float32_dropout(hid_t file) { set_attribute(file, LSTM, "dropout", H5T_IEEE_F32LE, 0, 0, &(float){0}); }

void edit_integer_note(hid_t file) { set_integer(file, LSTM, "note", 1); }

void edit_huge_attribute(hid_t file)
{
	static char text[60000];

	memset(text, 'a', sizeof text);
	set_text(file, LSTM, "note", text, sizeof text);
}

static void variable_text(hid_t file, const char *path, const char *name, const char *value)
{
	hid_t type = H5Tcopy(H5T_C_S1);

	H5Tset_size(type, H5T_VARIABLE);
	set_attribute(file, path, name, type, 0, 0, &value);
}

void edit_huge_variable(hid_t file)
{
	static char text[1 << 20];

	memset(text, 'a', sizeof text - 1);
	variable_text(file, LSTM, "note", text);
}

void edit_valid_variable_strings(hid_t file)
{
	variable_text(file, LSTM, "note", "why it exists: \xc3\xa4");
	variable_text(file, LSTM, "cell", "lstm");
	variable_text(file, "/", "producer", "someone else");
}

void edit_bad_utf8(hid_t file) { word(file, LSTM, "note", "a\xff"); }

void edit_embedded_nul(hid_t file) { set_text(file, LSTM, "note", "a\0b", 3); }

void edit_escape_note(hid_t file) { word(file, LSTM, "note", "\033]0;title\a"); }

void edit_empty_note(hid_t file) { set_text(file, LSTM, "note", "", 1); }

void edit_bad_tags(hid_t file) { word(file, LSTM, "tags", "nan, inf"); }

void edit_wrong_hidden(hid_t file) { set_integer(file, LSTM, "hidden_size", 6); }

void edit_negative_size(hid_t file) { set_integer(file, LSTM, "hidden_size", -5); }

void edit_wrong_flag(hid_t file) { set_integer(file, LSTM, "bias", 2); }

void edit_wrong_dropout(hid_t file) { set_attribute(file, LSTM, "dropout", H5T_IEEE_F64LE, 0, 0, &(double){0.5}); }

void edit_nan_dropout(hid_t file) { set_attribute(file, GRU, "dropout", H5T_IEEE_F64LE, 0, 0, &(double){NAN}); }

void edit_other_cell(hid_t file) { word(file, LSTM, "cell", "gru"); }

void edit_unknown_cell(hid_t file) { word(file, LSTM, "cell", "transformer"); }

void edit_reserved_sigmoid(hid_t file) { word(file, LSTM, "cell", "rnn_sigmoid"); }

void edit_reserved_gru(hid_t file) { word(file, GRU, "cell", "gru_reset_before"); }

#define REST "h_0,c_0,weight_ih_l0,weight_hh_l0,bias_ih_l0,bias_hh_l0"

void edit_unlisted_gradient(hid_t file) { word(file, LSTM, "requires_grad", REST); }

void edit_absent_gradient(hid_t file) { remove_link(file, LSTM "/golden64/grad_input"); }

void edit_unknown_gradient(hid_t file) { word(file, LSTM, "requires_grad", "input," REST ",weight_hr_l0"); }

void edit_golden32_alone(hid_t file)
{
	remove_link(file, LSTM "/golden64/grad_h_0");
	word(file, LSTM, "requires_grad", "input,c_0,weight_ih_l0,weight_hh_l0,bias_ih_l0,bias_hh_l0");
}

void edit_other_format(hid_t file) { word(file, "/", "format", "something"); }

static void version(hid_t file, long long major, long long minor)
{
	set_attribute(file, "/", "format_version", H5T_STD_I64LE, 1, 2, (const long long[]){major, minor});
}

void edit_newer_format(hid_t file) { version(file, 2, 0); }

void edit_valid_minor_version(hid_t file) { version(file, 1, 7); }

void edit_version_scalar(hid_t file) { set_integer(file, "/", "format_version", 1); }

void edit_missing_version(hid_t file) { remove_attribute(file, "/", "format_version"); }

void edit_missing_seed(hid_t file) { remove_attribute(file, "/", "seed"); }
