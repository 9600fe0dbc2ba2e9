/* SPDX-License-Identifier: MIT */
/* check_digests.c - bits over all of a check: do the variants of a bit class agree, and do they give what this version
 * of the canonical arithmetic has promised? */
#include <string.h>

#include "about.h"
#include "check_summary.h"
#include "check_unit.h"
#include "plural.h"

/* ---- against what is committed ---- */

int summary_digests_open(check_summary *s, const char *fixtures_version)
{
	gm_error error = {.status = GM_OK};
	s->fixtures_version = fixtures_version;
	gm_status status = s->options->digests != NULL
	                     ? digests_begin(fixtures_version, about_sleef(), &s->committed, &error)
	                     : digests_load(cli_fixtures_path(s->options), &s->committed, &error);
	if (status == GM_OK)
		return CLI_OK;
	return cli_fail(status == GM_NO_MEMORY ? CLI_INTERNAL : CLI_REFUSED, "%s", error.message);
}

static const char *unlike(const check_summary *s, const char *bit_class)
{
	if (s->options->digests)
		return "digests not compared";
	return digests_unlike(&s->committed, bit_class, s->fixtures_version, about_sleef());
}

void summary_committed(const check_summary *s, json_t *record)
{
	char reason[160];
	const char *digest = results_text(record, "digest"), *bit_class = results_text(record, "bit_class"), *word = "";
	if (strcmp(results_text(record, "kind"), "check") != 0)
		return;
	if (digest[0] != '\0' && bit_class[0] != '\0') {
		const char *case_id = results_text(record, "case"), *pass = results_text(record, "pass");
		const char *want = unlike(s, bit_class)[0] != '\0' ? "" : digests_of(&s->committed, case_id, bit_class, pass);
		word = want[0] == '\0' ? "none" : strcmp(want, digest) == 0 ? "same" : "different";
		snprintf(reason, sizeof reason, "digest %s, committed %s: bits differ from what this version promises", digest,
		         want);
	}
	json_object_set_new(record, "committed", json_string(word));
	if (strcmp(word, "different") == 0 && strcmp(results_text(record, "status"), "fail") != 0)
		record_status(record, "fail", CODE_DIGEST, reason);
}

int summary_digests_close(check_summary *s)
{
	gm_error error = {.status = GM_OK};
	const char *path = s->options->digests;
	if (!path)
		return CLI_OK;
	if (session_stop != 0)
		return cli_fail(CLI_WRONG, "%s is not written: interrupted", path);
	if (s->canonical_failures > 0)
		return cli_fail(CLI_WRONG, "%s is not written: %zu check%s of canonical variants failed", path,
		                s->canonical_failures, plural((double)s->canonical_failures, "", "s"));
	if (json_object_size(s->committed.rows) == 0)
		return cli_fail(CLI_NOTHING, "%s is not written: no canonical variant ran", path);
	if (digests_write(&s->committed, path, &error) != GM_OK)
		return cli_fail(CLI_NO_WRITE, "%s", error.message);
	return CLI_OK;
}

/* ---- variants against each other ---- */

static json_t *bits_of(check_summary *s, const char *bit_class)
{
	json_t *entry = json_object_get(s->bits, bit_class);
	if (!entry) {
		entry = json_pack("{s:[], s:{}, s:s}", "variants", "digests", "first_difference", "");
		json_object_set_new(s->bits, bit_class, entry);
	}
	return entry;
}

static void add_name(json_t *list, const char *name)
{
	size_t k;
	json_t *known;
	json_array_foreach(list, k, known)
		if (strcmp(json_string_value(known), name) == 0)
			return;
	json_array_append_new(list, json_string(name));
}

void summary_take_digest(check_summary *s, const json_t *record)
{
	char key[200], text[300];
	const char *digest = results_text(record, "digest"), *bit_class = results_text(record, "bit_class");
	s->canonical_failures += bit_class[0] != '\0' && strcmp(results_text(record, "status"), "fail") == 0;
	if (digest[0] == '\0' || bit_class[0] == '\0')
		return;
	json_t *entry = bits_of(s, bit_class), *all = json_object_get(entry, "digests");
	const char *committed = results_text(record, "committed"), *first;
	snprintf(key, sizeof key, "%s/%s", results_text(record, "case"), results_text(record, "pass"));
	add_name(json_object_get(entry, "variants"), results_text(record, "variant"));
	json_object_set_new(entry, committed, json_real(results_get(entry, committed, 0) + 1));
	if ((first = json_string_value(json_object_get(all, key))) == NULL) {
		json_object_set_new(all, key, json_string(digest));
	} else if (strcmp(first, digest) != 0 && results_text(entry, "first_difference")[0] == '\0') {
		snprintf(text, sizeof text, "%s at %s", results_text(record, "variant"), key);
		json_object_set_new(entry, "first_difference", json_string(text));
	}
	if (s->options->digests)
		digests_add(&s->committed, results_text(record, "case"), bit_class, results_text(record, "pass"), digest);
}

void summary_bits(const check_summary *s, session *to)
{
	const char *bit_class;
	json_t *entry;
	json_object_foreach(s->bits, bit_class, entry) {
		const char *difference = results_text(entry, "first_difference");
		const char *committed = results_get(entry, "different", 0) > 0 ? "different"
		                      : results_get(entry, "same", 0) > 0      ? "same"
		                                                               : "none";
		json_t *record = results_record("bits");
		json_t *more = json_pack("{s:s, s:O, s:b, s:I, s:s, s:s}", "bit_class", bit_class, "variants",
		                         json_object_get(entry, "variants"), "identical", difference[0] == '\0', "cases",
		                         (json_int_t)json_object_size(json_object_get(entry, "digests")), "first_difference",
		                         difference, "committed", committed);
		json_object_update(record, more);
		json_decref(more);
		session_put_json(to, record);
	}
}

void summary_print_bits(const check_summary *s, FILE *stream)
{
	const char *bit_class;
	json_t *entry;
	json_object_foreach(s->bits, bit_class, entry) {
		size_t variants = json_array_size(json_object_get(entry, "variants"));
		double different = results_get(entry, "different", 0), none = results_get(entry, "none", 0);
		const char *difference = results_text(entry, "first_difference"), *why = unlike(s, bit_class);
		if (difference[0] != '\0') {
			fprintf(stream, "  bits: %s, %zu variants DIFFER, first %s\n", bit_class, variants, difference);
			continue;
		}
		fprintf(stream, "  bits: %s, %zu variant%s, ", bit_class, variants, plural((double)variants, "", "s identical"));
		if (why[0] != '\0')
			fprintf(stream, "%s\n", why);
		else if (different > 0)
			fprintf(stream, "%.0f DIFFER from the digests\n", different);
		else if (results_get(entry, "same", 0) == 0)
			fprintf(stream, "no digests of these cases\n");
		else if (none > 0)
			fprintf(stream, "digests as committed (%.0f without)\n", none);
		else
			fprintf(stream, "digests as committed\n");
	}
}
