/* SPDX-License-Identifier: MIT */
/* require.c - what must have passed, and why it has not. */
#include "conform.h"

#include <stdlib.h>
#include <string.h>

typedef struct requirement {
	char name[64];
	int native;
} requirement;

typedef int visit(const requirement *one, const void *context);

static int read_one(const char *text, size_t length, requirement *one)
{
	const char *equals = memchr(text, '=', length);
	const size_t name = !equals ? length : (size_t)(equals - text), rest = length - name;
	one->native = rest == 0 || (rest == strlen("=native") && memcmp(equals, "=native", rest) == 0);
	const int emulated = rest == strlen("=emulated") && memcmp(equals, "=emulated", rest) == 0;
	if (name == 0 || name >= sizeof one->name || !(one->native || emulated))
		return cli_fail(CLI_USAGE, "--require takes X, X=native or X=emulated, not %.*s", (int)length, text);
	snprintf(one->name, sizeof one->name, "%.*s", (int)name, text);
	return CLI_OK;
}

/* Calls with each requirement of each --require; the worst code. */
static int each(const cli_options *options, visit *call, const void *context)
{
	int code = CLI_OK;
	for (size_t k = 0; k < options->require.count; k++)
		for (const char *text = options->require.text[k]; text != NULL;) {
			requirement one;
			size_t length = strcspn(text, ",");
			int one_code = read_one(text, length, &one);
			code = cli_worse(code, one_code == CLI_OK ? call(&one, context) : one_code);
			text = text[length] == ',' ? text + length + 1 : NULL;
		}
	return code;
}

static int exists(const requirement *one, const void *context)
{
	const contestants *r = context;
	names all = {0};
	for (size_t k = 0; k < gm_variant_count(); k++) {
		names_add(&all, gm_variant_at(k)->traits.isa);
		names_add(&all, gm_variant_at(k)->name);
	}
	for (size_t k = 0; k < r->count; k++) {
		names_add(&all, r->variant[k].info.isa);
		names_add(&all, r->variant[k].info.name);
	}
	int code = all.failed ? cli_fail(CLI_INTERNAL, "no memory") : CLI_OK;
	if (code == CLI_OK && names_find(&all, one->name) == all.count)
		code = cli_unknown("ISA or variant", one->name, all.name, all.count);
	free(all.name);
	return code;
}

int require_read(const cli_options *options, const contestants *r) { return each(options, exists, r); }

/* How far a variant came: not run, run but not judged, no case supported, failed, passed. */
enum { IDLE, UNJUDGED, UNSUPPORTED, FAILED, PASSED };

static int progress_of(const contestant *v, const tally *t)
{
	return t->count[STATUS_PASS] > 0        ? PASSED
	     : t->count[STATUS_FAIL] > 0        ? FAILED
	     : t->count[STATUS_UNSUPPORTED] > 0 ? UNSUPPORTED
	     : v->runnable                      ? UNJUDGED
	                                        : IDLE;
}

/* Of the variants that are meant the one that came furthest tells why. */
static int meets(const requirement *one, const void *context)
{
	const check_summary *s = context;
	const contestants *among = &s->session->contestants;
	char text[160] = "is not among the variants of this run";
	int best = -1;
	for (size_t k = 0; k < among->count; k++) {
		const contestant *v = &among->variant[k];
		const int came = progress_of(v, &s->variant[k]);
		if ((strcmp(v->info.isa, one->name) != 0 && strcmp(v->info.name, one->name) != 0) || came <= best)
			continue;
		best = came;
		if (came == PASSED)
			snprintf(text, sizeof text, "passed only under %s", among->executor.name);
		else if (came == IDLE)
			snprintf(text, sizeof text, "was skipped: %s",
			         v->code == CODE_HIDDEN ? strstr(v->why, "hidden by") : reason_text(v->code));
		else if (came == UNJUDGED)
			snprintf(text, sizeof text, "was skipped: %.60s", s->variant[k].where);
		else
			snprintf(text, sizeof text, "%s", came == FAILED ? "failed" : "supports none of these cases");
	}
	if (best == PASSED && !(one->native && among->executor.text))
		return CLI_OK;
	char sentence[320];
	snprintf(sentence, sizeof sentence, "%s was required %s, but %s", one->name,
	         one->native ? "native" : "at least emulated", text);
	session *of = s->session;
	if (!record_append(&of->unmet, &of->unmet_count, sentence))
		return cli_fail(CLI_INTERNAL, "no memory");
	return cli_fail(CLI_WRONG, "%s", sentence);
}

int require_met(const check_summary *s) { return each(s->session->options, meets, s); }
