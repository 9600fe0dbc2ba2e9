/* SPDX-License-Identifier: MIT */
/* check_record.c - from verdicts to a record and to the sentence that a person reads: got, want, allowed, where. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_unit.h"
#include "results.h"

const char *unit_pass_name(int pass) { return pass == UNIT_BWD ? "bwd" : "fwd"; }

void number_text(double value, int digits, char text[32])
{
	if (!isfinite(value)) {
		snprintf(text, 32, "%s", isnan(value) ? "NaN" : value > 0 ? "Inf" : "-Inf");
		return;
	}
	snprintf(text, 32, "%.*g", digits, value);
	char *e = strchr(text, 'e');
	if (!e)
		return;
	char *from = e + 1, *to = e + 1;
	if (*from == '-')
		*to++ = '-';
	from += strspn(from, "+-0");
	memmove(to, from, strlen(from) + 1);
}

/* As many digits as it takes to see the difference. */
static int digits_of(double got, double want)
{
	double share = fabs(got - want) / fmax(fabs(got), fabs(want));
	if (!(share > 0 && share < 1e-2))
		return 4;
	return (int)fmin(9, ceil(-log10(share)) + 2);
}

void error_text(double got, double want, double allowed, char text[192])
{
	char g[32], w[32], e[32], a[32], x[32];
	int digits = digits_of(got, want);
	double err = fabs(got - want);
	number_text(got, digits, g);
	number_text(want, digits, w);
	number_text(err, 2, e);
	number_text(allowed, 2, a);
	number_text(err / allowed, 2, x);
	snprintf(text, 192, "got %s want %s err %s, allowed %s (%s x)", g, w, e, a, x);
}

void check_bit_class(const worker_variant *v, char text[48])
{
	if (v->rounding == GM_CANONICAL)
		snprintf(text, 48, "canon1/%s/%s", v->activation, v->weights);
	else
		text[0] = '\0';
}

json_t *record_begin(const unit *u, const check_variant *v, int pass)
{
	char problem[GM_SPEC_TEXT], bit_class[48];
	int judged_by = u->plan->accuracy_class < 0 ? (int)v->info.accuracy_class : u->plan->accuracy_class;
	gm_spec_format(&u->c->spec, problem);
	check_bit_class(&v->info, bit_class);
	json_t *record = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:s, s:s, s:s, s:s, s:s, s:f, s:s, s:i, s:i, s:b, s:n, s:[], s:f}",
		"kind", "check", "case", u->c->id, "problem", problem, "variant", v->info.name, "pass", unit_pass_name(pass),
		"status", "skipped", "flaky", 0, "code", "", "reason", "", "class", gm_class_name((uint32_t)judged_by),
		"executor", executor_name(u->plan->executor), "bit_class", bit_class, "digest", "", "used", 0.0, "where", "",
		"rows", 0, "unfit_rows", 0, "weak", 0, "torch_used", "tensors", "seconds", 0.0);
	if (v->plugin)
		json_object_set_new(record, "plugin", json_string(v->plugin));
	return record;
}

void record_status(json_t *record, const char *status, reason_code code, const char *reason)
{
	json_object_set_new(record, "status", json_string(status));
	json_object_set_new(record, "code", json_string(reason_code_word(code)));
	json_object_set_new(record, "reason", json_string(reason));
}

void record_failure(json_t *record, gm_status status, const char *reason)
{
	char text[600];
	const char *word = status == GM_UNSUPPORTED ? "unsupported" : status == GM_NO_CPU ? "skipped" : "fail";
	snprintf(text, sizeof text, "%s", reason[0] == '\0' ? gm_status_name(status) : reason);
	record_status(record, word, reason_of(status), text);
	if (status == GM_TIMEOUT)
		json_object_set_new(record, "timeout", json_true());
}

static json_t *tensor_of(const gm_tensor *tensor, const judge_verdict *v)
{
	return json_pack("{s:s, s:o, s:I, s:o, s:o, s:o, s:I}", "name", tensor->name, "used", results_number(v->used),
	                 "worst", v->worst == GM_NO_TENSOR ? (json_int_t)-1 : (json_int_t)v->worst, "got",
	                 results_number(v->got), "want", results_number(v->want), "allowed", results_number(v->allowed),
	                 "wrong", (json_int_t)v->wrong);
}

/* A number where NaN is wanted: the commonest reason is a term that was skipped because its factor is 0 or absent. */
static const char *hint(const judge_verdict *v)
{
	return isnan(v->want) && !isnan(v->got) ? "; special values: an absent h_0 or c_0 counts as zeros, and 0 * NaN = NaN"
	                                        : "";
}

/* "grad_weight_hh_l0[71,32] got ...", then on a line of its own where the first divergence is. */
static void blame(const unit *u, json_t *record, const judge_budget *budget, size_t row, const judge_verdict *v,
                  const float *got)
{
	char element[96], error[192], first[160], reason[560];
	locate_name(&u->c->tensors->row[row], v->worst, element);
	error_text(v->got, v->want, v->allowed, error);
	judge_explain(budget, row, got, first);
	snprintf(reason, sizeof reason, "%s %s\n%s%s", element, error, first, hint(v));
	record_status(record, "fail", CODE_WRONG, reason);
}

void record_verdict(const unit *u, json_t *record, const judge_budget *budget, int pass, const float *const *got)
{
	const gm_tensors *tensors = u->c->tensors;
	json_t *list = json_array();
	judge_verdict v, worst = {.used = -1};
	size_t worst_row = GM_NO_TENSOR, rows = 0, unfit = 0, wrong = 0, passed = 0;
	uint64_t digest = 0;
	int weak = 0;
	char text[32];
	for (size_t k = 0; k < tensors->count; k++) {
		if (!unit_judges(u, pass, k))
			continue;
		judge_tensor(budget, k, got[k], &v);
		digest = judge_digest(digest, got[k], tensors->row[k].count);
		json_array_append_new(list, tensor_of(&tensors->row[k], &v));
		rows += v.rows;
		unfit += v.unfit_rows;
		wrong += v.wrong;
		passed += v.pass != 0;
		weak |= v.weak;
		if (worst_row == GM_NO_TENSOR || v.used > worst.used) {
			worst = v;
			worst_row = k;
		}
	}
	snprintf(text, sizeof text, "%016llx", (unsigned long long)digest);
	json_object_set_new(record, "digest", json_string(text));
	json_object_set_new(record, "tensors", list);
	json_object_set_new(record, "used", results_number(worst.used));
	json_object_set_new(record, "where", json_string(tensors->row[worst_row].name));
	json_object_set_new(record, "rows", json_integer((json_int_t)rows));
	json_object_set_new(record, "unfit_rows", json_integer((json_int_t)unfit));
	json_object_set_new(record, "weak", json_boolean(weak));
	if (wrong > 0)
		blame(u, record, budget, worst_row, &worst, got[worst_row]);
	else
		record_status(record, passed > 0 ? "pass" : "skipped", passed > 0 ? reason_code_none : CODE_UNFIT,
		              passed > 0 ? "" : "every row of this case is unfit");
}

double torch_share(const unit *u, const judge_budget *budget, int pass)
{
	double share = -1;
	for (size_t k = 0; k < u->c->tensors->count; k++) {
		judge_verdict v;
		if (!unit_judges(u, pass, k) || !u->c->golden32[k])
			continue;
		judge_tensor(budget, k, u->c->golden32[k], &v);
		if (!(v.used <= share))
			share = v.used;
	}
	return share;
}

/* Rows, fitness and weakness do not depend on a result: what is wanted is judged in its place. */
static int judge_wanted(const judge_budget *budget, const gm_tensor *tensor, size_t row, judge_verdict *v)
{
	const double *want = judge_want(budget, row);
	float *got = !want ? NULL : malloc(tensor->count * sizeof *got);
	if (!got)
		return 0;
	for (size_t k = 0; k < tensor->count; k++)
		got[k] = (float)want[k];
	judge_tensor(budget, row, got, v);
	free(got);
	return 1;
}

json_t *record_case(const unit *u, const judge_budget *budget)
{
	size_t rows = 0, unfit = 0;
	json_t *weak = json_array();
	double share = !budget ? -1 : fmax(torch_share(u, budget, UNIT_FWD), torch_share(u, budget, UNIT_BWD));
	for (size_t k = 0; budget && k < u->c->tensors->count; k++) {
		judge_verdict v;
		int judged = unit_judges(u, UNIT_FWD, k) || unit_judges(u, UNIT_BWD, k);
		if (!judged || !judge_wanted(budget, &u->c->tensors->row[k], k, &v))
			continue;
		rows += v.rows;
		unfit += v.unfit_rows;
		if (v.weak)
			json_array_append_new(weak, json_string(u->c->tensors->row[k].name));
	}
	return json_pack("{s:s, s:s, s:I, s:I, s:o, s:o}", "kind", "case", "case", u->c->id, "rows", (json_int_t)rows,
	                 "unfit_rows", (json_int_t)unfit, "weak", weak, "torch_used",
	                 share < 0 ? json_null() : results_number(share));
}
