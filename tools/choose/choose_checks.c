/* SPDX-License-Identifier: MIT */
/* choose_checks.c - what the checks of a machine say, in sum and of each variant. */
#include <stdlib.h>
#include <string.h>

#include "choose_contest.h"

static variant_checks *checks_of(conformance *all, const check_result *r)
{
	for (size_t i = 0; i < all->variants_count; i++)
		if (strcmp(all->variants[i].variant, r->variant) == 0)
			return &all->variants[i];
	variant_checks *v = record_grow(&all->variants, &all->variants_count, sizeof *v);
	if (!v)
		return NULL;
	variant_checks_init(v);
	snprintf(v->variant, sizeof v->variant, "%s", r->variant);
	snprintf(v->bit_class, sizeof v->bit_class, "%s", r->bit_class);
	v->accuracy_class = r->accuracy_class;
	return v;
}

static void count(variant_checks *v, const check_result *r)
{
	size_t *const counter[CHECK_STATUSES] = {&v->passed, &v->failed, &v->xfail, &v->unsupported, &v->skipped};
	++*counter[r->status];
	if (r->status == STATUS_PASS && (v->passed == 1 || r->used >= v->worst_used)) {
		v->worst_used = r->used;
		snprintf(v->worst_case, sizeof v->worst_case, "%s", r->case_id);
		snprintf(v->worst_where, sizeof v->worst_where, "%s", r->where);
	}
	if ((r->status == STATUS_FAIL || r->status == STATUS_XFAIL) && v->failure[0] == '\0')
		snprintf(v->failure, sizeof v->failure, "%s/%s %s", r->case_id, check_pass_word(r->pass), r->where);
}

gm_status choose_checks(const evidence *e, const char *machine, conformance *all, gm_error *error)
{
	names cases = {0}, executors = {0};
	conformance_init(all);
	for (size_t i = 0; i < e->check_count && !cases.failed; i++) {
		const check_result *r = &e->check[i];
		if (strcmp(evidence_machine(e, r->run), machine) != 0)
			continue;
		variant_checks *v = checks_of(all, r);
		cases.failed |= !v;
		if (v)
			count(v, r);
		if (r->status != STATUS_PASS)
			continue;
		names_add(&cases, r->case_id);
		names_add(&executors, r->executor);
		all->worst_used = r->used > all->worst_used ? r->used : all->worst_used;
		all->checks_passed++;
	}
	int failed = cases.failed || executors.failed;
	for (size_t i = 0; i < executors.count; i++)
		failed |= !record_append(&all->executors, &all->executors_count, executors.name[i]);
	all->cases = cases.count;
	free(cases.name);
	free(executors.name);
	return failed ? gm_fail(error, GM_NO_MEMORY, "no memory for the checks") : GM_OK;
}
