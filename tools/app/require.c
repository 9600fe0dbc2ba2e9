/* SPDX-License-Identifier: MIT */
/* require.c - what must have passed, and why it has not. */
#include "require.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/executor.h"

typedef struct requirement {
	char name[64];
	int native;
} requirement;

typedef int visit(const requirement *one, const void *context);

static int read_one(const char *text, size_t length, requirement *one)
{
	const char *equals = memchr(text, '=', length), *how = !equals ? "=native" : equals;
	size_t name = !equals ? length : (size_t)(equals - text);
	size_t rest = !equals ? strlen(how) : length - name;
	one->native = rest == strlen("=native") && strncmp(how, "=native", rest) == 0;
	if (name == 0 || name >= sizeof one->name ||
	    (!one->native && (rest != strlen("=emulated") || strncmp(how, "=emulated", rest) != 0)))
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
	size_t table = gm_variant_count(), count = 0;
	int code = CLI_OK, found = 0;
	const char **names = calloc(2 * (table + r->count) + 1, sizeof *names);
	if (!names)
		return cli_fail(CLI_INTERNAL, "no memory");
	for (size_t k = 0; k < table + r->count; k++) {
		const gm_variant *row = k < table ? gm_variant_at(k) : NULL;
		names[count++] = row ? row->traits.isa : r->variant[k - table].info.isa;
		names[count++] = row ? row->name : r->variant[k - table].info.name;
	}
	for (size_t k = 0; k < count; k++)
		found |= strcmp(names[k], one->name) == 0;
	if (!found)
		code = cli_unknown("ISA or variant", one->name, names, count);
	free(names);
	return code;
}

int require_read(const cli_options *options, const contestants *r) { return each(options, exists, r); }

static int is_meant(const requirement *one, const contestant *v)
{
	return strcmp(v->info.isa, one->name) == 0 || strcmp(v->info.name, one->name) == 0;
}

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

/* Of its variants the one that came furthest tells why. */
static void shortfall(const requirement *one, const check_summary *s, char text[160])
{
	int best = -1;
	snprintf(text, 160, "is not among the variants of this run");
	for (size_t k = 0; k < s->contestants->count; k++) {
		const contestant *v = &s->contestants->variant[k];
		int came = progress_of(v, &s->variant[k]);
		if (!is_meant(one, v) || came <= best)
			continue;
		best = came;
		if (came == PASSED)
			snprintf(text, 160, "passed only under %s", executor_name(s->contestants->executor));
		else if (came == IDLE)
			snprintf(text, 160, "was skipped: %s",
			         v->code == CODE_HIDDEN ? strstr(v->why, "hidden by") : reason_text(v->code));
		else if (came == UNJUDGED)
			snprintf(text, 160, "was skipped: %.60s", s->variant[k].where);
		else
			snprintf(text, 160, "%s", came == FAILED ? "failed" : "supports none of these cases");
	}
}

static int meets(const requirement *one, const void *context)
{
	const check_summary *s = context;
	char text[160];
	int here = !one->native || !s->contestants->executor;
	for (size_t k = 0; k < s->contestants->count; k++)
		if (is_meant(one, &s->contestants->variant[k]) && s->variant[k].count[STATUS_PASS] > 0 && here)
			return CLI_OK;
	shortfall(one, s, text);
	return cli_fail(CLI_WRONG, "%s was required %s, but %s", one->name, one->native ? "native" : "at least emulated",
	                text);
}

int require_met(const check_summary *s) { return each(s->options, meets, s); }
