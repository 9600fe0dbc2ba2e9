/* SPDX-License-Identifier: MIT */
/* broken_fixtures.c - writes <name>.h5 for every row of broken_fixtures.def into a folder, and small.h5, a valid
 * file of one case for tests that damage bytes.  A program of its own, so that a test process never starts libhdf5.
 *   broken_fixtures FOLDER */
#include "broken_fixtures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layout.h"

hid_t did(hid_t id, const char *step)
{
	if (id < 0) {
		fprintf(stderr, "broken_fixtures: %s failed\n", step);
		exit(1);
	}
	return id;
}

void remove_link(hid_t file, const char *path) { did(H5Ldelete(file, path, H5P_DEFAULT), path); }

void remake(hid_t file, const char *path, hid_t type, int rank, const hsize_t *dim, hid_t plist, hid_t memory_type,
            const void *data)
{
	hid_t space = rank < 0 ? H5Screate(H5S_NULL)
	            : rank     ? H5Screate_simple(rank, dim, NULL)
	                       : H5Screate(H5S_SCALAR),
		  set;

	if (H5Lexists(file, path, H5P_DEFAULT) > 0)
		remove_link(file, path);
	set = did(H5Dcreate2(file, path, type, did(space, "space"), H5P_DEFAULT, plist, H5P_DEFAULT), path);
	if (data)
		did(H5Dwrite(set, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data), path);
	H5Dclose(set);
	H5Sclose(space);
}

void remake_stored(hid_t file, const char *path, hid_t plist)
{
	hid_t set = did(H5Dopen2(file, path, H5P_DEFAULT), path), type = H5Dget_type(set), space = H5Dget_space(set);
	hsize_t dim[H5S_MAX_RANK];
	int rank = H5Sget_simple_extent_dims(space, dim, NULL);
	void *data = malloc((size_t)H5Sget_simple_extent_npoints(space) * H5Tget_size(type));

	did(H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data), path);
	H5Dclose(set);
	H5Sclose(space);
	remake(file, path, type, rank, dim, plist, type, data);
	H5Tclose(type);
	free(data);
}

void set_attribute(hid_t file, const char *path, const char *name, hid_t type, int rank, hsize_t dim, const void *value)
{
	hid_t object = did(H5Oopen(file, path, H5P_DEFAULT), path);
	hid_t space = rank ? H5Screate_simple(rank, &dim, NULL) : H5Screate(H5S_SCALAR), attribute;

	if (H5Aexists(object, name) > 0)
		did(H5Adelete(object, name), name);
	attribute = did(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT), name);
	did(H5Awrite(attribute, type, value), name);
	H5Aclose(attribute);
	H5Sclose(space);
	H5Oclose(object);
}

void set_text(hid_t file, const char *path, const char *name, const char *value, size_t bytes)
{
	hid_t type = H5Tcopy(H5T_C_S1);

	did(H5Tset_size(type, bytes), "text");
	H5Tset_strpad(type, H5T_STR_NULLPAD);
	set_attribute(file, path, name, type, 0, 0, value);
	H5Tclose(type);
}

void set_integer(hid_t file, const char *path, const char *name, long long value)
{
	set_attribute(file, path, name, H5T_STD_I64LE, 0, 0, &value);
}

static void set_word(hid_t file, const char *path, const char *name, const char *value)
{
	set_text(file, path, name, value, strlen(value));
}

static void make_group(hid_t file, const char *path)
{
	hid_t links = H5Pcreate(H5P_LINK_CREATE);

	H5Pset_create_intermediate_group(links, 1);
	H5Gclose(did(H5Gcreate2(file, path, links, H5P_DEFAULT, H5P_DEFAULT), path));
	H5Pclose(links);
}

static void describe_case(hid_t file, const char *path, const pack_layout *layout)
{
	const gm_problem *p = &layout->spec.problem;
	char gradients[1024] = "";

	for (size_t i = 0; i < layout->count; i++)
		if (layout->slot[i].gradient && layout->slot[i].entry.section == PACK_GOLDEN64)
			snprintf(gradients + strlen(gradients), sizeof gradients - strlen(gradients), "%s%s", *gradients ? "," : "",
			         layout->slot[i].entry.name + strlen("grad_"));
	set_word(file, path, "cell", gm_cell_name(p->cell));
	set_word(file, path, "tags", "none");
	set_word(file, path, "note", "a test");
	set_word(file, path, "requires_grad", gradients);
	set_attribute(file, path, "dropout", H5T_IEEE_F64LE, 0, 0, &p->dropout);
	set_integer(file, path, "input_size", (long long)p->input_size);
	set_integer(file, path, "hidden_size", (long long)p->hidden_size);
	set_integer(file, path, "num_layers", (long long)p->num_layers);
	set_integer(file, path, "bidirectional", p->bidirectional);
	set_integer(file, path, "bias", p->bias);
	set_integer(file, path, "batch_first", p->batch_first);
	set_integer(file, path, "unbatched", p->unbatched);
	set_integer(file, path, "proj_size", (long long)p->proj_size);
	set_integer(file, path, "seq_len", (long long)layout->spec.T);
	set_integer(file, path, "batch_size", (long long)layout->spec.N);
}

static void write_array(hid_t file, const char *path, const pack_slot *slot)
{
	const pack_entry *e = &slot->entry;
	size_t count = (size_t)(e->bytes / gm_dtype_bytes((gm_dtype)e->dtype));
	double *value = calloc(count, sizeof *value);
	hid_t type = e->dtype == GM_DTYPE_F32 ? H5T_IEEE_F32LE : e->dtype == GM_DTYPE_F64 ? H5T_IEEE_F64LE : H5T_STD_I64LE;
	hsize_t dim[4];

	for (size_t i = 0; i < count; i++)
		value[i] = e->dtype == GM_DTYPE_I64 ? (double)(1 + i % 4) : 0.125 * (double)(i % 13);
	for (uint32_t i = 0; i < e->rank; i++)
		dim[i] = e->dim[i];
	remake(file, path, type, (int)e->rank, dim, H5P_DEFAULT, H5T_NATIVE_DOUBLE, value);
	free(value);
}

static void write_case(hid_t file, const char *path)
{
	char problem[GM_SPEC_TEXT], member[256];
	const char *name = strrchr(path, '/') + 1;
	gm_spec spec;
	pack_layout *layout = NULL;

	snprintf(problem, sizeof problem, "%.*s", (int)strcspn(name, "."), name);
	if (gm_spec_parse(problem, &spec, NULL) != GM_OK || pack_layout_create(&spec, &layout, NULL) != GM_OK)
		did(-1, path);
	make_group(file, path);
	describe_case(file, path, layout);
	for (size_t i = 0; i < layout->count; i++) {
		char *slash;

		snprintf(member, sizeof member, "%s/%s%s", path, layout->slot[i].folder, layout->slot[i].entry.name);
		for (slash = strchr(member + strlen(path) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
			*slash = '\0';
			if (H5Lexists(file, member, H5P_DEFAULT) <= 0)
				make_group(file, member);
			*slash = '/';
		}
		write_array(file, member, &layout->slot[i]);
	}
	pack_layout_destroy(layout);
}

static hid_t write_valid(const char *path, int cases)
{
	hid_t file = did(H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), path);
	const long long version[2] = {1, 0};

	set_word(file, "/", "format", "gatemark-fixture");
	set_attribute(file, "/", "format_version", H5T_STD_I64LE, 1, 2, version);
	set_word(file, "/", "producer", "broken_fixtures");
	set_word(file, "/", "torch_version", "none");
	set_word(file, "/", "torch_config", "none");
	set_integer(file, "/", "seed", 1);
	set_word(file, "/", "exporter_sha256", "none");
	set_word(file, "/", "licence", "CC0-1.0");
	write_case(file, LSTM);
	if (cases > 1)
		write_case(file, GRU);
	return file;
}

int main(int argc, char **argv)
{
	static const struct row {
		const char *name;
		void (*edit)(hid_t);
	} row[] = {
#define BROKEN(name, expected) {#name, edit_##name},
#include "broken_fixtures.def"
#undef BROKEN
	};
	char path[4096];

	if (argc != 2) {
		fprintf(stderr, "usage: broken_fixtures FOLDER\n");
		return 2;
	}
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		hid_t file;

		snprintf(path, sizeof path, "%s/%s.h5", argv[1], row[i].name);
		file = write_valid(path, 2);
		row[i].edit(file);
		did(H5Fclose(file), path);
	}
	snprintf(path, sizeof path, "%s/small.h5", argv[1]);
	did(H5Fclose(write_valid(path, 1)), path);
	return 0;
}
