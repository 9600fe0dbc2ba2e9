/* SPDX-License-Identifier: MIT */
/* test_digests.c - committed digests, required coverage and hidden ISAs, through the program: what has to fail fails
 * and says why.  Precondition of the digest rows: a CPU with FMA, else no canonical variant runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/digests.h"
#include "run_program.h"

#define CASE        "lstm_T3_N2_I3_H4.init"
#define SMALL       " --cases " CASE
#define POLY        CASE " canon1/poly/f32 "
#define U10         CASE " canon1/u10/f32 "
#define THROUGH_ENV " --executor \"x=env $GM_BIN/gatemark-worker\""
#define ABSENT      "0123456789abcdef"

/* A small set of its own: core.h5, its line of the manifest, the committed digests. */
static int open_set(void **state)
{
	(void)open_folder(state);
	outcome o = expect(0,
	                   "cp \"$GM_FIXTURES\"/core.h5 \"$GM_FIXTURES\"/DIGESTS %s && "
	                   "sed -n '1p; / core[.]h5$/p' \"$GM_FIXTURES\"/MANIFEST.sha256 >%s/MANIFEST.sha256",
	                   folder, folder);
	outcome_free(&o);
	return 0;
}

static void needs_fma(void)
{
	if ((gm_cpu_features() & GM_CPU_FMA) == 0)
		skip();
}

/* Runs the small set with the digests edited by a command of sed. */
static outcome with_edited(int code, const char *edit)
{
	outcome o = expect(0, "sed '%s' \"$GM_FIXTURES\"/DIGESTS >%s/DIGESTS", edit, folder);
	outcome_free(&o);
	return expect(code, "gatemark check" SMALL " --fixtures %s --json=%s/r.jsonl", folder, folder);
}

/* How often text stands in the records of the last run. */
static size_t records_with(const char *text)
{
	char *records = file_text(folder, "r.jsonl");
	assert_non_null(records);
	size_t count = count_of(records, text);
	free(records);
	return count;
}

static size_t canonical_variants(const char *activation)
{
	size_t count = 0;
	for (size_t k = 0; k < gm_variant_count(); k++) {
		const gm_variant *v = gm_variant_at(k);
		count += v->traits.rounding == GM_CANONICAL && strcmp(v->traits.activation, activation) == 0 &&
		         gm_variant_runnable(v, NULL) == GM_OK;
	}
	return count;
}

/* ---- digests ---- */

static void the_committed_bits_are_given(void **state)
{
	(void)state;
	needs_fma();
	outcome o = with_edited(0, "");
	assert_in(o.out, "bits: canon1/poly/f32, ");
	assert_int_equal(count_of(o.out, ", digests as committed\n"), 2);
	outcome_free(&o);
	assert_int_equal(records_with("\"committed\":\"same\""),
	                 2 * (canonical_variants("poly") + canonical_variants("u10")) + 2);
	assert_int_equal(records_with("\"committed\":\"different\""), 0);
}

static void a_changed_digest_blames_every_variant_that_gives_other_bits(void **state)
{
	(void)state;
	needs_fma();
	outcome o = with_edited(1, "s:^\\(" POLY "\\)[0-9a-f]*:\\1" ABSENT ":");
	assert_in(o.out, CASE "/fwd digest ");
	assert_in(o.out, "FAIL scalar-oracle: bits are not the committed ones, 1 case\n");
	assert_in(o.out, ", committed " ABSENT ":");
	assert_in(o.out, "--cases " CASE " ");
	assert_null(strstr(o.out, CASE "/bwd digest"));
	assert_in(o.out, "DIFFER from the digests\n");
	assert_in(o.out, "bits: canon1/u10/f32, ");
	assert_int_equal(count_of(o.out, ", digests as committed\n"), 1);
	outcome_free(&o);
	assert_int_equal(records_with("\"committed\":\"different\""), canonical_variants("poly") + 1);
	assert_int_equal(records_with("\"status\":\"fail\""), canonical_variants("poly"));
	o = with_edited(1, "s:^\\(" U10 "[0-9a-f]* \\)[0-9a-f]*:\\1" ABSENT ":");
	assert_in(o.out, CASE "/bwd digest ");
	outcome_free(&o);
	assert_int_equal(records_with("\"status\":\"fail\""), canonical_variants("u10"));
}

static void what_cannot_be_compared_says_so(void **state)
{
	static const struct {
		const char *edit, *poly, *u10;
	} row[] = {
		{"2s:3.*:3.99:; s:^\\(" U10 "\\)[0-9a-f]*:\\1" ABSENT ":", "digests as committed",
	     "other SLEEF than the digests"},
		{"1s:2026.*:1999.1:; s:^\\(" POLY "\\)[0-9a-f]*:\\1" ABSENT ":", "digests of other fixtures",
	     "digests of other fixtures"},
		{"/^" CASE "/d", "no digests of these cases", "no digests of these cases"},
		{"s:^\\(" POLY "[0-9a-f]*\\) .*:\\1 -:", "digests as committed (", "digests as committed"},
	};
	(void)state;
	needs_fma();
	for (size_t k = 0; k < sizeof row / sizeof row[0]; k++) {
		outcome o = with_edited(0, row[k].edit);
		assert_in(strstr(o.out, "canon1/poly/f32"), row[k].poly);
		assert_in(strstr(o.out, "canon1/u10/f32"), row[k].u10);
		outcome_free(&o);
		assert_int_equal(records_with("\"committed\":\"different\""), 0);
	}
	outcome o = expect(0, "rm %s/DIGESTS; gatemark check" SMALL " --fixtures %s/core.h5 --json=%s/r.jsonl", folder,
	                   folder, folder);
	assert_int_equal(count_of(o.out, ", no digests committed\n"), 2);
	outcome_free(&o);
	assert_int_equal(records_with("\"committed\":\"same\""), 0);
}

static void digests_beside_one_file_count(void **state)
{
	(void)state;
	needs_fma();
	outcome o = expect(0, "gatemark check" SMALL " --fixtures %s/core.h5", folder);
	assert_int_equal(count_of(o.out, ", digests as committed\n"), 2);
	outcome_free(&o);
	o = expect(0, "cd %s && gatemark check" SMALL " --fixtures core.h5", folder);
	assert_int_equal(count_of(o.out, ", digests as committed\n"), 2);
	outcome_free(&o);
}

static void a_file_that_is_none_is_refused(void **state)
{
	static const struct {
		const char *edit, *said;
	} row[] = {
		{"1d", "DIGESTS line 1: \"# gatemark digests canon1, fixtures VERSION\" expected"},
		{"1s:canon1:canon2:", "line 1: "},
		{"1s:2026.*:two words:", "line 1: "},
		{"2d", "line 2: \"# sleef VERSION\""},
		{"2s:$: x:", "line 2: "},
		{"2,$d", "the file ends"},
		{"3s:canon1:canon2:", "line 3: "},
		{"3s: [^ ]*$::", "line 3: "},
		{"3s:$: -:", "line 3: "},
		{"3s:$:0:", "line 3: "},
		{"3s:[0-9a-f]$:G:", "line 3: "},
		{"3s:^:  :", "line 3: "},
		{"3p", "line 4: "},
		{"4s:.*::", "line 4: "},
	};
	(void)state;
	for (size_t k = 0; k < sizeof row / sizeof row[0]; k++) {
		outcome o = with_edited(6, row[k].edit);
		assert_in(o.err, row[k].said);
		outcome_free(&o);
	}
	outcome o = expect(6, "rm %s/DIGESTS; mkfifo %s/DIGESTS; gatemark check" SMALL " --fixtures %s", folder, folder,
	                   folder);
	assert_in(o.err, "not a regular file");
	outcome_free(&o);
}

static void digests_are_written_as_they_are_committed(void **state)
{
	(void)state;
	needs_fma();
	outcome o = expect(0, "grep -qx '# sleef '\"$(gatemark --version | sed -n 's/.* sleef \\([^ ]*\\).*/\\1/p')\" "
	                      "\"$GM_FIXTURES\"/DIGESTS && echo same || echo other");
	int same_sleef = strstr(o.out, "same") != NULL;
	outcome_free(&o);
	o = expect(0, "gatemark check -q --fixtures \"$GM_FIXTURES\" --variants 'scalar-oracle*' --digests=%s/D", folder);
	outcome_free(&o);
	o = same_sleef
	      ? expect(0, "cmp %s/D \"$GM_FIXTURES\"/DIGESTS", folder)
	      : expect(0, "grep -v '^#\\|/u10/' %s/D >%s/a; grep -v '^#\\|/u10/' \"$GM_FIXTURES\"/DIGESTS | cmp - %s/a",
	               folder, folder, folder);
	outcome_free(&o);
}

static void the_file_is_sorted_and_read_back(void **state)
{
	digests d;
	gm_error error;
	char path[300];
	(void)state;
	snprintf(path, sizeof path, "%s/DIGESTS", folder);
	digests_begin("1.2", "3.4", &d);
	digests_add(&d, "b", "canon1/u10/f32", PASS_FWD, "00000000000000ff");
	digests_add(&d, "b", "canon1/poly/f32", PASS_FWD, "0000000000000001");
	digests_add(&d, "a", "canon1/poly/f32", PASS_FWD, "0000000000000002");
	digests_add(&d, "a", "canon1/poly/f32", PASS_BWD, "0000000000000003");
	assert_int_equal(digests_write(&d, path, &error), GM_OK);
	digests_free(&d);
	char *text = file_text(folder, "DIGESTS");
	assert_string_equal(text, "# gatemark digests canon1, fixtures 1.2\n# sleef 3.4\n"
	                          "a canon1/poly/f32 0000000000000002 0000000000000003\n"
	                          "b canon1/poly/f32 0000000000000001 -\nb canon1/u10/f32 00000000000000ff -\n");
	free(text);
	assert_int_equal(digests_load(folder, &d, &error), GM_OK);
	assert_string_equal(digests_of(&d, "a", "canon1/poly/f32", PASS_BWD), "0000000000000003");
	assert_string_equal(digests_of(&d, "b", "canon1/poly/f32", PASS_BWD), "");
	assert_string_equal(digests_of(&d, "c", "canon1/poly/f32", PASS_FWD), "");
	assert_string_equal(digests_unlike(&d, "canon1/u10/f32", "1.2", "3.4"), "");
	digests_free(&d);
}

static void digests_of_a_doubtful_run_are_not_written(void **state)
{
	(void)state;
	file_put(folder, "D", "as it was\n");
	outcome o = expect(1, "gatemark check" SMALL " --plugin %s --digests=%s/D", plugin_path("claims_bits"), folder);
	assert_in(o.err, "D is not written: 2 checks of canonical variants failed");
	outcome_free(&o);
	o = expect(5, "gatemark check" SMALL " --variants scalar-plain --digests=%s/D", folder);
	assert_in(o.err, "no canonical variant ran");
	outcome_free(&o);
	o = expect(2, "gatemark check" SMALL " --pass fwd --digests=%s/D", folder);
	assert_in(o.err, "--digests are of both passes");
	outcome_free(&o);
	char *text = file_text(folder, "D");
	assert_string_equal(text, "as it was\n");
	free(text);
	if ((gm_cpu_features() & GM_CPU_FMA) == 0)
		return;
	o = expect(7, "gatemark check" SMALL " --variants scalar-oracle --digests=%s/no/such/folder", folder);
	outcome_free(&o);
}

/* ---- --require, --isa-cap ---- */

static void required_coverage_must_not_shrink(void **state)
{
	static const struct {
		int code;
		const char *options, *said;
	} row[] = {
		{0, "--require scalar", ""},
		{0, "--require=scalar=native --require scalar=emulated", ""},
		{1, "--require scalar,scalar_fma --isa-cap scalar",
	     "scalar_fma was required native, but was skipped: hidden by --isa-cap scalar"},
		{1, "--require scalar_fma --require scalar --isa-cap scalar", "scalar_fma was required native"},
		{1, "--require scalar --variants scalar-oracle,scalar-oracle-u10",
	     "scalar was required native, but is not among the variants of this run"},
		{0, "--require scalar=emulated --variants scalar-plain" THROUGH_ENV, ""},
		{1, "--require scalar --variants scalar-plain" THROUGH_ENV,
	     "scalar was required native, but passed only under x"},
		{2, "--require scaler", "there is no ISA or variant scaler; the nearest is scalar"},
		{2, "--require avx521", "there is no ISA or variant avx521; the nearest is avx512"},
		{2, "--require scalar,", "--require takes X, X=native or X=emulated, not "},
		{2, "--require scalar=nativ", "not scalar=nativ"},
	};
	(void)state;
	needs_fma();
	for (size_t k = 0; k < sizeof row / sizeof row[0]; k++) {
		outcome o = expect(row[k].code, "gatemark check -q" SMALL " %s", row[k].options);
		assert_in(o.err, row[k].said);
		outcome_free(&o);
	}
	outcome o = expect(1, "gatemark check -q" SMALL " --plugin %s --require base=emulated", plugin_path("absent_cpu"));
	assert_in(o.err, "base was required at least emulated, but was skipped: not on this CPU");
	outcome_free(&o);
	o = expect(1, "gatemark check -q" SMALL " --plugin %s --require c", plugin_path("wrong_numbers"));
	assert_in(o.err, "c was required native, but failed");
	outcome_free(&o);
	o = expect(1, "gatemark check -q" SMALL " --plugin %s --require c", plugin_path("refuses_all"));
	assert_in(o.err, "c was required native, but supports none of these cases");
	outcome_free(&o);
}

static void what_is_hidden_is_not_run(void **state)
{
	(void)state;
	needs_fma();
	outcome o = expect(0, "gatemark check" SMALL " --isa-cap scalar --json=%s/r.jsonl", folder);
	assert_in(o.out, "hidden by --isa-cap");
	outcome_free(&o);
	assert_int_equal(records_with("\"status\":\"pass\""), 2); // scalar alone
	assert_int_equal(records_with("scalar-oracle is hidden by --isa-cap scalar"), 2);
	assert_int_equal(records_with("\"code\":\"hidden\""), records_with("is hidden by --isa-cap scalar"));
	assert_int_equal(records_with("\"--isa-cap\",\"scalar\""), 1);
	o = expect(5, "gatemark check -q" SMALL " --isa-cap scalar --variants scalar-oracle");
	assert_in(o.err, "cannot run: scalar-oracle is hidden by --isa-cap scalar");
	outcome_free(&o);
	o = expect(77, "gatemark check -q" SMALL " --isa-cap scalar --variants 'scalar-oracle*'");
	outcome_free(&o);
	o = expect(2, "gatemark check -q" SMALL " --isa-cap avx21");
	assert_in(o.err, "there is no ISA avx21; the nearest is avx2");
	outcome_free(&o);
	o = expect(0, "gatemark list variants --isa-cap scalar");
	assert_in(o.out, "* scalar-oracle is hidden by --isa-cap scalar");
	outcome_free(&o);
	o = expect(5,
	           "gatemark bench -q --quick --problem rnn_tanh_T2_N1_I3_H5/fwd --isa-cap scalar "
	           "--variants scalar-plain,scalar-oracle --json=%s/r.jsonl",
	           folder);
	outcome_free(&o);
	assert_int_equal(records_with("\"variant\":\"scalar-plain\",\"status\":\"timed\""), 1);
	assert_int_equal(records_with("\"variant\":\"scalar-oracle\",\"status\":\"skipped\",\"code\":\"hidden\","
	                              "\"reason\":\"scalar-oracle is hidden"),
	                 1);
}

static void run_knows_both(void **state)
{
	(void)state;
	needs_fma();
	file_put(folder, "one.txt", "rnn_tanh_T2_N1_I3_H5/fwd\n");
	outcome o = expect(1,
	                   "gatemark run -q --quick" SMALL " --shapes %s/one.txt --variants 'scalar*' --isa-cap scalar "
	                   "--require scalar,scalar_fma --out %s/out",
	                   folder, folder);
	assert_in(o.err, "scalar_fma was required native, but was skipped: hidden by --isa-cap scalar");
	assert_in(o.out, "FAIL   0 failed");
	outcome_free(&o);
	o = expect(2, "gatemark run --quick" SMALL " --shapes %s/one.txt --require avx521 --out %s/never", folder, folder);
	outcome_free(&o);
	o = expect(2, "ls %s/never", folder);
	outcome_free(&o);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, open_set, close_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(the_committed_bits_are_given),
		IN_FOLDER(a_changed_digest_blames_every_variant_that_gives_other_bits),
		IN_FOLDER(what_cannot_be_compared_says_so),
		IN_FOLDER(digests_beside_one_file_count),
		IN_FOLDER(a_file_that_is_none_is_refused),
		IN_FOLDER(digests_are_written_as_they_are_committed),
		IN_FOLDER(the_file_is_sorted_and_read_back),
		IN_FOLDER(digests_of_a_doubtful_run_are_not_written),
		cmocka_unit_test(required_coverage_must_not_shrink),
		IN_FOLDER(what_is_hidden_is_not_run),
		IN_FOLDER(run_knows_both),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
