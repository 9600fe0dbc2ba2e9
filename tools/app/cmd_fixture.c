/* SPDX-License-Identifier: MIT */
/* cmd_fixture.c - `gatemark fixture show|verify|pack`: what golden files hold, are they whole and listed, one case
 * as a flat block for programs without HDF5.
 *
 *   show [PATH [CASE]]      the cases of a file or folder (--cases: only these); or the arrays of one case
 *   verify [PATH..]         reads everything, says how many cases are well, with the hash of each file
 *   pack PATH [CASE] -o FILE  writes the case pack (casepack.h); without CASE the packs of all (--cases: of these), one
 *                           after the other (packs.h)
 * PATH is a .h5 file, a folder of them, or case packs (NAME.pack, NAME.packs); default: the fixtures of the suite. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contestants.h"
#include "record/output.h"
#include "reader/packs.h"
#include "base/plural.h"
#include "terminal.h"

/* A set of any kind of PATH; packs that are named here need no --allow-unlisted, they are looked at, not trusted. */
static int load(const cli_options *options, const char *path, case_list *list)
{
	const fixture_options how = {.allow_unlisted = options->allow_unlisted || packs_is_path(path)};
	gm_error error;
	gm_status status = fixture_load(path, &how, &list->set, &error);
	return cli_status(status, status == GM_BAD_FIXTURE ? CLI_REFUSED : CLI_INTERNAL, &error);
}

static const char *path_of(const cli_options *options)
{
	return options->arg.count > 1 ? options->arg.text[1] : cli_fixtures_path(options);
}

/* Of the set of PATH the one CASE, else those of --cases. */
static int load_cases(const cli_options *options, case_list *list)
{
	const int one = options->arg.count == 3;
	int code = load(options, path_of(options), list);
	if (code == CLI_OK)
		code = cases_choose(one ? &(cli_list){options->arg.text + 2, 1} : &options->cases, 0, list);
	if (code == CLI_OK && one && list->count != 1)
		code = cli_fail(CLI_USAGE, "one case expected, %zu are called %s", list->count, options->arg.text[2]);
	return code;
}

/* ---- show ---- */

static void print_cases(const case_list *list)
{
	int width = 4;
	for (size_t i = 0; i < list->set->count; i++)
		width = term_wider(width, list->chosen[i] ? list->set->cases[i]->id : "");
	printf("%-*s  %-9s %9s  %s\n", width, "case", "tags", "KiB", "note");
	for (size_t i = 0; i < list->set->count; i++) {
		const gm_case *c = list->set->cases[i];
		if (list->chosen[i])
			printf("%-*s  %-9s %9.1f  %s\n", width, c->id, c->tags, (double)c->block_bytes / 1024, c->note);
	}
}

/* Least and greatest of the finite values, how many are not finite. */
static void print_extent(const pack_entry *entry, const void *array)
{
	const size_t count = (size_t)(entry->bytes / gm_dtype_bytes((gm_dtype)entry->dtype));
	double low = INFINITY, high = -INFINITY;
	size_t nans = 0, infinite = 0;
	for (size_t i = 0; i < count; i++) {
		double value = entry->dtype == GM_DTYPE_F32 ? (double)((const float *)array)[i]
		             : entry->dtype == GM_DTYPE_F64 ? ((const double *)array)[i]
		                                            : (double)((const int64_t *)array)[i];
		nans += isnan(value) != 0;
		infinite += isinf(value) != 0;
		low = isfinite(value) ? fmin(low, value) : low;
		high = isfinite(value) ? fmax(high, value) : high;
	}
	if (low <= high)
		printf(" %11.4g %11.4g", low, high);
	else
		printf(" %11s %11s", "-", "-");
	if (nans)
		printf("  %zu NaN", nans);
	if (infinite)
		printf("  %zu Inf", infinite);
	putchar('\n');
}

static void print_array(const gm_case *c, const pack_entry *entry)
{
	static const char *const folder[PACK_SECTIONS] = {"", "golden64/", "golden32/", "trace/"};
	static const char *const dtype[] = {[GM_DTYPE_F32] = "f32", [GM_DTYPE_F64] = "f64", [GM_DTYPE_I64] = "i64"};
	char name[80], shape[96];
	size_t used = 0;
	snprintf(name, sizeof name, "%s%s", folder[entry->section], entry->name);
	for (uint32_t i = 0; i < entry->rank; i++)
		used += (size_t)snprintf(shape + used, sizeof shape - used, "%s%llu", i ? "," : "(",
		                         (unsigned long long)entry->dim[i]);
	snprintf(shape + used, sizeof shape - used, ")");
	printf("%-36s %s %-16s", name, dtype[entry->dtype], shape);
	print_extent(entry, c->block + entry->offset);
}

static void print_case(const gm_case *c)
{
	printf("%s\n  note  %s\n  tags  %s\n", c->id, c->note, c->tags);
	if (c->spec.problem.dropout > 0)
		printf("  dropout  %g\n", c->spec.problem.dropout);
	printf("%-36s %s %-16s %11s %11s\n", "array", "type", "shape", "min", "max");
	for (size_t i = 0; i < c->entries; i++)
		print_array(c, &c->entry[i]);
}

static int show(const cli_options *options, case_list *list)
{
	if (options->arg.count > 3)
		return cli_usage(options, "fixture show takes a path and a case");
	int code = load_cases(options, list);
	if (code != CLI_OK)
		return code;
	if (options->arg.count < 3 && (list->set->count != 1 || !packs_is_path(path_of(options)))) {
		print_cases(list);
		return CLI_OK;
	}
	for (size_t i = 0; i < list->set->count; i++)
		if (list->chosen[i])
			print_case(list->set->cases[i]);
	return CLI_OK;
}

/* ---- verify ---- */

static int verify_one(const cli_options *options, const char *path)
{
	case_list list = {0};
	int code = load(options, path, &list);
	const fixture_set *set = list.set;
	for (size_t i = 0; code == CLI_OK && i < set->file_count; i++)
		printf("%s  %s  %zu case%s, %s\n", set->file[i].sha256, set->file[i].name, set->file[i].cases,
		       plural((double)set->file[i].cases, "", "s"), set->file[i].listed ? "as listed" : "not listed");
	if (code == CLI_OK)
		printf("%s: %zu case%s ok, fixtures %s\n", cli_fixtures_name(path), set->count,
		       plural((double)set->count, "", "s"), set->version);
	cases_free(&list);
	return code;
}

static int verify(const cli_options *options, case_list *list)
{
	(void)list;
	int code = verify_one(options, path_of(options));
	for (size_t i = 2; i < options->arg.count; i++)
		code = cli_worse(code, verify_one(options, options->arg.text[i]));
	return code;
}

/* ---- pack ---- */

static int pack(const cli_options *options, case_list *list)
{
	gm_error error;
	char *block = NULL;
	size_t bytes = 0;
	if (options->arg.count > 3 || !options->output)
		return cli_usage(options, "fixture pack takes a path, a case or none, and -o FILE");
	int code = load_cases(options, list);
	FILE *stream = code == CLI_OK ? open_memstream(&block, &bytes) : NULL;
	for (size_t i = 0; stream && i < list->set->count; i++)
		if (list->chosen[i])
			fwrite(list->set->cases[i]->block, 1, list->set->cases[i]->block_bytes, stream);
	if (code == CLI_OK && (!stream || ferror(stream) != 0))
		code = cli_fail(CLI_INTERNAL, "no memory for the case packs");
	if (stream && fclose(stream) != 0 && code == CLI_OK)
		code = cli_fail(CLI_INTERNAL, "no memory for the case packs");
	if (code == CLI_OK)
		code = cli_status(output_write(options->output, block, bytes, &error), CLI_NO_WRITE, &error);
	free(block);
	return code;
}

int cmd_fixture(const cli_options *options)
{
	static const char *const name[] = {"show", "verify", "pack"};
	static int (*const action[])(const cli_options *, case_list *) = {show, verify, pack};
	case_list list = {0};
	size_t k;

	if (options->arg.count == 0)
		return cli_usage(options, "fixture needs an action: show, verify or pack");
	int code = cli_find("action", options->arg.text[0], name, sizeof name / sizeof name[0], &k);
	if (code == CLI_OK)
		code = action[k](options, &list);
	cases_free(&list);
	return code;
}
