/* SPDX-License-Identifier: MIT */
/* words.c - what a cause is called, and what is said of its smallest case. */
#define _GNU_SOURCE
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cells.h"
#include "base/plural.h"
#include "causes_parts.h"
#include "gatemark/tensors.h"
#include "record/rerun.h"

int cause_special(const check_result *r) { return r->tags && (strstr(r->tags, "nan") || strstr(r->tags, "inf")); }

int cause_absent(const check_result *r, const char *tensor)
{
	for (size_t k = 0; k < r->absent_count; k++)
		if (strcmp(r->absent[k], tensor) == 0)
			return 1;
	return 0;
}

/* ---- what is alike ---- */

static const char *behind_number(const char *text)
{
	while (isdigit((unsigned char)*text) || (*text == '.' && isdigit((unsigned char)text[1])))
		text++;
	return text;
}

/* 1 if the first lines are equal but for their numbers. */
static int same_sentence(const char *a, const char *b)
{
	for (;; a++, b++) {
		a = behind_number(a);
		b = behind_number(b);
		const int end = *a == '\0' || *a == '\n';
		if (end || *a != *b)
			return end && (*b == '\0' || *b == '\n');
	}
}

/* A sum that adds nothing leaves the poison as it is: both are poison that was left. */
static symptom class_of(const check_result *r)
{
	return r->symptom == SYMPTOM_ADDED_TO ? SYMPTOM_NEVER_WRITTEN : r->symptom;
}

/* "set_weights twice" of a failure in that form of a call only: so many bytes of its reason. */
static int form_length(const check_result *r)
{
	const char *end = r->symptom == SYMPTOM_FORM && r->reason ? strstr(r->reason, ": ") : NULL;
	return end ? (int)(end - r->reason) : 0;
}

static int same_form(const check_result *a, const check_result *b)
{
	const int length = form_length(a);
	return length == form_length(b) && (length == 0 || strncmp(a->reason, b->reason, (size_t)length) == 0);
}

int cause_alike(const check_result *one, const check_result *r)
{
	if (one->code != r->code)
		return 0;
	if (one->code == CODE_BITS || one->code == CODE_DIGEST)
		return 1;
	if (one->code == CODE_WRONG)
		return cause_special(r) || (class_of(one) == class_of(r) && same_form(one, r));
	return same_sentence(one->reason ? one->reason : "", r->reason ? r->reason : "");
}

/* ---- tensors ---- */

enum { KINDS = 24 }; /* more than there are */

typedef struct kinds { /* of the tensors of a cause: their names without layer and direction */
	char name[KINDS][40];
	int wrong[KINDS];
	size_t count;
} kinds;

static size_t kind_of(kinds *k, const char *tensor)
{
	char name[40];
	size_t i = 0;
	const char *layer = strstr(tensor, "_l");
	while (layer && !isdigit((unsigned char)layer[2]))
		layer = strstr(layer + 1, "_l");
	snprintf(name, sizeof name, "%.*s", layer ? (int)(layer - tensor) : 39, tensor);
	while (i < k->count && strcmp(k->name[i], name) != 0)
		i++;
	if (i == k->count && i < KINDS)
		memcpy(k->name[k->count++], name, sizeof name);
	return i < KINDS ? i : KINDS - 1;
}

static kinds kinds_of(const check_result *const *failure, size_t count)
{
	kinds k = {.count = 0};
	for (size_t i = 0; i < count; i++)
		for (size_t t = 0; t < failure[i]->tensors_count; t++) {
			const tensor_result *one = &failure[i]->tensors[t];
			k.wrong[kind_of(&k, one->name)] += one->used > 1;
		}
	return k;
}

static void append(char text[CAUSE_HEADING], const char *format, ...) __attribute__((format(printf, 2, 3)));
static void append(char text[CAUSE_HEADING], const char *format, ...)
{
	const size_t used = strlen(text);
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text + used, CAUSE_HEADING - used, format, arguments);
	va_end(arguments);
}

/* "h_n" and "grad_bias_ih and grad_bias_hh"; "all results" where all that was judged is wrong; "weight gradients". */
static void name_kinds(const kinds *k, char text[CAUSE_HEADING])
{
	size_t wrong = 0, named = 0, gradients = 0;
	for (size_t i = 0; i < k->count; i++) {
		wrong += k->wrong[i] > 0;
		gradients += k->wrong[i] > 0 &&
		             (strncmp(k->name[i], "grad_weight", 11) == 0 || strncmp(k->name[i], "grad_bias", 9) == 0);
	}
	if (wrong == k->count && wrong > 1)
		append(text, "all results");
	else if (wrong > 2)
		append(text, wrong == gradients ? "weight gradients" : "results");
	for (size_t i = 0; wrong <= 2 && (wrong < k->count || wrong == 1) && i < k->count; i++)
		if (k->wrong[i])
			append(text, "%s%s", named++ ? " and " : "", k->name[i]);
}

/* Are there results of another kind that are always right? */
static int others_are_right(const kinds *k)
{
	for (size_t i = 0; i < k->count; i++)
		if (!k->wrong[i])
			return 1;
	return 0;
}

/* ---- patterns and readings ---- */

/* Of how many of them holds this part of the pattern: its end must be that of a part. */
static size_t with_pattern(const check_result *const *failure, size_t count, const char *part, size_t length)
{
	size_t with = 0;
	for (size_t i = 0; i < count; i++)
		for (const char *p = failure[i]->pattern ? failure[i]->pattern : ""; *p;) {
			const size_t end = strcspn(p, ",");
			with += end == length && strncmp(p, part, length) == 0;
			p += end;
			p += strspn(p, ", ");
		}
	return with;
}

/* Parts that say nothing of where, or (everything after step 3) nothing that cases share. */
static const char *const plain_part[] = {"everything", "one element"};

static int is_plain(const char *part)
{
	for (size_t k = 0; k < sizeof plain_part / sizeof *plain_part; k++)
		if (strncmp(plain_part[k], part, strlen(plain_part[k])) == 0)
			return 1;
	return 0;
}

/* Appends ", last unit": parts that four of five failures with a pattern have. */
static void name_pattern(const check_result *const *failure, size_t count, char text[CAUSE_HEADING])
{
	size_t longest = 0, plain = 0;
	for (size_t k = 0; k < sizeof plain_part / sizeof *plain_part; k++)
		plain += with_pattern(failure, count, plain_part[k], strlen(plain_part[k]));
	for (size_t i = 0; i < count; i++)
		if (failure[i]->pattern &&
		    strlen(failure[i]->pattern) > strlen(failure[longest]->pattern ? failure[longest]->pattern : ""))
			longest = i;
	for (const char *p = failure[longest]->pattern; p && *p && count > plain;) {
		const size_t end = strcspn(p, ",");
		if (!is_plain(p) && 5 * with_pattern(failure, count, p, end) >= 4 * (count - plain) &&
		    2 * with_pattern(failure, count, p, end) >= count)
			append(text, ", %.*s", (int)end, p);
		p += end;
		p += strspn(p, ", ");
	}
}

/* The reading that nine of ten failures give for which any was tried; NULL if there is none. */
static const char *reading_of(const check_result *const *failure, size_t count)
{
	size_t tried = 0;
	const check_result *first = NULL;
	for (size_t i = 0; i < count; i++) {
		tried += failure[i]->readings_count > 0;
		first = first || failure[i]->readings_count == 0 ? first : failure[i];
	}
	for (size_t k = 0; first && k < first->readings_count; k++) {
		size_t with = 0;
		for (size_t i = 0; i < count; i++)
			for (size_t n = 0; n < failure[i]->readings_count; n++)
				with += strcmp(failure[i]->readings[n], first->readings[k]) == 0;
		if (strcmp(first->readings[k], "none") != 0 && 10 * with >= 9 * tried)
			return first->readings[k];
	}
	return NULL;
}

/* ---- what failed ---- */

static int all_special(const check_result *const *failure, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!cause_special(failure[i]))
			return 0;
	return 1;
}

static symptom symptom_of(const check_result *const *failure, size_t count)
{
	symptom found = symptom_none;
	for (size_t i = 0; i < count; i++)
		if (!cause_special(failure[i]) && found != SYMPTOM_ADDED_TO)
			found = failure[i]->symptom;
	return found;
}

/* What became of a NaN or an infinity, by the worst element. */
static void name_special(const check_result *r, char what[CAUSE_HEADING])
{
	const tensor_result *t = r->tensors;
	while (t < r->tensors + r->tensors_count && strcmp(t->name, r->where) != 0)
		t++;
	if (t == r->tensors + r->tensors_count || (isfinite(t->got) && isfinite(t->want)))
		append(what, "special values wrong");
	else if (isnan(t->want))
		append(what, "a NaN is lost");
	else if (isnan(t->got))
		append(what, "a NaN goes where none belongs");
	else
		append(what, isinf(t->want) ? "an Inf is lost" : "an Inf goes where none belongs");
}

static void what_is_wrong(const check_result *const *failure, size_t count, char what[CAUSE_HEADING])
{
	static const char *const said[SYMPTOMS] = {
		[SYMPTOM_NEVER_WRITTEN] = "never written: the host's poison is still there",
		[SYMPTOM_ADDED_TO] = "added to what stood there: GM_OVERWRITE is ignored",
		[SYMPTOM_READS_UNWRITTEN] = "computed from memory that nobody has written",
		[SYMPTOM_NAN] = "NaN where a number is wanted",
		[SYMPTOM_UNTAPED] = "wrong only without a tape"};
	const kinds k = kinds_of(failure, count);
	const symptom s = symptom_of(failure, count);
	const char *reading = reading_of(failure, count);
	if (reading) {
		append(what, "%s", reading);
		return;
	}
	if (all_special(failure, count)) {
		name_special(failure[0], what);
		return;
	}
	if (s == SYMPTOM_FORM) {
		append(what, "wrong only in another form of the call: %.*s", form_length(failure[0]), failure[0]->reason);
		return;
	}
	if (others_are_right(&k) && s == symptom_none)
		append(what, "only ");
	name_kinds(&k, what);
	append(what, "%s%s", what[0] ? " " : "", s == symptom_none ? "wrong" : said[s]);
	name_pattern(failure, count, what);
}

void cause_what(const check_result *const *failure, size_t count, char what[CAUSE_HEADING])
{
	const check_result *first = failure[0];
	const char *reason = first->reason ? first->reason : "";
	what[0] = '\0';
	if (first->code == CODE_WRONG)
		what_is_wrong(failure, count, what);
	else if (first->code == CODE_DIGEST)
		append(what, "bits are not the committed ones");
	else if (first->code == CODE_BITS)
		append(what, "%.*s",
		       (int)(strstr(reason, " at ") ? strstr(reason, " at ") - reason : (long)strcspn(reason, "\n")), reason);
	else
		append(what, "%.*s", (int)strcspn(reason, "\n"), reason);
	if (what[0] == '\0')
		append(what, "%s", first->code == reason_code_none ? "failed" : reason_text(first->code));
}

/* ---- rules of special values ---- */

static int lacks_h_0(const check_result *r) { return cause_absent(r, "h_0"); }

static int has_kinks(const check_result *r)
{
	gm_spec spec;

	return gm_spec_parse(r->problem, &spec, NULL) == GM_OK && cell_of(&spec.problem)->traits & CELL_KINKS;
}

/* The first whose tag or regime the case has. */
static const struct rule {
	const char *of; /* a part of the case's id or tags */
	int (*holds)(const check_result *r);
	const char *rule;
} rules[] = {
	{"nan_padding", NULL, "a NaN behind a row's length is never read and reaches nothing"},
	{"nan_weight", lacks_h_0, "an absent h_0 or c_0 counts as zeros, and 0 * NaN = NaN"},
	{"nan", has_kinks, "ReLU keeps a NaN, and passes the gradient on there"},
	{"nan", NULL, "a NaN reaches all that depends on it, and no factor 0 stops it"},
	{"inf", NULL, "tanh(Inf) = 1, sigmoid(-Inf) = 0, 0 * Inf = NaN, nothing else"},
	{"denormal", NULL, "denormals are kept, not flushed to 0"},
};

static const char *rule_of(const check_result *r)
{
	for (const struct rule *one = rules; one < rules + sizeof rules / sizeof rules[0]; one++)
		if (r->tags && (strstr(r->tags, one->of) || (cause_special(r) && strstr(r->case_id, one->of))) &&
		    (!one->holds || one->holds(r)))
			return one->rule;
	const char *got = r->code == CODE_BITS && r->reason ? strstr(r->reason, "got ") : NULL;
	return got && (strncmp(got, "got -0 want 0\n", 14) == 0 || strncmp(got, "got 0 want -0\n", 14) == 0)
	         ? "-0 and +0 are different bits: a canonical variant owes the sign too"
	         : NULL;
}

/* ---- lines ---- */

static void add_line(char *line[CAUSE_LINES], size_t *count, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void add_line(char *line[CAUSE_LINES], size_t *count, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	*count += vasprintf(&line[*count], format, arguments) >= 0;
	va_end(arguments);
}

/* Of one failure, without what is behind it. */
static size_t lines_of(const check_result *r, const evidence *e, char *line[CAUSE_LINES])
{
	const char *reason = r->reason ? r->reason : "", *rule = rule_of(r);
	const size_t first = strcspn(reason, "\n");
	char *again = rerun_check(r, evidence_run_or_first(e, r->run));
	size_t count = 0;
	add_line(line, &count, "%s/%s %.*s", r->case_id, check_pass_word(r->pass), (int)first, reason);
	if (reason[first] == '\n')
		add_line(line, &count, "%s", reason + first + 1);
	if (rule)
		add_line(line, &count, "special values: %s", rule);
	add_line(line, &count, "rerun: %s", again ? again : "");
	free(again);
	return count;
}

size_t cause_lines(const cause *c, const evidence *e, char *line[CAUSE_LINES])
{
	const size_t more = c->count - 1;
	char follow[64] = "";
	size_t count = lines_of(c->failure[0], e, line);
	if (c->following > 0)
		snprintf(follow, sizeof follow, ", of which %zu backward only %s", c->following,
		         plural((double)c->following, "follows", "follow"));
	if (more > 0)
		add_line(line, &count, "... and %zu more%s", more, follow);
	return count;
}

char *cause_text(const cause *c, const evidence *e, const check_result *one)
{
	char *text = NULL, *line[CAUSE_LINES];
	size_t bytes, count = lines_of(one, e, line);
	FILE *out = open_memstream(&text, &bytes);
	if (out)
		fprintf(out, "FAIL %s: %s", one->variant, c->heading);
	for (size_t k = 0; k < count; k++) {
		if (out)
			fprintf(out, "\n  %s", line[k]);
		free(line[k]);
	}
	if (out)
		fclose(out);
	return text;
}
