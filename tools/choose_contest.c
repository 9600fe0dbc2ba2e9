/* SPDX-License-Identifier: MIT */
/* choose_contest.c - one problem's contest (choose_contest.h).
 *
 * Every variant that any record names enters as a contestant; a row of reasons turns away those that cannot be
 * candidates, the rest are put in order of p50, and the noise decides who is equal to the first. */
#include "choose_contest.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gatemark/tensors.h"
#include "plural.h"
#include "record/reason.h"
#include "results.h"

typedef struct span { /* a ratio and its 95 % interval */
	double value, low, high;
} span;

typedef struct contestant {
	const char *name;
	const json_t *record;   /* bench; NULL: none on this problem */
	const json_t *evidence; /* of choose_conformance, or NULL */
	double p50, low, high;
	int candidate, tied;
	span ratio; /* to the chosen one */
	char code[24], why[200];
} contestant;

/* ---- what the checks say ---- */

static void add_count(json_t *object, const char *key)
{
	json_object_set_new(object, key, json_integer(json_integer_value(json_object_get(object, key)) + 1));
}

static void note_worst(json_t *variant, const json_t *record)
{
	double used = results_get(record, "used", 0);
	if (used < results_get(variant, "worst_used", 0) && json_object_get(variant, "worst_case"))
		return;
	json_object_set_new(variant, "worst_used", results_number(used));
	json_object_set(variant, "worst_case", json_object_get(record, "case"));
	json_object_set(variant, "worst_where", json_object_get(record, "where"));
}

static void note_failure(json_t *variant, const json_t *record)
{
	if (json_object_get(variant, "failure"))
		return;
	json_object_set_new(variant, "failure",
	                    json_sprintf("%s/%s %s", results_text(record, "case"), results_text(record, "pass"),
	                                 results_text(record, "where")));
}

static json_t *new_variant(const json_t *record)
{
	return json_pack("{ss si si si si si ss}", "class", results_text(record, "class"), "passed", 0, "failed", 0,
	                 "xfail", 0, "unsupported", 0, "skipped", 0, "bit_class", results_text(record, "bit_class"));
}

json_t *choose_conformance(const evidence *e, const char *machine)
{
	static const struct {
		const char *status, *member;
	} MEMBERS[] = {{"pass", "passed"},
	               {"fail", "failed"},
	               {"xfail", "xfail"},
	               {"unsupported", "unsupported"},
	               {"skipped", "skipped"}};
	json_t *variants = json_object(), *record;
	size_t i;
	json_array_foreach(e->check, i, record) {
		const char *name = results_text(record, "variant"), *status = results_text(record, "status");
		if (strcmp(evidence_machine_of(e, record), machine) != 0)
			continue;
		if (!json_object_get(variants, name))
			json_object_set_new(variants, name, new_variant(record));
		json_t *variant = json_object_get(variants, name);
		for (size_t m = 0; m < sizeof MEMBERS / sizeof *MEMBERS; m++)
			if (strcmp(status, MEMBERS[m].status) == 0)
				add_count(variant, MEMBERS[m].member);
		if (strcmp(status, "pass") == 0)
			note_worst(variant, record);
		if (strcmp(status, "fail") == 0 || strcmp(status, "xfail") == 0)
			note_failure(variant, record);
	}
	return variants;
}

/* ---- who may compete ---- */

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
static int
turn_away(contestant *c, const char *code, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	snprintf(c->code, sizeof c->code, "%s", code);
	int bytes = vsnprintf(c->why, sizeof c->why, format, arguments);
	va_end(arguments);
	if (bytes >= (int)sizeof c->why) { /* cut, but not within a character */
		size_t end = sizeof c->why - 1;
		while (end && (c->why[end - 1] & 0xC0) == 0x80)
			end--;
		if (end && (c->why[end - 1] & 0xC0) == 0xC0)
			end--;
		c->why[end] = 0;
	}
	return 1;
}

static const char *class_of(const contestant *c)
{
	const char *stated = results_text(c->evidence, "class"), *declared = results_text(c->record, "class");
	const gm_variant *row = gm_variant_find(c->name);
	if (*stated || *declared)
		return *stated ? stated : declared;
	return row ? gm_class_name(row->traits.accuracy_class) : "unknown";
}

/* Fills code and why if the checks speak against c. */
static int failed_checks(contestant *c)
{
	double failed = results_get(c->evidence, "failed", 0), known = results_get(c->evidence, "xfail", 0);
	double passed = results_get(c->evidence, "passed", 0);
	if (failed + known == 0)
		return 0;
	return turn_away(c, "failed-conformance", "failed conformance: %.0f of %.0f %s%s, first %s", failed + known,
	                 failed + known + passed, plural(failed + known + passed, "check", "checks"),
	                 failed == 0 ? " (known failures)" : "", results_text(c->evidence, "failure"));
}

/* Fills code and why if c was not timed. */
static int not_timed(contestant *c)
{
	static const struct {
		const char *status, *code, *text;
	} WORDS[] = {{"rejected", "failed-conformance", "failed conformance on this problem"},
	             {"skipped", "not-timed", "not timed"},
	             {"unsupported", "unsupported", "unsupported"},
	             {"failed", "not-timed", "could not be timed"}};
	const char *status = results_text(c->record, "status"), *reason = results_text(c->record, "reason");
	const char *colon = *reason ? ": " : "";
	const char *code = results_text(c->record, "code");
	int known = 0;
	while (known < REASON_CODES && strcmp(reason_code_word((reason_code)known), code) != 0)
		known++;
	if (known < REASON_CODES && strcmp(status, "skipped") == 0)
		return turn_away(c, code, "%s%s%s", reason_text((reason_code)known), colon, reason);
	for (size_t r = 0; r < sizeof WORDS / sizeof *WORDS; r++)
		if (strcmp(status, WORDS[r].status) == 0)
			return turn_away(c, WORDS[r].code, "%s%s%s", WORDS[r].text, colon, reason);
	if (!c->record)
		return turn_away(c, "not-timed", "not timed on this problem");
	if (strcmp(status, "timed") != 0)
		return turn_away(c, "not-timed", "status '%s' is not known", status);
	return isfinite(c->p50) && c->p50 > 0 ? 0 : turn_away(c, "not-timed", "its record has no median");
}

static void admit(contestant *c, const json_t *accept)
{
	if (failed_checks(c) || not_timed(c))
		return;
	if (!*results_text(c->record, "judged"))
		turn_away(c, "failed-conformance", "timed, but not judged on this problem");
	else if (!json_object_get(accept, class_of(c)))
		turn_away(c, "class", "accuracy class %s is not accepted", class_of(c));
	else
		c->candidate = 1;
}

/* ---- who wins ---- */

static span inverse(span s) { return (span){1 / s.value, 1 / s.high, 1 / s.low}; }

/* The paired ratio that a's record holds, if it was measured against b in one run. */
static int paired(const contestant *a, const contestant *b, span *s)
{
	*s = (span){results_get(a->record, "ratio", 0), results_get(a->record, "ratio_low", 0),
	            results_get(a->record, "ratio_high", 0)};
	return strcmp(results_text(a->record, "run"), results_text(b->record, "run")) == 0 &&
	       results_get(b->record, "ratio", 0) == 1 && s->low > 0 && s->low <= s->value && s->value <= s->high;
}

/* Time of a over time of b. */
static span ratio_of(const contestant *a, const contestant *b)
{
	span s;
	if (paired(a, b, &s))
		return s;
	if (paired(b, a, &s))
		return inverse(s);
	return (span){a->p50 / b->p50, a->low / b->high, a->high / b->low};
}

static int order_contestants(const void *a, const void *b)
{
	const contestant *x = a, *y = b;
	if (x->candidate != y->candidate)
		return y->candidate - x->candidate;
	if (x->candidate && x->p50 != y->p50)
		return x->p50 < y->p50 ? -1 : 1;
	return evidence_order(x->name, y->name);
}

/* Marks who equals list[0], the fastest; returns the index of the simplest of them. */
static size_t find_tie(contestant *list, size_t candidates)
{
	size_t simplest = 0;
	for (size_t i = 0; i < candidates; i++) {
		list[i].tied = i == 0 || ratio_of(&list[i], &list[0]).low <= 1;
		if (list[i].tied && evidence_order(list[i].name, list[simplest].name) < 0)
			simplest = i;
	}
	return simplest;
}

static void explain_losers(contestant *list, size_t candidates, size_t chosen)
{
	for (size_t i = 0; i < candidates; i++) {
		span s = list[i].ratio = ratio_of(&list[i], &list[chosen]);
		if (i == chosen)
			continue;
		if (list[i].tied)
			turn_away(&list[i], "tie", "equal within noise (%.3f x, %.3f to %.3f); %s is simpler", s.value, s.low,
			          s.high, list[chosen].name);
		else
			turn_away(&list[i], "slower", "%.3g x the time (%.3g to %.3g)", s.value, s.low, s.high);
	}
}

/* ---- the entry ---- */

static void set_margin(json_t *entry, const contestant *list, size_t candidates, size_t chosen)
{
	size_t next = 0;
	while (next < candidates && list[next].tied)
		next++;
	if (next == candidates) {
		json_object_update_new(entry, json_pack("{sn sn sn sn}", "margin", "margin_low", "margin_high", "next"));
		return;
	}
	span s = ratio_of(&list[next], &list[chosen]);
	json_object_update_new(entry, json_pack("{sf sf sf ss}", "margin", s.value, "margin_low", s.low, "margin_high",
	                                        s.high, "next", list[next].name));
}

/* The members that repeat what the chosen variant's record says. */
static void set_chosen(json_t *entry, const evidence *e, const contestant *c)
{
	static const char *const COPIED[] = {"p50_ns",  "p99_ns",    "low_ns",  "high_ns", "judged",
	                                     "threads", "processes", "samples", "tainted"};
	for (size_t i = 0; i < sizeof COPIED / sizeof *COPIED; i++)
		if (json_object_get(c->record, COPIED[i]))
			json_object_set(entry, COPIED[i], json_object_get(c->record, COPIED[i]));
	json_object_set_new(entry, "date", json_string(results_text(evidence_run(e, c->record), "time")));
}

/* Why a variant is not chosen, and what it would cost. */
static json_t *rejection_of(const contestant *c)
{
	json_t *r = json_pack("{ss ss ss}", "variant", c->name, "code", c->code, "why", c->why);
	if (c->candidate)
		json_object_update_new(r, json_pack("{sf sf sf sf sf sf}", "ratio", c->ratio.value, "ratio_low", c->ratio.low,
		                                    "ratio_high", c->ratio.high, "p50_ns", c->p50, "low_ns", c->low, "high_ns",
		                                    c->high));
	return r;
}

static json_t *entry_of(const evidence *e, const char *problem, contestant *list, size_t count)
{
	size_t candidates = 0;
	while (candidates < count && list[candidates].candidate)
		candidates++;
	json_t *entry = json_pack("{ss ss sn}", "problem", problem, "objective", "p50", "chosen");
	json_t *with = json_array(), *rejected = json_array();
	size_t chosen = find_tie(list, candidates);
	if (candidates) {
		explain_losers(list, candidates, chosen);
		json_object_set_new(entry, "chosen", json_string(list[chosen].name));
		set_chosen(entry, e, &list[chosen]);
	}
	set_margin(entry, list, candidates, chosen);
	for (size_t i = 0; i < count; i++) {
		if (candidates && i == chosen)
			continue;
		if (list[i].tied)
			json_array_append_new(with, json_string(list[i].name));
		json_array_append_new(rejected, rejection_of(&list[i]));
	}
	json_object_set_new(entry, "tie", json_boolean(json_array_size(with)));
	json_object_set_new(entry, "with", with);
	json_object_set_new(entry, "rejected", rejected);
	return entry;
}

static contestant contestant_of(const char *name, const json_t *bench, const json_t *conformance)
{
	contestant c = {.name = name, .evidence = json_object_get(conformance, name)};
	json_t *record;
	size_t i;
	json_array_foreach(bench, i, record)
		if (strcmp(results_text(record, "variant"), name) == 0)
			c.record = record;
	c.p50 = results_get(c.record, "p50_ns", NAN);
	c.low = fmin(results_get(c.record, "low_ns", c.p50), c.p50);
	c.high = fmax(results_get(c.record, "high_ns", c.p50), c.p50);
	return c;
}

json_t *choose_contest(const evidence *e, const char *problem, const json_t *bench, json_t *conformance,
                       const json_t *accept)
{
	json_t *names = json_object(), *value;
	const char *name;
	size_t i, count = 0;
	json_array_foreach(bench, i, value)
		json_object_set_new(names, results_text(value, "variant"), json_true());
	json_object_update_missing(names, conformance);
	contestant *list = calloc(json_object_size(names) + 1, sizeof *list);
	json_object_foreach(names, name, value) {
		if (!list)
			break;
		list[count] = contestant_of(name, bench, conformance);
		admit(&list[count++], accept);
	}
	json_t *entry = NULL;
	if (list) {
		qsort(list, count, sizeof *list, order_contestants);
		entry = entry_of(e, problem, list, count);
	}
	free(list);
	json_decref(names);
	return entry;
}
