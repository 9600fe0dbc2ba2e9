/* SPDX-License-Identifier: MIT */
/* check_digests.c - bits over all of a check: do the variants of a bit class agree, and do they give what this version
 * of the canonical arithmetic has promised? */
#include <string.h>

#include "about.h"
#include "check_summary.h"
#include "base/plural.h"

/* ---- against what is committed ---- */

int summary_digests_open(check_summary *s, const char *fixtures_version)
{
	gm_error error = {.status = GM_OK};
	s->fixtures_version = fixtures_version;
	if (s->options->digests) {
		digests_begin(fixtures_version, about_sleef(), &s->committed);
		return CLI_OK;
	}
	gm_status status = digests_load(cli_fixtures_path(s->options), &s->committed, &error);
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

void summary_committed(const check_summary *s, check_result *r)
{
	char reason[160];
	if (r->digest[0] == '\0' || r->bit_class[0] == '\0')
		return;
	const char *want = unlike(s, r->bit_class)[0] != '\0'
	                     ? ""
	                     : digests_of(&s->committed, r->case_id, r->bit_class, r->pass);
	r->committed = want[0] == '\0'              ? COMMITTED_NONE
	             : strcmp(want, r->digest) == 0 ? COMMITTED_SAME
	                                            : COMMITTED_DIFFERENT;
	snprintf(reason, sizeof reason, "digest %s, committed %s: bits differ from what this version promises", r->digest,
	         want);
	if (r->committed == COMMITTED_DIFFERENT && r->status != STATUS_FAIL) {
		r->status = STATUS_FAIL;
		r->code = CODE_DIGEST;
		(void)record_set(&r->reason, reason);
	}
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
	if (s->committed.count == 0)
		return cli_fail(CLI_NOTHING, "%s is not written: no canonical variant ran", path);
	if (digests_write(&s->committed, path, &error) != GM_OK)
		return cli_fail(CLI_NO_WRITE, "%s", error.message);
	return CLI_OK;
}

/* ---- variants against each other ---- */

static class_bits *bits_of(check_summary *s, const char *bit_class)
{
	for (size_t k = 0; k < s->bits_count; k++)
		if (strcmp(s->bits[k].result.bit_class, bit_class) == 0)
			return &s->bits[k];
	class_bits *new = record_grow(&s->bits, &s->bits_count, sizeof *new);
	if (new) {
		*new = (class_bits){0};
		bits_result_init(&new->result);
		snprintf(new->result.bit_class, sizeof new->result.bit_class, "%s", bit_class);
	}
	return new;
}

static int add_name(bits_result *result, const char *name)
{
	for (size_t k = 0; k < result->variants_count; k++)
		if (strcmp(result->variants[k], name) == 0)
			return 1;
	return record_append(&result->variants, &result->variants_count, name);
}

void summary_take_digest(check_summary *s, const check_result *r)
{
	s->canonical_failures += r->bit_class[0] != '\0' && r->status == STATUS_FAIL;
	if (r->digest[0] == '\0' || r->bit_class[0] == '\0')
		return;
	class_bits *b = bits_of(s, r->bit_class);
	s->no_memory |= !b || !add_name(&b->result, r->variant);
	if (!b)
		return;
	b->count[r->committed]++;
	if (strcmp(b->case_id, r->case_id) != 0) {
		memcpy(b->case_id, r->case_id, sizeof b->case_id);
		memset(b->digest, 0, sizeof b->digest);
	}
	if (b->digest[r->pass][0] == '\0') {
		memcpy(b->digest[r->pass], r->digest, sizeof r->digest);
		b->result.cases++;
	} else if (strcmp(b->digest[r->pass], r->digest) != 0 && b->result.first_difference[0] == '\0') {
		snprintf(b->result.first_difference, sizeof b->result.first_difference, "%.47s at %.127s/%s", r->variant,
		         r->case_id, check_pass_word(r->pass));
	}
	if (s->options->digests)
		s->no_memory |= !digests_add(&s->committed, r->case_id, r->bit_class, r->pass, r->digest);
}

void summary_bits(check_summary *s, session *to)
{
	for (class_bits *b = s->bits; b < s->bits + s->bits_count; b++) {
		b->result.identical = b->result.first_difference[0] == '\0';
		b->result.committed = b->count[COMMITTED_DIFFERENT] > 0 ? COMMITTED_DIFFERENT
		                    : b->count[COMMITTED_SAME] > 0      ? COMMITTED_SAME
		                                                        : COMMITTED_NONE;
		session_put(to, RECORD_BITS, &b->result);
	}
}

void summary_print_bits(const check_summary *s, FILE *stream)
{
	for (const class_bits *b = s->bits; b < s->bits + s->bits_count; b++) {
		const bits_result *r = &b->result;
		const char *why = unlike(s, r->bit_class);
		if (r->first_difference[0] != '\0') {
			fprintf(stream, "  bits: %s, %zu variants DIFFER, first %s\n", r->bit_class, r->variants_count,
			        r->first_difference);
			continue;
		}
		fprintf(stream, "  bits: %s, %zu variant%s, ", r->bit_class, r->variants_count,
		        plural((double)r->variants_count, "", "s identical"));
		if (why[0] != '\0')
			fprintf(stream, "%s\n", why);
		else if (b->count[COMMITTED_DIFFERENT] > 0)
			fprintf(stream, "%zu DIFFER from the digests\n", b->count[COMMITTED_DIFFERENT]);
		else if (b->count[COMMITTED_SAME] == 0)
			fprintf(stream, "no digests of these cases\n");
		else if (b->count[COMMITTED_NONE] > 0)
			fprintf(stream, "digests as committed (%zu without)\n", b->count[COMMITTED_NONE]);
		else
			fprintf(stream, "digests as committed\n");
	}
}
