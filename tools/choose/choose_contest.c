/* SPDX-License-Identifier: MIT */
/* choose_contest.c - one problem's contest (choose_contest.h).
 *
 * Every variant that any result names enters as a contestant; a row of reasons turns away those that are
 * not eligible, the rest are put in order of p50, and choose_best.c decides. */
#include "choose_contest.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/plural.h"
#include "record/result.h"

/* ---- who may compete ---- */

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
static int
turn_away(contestant *c, reason_code code, const char *format, ...)
{
	char all[600];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(all, sizeof all, format, arguments);
	va_end(arguments);
	size_t end = strnlen(all, sizeof c->said.why - 1);
	while (end && (all[end] & 0xC0) == 0x80) // cut, but not within a character
		end--;
	snprintf(c->said.why, end + 1, "%s", all);
	c->said.code = code;
	return 1;
}

/* class_name_none: nobody says. */
static class_name class_of(const contestant *c)
{
	const gm_variant *row = gm_variant_find(c->said.variant);
	if (c->checks && c->checks->accuracy_class != class_name_none)
		return c->checks->accuracy_class;
	if (c->result->accuracy_class != class_name_none || !row)
		return c->result->accuracy_class;
	return (class_name)row->traits.accuracy_class;
}

/* Fills code and why if the checks speak against c. */
static int failed_checks(contestant *c)
{
	const size_t failed = c->checks ? c->checks->failed + c->checks->xfail : 0;
	if (failed == 0)
		return 0;
	const size_t all = failed + c->checks->passed;
	return turn_away(c, CODE_FAILED_CONFORMANCE, "failed conformance: %zu of %zu %s%s, first %s", failed, all,
	                 plural((double)all, "check", "checks"), c->checks->failed == 0 ? " (known failures)" : "",
	                 c->checks->failure);
}

/* Fills code and why if c was not timed. */
static int not_timed(contestant *c)
{
	static const struct {
		reason_code code;
		const char *text;
	} word[RACE_STATUSES] = {[RACE_REJECTED] = {CODE_FAILED_CONFORMANCE, "failed conformance on this problem"},
	                         [RACE_UNSUPPORTED] = {CODE_UNSUPPORTED, "unsupported"},
	                         [RACE_SKIPPED] = {CODE_NOT_TIMED, "not timed"},
	                         [RACE_FAILED] = {CODE_NOT_TIMED, "could not be timed"}};
	const bench_result *r = c->result;
	if (!r)
		return turn_away(c, CODE_NOT_TIMED, "not timed on this problem");
	const char *colon = r->reason[0] ? ": " : "";
	if (r->status == RACE_SKIPPED && r->code != reason_code_none)
		return turn_away(c, r->code, "%s%s%s", reason_text(r->code), colon, r->reason);
	if (r->status != RACE_TIMED)
		return turn_away(c, word[r->status].code, "%s%s%s", word[r->status].text, colon, r->reason);
	return isfinite(r->p50_ns) && r->p50_ns > 0 ? 0 : turn_away(c, CODE_NOT_TIMED, "its record has no median");
}

/* Fills code and why if c was timed, but is not to be taken. */
static int not_accepted(contestant *c)
{
	const class_name class = class_of(c);
	if (c->result->judged == judged_how_none)
		return turn_away(c, CODE_FAILED_CONFORMANCE, "timed, but not judged on this problem");
	return class == CHOOSE_CLASS ? 0
	                             : turn_away(c, CODE_CLASS, "accuracy class %s is not accepted",
	                                         class == class_name_none ? "unknown" : class_name_word(class));
}

/* ---- the order ---- */

static int order_contestants(const void *a, const void *b)
{
	const contestant *x = a, *y = b;
	if (x->eligible != y->eligible)
		return y->eligible - x->eligible;
	if (x->eligible && x->said.p50_ns != y->said.p50_ns)
		return x->said.p50_ns < y->said.p50_ns ? -1 : 1;
	return evidence_order(x->said.variant, y->said.variant);
}

/* Fills its ratio to the chosen one, and what the best has to do with it. */
static void explain_loser(contestant *c, const contestant *list, const decision *d)
{
	const contestant *best = &list[d->best], *chosen = &list[d->chosen];
	const span to_chosen = choose_ratio(c, chosen), to_best = choose_ratio(c, best);
	c->said.ratio = to_chosen.value;
	c->said.ratio_low = to_chosen.low;
	c->said.ratio_high = to_chosen.high;
	if (c->beaten == TIME_EQUAL)
		turn_away(c, CODE_EQUAL, "equal within %.3g %% (%.3f x, %.3f to %.3f)%s%s%s", 100 * COMPARE_DELTA,
		          to_chosen.value, to_chosen.low, to_chosen.high, d->comparison == TIME_EQUAL ? "; " : "",
		          d->comparison == TIME_EQUAL ? chosen->said.variant : "",
		          d->comparison == TIME_EQUAL ? " is simpler" : "");
	else if (c->beaten == TIME_UNDECIDED)
		turn_away(c, CODE_UNDECIDED, "undecided: %.3f x the time (%.3g to %.3g)", to_best.value, to_best.low,
		          to_best.high);
	else
		turn_away(c, CODE_SLOWER, "%.3g x the time%s%s (%.4g to %.3g)", to_best.value, best == chosen ? "" : " of ",
		          best == chosen ? "" : best->said.variant, to_best.low, to_best.high);
}

/* ---- the entry ---- */

static void set_margin(choice_entry *entry, const rejected_variant *next)
{
	entry->margin = next->ratio;
	entry->margin_low = next->ratio_low;
	entry->margin_high = next->ratio_high;
	memcpy(entry->next, next->variant, sizeof entry->next);
}

/* What the entry repeats of the result of the chosen one. */
static gm_status set_chosen(choice_entry *entry, const evidence *e, const contestant *c, const decision *d,
                            gm_error *error)
{
	GM_TRY(record_take(&choice_entry_type, entry, &bench_result_type, c->result, error));
	entry->run[0] = '\0';
	snprintf(entry->chosen, sizeof entry->chosen, "%s", c->said.variant);
	snprintf(entry->date, sizeof entry->date, "%s", evidence_run(e, c->result->run)->time);
	entry->comparison = d->comparison;
	entry->regret = d->regret;
	entry->delta = COMPARE_DELTA;
	return GM_OK;
}

/* 0 without memory. */
static int list_rival(choice_entry *entry, const contestant *c)
{
	if (c->beaten == TIME_FASTER)
		return 1;
	return c->beaten == TIME_EQUAL ? record_append(&entry->equal, &entry->equal_count, c->said.variant)
	                               : record_append(&entry->undecided, &entry->undecided_count, c->said.variant);
}

/* list: in order. */
static gm_status fill_entry(choice_entry *entry, const evidence *e, contestant *list, size_t count, gm_error *error)
{
	size_t eligible = 0;
	while (eligible < count && list[eligible].eligible)
		eligible++;
	const decision d = eligible ? choose_best(list, eligible) : (decision){.chosen = count};
	if (eligible)
		GM_TRY(set_chosen(entry, e, &list[d.chosen], &d, error));
	for (size_t i = 0; i < count; i++) {
		if (i == d.chosen)
			continue;
		if (i < eligible)
			explain_loser(&list[i], list, &d);
		const int slower = i < eligible && list[i].beaten == TIME_FASTER, next = slower && entry->next[0] == '\0';
		if (next)
			set_margin(entry, &list[i].said);
		entry->disturbed |= (next || !slower) && list[i].said.disturbed;
		rejected_variant *r = record_grow(&entry->rejected, &entry->rejected_count, sizeof *r);
		if (!r || (i < eligible && !list_rival(entry, &list[i])))
			return gm_fail(error, GM_NO_MEMORY, "no memory to decide on %s", entry->problem);
		*r = list[i].said;
	}
	return GM_OK;
}

/* With its times if it is eligible. */
static contestant contestant_of(const char *name, const bench_result *result, const choice_document *choice)
{
	contestant c = {.result = result};
	rejected_variant_init(&c.said);
	snprintf(c.said.variant, sizeof c.said.variant, "%s", name);
	for (size_t i = 0; i < choice->conformance.variants_count; i++)
		if (strcmp(choice->conformance.variants[i].variant, name) == 0)
			c.checks = &choice->conformance.variants[i];
	if (result && result->copy_of[0])
		turn_away(&c, CODE_COPY, "%s raced against itself", result->copy_of);
	c.eligible = c.said.code == reason_code_none && !failed_checks(&c) && !not_timed(&c) && !not_accepted(&c);
	if (c.eligible) {
		c.said.disturbed = result->disturbed;
		c.said.p50_ns = result->p50_ns;
		c.said.low_ns = result->low_ns < 0 ? result->p50_ns : fmin(result->low_ns, result->p50_ns);
		c.said.high_ns = fmax(result->high_ns, result->p50_ns);
	}
	return c;
}

/* Every variant of the results of this problem, then those that only checks speak of; returns how many. */
static size_t enter(const evidence *e, const char *problem, const choice_document *choice, contestant *list)
{
	names known = {0};
	size_t count = 0;
	for (const bench_result *r = e->bench; r < e->bench + e->bench_count; r++)
		if (strcmp(r->problem, problem) == 0 && strcmp(evidence_machine(e, r->run), choice->machine.fingerprint) == 0 &&
		    names_new(&known, r->variant))
			list[count++] = contestant_of(r->variant, r, choice);
	for (size_t i = 0; i < choice->conformance.variants_count; i++)
		if (names_new(&known, choice->conformance.variants[i].variant))
			list[count++] = contestant_of(choice->conformance.variants[i].variant, NULL, choice);
	free(known.name);
	return count;
}

gm_status choose_contest(const evidence *e, const char *problem, const choice_document *choice, choice_entry *entry,
                         gm_error *error)
{
	contestant *list = calloc(e->bench_count + choice->conformance.variants_count + 1, sizeof *list);
	choice_entry_init(entry);
	snprintf(entry->problem, sizeof entry->problem, "%s", problem);
	snprintf(entry->objective, sizeof entry->objective, "%s", choice->objective);
	if (!list)
		return gm_fail(error, GM_NO_MEMORY, "no memory to decide on %s", problem);
	const size_t count = enter(e, problem, choice, list);
	qsort(list, count, sizeof *list, order_contestants);
	gm_status status = fill_entry(entry, e, list, count, error);
	free(list);
	return status;
}
