/* SPDX-License-Identifier: MIT */
/* broken_arrays.c - edits of broken_fixtures.def: types, shapes, storage, filters, values. */
#include <math.h>
#include <stdlib.h>

#include "broken_fixtures.h"

#define INPUT LSTM "/input"
#define BIAS  LSTM "/weights/bias_ih_l0"

static const hsize_t input_dim[3] = {3, 2, 4};
static const double numbers[4096]; /* zeros: enough for any array here */

static void input_of_type(hid_t file, hid_t type)
{
	remake(file, INPUT, type, 3, input_dim, H5P_DEFAULT, H5T_NATIVE_DOUBLE, numbers);
}

static void bias_of_shape(hid_t file, int rank, const hsize_t *dim)
{
	remake(file, BIAS, H5T_IEEE_F32LE, rank, dim, H5P_DEFAULT, H5T_NATIVE_DOUBLE, rank < 0 ? NULL : numbers);
}

void edit_valid(hid_t file) { (void)file; }

static hid_t chunked(hsize_t a, hsize_t b, hsize_t c)
{
	hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
	hsize_t chunk[3] = {a, b, c};

	did(H5Pset_chunk(plist, 3, chunk), "chunk");
	return plist;
}

void edit_valid_filters(hid_t file)
{
	hid_t plist = chunked(3, 2, 4);

	H5Pset_shuffle(plist);
	H5Pset_deflate(plist, 9);
	H5Pset_fletcher32(plist);
	remake_stored(file, INPUT, plist);
}

void edit_valid_compact(hid_t file)
{
	hid_t plist = H5Pcreate(H5P_DATASET_CREATE);

	H5Pset_layout(plist, H5D_COMPACT);
	remake_stored(file, INPUT, plist);
}

void edit_valid_many_chunks(hid_t file) { remake_stored(file, INPUT, chunked(2, 2, 3)); }

void edit_float64_input(hid_t file) { input_of_type(file, H5T_IEEE_F64LE); }

void edit_big_endian(hid_t file) { input_of_type(file, H5T_IEEE_F32BE); }

void edit_integers(hid_t file) { input_of_type(file, H5T_STD_I32LE); }

void edit_half(hid_t file)
{
	hid_t half = H5Tcopy(H5T_IEEE_F32LE);

	H5Tset_fields(half, 15, 10, 5, 0, 10);
	H5Tset_size(half, 2);
	H5Tset_ebias(half, 15);
	input_of_type(file, half);
}

void edit_compound(hid_t file)
{
	hid_t pair = H5Tcreate(H5T_COMPOUND, 8);

	H5Tinsert(pair, "a", 0, H5T_IEEE_F32LE);
	H5Tinsert(pair, "b", 4, H5T_IEEE_F32LE);
	remake(file, INPUT, pair, 3, input_dim, H5P_DEFAULT, pair, numbers);
}

void edit_enumeration(hid_t file)
{
	hid_t words = H5Tenum_create(H5T_STD_I64LE);
	const long long one = 1;
	const hsize_t three = 3;

	H5Tenum_insert(words, "one", &one);
	remake(file, GRU "/lengths", words, 1, &three, H5P_DEFAULT, words, (const long long[]){1, 1, 1});
}

void edit_strings(hid_t file)
{
	hid_t text = H5Tcopy(H5T_C_S1);

	H5Tset_size(text, 4);
	remake(file, INPUT, text, 3, input_dim, H5P_DEFAULT, text, numbers);
}

void edit_float32_golden(hid_t file)
{
	const hsize_t dim[3] = {3, 2, 5};

	remake(file, LSTM "/golden64/output", H5T_IEEE_F32LE, 3, dim, H5P_DEFAULT, H5T_NATIVE_DOUBLE, numbers);
}

void edit_unsigned_lengths(hid_t file)
{
	const hsize_t three = 3;

	remake(file, GRU "/lengths", H5T_STD_U64LE, 1, &three, H5P_DEFAULT, H5T_NATIVE_LLONG, (const long long[]){1, 1, 1});
}

void edit_wrong_dims(hid_t file)
{
	const hsize_t dim[2] = {20, 5};

	remake(file, LSTM "/weights/weight_ih_l0", H5T_IEEE_F32LE, 2, dim, H5P_DEFAULT, H5T_NATIVE_DOUBLE, numbers);
}

void edit_wrong_rank(hid_t file)
{
	const hsize_t dim = 80;

	remake(file, LSTM "/weights/weight_ih_l0", H5T_IEEE_F32LE, 1, &dim, H5P_DEFAULT, H5T_NATIVE_DOUBLE, numbers);
}

void edit_scalar(hid_t file) { bias_of_shape(file, 0, NULL); }

void edit_null_space(hid_t file) { bias_of_shape(file, -1, NULL); }

void edit_zero_size(hid_t file)
{
	const hsize_t zero = 0;

	bias_of_shape(file, 1, &zero);
}

void edit_rank_32(hid_t file)
{
	hsize_t dim[32];

	for (int i = 0; i < 32; i++)
		dim[i] = i == 31 ? 20 : 1;
	bias_of_shape(file, 32, dim);
}

void edit_shape_bomb(hid_t file)
{
	const hsize_t dim[3] = {(hsize_t)1 << 40, 2, 4};

	remake(file, INPUT, H5T_IEEE_F32LE, 3, dim, chunked(1024, 2, 4), H5T_NATIVE_FLOAT, NULL);
}

void edit_never_written(hid_t file)
{
	remake(file, INPUT, H5T_IEEE_F32LE, 3, input_dim, H5P_DEFAULT, H5T_NATIVE_FLOAT, NULL);
}

void edit_missing_chunks(hid_t file)
{
	hid_t set, space;
	const hsize_t start[3] = {0, 0, 0}, count[3] = {2, 2, 4};

	remake(file, INPUT, H5T_IEEE_F32LE, 3, input_dim, chunked(1, 2, 4), H5T_NATIVE_FLOAT, NULL);
	set = did(H5Dopen2(file, INPUT, H5P_DEFAULT), "open");
	space = H5Dget_space(set);
	did(H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL), "select");
	did(H5Dwrite(set, H5T_NATIVE_DOUBLE, H5Screate_simple(3, count, NULL), space, H5P_DEFAULT, numbers), "write");
	H5Dclose(set);
}

void edit_huge_chunk(hid_t file)
{
	const hsize_t unlimited[3] = {H5S_UNLIMITED, H5S_UNLIMITED, H5S_UNLIMITED};
	hid_t plist = chunked(1 << 20, 2, 4);

	H5Pset_deflate(plist, 1);
	remove_link(file, INPUT);
	did(H5Dcreate2(file, INPUT, H5T_IEEE_F32LE, H5Screate_simple(3, input_dim, unlimited), H5P_DEFAULT, plist,
	               H5P_DEFAULT),
	    "huge chunk");
}

void edit_external_storage(hid_t file)
{
	hid_t plist = H5Pcreate(H5P_DATASET_CREATE);

	did(H5Pset_external(plist, "/etc/passwd", 0, 96), "external");
	remake(file, INPUT, H5T_IEEE_F32LE, 3, input_dim, plist, H5T_NATIVE_FLOAT, NULL);
}

void edit_virtual_data(hid_t file)
{
	hid_t plist = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(3, input_dim, NULL);

	did(H5Pset_virtual(plist, space, "valid.h5", INPUT, space), "virtual");
	remake(file, INPUT, H5T_IEEE_F32LE, 3, input_dim, plist, H5T_NATIVE_FLOAT, NULL);
}

void edit_scale_offset(hid_t file)
{
	hid_t plist = chunked(3, 2, 4);

	did(H5Pset_scaleoffset(plist, H5Z_SO_FLOAT_DSCALE, 2), "scale offset");
	remake_stored(file, INPUT, plist);
}

void edit_nbit(hid_t file)
{
	hid_t plist = chunked(3, 2, 4);

	did(H5Pset_nbit(plist), "nbit");
	remake_stored(file, INPUT, plist);
}

/* Optional and not available here: the list names it all the same. */
static void with_filter(hid_t file, H5Z_filter_t filter)
{
	hid_t plist = chunked(3, 2, 4);

	did(H5Pset_filter(plist, filter, H5Z_FLAG_OPTIONAL, 2, (const unsigned[]){4, 8}), "filter");
	remake_stored(file, INPUT, plist);
}

void edit_szip(hid_t file) { with_filter(file, H5Z_FILTER_SZIP); }

void edit_plugin_filter(hid_t file) { with_filter(file, 32015); }

void edit_many_filters(hid_t file)
{
	hid_t plist = chunked(3, 2, 4);

	for (int i = 0; i < 12; i++)
		did(H5Pset_filter(plist, H5Z_FILTER_SHUFFLE, 0, 0, NULL), "filter");
	remake(file, INPUT, H5T_IEEE_F32LE, 3, input_dim, plist, H5T_NATIVE_FLOAT, NULL);
}

/* 64 MiB of zeros, compressed, as the one chunk of 96 bytes. */
void edit_deflate_bomb(hid_t file)
{
	const hsize_t many = 16 << 20, at[3] = {0, 0, 0};
	hid_t plist = H5Pcreate(H5P_DATASET_CREATE), set;
	float *zeros = calloc(many, sizeof *zeros);
	uint32_t mask = 0;
	hsize_t bytes = 0;

	H5Pset_chunk(plist, 1, &many);
	H5Pset_deflate(plist, 9);
	remake(file, "/bomb", H5T_IEEE_F32LE, 1, &many, plist, H5T_NATIVE_FLOAT, zeros);
	set = did(H5Dopen2(file, "/bomb", H5P_DEFAULT), "bomb");
	did(H5Dget_chunk_storage_size(set, at, &bytes), "size of the bomb");
	did(H5Dread_chunk(set, H5P_DEFAULT, at, &mask, zeros), "bomb");
	H5Dclose(set);
	remove_link(file, "/bomb");
	plist = chunked(3, 2, 4);
	H5Pset_deflate(plist, 9);
	remake(file, INPUT, H5T_IEEE_F32LE, 3, input_dim, plist, H5T_NATIVE_FLOAT, NULL);
	set = did(H5Dopen2(file, INPUT, H5P_DEFAULT), INPUT);
	did(H5Dwrite_chunk(set, H5P_DEFAULT, 0, at, (size_t)bytes, zeros), "bomb");
	H5Dclose(set);
	free(zeros);
}

/* Writes one element of a float array, or of an integer one. */
static void poke(hid_t file, const char *path, size_t at, double value)
{
	hid_t set = did(H5Dopen2(file, path, H5P_DEFAULT), path);
	double all[128];

	did(H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, all), path);
	all[at] = value;
	did(H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, all), path);
	H5Dclose(set);
}

void edit_nan_input(hid_t file) { poke(file, INPUT, 5, NAN); }

void edit_valid_nan_tag(hid_t file)
{
	poke(file, INPUT, 5, NAN);
	set_text(file, LSTM, "tags", "tiny,nan", 8);
}

void edit_inf_weight(hid_t file) { poke(file, LSTM "/weights/weight_hh_l0", 0, INFINITY); }

void edit_length_zero(hid_t file) { poke(file, GRU "/lengths", 1, 0); }

void edit_length_beyond(hid_t file) { poke(file, GRU "/lengths", 1, 5); }
