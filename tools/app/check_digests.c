/* SPDX-License-Identifier: MIT */
/* check_digests.c - bits over all of a check: do the variants of a bit class agree, and do they give what this version
 * of the canonical arithmetic has promised? */
#include <string.h>

#include "about.h"
#include "conform.h"
#include "base/plural.h"

/* ---- against what is committed ---- */

static const char *version_of(const check_summary *s) { return s->session->cases.set->version; }

int summary_digests_open(check_summary *s)
{
	gm_error error;
	if (!s->session->options->digests)
		return cli_status(digests_load(cli_fixtures_path(s->session->options), &s->committed, &error), CLI_REFUSED,
		                  &error);
	digests_begin(version_of(s), about_sleef, &s->committed);
	return CLI_OK;
}

static const char *unlike(const check_summary *s, const char *bit_class)
{
	return s->session->options->digests ? "digests not compared"
	                                    : digests_unlike(&s->committed, bit_class, version_of(s), about_sleef);
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
	if (r->committed != COMMITTED_DIFFERENT || r->status == STATUS_FAIL)
		return;
	r->status = STATUS_FAIL;
	r->code = CODE_DIGEST;
	snprintf(reason, sizeof reason, "digest %s, committed %s: bits differ from what this version promises", r->digest,
	         want);
	(void)record_set(&r->reason, reason);
}

static int write_digests(const check_summary *s, const char *path)
{
	gm_error error;
	if (session_stop != 0)
		return cli_fail(CLI_WRONG, "%s is not written: interrupted", path);
	if (s->canonical_failures > 0)
		return cli_fail(CLI_WRONG, "%s is not written: %zu check%s of canonical variants failed", path,
		                s->canonical_failures, plural((double)s->canonical_failures, "", "s"));
	if (s->committed.count == 0)
		return cli_fail(CLI_NOTHING, "%s is not written: no canonical variant ran", path);
	return cli_status(digests_write(&s->committed, path, &error), CLI_NO_WRITE, &error);
}

int summary_digests_close(check_summary *s)
{
	for (class_bits *b = s->bits; b < s->bits + s->bits_count; b++) {
		b->result.identical = b->result.first_difference[0] == '\0';
		b->result.committed = b->count[COMMITTED_DIFFERENT] > 0 ? COMMITTED_DIFFERENT
		                    : b->count[COMMITTED_SAME] > 0      ? COMMITTED_SAME
		                                                        : COMMITTED_NONE;
		session_put(s->session, RECORD_BITS, &b->result);
	}
	return s->session->options->digests ? write_digests(s, s->session->options->digests) : CLI_OK;
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

void summary_take_digest(check_summary *s, const check_result *r)
{
	s->canonical_failures += r->bit_class[0] != '\0' && r->status == STATUS_FAIL;
	if (r->digest[0] == '\0' || r->bit_class[0] == '\0')
		return;
	class_bits *b = bits_of(s, r->bit_class);
	s->no_memory |= !b;
	if (!b)
		return;
	bits_result *of = &b->result;
	size_t k = 0;
	while (k < of->variants_count && strcmp(of->variants[k], r->variant) != 0)
		k++;
	if (k == of->variants_count)
		s->no_memory |= !record_append(&of->variants, &of->variants_count, r->variant);
	b->count[r->committed]++;
	if (strcmp(b->case_id, r->case_id) != 0) {
		memcpy(b->case_id, r->case_id, sizeof b->case_id);
		memset(b->digest, 0, sizeof b->digest);
	}
	if (b->digest[r->pass][0] == '\0') {
		memcpy(b->digest[r->pass], r->digest, sizeof r->digest);
		of->cases++;
	} else if (strcmp(b->digest[r->pass], r->digest) != 0 && of->first_difference[0] == '\0') {
		snprintf(of->first_difference, sizeof of->first_difference, "%.47s at %.127s/%s", r->variant, r->case_id,
		         check_pass_word(r->pass));
	}
	if (s->session->options->digests)
		s->no_memory |= !digests_add(&s->committed, r->case_id, r->bit_class, r->pass, r->digest);
}

void summary_print_bits(const check_summary *s)
{
	FILE *stream = s->session->text;
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
